"""Started by tests in processes of their own: to be killed, to fill the disk, to be one of two.

python -m tests.training.runs_in_a_process '{"home": …, "parent": …, "out": …, …}'
"""

import itertools
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from core.settings import Settings
from tests.training.shop import run
from training import held_out, loop
from training.distributed import join_world


def die_at(step: int) -> None:
    """Kill this process, as ``kill -9`` does, when the optimizer is about to take a step."""
    take = loop.Trainer.step

    def step_or_die(self: loop.Trainer, batch: Any, number: int) -> dict[str, float]:
        if number == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return take(self, batch, number)

    loop.Trainer.step = step_or_die  # type: ignore[method-assign]


def die_measuring(call: int) -> None:
    """Kill this process when it measures for the ``call``-th time: at an epoch's end."""
    calls = itertools.count(1)
    measure = held_out.HeldOut.measure

    def measure_or_die(self: held_out.HeldOut, *given: Any) -> dict[str, float]:
        if next(calls) == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return measure(self, *given)

    setattr(held_out.HeldOut, "measure", measure_or_die)  # noqa: B010


def main() -> None:
    told = json.loads(sys.argv[1])
    if "die_at" in told:
        die_at(told["die_at"])
    if "die_measuring" in told:
        die_measuring(told["die_measuring"])
    if "most_bytes" in told:  # of any file: what a full disk does to a write
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (told["most_bytes"], resource.RLIM_INFINITY))
    settings = Settings(home=Path(told["home"]), threads=1)
    with join_world() as world:
        run(settings, Path(told["parent"]), Path(told["out"]), world=world, **told["config"])


if __name__ == "__main__":
    main()
