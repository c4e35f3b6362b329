"""One process at a time, told by the operating system and so never left behind by a crash."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from core.errors import BusyError
from core.files import make_folder


@contextmanager
def exclusive(path: Path, job: str, wait: bool = False) -> Iterator[None]:
    """Hold the lock file ``path`` for ``job`` while the context is open.

    The lock is flock(2)'s: the kernel drops it when its holder dies, however it dies,
    so the next one takes over without guessing from process ids. What is written in
    the file only serves the message. The file stays: to remove it would let two
    processes lock two files of one name.

    Raises:
        BusyError: another holds it, unless ``wait``; it says who, and since when.
    """
    make_folder(path.parent)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise BusyError(_busy(path, job, os.pread(descriptor, 4096, 0))) from None
        since = datetime.now(UTC).isoformat(timespec="seconds")
        with suppress(OSError):  # a full disk must not keep a job from making room
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "since": since}).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _busy(path: Path, job: str, holder: bytes) -> str:
    try:
        told = json.loads(holder)
        who = f"process {told['pid']} since {told['since']}"
    except (ValueError, TypeError, KeyError):
        who = "another process"  # it has the lock, but has not yet written who it is
    return f"{job} is already running: {who} holds {path}. Wait for it to end, then try again."
