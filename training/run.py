"""``vitrine train run``: from a catalogue, or a file of pairs, to a model's folder."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from core.settings import Settings
from core.terminal import NoProgress, Progress
from encoder.checkpoint import CONFIG, TOKENIZER_FILES, WEIGHTS, Checkpoint
from training.checkpoint import STATE
from training.compose import save_weights
from training.config import TrainConfig
from training.curves import CURVES
from training.data import RunData, Sources, gather
from training.distributed import World, join_world
from training.metrics_log import METRICS
from training.record import (
    FINISHED,
    STARTED,
    check_same_run,
    describe_run,
    digest_examples,
    read_record,
    write_record,
)
from training.session import CACHE, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What a person asks of ``vitrine train run``."""

    parent: Path
    """Folder of the model to start from."""
    config: TrainConfig
    out: Path
    sources: Sources = field(default_factory=Sources)
    restart: bool = False
    """Forget what an earlier run left in ``out``."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run made."""

    fingerprint: str
    examples: int
    held_out: int
    steps: int
    alpha: float
    """Share of the tuned weights; the rest is the parent's (WiSE-FT)."""
    measures: dict[str, float]
    """Of the held-out examples, with the weights that were kept."""
    skipped: dict[str, Any]
    """What was left out of the data, by reason."""


def run_training(settings: Settings, request: RunRequest, progress: Progress) -> RunResult:
    """Adapt the model in ``request.parent``, and write it to ``request.out``.

    The same request goes on where a killed run stopped, to the same result: bit for bit on
    a CPU with as many threads. A run that has ended is not run again.

    Raises:
        ModelError: the parent is no local-dir model.
        TrainingError: the data cannot be used, another run is in the folder, or the loss
            is not a number.
    """
    parent = Checkpoint.open(request.parent)
    with join_world() as world:
        progress = progress if world.leads else NoProgress()
        data = gather(settings, request.sources, request.config, progress)
        record = _record(settings, request, parent, data, world)
        if world.leads:
            request.out.mkdir(parents=True, exist_ok=True)
            if request.restart:
                _forget(request.out)
            check_same_run(request.out, record)
        world.wait()
        finished = request.out / FINISHED
        if not finished.is_file():
            out = request.out
            session = Session(settings, request.config, parent, data, out, world, progress)
            tuned = session.train()
            if world.leads:
                _copy_description(request.parent, out)
                save_weights(tuned.model, out / WEIGHTS[0])
                result = RunResult(
                    Checkpoint.open(out).fingerprint(), tuned.examples, tuned.held_out,
                    tuned.steps, tuned.alpha, tuned.measures, data.skipped.to_json(),
                )  # fmt: skip
                write_record(finished, {**record, **asdict(result)})
                _clear(out)
            world.wait()
        return _read_result(finished)


def _record(
    settings: Settings, request: RunRequest, parent: Checkpoint, data: RunData, world: World
) -> dict[str, Any]:
    return describe_run(
        request.config.to_json(),
        digest_examples([*data.training, *data.held_out]),
        parent.fingerprint(),
        world.size,
        settings.compute_threads,
    )


def _read_result(path: Path) -> RunResult:
    told = read_record(path)
    return RunResult(**{name: told[name] for name in RunResult.__dataclass_fields__})


def _forget(folder: Path) -> None:
    for name in (FINISHED, STARTED, METRICS, CURVES):
        (folder / name).unlink(missing_ok=True)
    _clear(folder)


def _clear(folder: Path) -> None:
    """Remove what only an unfinished run needs."""
    (folder / STATE).unlink(missing_ok=True)
    shutil.rmtree(folder / CACHE, ignore_errors=True)


def _copy_description(parent: Path, out: Path) -> None:
    for name in (CONFIG, *TOKENIZER_FILES):
        if (parent / name).is_file():
            shutil.copyfile(parent / name, out / name)
