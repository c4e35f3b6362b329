from __future__ import annotations

import io
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import vitrine_client
from flask import Flask
from PIL import Image
from pydantic import BaseModel
from vitrine_client import (
    InvalidRequestError,
    NotFoundError,
    Readiness,
    RefusedError,
    SearchOptions,
    ServerFaultError,
    UnavailableError,
    UnexpectedAnswerError,
    UnreachableError,
    VitrineClient,
    VitrineClientError,
    Wish,
)

from encoder.fake import COLOURS
from tests.web.conformance import Document

CLIENT = Path(__file__).parents[2] / "clients" / "python"


def picture(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16), COLOURS[colour]).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_sentence_finds_products_of_a_running_server(client: VitrineClient) -> None:
    found = client.search("green lamp", per_page=5)
    first = found.hits[0]
    assert first.title.startswith("green lamp")
    assert (first.brand, first.category, first.price) == ("Acme", ("Lamps",), None)
    assert first.image is not None
    assert (first.image.width, first.image.height) == (16, 16)
    assert (found.query.text, found.query.image) == ("green lamp", False)
    assert (found.total.relation, found.exact) == ("eq", True)
    assert (found.page, found.per_page, found.hits[0].group_size) == (1, 5, 1)


def test_pages_and_cursors_continue_one_ranking(client: VitrineClient) -> None:
    whole = client.search("lamp", per_page=12)
    assert (whole.total.value, len(whole.hits), whole.next_cursor) == (12, 12, None)
    pages = [client.search("lamp", page=page, per_page=4) for page in (1, 2, 3)]
    assert [hit.id for page in pages for hit in page.hits] == [hit.id for hit in whole.hits]
    assert {page.generation for page in pages} == {whole.generation}
    cursor = pages[0].next_cursor
    assert cursor is not None
    assert client.search("lamp", cursor=cursor, per_page=4).hits == pages[1].hits


def test_filters_and_facets_are_true_to_each_other(client: VitrineClient) -> None:
    everything = client.search("lamp", facets=["brand", "category"])
    counts = [
        (each.field, each.values[0].value, each.values[0].count) for each in everything.facets
    ]
    assert counts == [("brand", "Acme", 12), ("category", "Lamps", 12)]
    assert client.search("lamp", filters={"brand": ["Acme", "Other"]}).total.value == 12
    assert client.search("lamp", exclude={"brand": "Acme"}).total.value == 0


def test_facets_of_the_catalogues_choice_are_asked_for_with_none(client: VitrineClient) -> None:
    fields = {each.field for each in client.search("lamp", facets=None).facets}
    assert "category" in fields
    assert fields == {each.field for each in client.compose("lamp", facets=None).facets}
    assert client.search("lamp").facets == ()


def test_a_composed_query_weighs_what_it_is_given(client: VitrineClient) -> None:
    red, blue = (client.search(f"{colour} lamp").hits[0].id for colour in ("red", "blue"))
    found = client.compose(wishes=[Wish(image=picture("red")), Wish("red lamp", weight=0.5)])
    assert found.hits[0].id == red
    assert found.query.image is True
    liked = client.compose(wishes=[Wish(product_id=red), Wish(product_id=blue, weight=-1)])
    assert {red, blue} & {hit.id for hit in liked.hits} == set()
    nothing = client.compose("lamp", exclude={"field": "brand", "in": ["Acme"]})
    assert nothing.total.value == 0


def test_what_is_wrong_with_a_composed_query_is_pointed_to(client: VitrineClient) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        client.compose(wishes=[Wish("red"), Wish("blue", weight=11)])
    assert (caught.value.code, caught.value.pointer) == ("out_of_range", "/texts/1/weight")
    with pytest.raises(NotFoundError) as missed:
        client.compose(wishes=[Wish("red"), Wish(product_id="none", weight=-1)])
    assert (missed.value.code, missed.value.pointer) == ("product_not_found", "/disliked/0/id")


def test_a_picture_finds_its_colour(client: VitrineClient) -> None:
    found = client.search_by_image(picture("blue"), per_page=1)
    assert found.hits[0].title.startswith("blue lamp")
    assert found.query.image is True


def test_a_picture_is_searched_with_conditions(client: VitrineClient) -> None:
    asked: SearchOptions = {"facets": ["brand"], "sort": "newest", "collapse": False, "per_page": 3}
    found = client.search_by_image(picture("blue"), filters={"brand": ["Acme", "Other"]}, **asked)
    assert [(each.field, each.values[0].count) for each in found.facets] == [("brand", 12)]
    cursor = found.next_cursor
    assert cursor is not None
    asked["cursor"] = cursor
    rest = client.search_by_image(picture("blue"), filters={"brand": ["Acme", "Other"]}, **asked)
    assert not {hit.id for hit in found.hits} & {hit.id for hit in rest.hits}
    assert (found.page, rest.page) == (1, None)
    assert client.search_by_image(picture("blue"), exclude={"brand": "Acme"}).total.value == 0


def test_what_is_typed_is_completed(client: VitrineClient) -> None:
    lines = {line.kind: line for line in client.suggest("la").suggestions}
    assert (lines["category"].text, lines["category"].search) == ("Lamps", "filter.category=Lamps")
    assert lines["category"].filter == {"field": "category", "in": ["Lamps"]}
    (title,) = client.suggest("blue la", limit=1).suggestions
    assert title.product_id is not None
    assert title.text == client.product(title.product_id).title
    assert [title.text[span.begin : span.end] for span in title.spans] == ["blue", "la"]


def test_a_product_and_what_is_like_it_are_found_by_id(client: VitrineClient) -> None:
    product_id = client.search("red lamp").hits[0].id
    product = client.product(product_id)
    assert (product.id, product.title) == (product_id, f"red lamp {product_id}")
    similar = client.similar(product_id)
    assert similar.query.similar_to == (product_id,)
    assert similar.total.value == 11
    assert client.similar(product_id, similar.hits[0].id, in_stock=True).total.value == 10
    assert product_id not in {hit.id for hit in similar.hits}
    first = client.similar(product_id, per_page=4, facets=["brand"], variants=True)
    assert first.next_cursor is not None
    assert first.facets[0].values[0].count == 11
    more = client.similar(product_id, per_page=4, variants=True, cursor=first.next_cursor)
    assert [hit.id for hit in (*first.hits, *more.hits)] == [hit.id for hit in similar.hits][:8]


def test_readiness_tells_what_is_in_service(client: VitrineClient) -> None:
    ready = client.ready()
    assert (ready.ready, ready.products, ready.images) == (True, 12, 12)


def test_a_value_that_is_refused_is_named(client: VitrineClient) -> None:
    with pytest.raises(InvalidRequestError, match="per_page must be from 1 to 100") as caught:
        client.search("lamp", per_page=1000)
    error = caught.value
    assert (error.status, error.code, error.pointer) == (422, "out_of_range", "/per_page")
    assert len(error.request_id) == 32
    with pytest.raises(InvalidRequestError) as refused:
        client.search_by_image(b"words")
    assert (refused.value.status, refused.value.code) == (415, "not_an_image")


def test_a_product_that_is_not_there_is_its_own_error(client: VitrineClient) -> None:
    for product_id in ("none", "a/b c?d#é%"):
        with pytest.raises(NotFoundError) as caught:
            client.product(product_id)
        assert caught.value.code == "product_not_found"
        assert product_id in str(caught.value)


def test_nobody_at_the_address_is_one_error() -> None:
    with (
        VitrineClient("http://127.0.0.1:9", retries=0) as client,
        pytest.raises(UnreachableError, match=r"^http://127\.0\.0\.1:9 does not answer: "),
    ):
        client.search("lamp")


class Scripted(BaseHTTPRequestHandler):
    """Gives the answers that it was told to, one after the other."""

    answers: ClassVar[list[tuple[int, dict[str, str], bytes]]] = []
    asked: ClassVar[list[str]] = []
    keys: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        status, headers, body = self.answers.pop(0)
        self.asked.append(self.path)
        self.keys.append(self.headers["Authorization"])
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@contextmanager
def scripted(*answers: tuple[int, dict[str, str], bytes]) -> Iterator[str]:
    Scripted.answers[:], Scripted.asked[:], Scripted.keys[:] = answers, [], []
    with ThreadingHTTPServer(("127.0.0.1", 0), Scripted) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def problem(status: int, code: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    body = {"type": f"urn:vitrine:problem:{code}", "title": "T", "status": status,
            "detail": "Told.", "code": code, "request_id": "r"}  # fmt: skip
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, {"Content-Type": "application/problem+json", **names}, json.dumps(body).encode()


READY = {"ready": True, "generation": "g", "model": "m", "products": 1, "images": 2, "index": "n"}
FINE = (200, {"Content-Type": "application/json"}, json.dumps({**READY, "new": 1}).encode())


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr("urllib3.util.retry.time.sleep", slept.append)
    return slept


def test_a_busy_server_is_asked_again_after_the_time_that_it_names(waits: list[float]) -> None:
    busy = problem(503, "overloaded", Retry_After="7")
    patience = problem(429, "too_many_requests", Retry_After="9999")
    with scripted(busy, patience, FINE) as url, VitrineClient(url) as client:
        assert client.ready() == Readiness.model_validate(READY)
    assert waits == [7, 30]
    assert Scripted.asked == ["/readyz"] * 3


def test_a_key_is_sent_where_there_is_one() -> None:
    refusal = problem(403, "scope_missing")
    with scripted(FINE, FINE, refusal) as url:
        with VitrineClient(url) as client:
            client.ready()
        with VitrineClient(url, key="vitrine_1") as client:
            client.ready()
            with pytest.raises(RefusedError) as caught:
                client.ready()
    assert Scripted.keys == [None, "Bearer vitrine_1", "Bearer vitrine_1"]
    assert (caught.value.status, caught.value.code) == (403, "scope_missing")


def test_a_server_that_stays_busy_is_given_up(waits: list[float]) -> None:
    busy = problem(503, "overloaded", Retry_After="2")
    with (
        scripted(busy, busy, busy) as url,
        VitrineClient(url, retries=2) as client,
        pytest.raises(UnavailableError) as caught,
    ):
        client.ready()
    assert (caught.value.code, caught.value.retry_after_s) == ("overloaded", 2)
    assert waits == [2, 2]


def test_a_wait_that_cannot_be_read_is_the_usual_one(waits: list[float]) -> None:
    busy = problem(503, "overloaded", Retry_After="soon")
    with scripted(busy, FINE) as url, VitrineClient(url) as client:
        assert client.ready().ready
    assert waits == []


def test_a_key_that_no_header_can_hold_is_refused_at_once() -> None:
    for key in ("\N{KEY}", "a\nb"):
        with pytest.raises(ValueError, match="printable ASCII"):
            VitrineClient("http://localhost", key=key)


def test_half_a_character_is_for_the_server_to_judge(client: VitrineClient) -> None:
    with pytest.raises(InvalidRequestError):
        client.search("\ud800")
    with pytest.raises(InvalidRequestError) as caught:
        client.compose("\ud800")
    assert (caught.value.code, caught.value.pointer) == ("control_character", "/q")
    with pytest.raises(InvalidRequestError):
        client.search_by_image(picture("blue"), "\ud800")
    with pytest.raises(VitrineClientError):
        client.product("\ud800")


def test_a_fault_of_the_server_is_not_asked_for_again(waits: list[float]) -> None:
    with (
        scripted(problem(500, "internal_error")) as url,
        VitrineClient(url) as client,
        pytest.raises(ServerFaultError, match=r"^Told\.$") as caught,
    ):
        client.ready()
    assert (caught.value.request_id, waits) == ("r", [])


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"Content-Type": "text/html"}, b"<p>Welcome to the proxy"),
        (200, {}, b'{"ready": true}'),
        (502, {"Content-Type": "text/html"}, b"Bad gateway"),
        (302, {"Location": "http://elsewhere.invalid/"}, b""),
        (404, {"Content-Type": "application/problem+json"}, b"{"),
        (404, {"Content-Type": "application/problem+json"}, b"[1]"),
        (404, {"Content-Type": "application/problem+json"}, b"[" * 100_000),
        (404, {"Content-Type": "application/problem+json"}, b'{"status": "x", "code": "y"}'),
        (404, {"Content-Type": "application/problem+json"}, b'{"status": 404, "code": null}'),
    ],
)
def test_an_answer_that_is_not_the_apis_is_its_own_error(
    answer: tuple[int, dict[str, str], bytes],
) -> None:
    with (
        scripted(answer) as url,
        VitrineClient(url) as client,
        pytest.raises(UnexpectedAnswerError),
    ):
        client.ready()


def test_every_answer_about_products_has_a_model(app: Flask) -> None:
    for name, operation in Document(app).operations("Search", "Products").items():
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        model = schema["$ref"].rpartition("/")[2]
        assert issubclass(getattr(vitrine_client, model), BaseModel), name


def test_what_the_readme_shows_runs(
    shop_server: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    readme = (CLIENT / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    (tmp_path / "photo.jpg").write_bytes(picture("blue"))
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(code.replace("http://127.0.0.1:8000", shop_server), names)
    printed = capsys.readouterr().out.splitlines()
    assert {line.partition(" ")[2] for line in printed} >= {
        "Red leather bag 29.90",
        "Acme - without it: bag",
        "Red leather bag",
    }
    assert printed[-1] == "out_of_range /per_page"
    assert {hit.brand for hit in names["cheap"].hits} == {"Aster", "Brook & Co"}
    assert names["blue"].hits[0].id == "VT-0043"


def test_the_models_are_those_of_the_document(app: Flask) -> None:
    schemas: dict[str, Any] = Document(app).content["components"]["schemas"]
    models = {
        name: model
        for name, model in vars(vitrine_client).items()
        if isinstance(model, type) and issubclass(model, BaseModel)
    }
    told = {name: set(schemas[name]["properties"]) for name in models}
    assert {name: set(model.model_fields) for name, model in models.items()} == told
