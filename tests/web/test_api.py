from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.settings import Settings
from search.query import SearchQuery
from search.results import EngineStatus
from tests.web.fake_engine import FINGERPRINT, GENERATION, FakeEngine, FakeImages
from tests.web.keyed import opened_app
from tests.web.test_events import ReadingEngine
from tests.web.uploading import RED_JPEG, RED_PNG, post_image
from web.presenters import present_results
from web.services import attach, services


def search(client: FlaskClient, **arguments: Any) -> Any:
    response = client.get("/api/v1/search", query_string=arguments)
    assert response.status_code == 200, response.text
    return response.get_json()


def test_search_answers_in_the_documented_shape(client: FlaskClient, engine: FakeEngine) -> None:
    answer = search(client, q="red wool lamp", per_page=1)
    lamp = engine.product(answer["hits"][0]["id"])
    image = lamp.images[0]
    assert answer == {
        "query": {
            "text": "red wool lamp",
            "image": False,
            "sought": "red wool lamp",
            "rewrites": [],
            "chips": [],
        },
        "hits": [
            {
                "id": lamp.id,
                "title": "Red wool lamp",
                "score": 1.0,
                "brand": lamp.brand,
                "category": ["Lighting", "Lamps"],
                "price": {"amount": "59.40", "minor": 5940, "currency": "EUR"},
                "was_price": None,
                "stock": 12,
                "availability": None,
                "image": {
                    "url": f"/media/{image.hash}/480.jpg",
                    "width": 480,
                    "height": 640,
                    "alt": "red lamp from the front",
                    "hash": image.hash,
                    "sizes": [
                        {"url": f"/media/{image.hash}/160.jpg", "width": 160, "height": 213},
                        {"url": f"/media/{image.hash}/320.jpg", "width": 320, "height": 427},
                        {"url": f"/media/{image.hash}/480.jpg", "width": 480, "height": 640},
                    ],
                },
                "url": f"/products/{lamp.id}",
                "group_size": 1,
                "explain": None,
            }
        ],
        "nearest": [],
        "total": {"value": 41, "relation": "eq"},
        "facets": [],
        "relaxations": [],
        "page": 1,
        "per_page": 1,
        "pages": 41,
        "next_cursor": None,
        "generation": GENERATION,
        "model": FINGERPRINT,
        "exact": True,
        "took_ms": 5.75,
        "timings_ms": {"queue": 0.5, "encode": 4.25, "scan": 1.0},
        "query_id": None,
    }


def test_pages_continue_one_ranking(client: FlaskClient) -> None:
    whole = [hit["id"] for hit in search(client, q="red", per_page=12)["hits"]]
    parts = [
        hit["id"]
        for page in (1, 2, 3)
        for hit in search(client, q="red", per_page=5, page=page)["hits"]
    ]
    assert parts == whole
    assert search(client, q="red", per_page=5, page=4)["hits"] == []


def test_a_price_that_is_not_known_is_null(client: FlaskClient) -> None:
    assert client.get("/api/v1/products/P-005").get_json()["price"] is None


def test_the_commands_print_what_the_api_answers(client: FlaskClient, engine: FakeEngine) -> None:
    query = SearchQuery(text="red bag")
    printed = present_results(engine.search(query), query).model_dump(mode="json")
    assert printed == search(client, q="red bag")


def test_a_picture_finds_its_colour_first(client: FlaskClient) -> None:
    response = post_image(client, "/api/v1/search/image", RED_PNG, per_page="10")
    answer = response.get_json()
    assert response.status_code == 200
    assert (answer["query"]["text"], answer["query"]["image"]) == ("", True)
    assert {hit["title"].split()[0] for hit in answer["hits"]} == {"Red"}
    assert response.headers["Cache-Control"] == "no-store"


def test_words_beside_a_picture_are_searched_with_it(client: FlaskClient) -> None:
    answer = post_image(client, "/api/v1/search/image", RED_JPEG, q="wool lamp").get_json()
    assert (answer["query"]["text"], answer["query"]["image"]) == ("wool lamp", True)
    assert answer["hits"][0]["title"] == "Red wool lamp"


def test_a_product_is_given_with_all_its_pictures(client: FlaskClient, engine: FakeEngine) -> None:
    answer = client.get("/api/v1/products/P-001").get_json()
    product = engine.product("P-001")
    assert answer["title"] == "Blue leather bag"
    assert answer["attributes"] == {"colour": "Blue", "material": "Leather"}
    assert [image["hash"] for image in answer["images"]] == [each.hash for each in product.images]
    assert answer["similar_url"] == "/products/P-001/similar"


def test_similar_products_leave_the_product_itself_out(client: FlaskClient) -> None:
    answer = client.get("/api/v1/products/P-001/similar?per_page=100").get_json()
    assert answer["query"] == {"similar_to": ["P-001"]}
    assert answer["hits"][0]["title"] == "Red leather bag"
    assert "P-001" not in {hit["id"] for hit in answer["hits"]}


def test_products_like_several_leave_those_out(client: FlaskClient) -> None:
    answer = client.get("/api/v1/similar?id=P-001&id=P-002&per_page=100").get_json()
    assert answer["query"] == {"similar_to": ["P-001", "P-002"]}
    assert answer["total"]["value"] == 61
    assert {"P-001", "P-002"} & {hit["id"] for hit in answer["hits"]} == set()


def test_an_id_of_any_characters_has_an_address(client: FlaskClient) -> None:
    url = "/products/a%2Fb%20c%3Fd%23%C3%A9"
    assert client.get(f"/api/v1{url}").get_json()["url"] == url
    assert client.get(f"/api/v1{url}/similar").status_code == 200
    assert client.get(url).status_code == 200


def test_an_unchanged_answer_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/api/v1/search?q=red")
    again = client.get("/api/v1/search?q=red", headers={"If-None-Match": first.headers["ETag"]})
    assert first.headers["Cache-Control"] == "no-cache"
    assert (again.status_code, again.data) == (304, b"")
    other = client.get("/api/v1/search?q=blue", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/search?q=red", "/products/P-001", "/api/v1/search?q=red", "/healthz", "/readyz"]
)
def test_head_answers_like_get_without_a_body(client: FlaskClient, path: str) -> None:
    response = client.head(path)
    assert (response.status_code, response.data) == (200, b"")


def test_readiness_tells_what_is_in_service(client: FlaskClient) -> None:
    assert client.get("/readyz").get_json() == {
        "ready": True,
        "generation": GENERATION,
        "model": FINGERPRINT,
        "products": 63,
        "images": 92,
        "index": "numpy",
    }


class UnreadyEngine(FakeEngine):
    def status(self) -> EngineStatus:
        return EngineStatus(False, "", "", 0, 0, "")


def test_a_process_that_is_not_ready_is_alive(app: Flask) -> None:
    with app.app_context():
        current = services()
    unready = UnreadyEngine([], FakeImages())
    attach(
        app,
        type(current)(
            current.settings, unready, current.images, current.thumbnails, current.uploads
        ),
    )
    ready = app.test_client().get("/readyz")
    assert (ready.status_code, ready.get_json()["ready"]) == (503, False)
    assert ready.headers["Retry-After"] == "3"
    assert app.test_client().get("/healthz").get_json() == {"status": "alive"}


def test_an_answer_is_named_for_clicks_where_they_are_recorded(
    settings: Settings, engine: FakeEngine, images: FakeImages
) -> None:
    recording = ReadingEngine(list(engine.products.values()), images)
    with opened_app(replace(settings, events=True), recording, images) as app:
        client = app.test_client()
        one, other = (client.get("/api/v1/search?q=red") for _ in "ab")
        assert one.get_json()["query_id"] == one.headers["X-Query-Id"]
        assert one.get_json()["query_id"] != other.get_json()["query_id"]
        assert one.headers["ETag"] == other.headers["ETag"]
        composed = client.post("/api/v1/search", json={"q": "red"})
        assert composed.get_json()["query_id"] == composed.headers["X-Query-Id"]
