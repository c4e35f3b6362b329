"""A machine-readable report of every run of a job, kept under the home folder."""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core import VERSION
from core.errors import VitrineError
from core.files import replacing
from core.log import logging_run

log = logging.getLogger(__name__)

KEPT_PER_JOB = 50
"""Reports left of each job: seven weeks of a nightly one."""
_TIME = "%Y%m%dT%H%M%SZ"


@dataclass(slots=True)
class ReportedRun:
    """A run of a job that is going on."""

    id: str
    result: Mapping[str, Any] = field(default_factory=dict)
    """What the report is to say; set before the context is left."""


def new_run_id() -> str:
    """Make a name for a run: eight random hexadecimal digits."""
    return secrets.token_hex(4)


@contextmanager
def reported_run(folder: Path, job: str) -> Iterator[ReportedRun]:
    """Give a run of ``job`` an id, mark its log lines with it, and report how it ended.

    A failed or interrupted run is reported with its reason, and raises it all the same.
    """
    run = ReportedRun(new_run_id())
    began, started = time.perf_counter(), datetime.now(UTC)
    outcome, error = "done", ""
    with logging_run(job, run.id):
        log.info("%s began", job)
        try:
            yield run
        except KeyboardInterrupt:
            outcome, error = "interrupted", "It was interrupted."
            raise
        except BaseException as failure:
            outcome, error = "failed", _reason(failure)
            raise
        finally:
            seconds = round(time.perf_counter() - began, 3)
            log.info("%s %s after %.1f s", job, outcome, seconds)
            told = {
                "outcome": outcome,
                "error": error,
                "started_at": started.isoformat(timespec="seconds"),
                "seconds": seconds,
            }
            write_report(folder, job, run.id, {**told, **run.result})


def write_report(folder: Path, job: str, run_id: str, payload: Mapping[str, Any]) -> Path | None:
    """Keep what a run did as ``<job>-<time>-<run>.json``, and the newest 50 of the job.

    A job has done its work when it reports, so nothing that goes wrong here fails it: that
    is logged, and None is given.
    """
    now = datetime.now(UTC)
    path = folder / f"{job}-{now.strftime(_TIME)}-{run_id}.json"
    envelope = {
        "job": job,
        "run": run_id,
        "program": VERSION,
        "written_at": now.isoformat(timespec="seconds"),
    }
    try:
        content = json.dumps({**payload, **envelope}, ensure_ascii=False, indent=1, default=str)
        if not folder.parent.is_dir():
            return None  # a job that found no home has failed, and must not begin one
        folder.mkdir(exist_ok=True)
        with replacing(path) as file:
            file.write(content.encode("utf-8", "backslashreplace") + b"\n")
        for old in list_reports(folder, job)[KEPT_PER_JOB:]:
            old.unlink(missing_ok=True)
    except (OSError, TypeError, ValueError) as error:
        log.warning("the report %s was not written: %s", path, error)
        return None
    return path


def list_reports(folder: Path, job: str) -> list[Path]:
    """List a job's reports, newest first."""
    name = re.compile(rf"{re.escape(job)}-\d{{8}}T\d{{6}}Z-[0-9a-f]+\.json")
    if not folder.is_dir():
        return []
    return sorted((path for path in folder.iterdir() if name.fullmatch(path.name)), reverse=True)


def _reason(failure: BaseException) -> str:
    """Name a failure; one that is not ours to explain with its class, for whoever looks."""
    told = " ".join(str(failure).split())
    return told if isinstance(failure, VitrineError) else f"{type(failure).__name__}: {told}"
