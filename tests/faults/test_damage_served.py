"""Where the generation in service is damaged, the last good one serves and the log says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import SnapshotError
from indexer.generations import POINTER
from search.engine import SearchEngine
from search.query import Page, SearchQuery
from tests.faults.damage import holding
from tests.faults.fast_shop import empty_shop, shop
from tests.faults.numbered_shop import open_engine, restock
from tests.indexer.conftest import Shop

__all__ = ["empty_shop", "shop"]


@pytest.fixture
def generations(shop: Shop) -> list[Path]:
    """Three generations, the oldest first; the products of each carry its number, from 0."""
    built = []
    for number in range(3):
        restock(shop, number)
        built.append(shop.generations / shop.build().generation)
    return built


def numbers_served(engine: SearchEngine) -> set[int | None]:
    results = engine.search(SearchQuery("red thing", page=Page(size=50)))
    return {hit.product.price_minor for hit in results.hits}


def harm(generation: Path, name: str) -> None:
    path = generation / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(data)


@pytest.mark.parametrize("name", ["manifest.json", "documents.jsonl", "image.embeddings.npy"])
def test_the_newest_older_whole_generation_serves_and_the_log_names_the_damage(
    shop: Shop, generations: list[Path], name: str, caplog: pytest.LogCaptureFixture
) -> None:
    harm(generations[2], name)
    engine = open_engine(shop)
    assert engine.status().generation == generations[1].name
    assert numbers_served(engine) == {1}
    assert str(generations[2] / name) in caplog.text
    assert "vitrine index repair" in caplog.text
    engine.close()
    harm(generations[1], name)
    engine = open_engine(shop)
    assert numbers_served(engine) == {0}
    engine.close()


@pytest.mark.parametrize("pointer", [b"", b"\0" * 23, b"20990101T000000-000000Z", b"\xff"])
def test_a_damaged_pointer_leaves_the_newest_whole_generation_in_service(
    shop: Shop, generations: list[Path], pointer: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with holding(shop.generations / POINTER, pointer):
        engine = open_engine(shop)
        assert numbers_served(engine) == {2}
        assert "vitrine index repair" in caplog.text
        engine.close()


def test_where_no_generation_is_whole_nothing_is_served_and_the_damage_is_named(
    shop: Shop, generations: list[Path]
) -> None:
    for each in generations:
        harm(each, "documents.jsonl")
    with pytest.raises(SnapshotError, match=rf"{generations[2].name}/documents\.jsonl is damaged"):
        open_engine(shop)
