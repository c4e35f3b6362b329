"""The API before a real engine: cursors, kept answers, facets, explanations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from catalog.image_store import ImageStore
from core.settings import Settings
from encoder.fake import COLOURS
from tests.web.api_shop import LINES, served_shop
from tests.web.conformance import CheckingClient
from tests.web.fake_engine import encoded
from tests.web.test_bad_requests import problem
from tests.web.uploading import post_image
from web.app import create_app

SEARCH = "/api/v1/search"
BAGS = {line.id for line in LINES if line.category[0] == "Bags"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    settings = Settings(home=tmp_path_factory.mktemp("shop"), index="numpy", threads=1)
    with served_shop(settings) as engine:
        app = create_app(settings, engine, ImageStore(settings.images))
        app.test_client_class = CheckingClient
        yield app.test_client()


def answer(response: TestResponse) -> Any:
    assert response.status_code == 200, response.text
    return response.get_json()


def ids(found: Any) -> list[str]:
    return [hit["id"] for hit in found["hits"]]


def test_readiness_and_products_are_those_of_the_generation(client: FlaskClient) -> None:
    assert answer(client.get("/readyz"))["products"] == len(LINES)
    product = answer(client.get("/api/v1/products/a%2Fb"))
    assert (product["title"], product["attributes"]) == ("White wool jumper", {"colour": "White"})


def test_a_sentence_is_told_as_it_was_understood(client: FlaskClient) -> None:
    sentence = "red leather bagg under 50, but not by Acme"
    query = answer(client.get(SEARCH, query_string={"q": sentence}))["query"]
    assert query["text"] == sentence
    assert query["rewrites"] == [{"before": "bagg", "after": "bag", "why": "spelling"}]
    chips = {chip["label"]: chip for chip in query["chips"]}
    assert chips["not Acme"]["filter"] == {"not": {"field": "brand", "in": ["Acme"]}}
    assert chips["not Acme"]["without"] == "red leather bag under 50"
    assert chips["under 50"]["filter"] == {"field": "price", "minimum": None, "maximum": "50"}
    literal = answer(client.get(SEARCH, query_string={"q": sentence, "understand": "0"}))["query"]
    assert (literal["rewrites"], literal["chips"]) == ([], [])


def test_what_is_pushed_away_by_likeness_is_told(client: FlaskClient) -> None:
    query = answer(client.get(f"{SEARCH}?q=red+leather+bag+without+fringes"))["query"]
    away = [chip["away_from"] for chip in query["chips"] if chip["away_from"]]
    assert away == ["fringes"]


def test_each_facet_value_counts_what_choosing_it_gives(client: FlaskClient) -> None:
    found = answer(client.get(f"{SEARCH}?q=bag&facets=brand&filter.brand=Aster"))
    (facet,) = found["facets"]
    assert {each["value"] for each in facet["values"] if each["selected"]} == {"Aster"}
    for each in facet["values"]:
        chosen = client.get(SEARCH, query_string={"q": "bag", "filter.brand": each["value"]})
        assert answer(chosen)["total"]["value"] == each["count"]
    assert len(facet["values"]) == 3


def test_ways_out_give_the_total_that_they_promise(client: FlaskClient) -> None:
    found = answer(client.get(f"{SEARCH}?q=red+leather+bag&filter.brand=Aster&filter.price=..20"))
    assert (found["total"]["value"], found["hits"]) == (0, [])
    (way,) = found["relaxations"]
    conditions = [{"field": "brand", "in": ["Aster"]}, way["after"]]
    body = {"q": "red leather bag", "filter": {"and": conditions}}
    assert answer(client.post(SEARCH, json=body))["total"]["value"] == way["count"] == 1


def test_variants_are_one_hit_unless_each_is_wanted(client: FlaskClient) -> None:
    (boot,) = answer(client.get(f"{SEARCH}?q=brown+leather+boot&filter.group_id=boot"))["hits"]
    assert boot["group_size"] == 2
    apart = answer(client.get(f"{SEARCH}?q=brown+leather+boot&filter.group_id=boot&collapse=0"))
    assert sorted(ids(apart)) == ["VT-0051", "VT-0052"]


def test_a_hit_tells_where_its_score_comes_from_if_asked(client: FlaskClient) -> None:
    (first, *_) = answer(client.get(f"{SEARCH}?q=red+leather+bag&explain=1"))["hits"]
    assert set(first["explain"]) == {"image", "text", "lexical", "effects"}
    assert first["explain"]["lexical"] == round(first["explain"]["lexical"], 4)
    assert answer(client.get(f"{SEARCH}?q=red+leather+bag"))["hits"][0]["explain"] is None


@pytest.mark.parametrize(
    "asked",
    [
        f"{SEARCH}?q=leather+bag&understand=0",
        "/api/v1/similar?id=VT-0042&id=VT-0061&filter.price=..200",
        "/api/v1/products/VT-0042/similar?in_stock=1",
    ],
)
def test_cursors_lead_through_the_whole_ranking(client: FlaskClient, asked: str) -> None:
    join = "&" if "?" in asked else "?"
    whole = answer(client.get(f"{asked}{join}per_page=100"))
    found, cursor, pages = [], "", 0
    while cursor is not None and pages <= len(LINES):
        page = answer(client.get(f"{asked}{join}per_page=2{cursor and f'&cursor={cursor}'}"))
        assert page["page"] == (None if cursor else 1)
        found += ids(page)
        cursor, pages = page["next_cursor"], pages + 1
    assert found == ids(whole)
    assert len(found) == whole["total"]["value"]
    assert pages == -(-len(found) // 2) > 1


def test_a_cursor_is_of_one_question_alone(client: FlaskClient) -> None:
    likeness = "/api/v1/similar?per_page=1&id=VT-0042"
    cursor = answer(client.get(likeness))["next_cursor"]
    assert answer(client.get(f"{likeness}&cursor={cursor}"))["hits"]
    for other in ("&id=VT-0061", "&in_stock=1", "&within=1", "&filter.brand=Aster"):
        refused = client.get(f"{likeness}{other}&cursor={cursor}")
        assert problem(refused) == (422, "foreign_cursor", "/cursor"), other
    red, blue = (encoded((60, 80), COLOURS[name]) for name in ("red", "blue"))
    cursor = answer(post_image(client, f"{SEARCH}/image", red, per_page="1"))["next_cursor"]
    again = post_image(client, f"{SEARCH}/image", red, per_page="1", cursor=cursor)
    assert answer(again)["hits"]
    elsewhere = post_image(client, f"{SEARCH}/image", blue, per_page="1", cursor=cursor)
    assert problem(elsewhere) == (422, "foreign_cursor", "/cursor")
    assert problem(client.get(f"{SEARCH}?q=bag&cursor=x")) == (422, "invalid_cursor", "/cursor")


def test_likeness_keeps_to_its_rules(client: FlaskClient) -> None:
    boots = "/api/v1/products/VT-0051/similar?per_page=100"
    assert "VT-0052" not in ids(answer(client.get(boots)))
    assert "VT-0052" in ids(answer(client.get(f"{boots}&variants=1")))
    bags = answer(client.get("/api/v1/products/VT-0042/similar?within=1&in_stock=1&facets=brand"))
    assert set(ids(bags)) == BAGS - {"VT-0042", "VT-0043"}  # itself, and what is sold out
    counts = {each["value"]: each["count"] for each in bags["facets"][0]["values"]}
    assert counts == {"Acme": 2, "Aster": 1, "Brook & Co": 1}


def test_a_picture_is_searched_with_conditions(client: FlaskClient) -> None:
    red = encoded((60, 80), COLOURS["red"])
    found = answer(
        post_image(
            client, f"{SEARCH}/image", red, facets="brand", sort="price_asc",
            **{"filter.category": "Bags", "exclude.brand": "Acme", "filter.price": "..50"},
        )
    )  # fmt: skip
    assert ids(found)[:2] == ["VT-0044", "VT-0042"]
    assert set(ids(found)) <= {"VT-0042", "VT-0043", "VT-0044"}


def test_words_move_a_liked_product_to_another_colour(client: FlaskClient) -> None:
    body = {"liked": [{"id": "VT-0042"}], "texts": [{"text": "blue"}]}
    assert ids(answer(client.post(SEARCH, json=body)))[0] == "VT-0043"
    away = {"liked": [{"id": "VT-0042"}], "disliked": [{"id": "VT-0045"}]}
    assert not {"VT-0042", "VT-0045"} & set(ids(answer(client.post(SEARCH, json=away))))


def test_an_answer_that_is_kept_says_so_and_is_the_same(client: FlaskClient) -> None:
    first = client.get(f"{SEARCH}?q=green+bag+kept&facets=usual")
    again = client.get(f"{SEARCH}?q=green+bag+kept&facets=usual")
    assert first.headers["Server-Timing"].startswith("queue;dur=")
    assert again.headers["Server-Timing"].startswith("cached;dur=")
    assert list(again.get_json()["timings_ms"]) == ["cached"]
    assert again.headers["ETag"] == first.headers["ETag"]
    timings = {"took_ms": 0, "timings_ms": 0}
    assert first.get_json() | timings == again.get_json() | timings
    unchanged = client.get(
        f"{SEARCH}?q=green+bag+kept&facets=usual", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    assert unchanged.headers["Cache-Control"] == "no-cache"
    picture = [post_image(client, f"{SEARCH}/image", encoded((9, 9), (9, 9, 9))) for _ in "ab"]
    assert all(each.headers["Server-Timing"].startswith("queue;dur=") for each in picture)


def test_suggestions_lead_to_what_they_count(client: FlaskClient) -> None:
    lines = answer(client.get("/api/v1/suggestions?q=a"))["suggestions"]
    brands = {line["text"]: line for line in lines if line["kind"] == "brand"}
    assert set(brands) == {"Acme", "Aster"}
    for line in brands.values():
        assert answer(client.get(f"{SEARCH}?{line['search']}"))["total"]["value"] == line["count"]
    (bags,) = answer(client.get("/api/v1/suggestions?q=travl"))["suggestions"][:1]
    assert (bags["kind"], bags["path"]) == ("category", ["Bags", "Travel"])
    assert ids(answer(client.get(f"{SEARCH}?{bags['search']}"))) == ["VT-0046"]
