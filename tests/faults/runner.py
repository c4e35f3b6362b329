"""A warmed process that runs jobs in forked children, struck by faults, and looks at the home.

Importing the program takes most of a second; forking a process that has done so takes
milliseconds. Requests come as lines of JSON on standard input, answers go as lines of JSON
to standard output. ``python -m tests.faults.runner SHIM``
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.faults import inspection, job_process, shim

LIMIT_S = 60
"""No job on a dozen products takes a second; one that takes this long hangs."""


def serve(library: Path) -> None:
    """Answer requests until there are no more."""
    job_process.warm_up()
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), library)), flush=True)


def answer(request: dict[str, Any], library: Path) -> dict[str, Any]:
    """Run a job where one is told, then look at the home, then run it again undisturbed."""
    home = Path(request["home"])
    argv = [word.replace("{home}", str(home)) for word in request["argv"]]
    shop = home / request["shop"]
    environment = request["environment"]
    told: dict[str, Any] = {}
    if "plan" in request:
        plan, log = shim.Plan.parse(request["plan"]), Path(request["log"])
        log.write_bytes(b"")

        def struck() -> dict[str, Any]:
            os.environ.update(environment)
            descriptor = os.open(log, os.O_WRONLY | os.O_APPEND)
            shim.arm(library, home, plan, descriptor, request["log_operations"])
            told = job_process.run(argv, shop, lambda note: shim.write_note(descriptor, note))
            return told | {"operations": shim.operations(library)}

        told["job"] = forked(struck)
        told["job"]["notes"] = [n.told for n in shim.read_log(log) if isinstance(n, shim.Note)]
    told |= forked(lambda: _look(argv, shop, request["again"], environment))
    return told


def _look(argv: list[str], home: Path, again: bool, environment: dict[str, str]) -> dict[str, Any]:
    """Look at the home, run the job undisturbed where that is wanted, and look again."""
    os.environ.update(environment)
    told: dict[str, Any] = {"after": inspection.inspect(home)}
    if again:
        told |= {"again": job_process.run(argv, home), "final": inspection.inspect(home)}
    return told


def forked(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Do something in a child; tell how that ended, what it printed, and what it gave."""
    with tempfile.TemporaryFile() as result, tempfile.TemporaryFile() as printed:
        child = os.fork()
        if child == 0:
            _live(work, result.fileno(), printed.fileno())
        _, status = os.waitpid(child, 0)
        result.seek(0)
        printed.seek(0)
        given: dict[str, Any] = json.loads(result.read() or b"{}")
        ended = os.waitstatus_to_exitcode(status)
        return given | {"ended": ended, "printed": printed.read().decode(errors="replace")}


def _live(work: Callable[[], dict[str, Any]], result: int, printed: int) -> None:
    """Be the child, to the end."""
    status = 70
    try:
        signal.alarm(LIMIT_S)
        os.dup2(printed, 1)
        os.dup2(printed, 2)
        os.write(result, json.dumps(work()).encode())
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
