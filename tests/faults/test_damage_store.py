"""Damage to the embedding stores loses records, never gives a wrong vector, and is made good."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.errors import VitrineError
from core.vectors import Embeddings
from indexer.embedding_store import HEADER_BYTES, ContentKind, EmbeddingStore
from indexer.manifest import MANIFEST
from tests.faults.damage import bits_of, harmed, holding
from tests.faults.fast_shop import empty_shop, shop
from tests.indexer.conftest import Shop

__all__ = ["empty_shop", "shop"]

RECORD_BYTES = 32 + 4 * 32 + 4
KINDS = tuple(ContentKind)


@pytest.fixture
def stored(shop: Shop) -> Shop:
    """A shop that has been built, so that its stores are filled."""
    shop.build()
    return shop


def file_of(shop: Shop, kind: ContentKind) -> Path:
    return shop.home / "embeddings" / shop.encoder.fingerprint[:16] / f"{kind.value}.vectors"


def vectors(shop: Shop, kind: ContentKind, keys: list[bytes]) -> tuple[int, Embeddings, list[bool]]:
    with EmbeddingStore(shop.home / "embeddings", shop.encoder.fingerprint, kind) as store:
        embeddings, found = store.get_many(keys)
        return store.damaged, embeddings, found.tolist()


def keys_in(shop: Shop, kind: ContentKind) -> list[bytes]:
    data = file_of(shop, kind).read_bytes()[HEADER_BYTES:]
    return [data[at : at + 32] for at in range(0, len(data), RECORD_BYTES)]


def assert_never_wrong(shop: Shop, kind: ContentKind, variants: Iterator[bytes]) -> tuple[int, int]:
    """Put each variant in the store's place: it is refused, or what it gives is right."""
    keys = keys_in(shop, kind)
    _, whole, _ = vectors(shop, kind, keys)
    tried = noticed = 0
    for data in variants:
        with holding(file_of(shop, kind), data):
            tried += 1
            try:
                damaged, embeddings, found = vectors(shop, kind, keys)
            except VitrineError:
                noticed += 1
                continue
            assert np.array_equal(embeddings[found], whole[found])
            # A repeated or lengthened end may leave every record readable: nothing is lost.
            noticed += damaged > 0 or not all(found) or len(data) != len(keys) * RECORD_BYTES
    return tried, noticed


@pytest.mark.parametrize("kind", KINDS)
def test_flips_all_over_a_store_are_noticed_and_give_no_wrong_vector(
    stored: Shop, kind: ContentKind
) -> None:
    data = file_of(stored, kind).read_bytes()
    tried, noticed = assert_never_wrong(stored, kind, bits_of(data, every=37))
    assert noticed == tried >= len(data) // 5


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_flipped_bit_and_thousands_of_harms_to_a_store_are_noticed(
    stored: Shop, kind: ContentKind
) -> None:
    data = file_of(stored, kind).read_bytes()
    chance = random.Random(kind.value)
    flips, noticed = assert_never_wrong(stored, kind, bits_of(data))
    assert noticed == flips == 8 * len(data)
    harms, noticed = assert_never_wrong(
        stored, kind, (harmed(chance, data)[1] for _ in range(5_000))
    )
    assert noticed == harms
    print(f"{kind.value} store: {flips} flips and {harms} harms, all noticed")


def contents(generation: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in generation.iterdir() if path.name != MANIFEST}


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_record_is_embedded_again_by_the_next_build_and_no_other(
    stored: Shop, kind: ContentKind
) -> None:
    expected = contents(stored.generations / stored.build(force=True).generation)
    path = file_of(stored, kind)
    records = (path.stat().st_size - HEADER_BYTES) // RECORD_BYTES
    data = bytearray(path.read_bytes())
    for record in (0, records - 1):
        data[HEADER_BYTES + record * RECORD_BYTES + 50] ^= 4
    path.write_bytes(data)
    before = stored.encoder.images_encoded, stored.encoder.texts_encoded
    report = stored.build(force=True)
    embedded = (stored.encoder.images_encoded - before[0], stored.encoder.texts_encoded - before[1])
    assert embedded == ((2, 0) if kind is ContentKind.IMAGE else (0, 2))
    assert report.damaged_records == 2
    assert contents(stored.generations / report.generation) == expected


@pytest.mark.parametrize("times", [12, pytest.param(150, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_build_over_a_harmed_store_gives_the_same_generation(
    stored: Shop, kind: ContentKind, times: int
) -> None:
    expected = contents(stored.generations / stored.build(force=True).generation)
    path = file_of(stored, kind)
    whole = path.read_bytes()
    chance = random.Random(f"build {kind.value}")
    for number in range(times):
        # Every third harm may be to the header, which is a small part of a file.
        kept = 0 if number % 3 == 0 else HEADER_BYTES
        harm, data = harmed(chance, whole[kept:] if kept else whole[:HEADER_BYTES])
        path.write_bytes(whole[:kept] + data if kept else data + whole[HEADER_BYTES:])
        report = stored.build(force=True)
        assert contents(stored.generations / report.generation) == expected, (number, harm)
