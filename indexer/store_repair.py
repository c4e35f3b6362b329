"""Embedding stores freed of what damage left in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import DamagedStoreError
from core.files import replacing
from indexer.embedding_store import (
    HEADER_BYTES,
    ContentKind,
    EmbeddingStore,
    read_header,
    record_bytes,
    set_aside,
    writing,
)


@dataclass(frozen=True, slots=True)
class StoreRepair:
    """What became of one store."""

    path: str
    kept: int
    """Embeddings that it holds now."""
    damaged: int
    """Records that were left out; what they held is embedded again."""
    aside: str = ""
    """Where its file is now, where nothing of it could be read."""


def repair_stores(root: Path) -> list[StoreRepair]:
    """Check the stores of every encoder, and write those anew that hold damaged records.

    A store is written aside and moved into place, so a crash leaves it as it was.

    Raises:
        BusyError: one of them is being written.
        StoreError: one is of another version.
    """
    paths = (
        root / folder.name / f"{kind.value}.vectors"
        for folder in (sorted(root.iterdir()) if root.is_dir() else [])
        for kind in ContentKind
    )
    return [_repair(root, path) for path in paths if path.is_file()]


def _repair(root: Path, path: Path) -> StoreRepair:
    with writing(path):
        try:
            header = read_header(path)
            if (header.fingerprint[:16], header.kind) != (path.parent.name, path.stem):
                raise DamagedStoreError(f"{path} is another store's file.")
        except DamagedStoreError:
            return StoreRepair(str(path), 0, 0, str(set_aside(path)))
        # A reader: the writer's lock is held here already.
        store = EmbeddingStore(root, header.fingerprint, ContentKind(header.kind))
        with store:
            kept, damaged = len(store), store.damaged
            if damaged:
                _write_intact(store, path, header.dim)
    return StoreRepair(str(path), kept, damaged)


def _write_intact(store: EmbeddingStore, path: Path, dim: int) -> None:
    size = record_bytes(dim)
    with path.open("rb") as damaged, replacing(path) as whole:
        whole.write(damaged.read(HEADER_BYTES))
        for row in store.rows():
            damaged.seek(HEADER_BYTES + row * size)
            whole.write(damaged.read(size))
