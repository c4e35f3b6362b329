"""Embeddings of a locked tower, computed once and kept beside the run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.files import replacing
from core.terminal import Progress

CHUNK = 256
StoredEmbeddings = NDArray[np.float16]
"""Shape (n, dim). Half precision moves a cosine by less than 1e-3."""


def store_embeddings(
    name: str, count: int, embed: Callable[[slice], NDArray[Any]], path: Path, progress: Progress
) -> StoredEmbeddings:
    """Embed ``count`` things chunk by chunk into one file; use a complete one again.

    Args:
        name: What they are, for the progress.
        count: How many; at least one.
        embed: Gives the rows of a slice.
        path: Where the file lies; its name must stand for what it holds.
        progress: Where to tell how far it is.
    """
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        with progress.stage(name, count, "embeddings") as tick:
            parts = []
            for at in range(0, count, CHUNK):
                parts.append(embed(slice(at, min(at + CHUNK, count))).astype(np.float16))
                tick(len(parts[-1]))
        save_array(path, np.concatenate(parts))
    return np.asarray(np.load(path, mmap_mode="r"))


def save_array(path: Path, values: NDArray[Any]) -> None:
    """Write an array aside, and move it into place."""
    with replacing(path) as file:
        np.save(file, values)


def digest_of(names: Iterable[str]) -> str:
    """Name an ordered list by 16 hex digits."""
    digest = hashlib.sha256()
    for name in names:
        digest.update(name.encode() + b"\0")
    return digest.hexdigest()[:16]
