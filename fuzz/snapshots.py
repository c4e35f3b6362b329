"""Fuzz the opening of generations: ``python -m fuzz.snapshots --seconds 60``.

An input is one file of a small generation in place of the true one. It is opened twice: as
damage, which the checksum must tell, and with a manifest that vouches for it, which is what
a fault of our own would write; that must be refused by name, or its numbers be within bounds.
(Not the products' own lines: they are parsed as they are shown.)
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

from fuzz.running import atheris, fuzz, workplace

with atheris().instrument_imports(include=["indexer", "numpy.lib"]):
    from core.errors import SnapshotError
    from indexer.manifest import MANIFEST, FileEntry, read_manifest
    from indexer.snapshot import IndexSnapshot


@cache
def generation() -> Path:
    """Build a generation of a few products."""
    from encoder.fake import COLOURS
    from tests.indexer.conftest import Shop, png

    shop = Shop(workplace("snapshots"))
    for number, (name, colour) in enumerate(sorted(COLOURS.items())[:4]):
        shop.add(f"p{number}", f"{name} thing", png(colour), brand="Acme", price_minor=number)
    return shop.generations / shop.build().generation


@cache
def whole() -> dict[str, bytes]:
    """Read the files of that generation, by name."""
    return {path.name: path.read_bytes() for path in sorted(generation().iterdir())}


def open_any(data: bytes) -> None:
    """Open a generation with one file replaced: it is refused by name, or within bounds."""
    names = list(whole())
    name, content = names[(data[0] if data else 0) % len(names)], data[1:]
    directory = generation()
    path = directory / name
    try:
        path.write_bytes(content)
        refused = _opens(directory, check=True)
        assert refused or content == whole()[name], f"{name} was served though it is damaged"
        if name != MANIFEST:
            _vouch_for(directory, name, content)
            _opens(directory, check=True)
    finally:
        path.write_bytes(whole()[name])
        (directory / MANIFEST).write_bytes(whole()[MANIFEST])


def _vouch_for(directory: Path, name: str, content: bytes) -> None:
    manifest = read_manifest(directory)
    entry = FileEntry(len(content), hashlib.sha256(content).hexdigest())
    changed = dataclasses.replace(manifest, files={**manifest.files, name: entry})
    (directory / MANIFEST).write_bytes(changed.to_bytes())


def _opens(directory: Path, check: bool) -> bool:
    """Open a generation and use all of its numbers; tell whether it was refused."""
    try:
        snapshot = IndexSnapshot(directory, check)
    except SnapshotError:
        return True
    for column in snapshot.columns.coded.values():
        assert len(column.counts()) == len(column.values)
    for rows in (snapshot.image_products, snapshot.text_products):
        assert not len(rows) or 0 <= int(rows.min()) <= int(rows.max()) < len(snapshot.documents)
    with np.errstate(all="ignore"):  # a number may be any, also none
        assert (snapshot.image_embeddings @ snapshot.text_embeddings.T).shape == (4, 4)
    snapshot.close()
    return False


def seeds() -> Iterator[bytes]:
    """Take every file as it is, and with its numbers in other places."""
    for number, data in enumerate(whole().values()):
        yield bytes([number]) + data
        yield bytes([number]) + data[::-1]
    yield bytes([list(whole()).index(MANIFEST)]) + json.dumps({"format": 2}).encode()


if __name__ == "__main__":
    fuzz("snapshots", open_any, seeds(), sys.argv[1:])
