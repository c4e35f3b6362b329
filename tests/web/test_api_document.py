"""The document describes all that is answered, and nothing else."""

from __future__ import annotations

import errno
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from catalog.api_keys import Scope
from catalog.image_store import ImageStore
from catalog.records import ProductRecord
from core.errors import NotReadyError, OverloadedError
from core.settings import Settings
from search.bootstrap import PublishedGenerations
from search.engine import EngineLimits, SearchEngine
from search.query import SearchQuery, SimilarQuery
from search.results import EngineStatus, SearchResults
from search.suggest import USUAL_LIMIT, Suggestion
from tests.operations.conftest import Home, home, template
from tests.web.conformance import CheckingClient, Document, Pair, objects
from tests.web.fake_engine import FakeEngine, FakeImages
from tests.web.keyed import PUBLIC, bearing, client_from, make_key, opened_app
from tests.web.uploading import RED_PNG, post_image
from web.api import views
from web.app import create_app

__all__ = ["home", "template"]

SEARCH = "/api/v1/search"
BY_IMAGE = "/api/v1/search/image"
PRODUCT = "/api/v1/products/P-001"
SIMILAR = "/api/v1/products/P-001/similar"
SEVERAL = "/api/v1/similar"
SUGGESTIONS = "/api/v1/suggestions"
TAGS = ("Search", "Products", "Health")
"""What is tested here; tests/web/test_access.py holds the catalogue's addresses."""
KEYED = ("search", "compose", "search_by_image", "product", "similar", "similar_to_several",
         "suggest")  # fmt: skip


@pytest.fixture
def document(app: Flask) -> Document:
    return Document(app)


def test_the_document_is_openapi_3_1(document: Document) -> None:
    assert document.content["openapi"] == "3.1.1"
    assert document.problems() == []


def test_a_broken_document_would_be_noticed(document: Document) -> None:
    document.content["paths"]["/healthz"]["get"]["responses"]["200"].pop("description")
    assert document.problems() != []


def test_every_operation_says_what_it_does(document: Document) -> None:
    told = {name: each["summary"] for name, each in document.operations(*TAGS).items()}
    assert told == {
        "search": "Find products by a sentence, best first.",
        "compose": "Find products by sentences, pictures and products, each with a weight, "
        "best first.",
        "search_by_image": "Find products by a picture, with words beside it or without, "
        "best first.",
        "product": "Look one product up.",
        "similar": "Find the products that are most like one.",
        "similar_to_several": "Find the products that are most like several, all together.",
        "suggest": "Complete what has been typed so far: past queries, categories, brands and "
        "titles.",
        "alive": "Tell that the process answers.",
        "ready": "Tell whether searches are answered, and from what.",
    }


def test_parameters_are_described_with_their_bounds(document: Document) -> None:
    parameters = document.content["paths"][SEARCH]["get"]["parameters"]
    told = {each["name"]: each["schema"] for each in parameters}
    filters = {name for name in told if name.startswith("filter.")}
    assert set(told) - filters == {
        "q", "page", "per_page", "cursor", "sort", "facets", "understand", "collapse",
        "diversity", "explain", "conditions",
    }  # fmt: skip
    assert {"filter.brand", "filter.price", "filter.in_stock", "filter.added"} <= filters
    assert told["sort"]["enum"] == ["relevance", "price_asc", "price_desc", "newest"]
    assert all(each["description"] for each in parameters)
    bounds = {name: told["per_page"][name] for name in ("minimum", "maximum", "default", "type")}
    assert bounds == {"minimum": 1, "maximum": 100, "default": 24, "type": "integer"}


def test_every_reference_is_to_a_schema_that_is_there(document: Document) -> None:
    schemas = document.content["components"]["schemas"]
    named = set(
        re.findall(r'"#/components/schemas/([^"]+)"', str(document.content).replace("'", '"'))
    )
    assert named <= set(schemas)
    assert all(each["properties"] for schema in schemas.values() for each in objects(schema))


class FailingEngine(FakeEngine):
    """Fails as it is told to, whatever it is asked."""

    failure: Exception | None = None

    def search(self, query: SearchQuery) -> SearchResults:
        self._fail()
        return super().search(query)

    def similar(self, query: SimilarQuery) -> SearchResults:
        self._fail()
        return super().similar(query)

    def product(self, product_id: str) -> ProductRecord:
        self._fail()
        return super().product(product_id)

    def suggest(self, prefix: str, limit: int = USUAL_LIMIT) -> tuple[Suggestion, ...]:
        self._fail()
        return super().suggest(prefix, limit)

    def status(self) -> EngineStatus:
        if isinstance(self.failure, RuntimeError):
            raise self.failure
        if self.failure is not None:
            return EngineStatus(False, "", "", 0, 0, "")
        return super().status()

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


Ask = Callable[..., TestResponse]


def asks(client: FlaskClient) -> dict[str, Ask]:
    """Give a good request of each operation, that a query string may be added to."""

    def by_image(query_string: str = "", **kwargs: Any) -> TestResponse:
        data = {"image": (io.BytesIO(RED_PNG), "a.png")}
        return client.post(f"{BY_IMAGE}?{query_string}", data=data, **kwargs)

    def compose(query_string: str = "", **kwargs: Any) -> TestResponse:
        return client.post(f"{SEARCH}?{query_string}", json={"q": "red"}, **kwargs)

    def get(path: str) -> Ask:
        return lambda query_string="", **kwargs: client.get(f"{path}{query_string}", **kwargs)

    return {
        "search": get(f"{SEARCH}?q=red&"),
        "compose": compose,
        "search_by_image": by_image,
        "product": get(f"{PRODUCT}?"),
        "similar": get(f"{SIMILAR}?"),
        "similar_to_several": get(f"{SEVERAL}?id=P-001&id=P-002&"),
        "suggest": get(f"{SUGGESTIONS}?q=red&"),
        "alive": get("/healthz?"),
        "ready": get("/readyz?"),
    }


def given_by(client: FlaskClient, engine: FailingEngine) -> Iterator[TestResponse]:
    """Provoke every answer that there is."""
    for ask in asks(client).values():
        first = ask()
        yield first
        if etag := first.headers.get("ETag"):
            yield ask(headers={"If-None-Match": etag})
        yield ask("x=%ff")
    for name in KEYED:
        yield asks(client)[name]("unknown=1")
    yield client.get("/api/v1/products/none")
    yield client.get("/api/v1/products/none/similar")
    yield client.get(f"{SEVERAL}?id=none")
    yield client.post(SEARCH, json={"images": [{"upload": "none"}]})
    yield client.post(SEARCH, data="red", content_type="text/plain")
    yield client.post(SEARCH, json={"q": "x" * 400_000})
    yield post_image(client, BY_IMAGE, b"words")
    yield post_image(client, BY_IMAGE, RED_PNG + bytes(400_000))
    for failure in (RuntimeError(), OverloadedError(), NotReadyError("It starts.")):
        engine.failure = failure
        for ask in asks(client).values():
            yield ask()
    engine.failure = OSError(errno.ENOSPC, "full")
    yield asks(client)["search_by_image"]()
    yield asks(client)["compose"]()
    engine.failure = None


def refused_by(
    settings: Settings, engine: FakeEngine, images: FakeImages
) -> Iterator[TestResponse]:
    """Provoke every answer to who may not ask, or not so often."""
    guarded = replace(settings, require_keys=True)
    foreign = {"headers": bearing(make_key(guarded, Scope.CATALOGUE))}
    with opened_app(guarded, engine, images) as app:
        for name in KEYED:
            yield asks(app.test_client())[name]()
            yield asks(app.test_client())[name](**foreign)
    with opened_app(replace(settings, rate_per_address=1), engine, images) as app:
        client = client_from(app, PUBLIC)
        client.get(f"{SEARCH}?q=red")
        for name in KEYED:
            yield asks(client)[name]()


@pytest.fixture
def failing(
    settings: Settings, engine: FakeEngine, images: FakeImages
) -> tuple[Flask, FailingEngine]:
    failing = FailingEngine(list(engine.products.values()), images)
    return create_app(settings, failing, images), failing


def test_every_documented_answer_is_given_as_it_is_documented(
    failing: tuple[Flask, FailingEngine],
    settings: Settings,
    images: FakeImages,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app, engine = failing
    document = Document(app)
    given: set[Pair | None] = set()
    for response in given_by(app.test_client(), engine):
        given.add(document.check(response))
    for response in refused_by(settings, engine, images):
        given.add(document.check(response))
    monkeypatch.setattr(views, "Alive", lambda status: 1 / 0)
    given.add(document.check(app.test_client().get("/healthz")))
    assert given == document.pairs(*TAGS)


def test_an_answer_with_a_field_that_is_not_documented_would_be_noticed(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    response = app.test_client().get(f"{SEARCH}?q=red")
    Document(app).check(response)
    content = response.get_json()
    monkeypatch.setattr(response, "get_json", lambda: {**content, "extra": 1})
    with pytest.raises(ValueError, match="'extra' was unexpected"):
        Document(app).check(response)


def test_what_a_real_engine_answers_is_as_documented(home: Home) -> None:
    source = PublishedGenerations(home.settings.generations, "numpy", 1)
    engine = SearchEngine(lambda *_: home.encoder, source, EngineLimits(refresh_s=3600))
    try:
        app = create_app(home.settings, engine, ImageStore(home.settings.images))
        app.test_client_class = CheckingClient
        client = app.test_client()
        found = client.get(f"{SEARCH}?q=red+lamp&explain=1&facets=usual").get_json()
        assert found["hits"][0]["title"].startswith("red lamp")
        assert found["hits"][0]["explain"]["lexical"] > 0
        path = f"/api/v1/products/{found['hits'][0]['id']}"
        assert client.get(path).get_json()["title"] == found["hits"][0]["title"]
        assert client.get(f"{path}/similar").get_json()["total"] == {"value": 11, "relation": "eq"}
        by_image = post_image(client, BY_IMAGE, RED_PNG).get_json()
        assert (by_image["query"]["image"], by_image["total"]["value"]) == (True, 12)
        assert client.get("/readyz").get_json()["products"] == 12
    finally:
        engine.close()


class PatientEngine(FakeEngine):
    """Takes longer every time."""

    took_ms = 1.0

    def search(self, query: SearchQuery) -> SearchResults:
        self.took_ms += 1
        return replace(super().search(query), timings_ms={"scan": self.took_ms})


def test_an_entity_tag_is_about_everything_but_the_timings(
    settings: Settings, engine: FakeEngine, images: FakeImages
) -> None:
    patient = PatientEngine(list(engine.products.values()), images)
    client = create_app(settings, patient, images).test_client()
    first, second = client.get(f"{SEARCH}?q=red"), client.get(f"{SEARCH}?q=red")
    assert first.get_json()["took_ms"] < second.get_json()["took_ms"]
    assert first.headers["ETag"] == second.headers["ETag"]
    product = replace(engine.product("P-000"), stock=3)
    changed = FakeEngine([product, *list(engine.products.values())[1:]], images)
    other = create_app(settings, changed, images).test_client().get(f"{SEARCH}?q=red")
    assert other.headers["ETag"] != first.headers["ETag"]


def test_the_document_is_sent_once(client: FlaskClient) -> None:
    first = client.get("/api/v1/openapi.json")
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get("/api/v1/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_all_that_the_page_of_the_document_loads_is_here(client: FlaskClient) -> None:
    page = client.get("/api/v1/docs")
    assert page.content_type == "text/html; charset=utf-8"
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    loaded = [address for address in addresses if address.startswith("docs/")]
    assert [Path(each.split("?")[0]).name for each in loaded] == [
        "swagger-ui.css", "page.css", "swagger-ui-bundle.js", "start.js",
    ]  # fmt: skip
    for address in loaded:
        response = client.get(f"/api/v1/{address}")
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get("/api/v1/docs/start.js").headers["Cache-Control"] == "no-cache"
    assert client.get("/api/v1/docs/other.js").status_code == 404
