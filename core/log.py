"""Logging for people at a terminal and for machines that collect lines."""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of a job, as its log lines and its report name it."""

    job: str
    id: str


_run: ContextVar[JobRun | None] = ContextVar("run", default=None)
_running: list[JobRun] = []
_lock = threading.Lock()


@contextmanager
def logging_run(job: str, run_id: str) -> Iterator[None]:
    """Mark every line that is logged while the context is open as this run's.

    Threads that the job starts have contexts of their own, which know nothing of it. Their
    lines are marked all the same while it is the only job of the process, as in a command.
    """
    run = JobRun(job, run_id)
    with _lock:
        _running.append(run)
    token = _run.set(run)
    try:
        yield
    finally:
        _run.reset(token)
        with _lock:
            _running.remove(run)


def current_run() -> JobRun | None:
    """Tell which job's run the calling code belongs to; None outside of any."""
    run = _run.get()
    if run is not None:
        return run
    with _lock:
        return _running[0] if len(_running) == 1 else None


class RunFilter(logging.Filter):
    """Gives each record the job and the run in which it was made."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mark the record; none is held back."""
        run = current_run()
        if run is not None:
            # Extras that the caller gave under these names are left as they are.
            vars(record).setdefault("job", run.job)
            vars(record).setdefault("run", run.id)
        return True


class PlainFormatter(logging.Formatter):
    """One line for people: level, logger, the job's run where there is one, message."""

    def format(self, record: logging.LogRecord) -> str:
        """Turn a record into a line, and its traceback into more."""
        run = getattr(record, "run", "")
        where = f" [{getattr(record, 'job', 'run')} {run}]" if run else ""
        return f"{record.levelname} {record.name}{where}: {super().format(record)}"


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, job and run, any extras."""

    _STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

    def format(self, record: logging.LogRecord) -> str:
        """Turn a record into one line of JSON."""
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry.update((k, v) for k, v in vars(record).items() if k not in self._STANDARD)
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str, ensure_ascii=False)


def configure_logging(level: str, as_json: bool) -> None:
    """Send log lines of ``level`` and above to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if as_json else PlainFormatter())
    handler.addFilter(RunFilter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
