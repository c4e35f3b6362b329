from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import SnapshotError
from indexer.manifest import MANIFEST
from indexer.snapshot import IndexSnapshot

from .conftest import Shop, png

DATA_FILES = (
    "columns.codes.npy",
    "columns.json",
    "columns.known.npy",
    "columns.numbers.npy",
    "documents.ids.npy",
    "documents.jsonl",
    "documents.offsets.npy",
    "image.embeddings.npy",
    "image.positions.npy",
    "image.products.npy",
    "image.refused.json",
    "kinds.npy",
    "lexical.json",
    "lexical.products.npy",
    "lexical.starts.npy",
    "lexical.weights.npy",
    "lexical.words.npy",
    "text.embeddings.npy",
    "text.products.npy",
)


@pytest.fixture
def built(shop: Shop) -> Path:
    return shop.generations / shop.build().generation


def test_a_generation_holds_these_files_and_no_others(built: Path) -> None:
    assert sorted(path.name for path in built.iterdir()) == sorted([*DATA_FILES, MANIFEST])


def test_a_generation_answers_alone(shop: Shop, built: Path) -> None:
    shop.pictures.clear()
    shutil.rmtree(shop.home / "embeddings")
    snapshot = IndexSnapshot(built)
    assert list(snapshot.documents) == shop.products
    assert snapshot.image_products.tolist() == [0, 0, *range(1, 12)]
    assert snapshot.image_positions.tolist() == [0, 1] + [0] * 11
    assert snapshot.text_products.tolist() == list(range(12))
    assert snapshot.columns.numbers["price_minor"].numbers.tolist() == [100 * i for i in range(12)]
    red = snapshot.documents.position("p09")
    assert red is not None
    scores = snapshot.image_embeddings @ shop.encoder.encode_texts(["red"])[0]
    assert snapshot.image_products[int(np.argmax(scores))] == red


@pytest.mark.parametrize("name", DATA_FILES)
def test_flipped_bits_of_a_data_file_are_detected_at_open(
    built: Path, name: str, flip: Callable[[Path, int], None]
) -> None:
    path = built / name
    size = path.stat().st_size
    for at in {0, size - 1, *random.Random(name).sample(range(size), min(size, 20))}:
        flip(path, at)
        with pytest.raises(SnapshotError, match=name.replace(".", r"\.")):
            IndexSnapshot(built)
        flip(path, at)
    IndexSnapshot(built)


@pytest.mark.parametrize("name", DATA_FILES)
def test_truncated_lengthened_and_missing_data_files_are_detected_at_open(
    built: Path, name: str
) -> None:
    path = built / name
    data = path.read_bytes()
    for length in (0, 1, len(data) // 2, len(data) - 1):
        os.truncate(path, length)
        with pytest.raises(SnapshotError, match="damaged"):
            IndexSnapshot(built)
        path.write_bytes(data)
    path.write_bytes(data + b"\0")
    with pytest.raises(SnapshotError, match="damaged"):
        IndexSnapshot(built)
    path.unlink()
    with pytest.raises(SnapshotError, match="cannot be read"):
        IndexSnapshot(built)


def test_files_that_do_not_fit_the_manifest_are_refused_even_unchecked(
    shop: Shop, built: Path
) -> None:
    shop.add("p99", "one more", png((1, 2, 3)))
    other = shop.generations / shop.build().generation
    shutil.copy(other / "image.products.npy", built)
    with pytest.raises(SnapshotError, match=r"image\.products is \(14,\), not \(13,\)"):
        IndexSnapshot(built, check=False)


def test_nothing_in_a_generation_is_pickled(built: Path) -> None:
    np.save(built / "image.products.npy", np.array([object()], dtype=object), allow_pickle=True)
    with pytest.raises(SnapshotError, match="cannot be read"):
        IndexSnapshot(built, check=False)


def test_arrays_cannot_be_written(built: Path) -> None:
    snapshot = IndexSnapshot(built)
    with pytest.raises(ValueError, match="read-only"):
        snapshot.image_embeddings[0] = 0


def test_a_closed_snapshot_serves_its_last_reader_and_lets_nobody_in(built: Path) -> None:
    snapshot = IndexSnapshot(built)
    with snapshot.reading():
        with snapshot.reading():
            snapshot.close()
            shutil.rmtree(built)
            with pytest.raises(SnapshotError, match="has been closed"), snapshot.reading():
                pass
        assert not snapshot.closed
        assert snapshot.documents[0].id == "p00"
        assert snapshot.image_embeddings.shape == (13, 32)
    assert snapshot.closed
    assert not hasattr(snapshot, "image_embeddings")


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux's /proc")
def test_a_closed_snapshot_holds_no_files(built: Path) -> None:
    maps = Path("/proc/self/maps")
    snapshot = IndexSnapshot(built)
    assert str(built) in maps.read_text()
    before = _open_files()
    snapshot.close()
    assert str(built) not in maps.read_text()
    assert _open_files() <= before
