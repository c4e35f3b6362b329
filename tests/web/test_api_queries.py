"""What an address or a body says is what the engine is asked; what is wrong is pointed to."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from core.settings import Settings
from search.filters import AllOf, In, Not, Range
from search.query import Page, SearchQuery, SimilarQuery, Wish
from search.results import SearchResults
from search.sorting import Sort
from tests.web.conformance import CheckingClient
from tests.web.fake_engine import FakeEngine, sample_engine
from tests.web.test_bad_requests import problem
from tests.web.uploading import RED_JPEG, RED_PNG, bomb, post_image
from web.app import create_app

SEARCH = "/api/v1/search"
DATA = base64.b64encode(RED_PNG).decode()


class HearingEngine(FakeEngine):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        engine, self.pictures = sample_engine()
        super().__init__(list(engine.products.values()), self.pictures)
        self.heard: list[SearchQuery | SimilarQuery] = []

    def search(self, query: SearchQuery) -> SearchResults:
        self.heard.append(query)
        return super().search(query)

    def similar(self, query: SimilarQuery) -> SearchResults:
        self.heard.append(query)
        return super().similar(query)


@pytest.fixture
def hearing() -> HearingEngine:
    return HearingEngine()


@pytest.fixture
def app(settings: Settings, hearing: HearingEngine) -> Flask:
    app = create_app(settings, hearing, hearing.pictures)
    app.test_client_class = CheckingClient
    return app


def test_an_address_says_all_that_a_query_has(client: FlaskClient, hearing: HearingEngine) -> None:
    response = client.get(
        f"{SEARCH}?q=red++bag&filter.brand=Aster&filter.price=20..50&filter.brand=Brook"
        "&exclude.attribute.colour=Red&sort=price_asc&facets=brand,price,,brand&page=2&per_page=5"
        "&understand=0&collapse=0&diversity=0.25&explain=1"
    )
    assert response.status_code == 200, response.text
    assert hearing.heard == [
        SearchQuery(
            text="red bag",
            page=Page(2, 5),
            filter=AllOf(
                (
                    In("brand", frozenset({"Aster", "Brook"})),
                    Range("price", Decimal(20), Decimal(50)),
                    Not(In("attribute.colour", frozenset({"Red"}))),
                )
            ),
            sort=Sort.PRICE_ASCENDING,
            facets=("brand", "price"),
            understand=False,
            collapse=False,
            diversity=0.25,
            explain=True,
        )
    ]


def test_what_an_address_leaves_out_is_as_usual(
    client: FlaskClient, hearing: HearingEngine
) -> None:
    client.get(f"{SEARCH}?q=bag")
    client.get(f"{SEARCH}?q=bag&facets=usual&cursor=abc")
    client.get(f"{SEARCH}?filter.in_stock=true")
    in_stock = AllOf((In("in_stock", frozenset({"true"})),))
    assert hearing.heard == [
        SearchQuery("bag"),
        SearchQuery("bag", facets=None, cursor="abc"),
        SearchQuery(filter=in_stock),
    ]


def test_an_address_says_which_alike_products_are_shown(
    client: FlaskClient, hearing: HearingEngine
) -> None:
    asked = (
        "filter.price=..50&variants=1&in_stock=1&within=2&facets=brand&explain=1&per_page=3"
        "&cursor=abc"
    )
    assert client.get(f"/api/v1/products/P-001/similar?{asked}").status_code == 200
    assert client.get(f"/api/v1/similar?id=P-001&id=P-002&{asked}").status_code == 200
    cheap = AllOf((Range("price", None, Decimal(50)),))
    rest: dict[str, Any] = {"page": Page(1, 3), "filter": cheap, "with_variants": True,
                            "in_stock": True, "within": 2, "facets": ("brand",),
                            "explain": True, "cursor": "abc"}  # fmt: skip
    assert hearing.heard == [
        SimilarQuery(("P-001",), **rest),
        SimilarQuery(("P-001", "P-002"), **rest),
    ]


def test_a_form_says_all_that_a_query_has_beside_the_picture(
    client: FlaskClient, hearing: HearingEngine
) -> None:
    fields: dict[str, Any] = {
        "q": "in  blue", "filter.brand": ["Aster", "Brook"], "exclude.attribute.colour": "Red",
        "filter.price": "20..50", "sort": "price_desc", "facets": "usual", "cursor": "",
        "page": "2", "per_page": "5", "understand": "0", "collapse": "0", "diversity": "1",
        "explain": "1",
    }  # fmt: skip
    response = post_image(client, f"{SEARCH}/image", RED_PNG, **fields)
    assert response.status_code == 200, response.text
    (asked,) = hearing.heard
    assert isinstance(asked, SearchQuery)
    assert asked.image is not None
    assert asked.image.size == (90, 120)
    assert replace(asked, image=None) == SearchQuery(
        text="in blue",
        page=Page(2, 5),
        filter=AllOf(
            (
                In("brand", frozenset({"Aster", "Brook"})),
                Not(In("attribute.colour", frozenset({"Red"}))),
                Range("price", Decimal(20), Decimal(50)),
            )
        ),
        sort=Sort.PRICE_DESCENDING,
        facets=None,
        understand=False,
        collapse=False,
        diversity=1.0,
        explain=True,
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"filter.price": "cheap"}, (422, "not_a_range", "/filter.price")),
        ({"sort": ["newest", "newest"]}, (422, "repeated", "/sort")),
        ({"filters": "x"}, (422, "unknown_parameter", "/filters")),
        ({"explain": "yes"}, (422, "not_a_flag", "/explain")),
        ({"cursor": "x", "page": "2"}, (422, "contradiction", "/page")),
    ],
)
def test_a_bad_field_beside_a_picture_is_named(
    client: FlaskClient, fields: dict[str, Any], expected: tuple[int, str, str | None]
) -> None:
    assert problem(post_image(client, f"{SEARCH}/image", RED_PNG, **fields)) == expected


def test_what_a_form_says_is_judged_before_its_picture_is_decoded(client: FlaskClient) -> None:
    refused = post_image(client, f"{SEARCH}/image", bomb(), sort="best")
    assert problem(refused) == (422, "unknown_sort", "/sort")


def test_as_many_conditions_as_an_address_may_have_fit_beside_a_picture(
    client: FlaskClient, hearing: HearingEngine
) -> None:
    brands: dict[str, Any] = {"filter.brand": [f"b{number}" for number in range(64)]}
    assert post_image(client, f"{SEARCH}/image", RED_PNG, **brands).status_code == 200
    (asked,) = hearing.heard
    assert asked.filter == AllOf((In("brand", frozenset(brands["filter.brand"])),))


def test_a_body_says_all_that_a_query_has(client: FlaskClient, hearing: HearingEngine) -> None:
    body = {
        "q": "bag not by Acme",
        "texts": [{"text": "in  blue", "weight": 0.5}, {"text": "leather", "weight": -1}],
        "liked": [{"id": "P-001"}],
        "disliked": [{"id": "P-002", "weight": 2}],
        "filter": {"or": [{"field": "brand", "in": ["Aster"]}, {"field": "stock", "minimum": 1}]},
        "exclude": {"field": "category", "in": ["Shoes"]},
        "sort": "newest", "facets": None, "page": 2, "per_page": 7, "understand": False,
        "collapse": False, "diversity": 1, "explain": True,
    }  # fmt: skip
    response = client.post(SEARCH, json=body)
    assert response.status_code == 200, response.text
    assert response.headers["Cache-Control"] == "no-store"
    (asked,) = hearing.heard
    assert isinstance(asked, SearchQuery)
    assert asked.wishes == (
        Wish(0.5, text="in blue"),
        Wish(-1.0, text="leather"),
        Wish(1.0, product_id="P-001"),
        Wish(-2.0, product_id="P-002"),
    )
    assert str(asked.filter) == (
        "AllOf(filters=(AnyOf(filters=(In(field='brand', values=frozenset({'Aster'})), "
        "Range(field='stock', minimum=Decimal('1'), maximum=None))), "
        "Not(filter=In(field='category', values=frozenset({'Shoes'})))))"
    )
    assert (asked.text, asked.sort, asked.facets) == ("bag not by Acme", Sort.NEWEST, None)
    assert (asked.page, asked.understand, asked.collapse) == (Page(2, 7), False, False)
    assert (asked.diversity, asked.explain) == (1.0, True)


def test_a_body_brings_pictures_as_bytes_or_by_the_sites_upload(
    client: FlaskClient, hearing: HearingEngine
) -> None:
    token = post_image(client, "/search/image", RED_JPEG).headers["Location"].rpartition("/")[2]
    body = {"images": [{"data": DATA}, {"upload": token, "weight": -0.5}]}
    assert client.post(SEARCH, json=body).status_code == 200
    (asked,) = hearing.heard
    assert isinstance(asked, SearchQuery)
    first, second = asked.wishes
    assert (first.weight, second.weight) == (1.0, -0.5)
    assert first.image is not None
    assert second.image is not None
    assert first.image.size == (90, 120)
    assert second.image.size == (300, 400)
    colours = [image.convert("RGB").getpixel((5, 5)) for image in (first.image, second.image)]
    assert colours[0] == Image.open(io.BytesIO(RED_PNG)).convert("RGB").getpixel((5, 5))


@pytest.mark.parametrize(
    ("query_string", "expected"),
    [
        ("", (422, "empty", "/q")),
        ("q=a&sort=cheapest", (422, "unknown_sort", "/sort")),
        ("q=a&explain=yes", (422, "not_a_flag", "/explain")),
        ("q=a&collapse=2", (422, "not_a_flag", "/collapse")),
        ("q=a&diversity=1.5", (422, "out_of_range", "/diversity")),
        ("q=a&diversity=nan", (422, "out_of_range", "/diversity")),
        ("q=a&diversity=much", (422, "not_a_number", "/diversity")),
        ("q=a&cursor=x&page=2", (422, "contradiction", "/page")),
        ("q=a&filter.price=cheap", (422, "not_a_range", "/filter.price")),
        ("q=a&filter.nothing=x", (422, "unknown_field", "/filter.nothing")),
        ("q=a&filters=x", (422, "unknown_parameter", "/filters")),
        ("q=a&sort=newest&sort=newest", (422, "repeated", "/sort")),
    ],
)
def test_a_bad_argument_is_named(
    client: FlaskClient, query_string: str, expected: tuple[int, str, str | None]
) -> None:
    assert problem(client.get(f"{SEARCH}?{query_string}")) == expected


@pytest.mark.parametrize(
    ("query_string", "expected"),
    [
        ("", (422, "out_of_range", "/id")),
        ("&".join(f"id={number}" for number in range(17)), (422, "out_of_range", "/id")),
        ("id=P-001&within=x", (422, "not_a_number", "/within")),
        ("id=P-001&within=0", (422, "out_of_range", "/within")),
        ("id=P-001&cursor=x&page=2", (422, "contradiction", "/page")),
        ("id=P-001&sort=newest", (422, "unknown_parameter", "/sort")),
        ("id=none", (404, "product_not_found", None)),
    ],
)
def test_a_bad_question_for_likeness_is_named(
    client: FlaskClient, query_string: str, expected: tuple[int, str, str | None]
) -> None:
    assert problem(client.get(f"/api/v1/similar?{query_string}")) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (422, "empty", "/q")),
        ({"q": 1}, (422, "not_text", "/q")),
        ({"query": "a"}, (422, "unknown_parameter", "/query")),
        ({"q": "a", "page": "2"}, (422, "not_a_number", "/page")),
        ({"q": "a", "page": True}, (422, "not_a_number", "/page")),
        ({"q": "a", "page": 0}, (422, "out_of_range", "/page")),
        ({"q": "a", "page": 10**30}, (422, "too_deep", "/page")),
        ({"q": "a", "explain": 1}, (422, "not_a_flag", "/explain")),
        ({"q": "a", "diversity": 2}, (422, "out_of_range", "/diversity")),
        ({"q": "a", "facets": "brand"}, (422, "not_a_list", "/facets")),
        ({"q": "a", "facets": ["brand"] * 33}, (422, "too_many", "/facets")),
        ({"texts": [{}]}, (422, "missing", "/texts/0/text")),
        ({"texts": [{"text": "a"}, {"text": "b", "weight": 0}]},
         (422, "out_of_range", "/texts/1/weight")),
        ({"texts": [{"text": "x" * 501}]}, (422, "too_long", "/texts/0/text")),
        ({"texts": [{"text": " "}]}, (422, "not_one_thing", "/texts/0")),
        ({"texts": [{"text": "a"}] * 17}, (422, "too_many", "/texts")),
        ({"texts": [{"text": "a"}] * 9, "liked": [{"id": "P-001"}] * 9},
         (422, "too_many", "/wishes")),
        ({"liked": [{"id": "P-001", "weight": -1}]}, (422, "out_of_range", "/liked/0/weight")),
        ({"liked": [{"id": ""}]}, (422, "not_one_thing", "/liked/0")),
        ({"disliked": [{"id": 7}]}, (422, "not_text", "/disliked/0/id")),
        ({"images": [{}]}, (422, "not_one_thing", "/images/0")),
        ({"images": [{"data": "?"}]}, (422, "not_base64", "/images/0/data")),
        ({"images": [{"data": DATA}, {"data": "aGVsbG8="}]},
         (415, "not_an_image", "/images/1/data")),
        ({"images": [{"data": base64.b64encode(bomb()).decode()}]},
         (413, "too_many_pixels", "/images/0/data")),
        ({"images": [{"data": base64.b64encode(RED_PNG + bytes(200_000)).decode()}]},
         (413, "too_many_bytes", "/images/0/data")),
        ({"images": [{"upload": "none"}]}, (404, "upload_not_found", "/images/0/upload")),
        ({"texts": ["a"]}, (422, "not_an_object", "/texts/0")),
        ({"images": [{"data": DATA}] * 5}, (422, "too_many", "/images")),
        ({"filter": []}, (422, "not_a_filter", "/filter")),
        ({"filter": {"and": [{"field": "brand", "in": ["a"]}, {"field": "colour", "in": []}]}},
         (422, "unknown_field", "/filter/and/1/field")),
        ({"q": "a", "exclude": {"field": "price", "minimum": "x"}},
         (422, "not_a_number", "/exclude/minimum")),
        ({"q": "a", "sort": "best"}, (422, "unknown_sort", "/sort")),
        ({"q": "a", "cursor": "x", "page": 2}, (422, "contradiction", "/page")),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_body_is_pointed_to(
    client: FlaskClient, body: Any, expected: tuple[int, str, str | None]
) -> None:
    assert problem(client.post(SEARCH, json=body)) == expected


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (b"{", "application/json", (400, "bad_request", None)),
        (b"[]", "application/json", (400, "bad_request", None)),
        (b'{"q": "\xff"}', "application/json", (400, "bad_request", None)),
        (b'{"diversity": NaN}', "application/json", (400, "bad_request", None)),
        (b'{"filter": ' + b'{"not": ' * 5000, "application/json", (400, "bad_request", None)),
        (b'{"filter":' + b'{"not":' * 9 + b"{}" + b"}" * 10, "application/json",
         (422, "too_deep", "/filter" + "/not" * 8)),
        (b'{"texts": [{"text": "b", "weight": 1e400}]}', "application/json",
         (422, "out_of_range", "/texts/0/weight")),
        (b'{"q": "\\ud800"}', "application/json", (422, "control_character", "/q")),
        (b'{"filter": {"field": "brand", "in": ["\\ud800"]}}', "application/json",
         (422, "control_character", "/filter/in/0")),
        (b'{"filter": {"field": "attribute.\\udc00", "minimum": 1}}', "application/json",
         (422, "control_character", "/filter/field")),
        (b'{"q": "a", "\\ud800": 1}', "application/json", (422, "control_character", "")),
        (b'{"q": "a", "q": "b"}', "application/json", (422, "repeated", "/q")),
        (b'{"texts": [{"text": "a", "text": "b"}]}', "application/json",
         (422, "repeated", "/texts/0/text")),
        (b'{"q": "a"}', "text/plain", (415, "unsupported_media_type", None)),
        (b'{"q": "' + b"x" * 300_000 + b'"}', "application/json",
         (413, "request_entity_too_large", None)),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_told_as_that(
    client: FlaskClient, body: bytes, kind: str, expected: tuple[int, str, str | None]
) -> None:
    assert problem(client.post(SEARCH, data=body, content_type=kind)) == expected


def test_characters_outside_the_basic_plane_are_text(client: FlaskClient) -> None:
    body = b'{"filter": {"field": "brand", "in": ["\\ud83d\\udc57"]}}'
    response = client.post(SEARCH, data=body, content_type="application/json")
    assert response.status_code == 200, response.text
