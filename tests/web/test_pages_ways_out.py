"""Pages where nothing fits: what is said, and ways out that find what they promise."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from core.settings import Settings
from search.query import SearchQuery
from search.results import SearchResults
from tests.web.fake_engine import FakeEngine, sample_engine
from tests.web.test_pages_narrowing import (
    app,
    classed,
    get,
    shop,
    text_of,
    titles,
    total_at,
    total_of,
)
from web.app import create_app

__all__ = ["app", "shop"]

WAYS = [
    "/search?q=red+backpack+under+20",
    "/search?q=red+boot+under+20+but+not+Acme",
    "/search?q=red+handbag+under+35&filter.brand=Zeta",
    "/search?q=handbag&filter.price=..5",
    "/search?q=lamp&filter.attribute.colour=Purple",
    "/search?q=blue+boot&filter.attribute.colour=Red",
    "/search?q=boot&exclude.category=Shoes",
    "/search?q=red+handbag&filter.brand=Acme&filter.price=31..32",
    "/search?q=nice+red+handbag&filter.brand=Acme&filter.price=31..32",
]


@pytest.mark.parametrize("path", WAYS)
def test_a_way_out_finds_what_it_promises(client: FlaskClient, path: str) -> None:
    page = get(client, path)
    assert total_of(page) == 0
    assert "best match first" not in text_of(page)
    ways = classed(page, "way")
    assert ways
    for way in ways:
        promised = int(text_of(way).split(" ")[0])
        assert (text_of(way), total_at(client, way.attrib["href"])) == (text_of(way), promised)


def test_ways_out_say_what_they_loosen(client: FlaskClient) -> None:
    said = {text_of(way) for path in WAYS for way in classed(get(client, path), "way")}
    assert said >= {
        "1 product, up to €40",
        "1 product, up to €100",
        "1 product, any brand",
        "4 products, any colour",
        "12 products, Shoes included",
        "2 products, not only Red",
    }, sorted(said)


class LosingEngine(FakeEngine):
    """Finds nothing, and what comes nearest."""

    def search(self, query: SearchQuery) -> SearchResults:
        found = super().search(SearchQuery("red"))
        return replace(found, hits=(), total=0, nearest=found.hits[:3])


def test_what_comes_nearest_is_shown_and_not_called_a_find(settings: Settings) -> None:
    engine, images = sample_engine()
    losing = LosingEngine(list(engine.products.values()), images)
    page = get(create_app(settings, losing, images).test_client(), "/search?q=steam+locomotive")
    assert total_of(page) == 0
    assert "Nothing here fits that." in text_of(page)
    (near,) = classed(page, "section--near")
    assert text_of(next(near.iter("h2"))) == "Nearest, though not quite it"
    assert len(titles(near)) == 3
    assert classed(page, "pages") == []
    assert "0 products found." in [
        text_of(each) for each in page.iter("p") if each.attrib.get("role") == "status"
    ]
