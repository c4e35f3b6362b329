"""What is suggested while a shopper types, over the API."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.settings import Settings
from search.filters import In, Range
from search.suggest import Suggestion
from search.suggest_entries import SuggestionKind
from tests.web.conformance import CheckingClient
from tests.web.fake_engine import FakeEngine, FakeImages
from tests.web.test_bad_requests import problem
from web.api.suggestions import present_suggestion
from web.app import create_app

SUGGESTIONS = "/api/v1/suggestions"


def test_each_line_tells_what_it_stands_for(client: FlaskClient) -> None:
    answer = client.get(f"{SUGGESTIONS}?q=Br&limit=2").get_json()
    brook = {
        "kind": "brand",
        "text": "Brook & Co",
        "spans": [{"begin": 0, "end": 2}],
        "count": 20,
        "path": [],
        "filter": {"field": "brand", "in": ["Brook & Co"]},
        "search": "filter.brand=Brook+%26+Co",
        "product_id": None,
        "url": None,
    }
    assert answer == {"text": "Br", "suggestions": [brook]}
    (title,) = client.get(f"{SUGGESTIONS}?q=odd").get_json()["suggestions"]
    assert (title["kind"], title["product_id"]) == ("title", "a/b c?d#é")
    assert title["url"] == "/products/a%2Fb%20c%3Fd%23%C3%A9"
    assert title["search"].startswith("q=Odd+%3Cscript%3E")


def test_the_search_of_a_line_is_one_that_the_api_answers(client: FlaskClient) -> None:
    for typed in ("ast", "br", "odd", "red"):
        for line in client.get(f"{SUGGESTIONS}?q={typed}").get_json()["suggestions"]:
            answer = client.get(f"/api/v1/search?{line['search']}")
            assert answer.status_code == 200, line


def test_a_category_stands_for_its_path() -> None:
    wanted = In("category", frozenset({"Men > Shoes"}))
    suggestion = Suggestion(
        SuggestionKind.CATEGORY, "Shoes", ((0, 3),), 7, ("Men", "Shoes"), filter=wanted
    )
    line = present_suggestion(suggestion)
    assert (line.path, line.search) == (("Men", "Shoes"), "filter.category=Men+%3E+Shoes")
    dear = Suggestion(SuggestionKind.BRAND, "x", (), 1, filter=Range("price", Decimal(5), None))
    assert present_suggestion(dear).search == "filter.price=5.."


class ListeningEngine(FakeEngine):
    """Remembers what was typed."""

    def suggest(self, prefix: str, limit: int = 10) -> tuple[Suggestion, ...]:
        self.heard = (prefix, limit)
        return ()


@pytest.fixture
def listening(engine: FakeEngine, images: FakeImages) -> ListeningEngine:
    return ListeningEngine(list(engine.products.values()), images)


@pytest.mark.parametrize(
    ("query_string", "heard"),
    [
        ("q=red", ("red", 10)),
        ("q=red+", ("red ", 10)),
        ("q=%20red++bag&limit=50", ("red bag", 50)),
        ("", ("", 10)),
        ("q=+", ("", 10)),
    ],
)
def test_a_space_at_the_end_says_that_a_word_is_finished(
    settings: Settings,
    listening: ListeningEngine,
    images: FakeImages,
    query_string: str,
    heard: tuple[str, int],
) -> None:
    app = create_app(settings, listening, images)
    app.test_client_class = CheckingClient
    response = app.test_client().get(f"{SUGGESTIONS}?{query_string}")
    assert (response.status_code, listening.heard) == (200, heard)
    assert response.get_json() == {"text": heard[0].strip(), "suggestions": []}


@pytest.mark.parametrize(
    ("query_string", "expected"),
    [
        ("q=a&limit=0", (422, "out_of_range", "/limit")),
        ("q=a&limit=51", (422, "out_of_range", "/limit")),
        ("q=a&limit=x", (422, "not_a_number", "/limit")),
        ("q=a&page=1", (422, "unknown_parameter", "/page")),
        ("q=a&q=b", (422, "repeated", "/q")),
        ("q=a%00", (422, "control_character", "/q")),
        ("q=" + "x" * 501, (422, "too_long", "/q")),
        ("q=%ff", (400, "bad_request", None)),
    ],
)
def test_a_bad_argument_is_named(
    client: FlaskClient, query_string: str, expected: tuple[int, str, str | None]
) -> None:
    assert problem(client.get(f"{SUGGESTIONS}?{query_string}")) == expected


def test_what_is_suggested_is_kept_for_a_minute_by_who_asked(app: Flask) -> None:
    client = app.test_client()
    first = client.get(f"{SUGGESTIONS}?q=red")
    assert first.headers["Cache-Control"] == "private, max-age=60"
    assert first.headers["Server-Timing"].startswith("suggest;dur=")
    same = client.get(f"{SUGGESTIONS}?q=red", headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    other = client.get(f"{SUGGESTIONS}?q=blue", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200
