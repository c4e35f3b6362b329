"""Writing files so that a reader, or a crash, finds the old content or the new."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a file beside ``path`` for writing; on leaving, move it into place durably.

    The content and then the directory entry are fsynced, so that after a power cut
    the name holds the old bytes or all of the new (rename(2)). If the block raises,
    ``path`` is untouched and the part file is removed.
    """
    staged = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with staged.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        staged.replace(path)
    except BaseException:
        staged.unlink(missing_ok=True)
        raise
    fsync_directory(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder, with those above it, so that its name survives a power cut."""
    missing = [each for each in (path, *path.parents) if not each.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for each in missing:
        fsync_directory(each.parent)


def fsync_directory(directory: Path) -> None:
    """Make the names in a directory durable, where the platform can (not on Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
