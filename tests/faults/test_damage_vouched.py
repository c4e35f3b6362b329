"""What a manifest vouches for must still make sense: a fault of our own is no crash either."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import SnapshotError
from indexer.arrays import save_array
from indexer.manifest import MANIFEST, describe_file, read_manifest
from indexer.snapshot import IndexSnapshot
from tests.faults.fast_shop import empty_shop, shop
from tests.indexer.conftest import Shop

__all__ = ["empty_shop", "shop"]

Change = Callable[[NDArray[Any]], NDArray[Any]]


@pytest.fixture
def built(shop: Shop) -> Path:
    return shop.generations / shop.build().generation


def vouch(generation: Path, name: str) -> None:
    """Have the manifest fit a file as it is now."""
    manifest = read_manifest(generation)
    files = {**manifest.files, name: describe_file(generation / name)}
    (generation / MANIFEST).write_bytes(dataclasses.replace(manifest, files=files).to_bytes())


def with_value(at: int, value: float) -> Change:
    def change(array: NDArray[Any]) -> NDArray[Any]:
        array = array.copy()
        array.reshape(-1)[at] = value
        return array

    return change


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("documents.offsets.npy", with_value(3, 10**9)),
        ("documents.offsets.npy", with_value(-1, 7)),
        ("documents.offsets.npy", with_value(0, 1)),
        ("documents.offsets.npy", lambda array: array[:0]),
        ("documents.ids.npy", with_value(-1, 12)),
        ("documents.ids.npy", lambda array: array[:, ::-1]),
        ("documents.ids.npy", lambda array: array[:1]),
        ("columns.codes.npy", with_value(0, 999)),
        ("columns.codes.npy", with_value(0, -2)),
        ("columns.codes.npy", lambda array: array[1:]),
        ("columns.numbers.npy", lambda array: array[:, 1:]),
        ("columns.known.npy", lambda array: array.astype(np.uint8)),
        ("image.products.npy", with_value(-1, 12)),
        ("image.products.npy", with_value(0, 5)),
        ("text.products.npy", with_value(0, -1)),
        ("text.products.npy", lambda array: array[1:]),
        ("kinds.npy", with_value(0, -2)),
        ("kinds.npy", with_value(0, 0)),
        ("kinds.npy", lambda array: array[1:]),
        ("lexical.starts.npy", with_value(-1, 0)),
        ("lexical.products.npy", with_value(0, 12)),
        ("lexical.weights.npy", with_value(0, np.nan)),
        ("lexical.words.npy", with_value(0, 13)),
        ("image.embeddings.npy", lambda array: array.astype(np.float64)),
        ("text.embeddings.npy", lambda array: array.reshape(-1)),
    ],
)
def test_numbers_that_lead_out_of_their_file_are_refused_by_name(
    built: Path, name: str, change: Change
) -> None:
    save_array(built / name, change(np.load(built / name)))
    vouch(built, name)
    with pytest.raises(SnapshotError, match=rf"{name.split('.')[0]}.*\."):
        IndexSnapshot(built)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x93NUMPY",
        b"\x93NUMPY\x01\x00\x10\x00{'descr': open(1)\n",
        b"\x93NUMPY\x01\x00\x76\x00"
        + b"{'descr': '<i8', 'fortran_order': False, 'shape': (99999999999999999999,), }".ljust(117)
        + b"\n",
        b"PK\x03\x04" + bytes(60),
        b"\x80\x04K\x01.",
    ],
)
def test_what_is_no_array_is_refused_by_name(built: Path, content: bytes) -> None:
    (built / "text.products.npy").write_bytes(content)
    vouch(built, "text.products.npy")
    with pytest.raises(SnapshotError, match=r"text\.products\.npy cannot be read as an array"):
        IndexSnapshot(built)


@pytest.mark.parametrize(
    "schema",
    [
        "[]",
        "{}",
        '{"coded": [{"name": "brand"}], "numbers": []}',
        '{"coded": [{"name": "brand", "values": [1]}], "numbers": []}',
        '{"coded": [], "numbers": 5}',
        '{"coded": [], "numbers": [{"name": "stock", "decimals": 99}]}',
        '{"coded": [], "numbers": [{"name": "stock", "decimals": true}]}',
        "[" * 100_000,
        "\udcff",
    ],
)
def test_a_schema_that_describes_no_columns_is_refused_by_name(built: Path, schema: str) -> None:
    (built / "columns.json").write_bytes(schema.encode("utf-8", "surrogateescape"))
    vouch(built, "columns.json")
    with pytest.raises(SnapshotError, match=r"columns\.json"):
        IndexSnapshot(built)


def test_a_file_that_the_manifest_does_not_vouch_for_is_not_opened(built: Path) -> None:
    manifest = read_manifest(built)
    files = {name: entry for name, entry in manifest.files.items() if name != "columns.json"}
    (built / MANIFEST).write_bytes(dataclasses.replace(manifest, files=files).to_bytes())
    with pytest.raises(SnapshotError, match=r"does not vouch for columns\.json"):
        IndexSnapshot(built)


def test_a_manifest_may_vouch_for_more_than_is_opened(built: Path) -> None:
    (built / "notes.json").write_text(json.dumps("for a later version"))
    vouch(built, "notes.json")
    IndexSnapshot(built).close()
