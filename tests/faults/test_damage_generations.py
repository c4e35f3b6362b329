"""Damage to a generation is noticed when it is opened, whatever it is, and never served."""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import SnapshotError
from indexer.generations import POINTER, open_current
from indexer.manifest import MANIFEST, read_manifest
from indexer.snapshot import IndexSnapshot
from tests.faults.damage import bits_of, harmed, holding
from tests.faults.fast_shop import empty_shop, shop
from tests.indexer.conftest import Shop, png

__all__ = ["empty_shop", "shop"]

QUICK, MANY = 30, 500


@pytest.fixture
def built(shop: Shop) -> Path:
    return shop.generations / shop.build().generation


def data_files(generation: Path) -> list[Path]:
    return sorted(path for path in generation.iterdir() if path.name != MANIFEST)


def is_refused(generation: Path, naming: str = "") -> bool:
    """Tell whether a generation is not opened, by an error that names what is wrong."""
    try:
        IndexSnapshot(generation).close()
    except SnapshotError as error:
        if naming in str(error):
            return True
        raise
    return False


def count_detected(generation: Path, name: str, variants: Iterator[bytes]) -> tuple[int, int]:
    """Put each variant in a file's place; count those tried and those noticed."""
    tried = detected = 0
    for data in variants:
        with holding(generation / name, data):
            tried += 1
            detected += is_refused(generation, name)
    return tried, detected


def test_a_flip_in_every_byte_of_the_manifest_is_detected(built: Path) -> None:
    data = (built / MANIFEST).read_bytes()
    # One bit of each byte, another with each byte.
    tried, detected = count_detected(built, MANIFEST, bits_of(data, every=7))
    assert tried >= len(data)
    assert detected == tried
    assert not is_refused(built)


@pytest.mark.slow
def test_every_flipped_bit_of_the_manifest_is_detected(built: Path) -> None:
    data = (built / MANIFEST).read_bytes()
    tried, detected = count_detected(built, MANIFEST, bits_of(data))
    print(f"bits of the manifest: {tried} flipped, {detected} detected")
    assert (tried, detected) == (8 * len(data), 8 * len(data))


def respellings(data: bytes) -> Iterator[bytes]:
    """Write the same JSON values in other bytes: what a checksum over values would pass."""
    told = json.loads(data)
    yield json.dumps(told, sort_keys=True).encode()
    yield json.dumps(told, indent=1, sort_keys=True, ensure_ascii=True).encode()
    yield json.dumps(dict(reversed(told.items())), indent=1).encode() + b"\n"
    yield data.replace(b"\n", b"\r\n")
    yield b"\xef\xbb\xbf" + data
    yield data + b"\n"
    yield data.rstrip()
    yield b" " + data
    yield data.replace(b'"dim"', b'"dim": 1,\n "dim"', 1)  # of two equal keys the last counts
    yield data.replace(b'"dim"', b'"more": 1,\n "dim"', 1)
    yield data.decode().encode("utf-16")


def test_a_manifest_written_in_other_bytes_is_refused(built: Path) -> None:
    data = (built / MANIFEST).read_bytes()
    tried, detected = count_detected(built, MANIFEST, respellings(data))
    assert (tried, detected) == (11, 11)


def harm_all_files(generation: Path, times: int, seed: int) -> tuple[int, int]:
    tried = detected = 0
    for path in [*data_files(generation), generation / MANIFEST]:
        chance = random.Random(f"{seed} {path.name}")
        data = path.read_bytes()
        more = count_detected(
            generation, path.name, (harmed(chance, data)[1] for _ in range(times))
        )
        tried, detected = tried + more[0], detected + more[1]
    return tried, detected


def test_harm_to_any_file_is_detected_by_name(built: Path) -> None:
    tried, detected = harm_all_files(built, QUICK, seed=1)
    assert detected == tried >= QUICK * 13
    assert not is_refused(built)


@pytest.mark.slow
def test_thousands_of_harms_to_all_files_are_detected(built: Path) -> None:
    tried, detected = harm_all_files(built, MANY, seed=2)
    print(f"harms to a generation's files: {tried} done, {detected} detected")
    assert detected == tried >= MANY * 13
    assert not is_refused(built)


def test_files_that_are_whole_but_not_this_generations_are_refused(shop: Shop) -> None:
    older = shop.generations / shop.build().generation
    shop.products[0] = shop.add("p00", "black thing, new")  # a product like the others
    shop.products.pop()
    newer = shop.generations / shop.build().generation
    tried = 0
    for path in data_files(newer):
        other = (older / path.name).read_bytes()
        if other != path.read_bytes():
            tried += 1
            with holding(path, other):
                assert is_refused(newer, path.name)
    assert tried >= 4
    with holding(newer / MANIFEST, (older / MANIFEST).read_bytes()):
        assert is_refused(newer, MANIFEST)
    moved = older.with_name("20990101T000000-000000Z")
    older.rename(moved)
    assert is_refused(moved, "not of its folder")


def test_two_files_in_each_others_place_are_refused(built: Path) -> None:
    for first, second in itertools.combinations(data_files(built), 2):
        one, other = first.read_bytes(), second.read_bytes()
        if one != other:
            with holding(first, other), holding(second, one):
                assert is_refused(built)
    assert not is_refused(built)


def test_what_is_no_file_is_refused_by_name(built: Path) -> None:
    for path in [*data_files(built), built / MANIFEST]:
        aside = path.with_name("aside")
        path.rename(aside)
        assert is_refused(built, path.name), "missing"
        path.mkdir()
        assert is_refused(built, path.name), "a folder"
        path.rmdir()
        path.symlink_to("nowhere")
        assert is_refused(built, path.name), "a link that leads nowhere"
        path.unlink()
        aside.rename(path)
    assert not is_refused(built)


def test_a_file_of_another_length_is_refused_without_being_read(built: Path) -> None:
    path = built / "image.embeddings.npy"
    size = path.stat().st_size
    os.truncate(path, 2**40)  # reading these holes would take half an hour
    assert is_refused(built, path.name)
    os.truncate(path, size)
    assert not is_refused(built)


def test_a_file_that_nobody_wrote_changes_nothing(built: Path) -> None:
    (built / "columns.numbers.npy.orig").write_bytes(b"left by an editor")
    assert not is_refused(built)


def test_a_flipped_pointer_never_leads_to_a_part_of_a_generation(shop: Shop) -> None:
    whole = {shop.build().generation}
    shop.add("new", "turquoise thing", png((0, 200, 200)))
    whole.add(shop.build().generation)
    shutil.copytree(shop.generations / max(whole), shop.generations / f"{max(whole)}.partial")
    pointer = shop.generations / POINTER
    for data in [
        *bits_of(pointer.read_bytes(), every=5),
        b"",
        b"\n",
        b"../index",
        b".",
        b"x" * 10_000,
    ]:
        with holding(pointer, data):
            try:
                snapshot = open_current(shop.generations)
            except SnapshotError:
                continue
            assert snapshot.id in whole
            snapshot.close()
    assert open_current(shop.generations).id == max(whole)


def test_a_generation_kept_whole_is_read_as_it_was_written(built: Path, shop: Shop) -> None:
    assert read_manifest(built).products == len(shop.products)
    assert list(IndexSnapshot(built).documents) == shop.products
