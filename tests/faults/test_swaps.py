"""Generations take over from each other under load: no error, no mixed answer, nothing kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest
from flask import Flask

from core.settings import Settings
from search.engine import SearchEngine
from search.filters import Range
from search.query import Page, SearchQuery, SimilarQuery
from search.results import SearchHit
from tests.faults.fast_shop import empty_shop, shop
from tests.faults.numbered_shop import (
    DISTINCT_TITLES,
    Crowd,
    Holdings,
    Sighting,
    holdings,
    open_engine,
    restock,
)
from tests.indexer.conftest import Shop
from tests.web.fake_engine import FakeImages
from web.app import create_app

__all__ = ["empty_shop", "shop"]

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/maps").exists(), reason="open files and maps are told by Linux's /proc"
)
KEEP = 2
SHOPPERS = 3
ALL = Page(size=50)
MEMORY_SLACK_BYTES = 16 * 2**20
"""What allocators and Python's own caches come to; a leaked generation of each of 1,000
swaps would hold its maps, which are counted exactly."""


PRICED = Range("price", minimum=Decimal(0))
"""All products."""


@pytest.fixture(params=[0])
def engine(shop: Shop, request: pytest.FixtureRequest) -> Iterator[SearchEngine]:
    restock(shop, 0)
    shop.build(keep=KEEP)
    engine = open_engine(shop, cached_answers=request.param)
    yield engine
    engine.close()


def sighting(generation: str, hits: tuple[SearchHit, ...]) -> Sighting:
    numbers = set()
    for hit in hits:
        product = hit.product
        assert product.title.endswith(f" n{(product.price_minor or 0) % DISTINCT_TITLES}n")
        assert product.price_minor == product.stock
        numbers.add(product.price_minor or 0)
    return Sighting(generation, frozenset(numbers), len(hits))


def questions_to(engine: SearchEngine, expected: int) -> list[Callable[[], Sighting]]:
    def search() -> Sighting:
        results = engine.search(SearchQuery("red thing", page=ALL))
        found = sighting(results.generation, results.hits)
        return found._replace(products=expected)  # which ones fit is ranking's own matter

    def everything() -> Sighting:
        results = engine.search(SearchQuery(filter=PRICED, page=ALL))
        return sighting(results.generation, results.hits)

    def similar() -> Sighting:
        results = engine.similar(SimilarQuery(("p03",), ALL))
        found = sighting(results.generation, results.hits)
        return found._replace(products=found.products + 1)  # the product itself is left out

    def showcase() -> Sighting:
        return sighting("", engine.showcase(12))

    return [search, everything, similar, showcase]


def swap(shop: Shop, engine: SearchEngine, crowd: Crowd, numbers: Iterator[int]) -> tuple[str, int]:
    """Publish a generation with the next number, move to it, and wait until it is seen."""
    number = next(numbers)
    restock(shop, number)
    generation = shop.build(keep=KEEP).generation
    assert engine.refresh()
    assert crowd.wait_for(generation), crowd.errors[:1]
    return generation, number


def assert_nothing_grew(samples: list[Holdings]) -> None:
    first, last = samples[0], samples[-1]
    assert max(each.files for each in samples) <= first.files + SHOPPERS
    # The one in service, and one that a last query is still read from.
    assert max(len(each.mapped) for each in samples) <= 2
    assert {each.folders for each in samples} == {KEEP}
    assert max(each.disk_bytes for each in samples) <= 1.05 * first.disk_bytes
    assert last.memory_bytes <= first.memory_bytes + MEMORY_SLACK_BYTES


@pytest.mark.parametrize(
    ("swaps", "settled"), [(20, 5), pytest.param(1_000, 100, marks=pytest.mark.slow)]
)
def test_swaps_under_load_neither_fail_nor_mix_nor_leave_anything(
    shop: Shop, engine: SearchEngine, swaps: int, settled: int,
) -> None:  # fmt: skip
    crowd = Crowd(questions_to(engine, len(shop.products)), SHOPPERS, expected=len(shop.products))
    numbers, published, samples = count(1), {}, []
    try:
        for done in range(swaps):
            generation, number = swap(shop, engine, crowd, numbers)
            published[generation] = number
            if done >= settled and done % 5 == 0:
                samples.append(holdings(shop.generations))
    finally:
        crowd.leave()
    assert (crowd.errors, crowd.mixed) == ([], [])
    assert {each: crowd.seen[each] for each in published} == {
        generation: {number} for generation, number in published.items()
    }
    assert_nothing_grew(samples)
    assert holdings(shop.generations).mapped == {engine.status().generation}
    print(f"{swaps} swaps, {crowd.answers} answers, {samples[0]} … {samples[-1]}")


def test_swaps_to_and_from_damaged_generations_never_show(shop: Shop, engine: SearchEngine) -> None:
    crowd = Crowd(questions_to(engine, len(shop.products)), SHOPPERS, expected=len(shop.products))
    numbers, published = count(1), {engine.status().generation: 0}
    try:
        for _ in range(3):
            generation, number = swap(shop, engine, crowd, numbers)
            published[generation] = number
            restock(shop, 900 + number)
            damaged = shop.build(keep=KEEP).generation
            path = shop.generations / damaged / "documents.jsonl"
            path.write_bytes(path.read_bytes().replace(b"thing", b"thong"))
            assert not engine.refresh()
            assert engine.status().generation == generation
    finally:
        crowd.leave()
    assert (crowd.errors, crowd.mixed) == ([], [])
    assert crowd.seen.items() <= {each: {number} for each, number in published.items()}.items()


def web_questions(app: Flask) -> list[Callable[[], Sighting]]:
    def api() -> Sighting:
        answer = app.test_client().get("/api/v1/search?filter.price=0..&per_page=50")
        assert answer.status_code == 200, answer.text
        told = answer.get_json()
        prices = frozenset(hit["price"]["minor"] for hit in told["hits"])
        return Sighting(told["generation"], prices, len(told["hits"]))

    def page() -> Sighting:
        answer = app.test_client().get("/search?filter.price=0..&per_page=50")
        assert answer.status_code == 200, answer.text
        titles = set(re.findall(r"(p\d\d) thing n(\d+)n", answer.text))
        numbers = frozenset(int(number) for _, number in titles)
        return Sighting("", numbers, len({product for product, _ in titles}))

    return [api, page]


@pytest.mark.parametrize("engine", [0, 16], indirect=True, ids=["asked anew", "kept answers"])
@pytest.mark.parametrize("swaps", [5, pytest.param(200, marks=pytest.mark.slow)])
def test_swaps_show_nowhere_on_the_web(
    shop: Shop, engine: SearchEngine, tmp_path: Path, swaps: int
) -> None:
    app = create_app(Settings(home=tmp_path / "web"), engine, FakeImages(shop.pictures))
    crowd = Crowd(web_questions(app), SHOPPERS, expected=len(shop.products))
    numbers, published = count(1), {}
    try:
        for _ in range(swaps):
            generation, number = swap(shop, engine, crowd, numbers)
            published[generation] = number
    finally:
        crowd.leave()
    assert (crowd.errors, crowd.mixed) == ([], [])
    assert {each: crowd.seen[each] for each in published} == {
        generation: {number} for generation, number in published.items()
    }
