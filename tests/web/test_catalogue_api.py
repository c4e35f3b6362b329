"""Writes to the catalogue over the API."""

from __future__ import annotations

import gzip
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pytest
from flask import Flask
from flask.testing import FlaskClient

from catalog import api_writes, importer, ledger, repository
from catalog.api_keys import Scope
from catalog.api_writes import API_FEED, LOST
from catalog.database import open_catalog
from catalog.models import ImportMode, RunStatus
from catalog.records import ProductRecord
from core.errors import FeedError
from core.settings import Settings
from tests.web.fake_engine import sample_engine
from tests.web.keyed import bearing, make_key, opened_app
from web.api.catalogue_models import ImportAnswer

PRODUCTS = "/api/v1/catalogue/products"
WITHDRAW = "/api/v1/catalogue/withdraw"
IMPORTS = "/api/v1/catalogue/imports"
FEED = b"id,title,price\n1,Boot,29.90 EUR\n2,,\n3,Shoe,x\n"


class Shop(NamedTuple):
    settings: Settings
    client: FlaskClient
    app: Flask

    def product(self, product_id: str) -> ProductRecord | None:
        with closing(open_catalog(self.settings)) as database, database.read() as session:
            return repository.get(session, product_id)

    def product_count(self) -> int:
        with closing(open_catalog(self.settings)) as database, database.read() as session:
            return repository.count(session)


@pytest.fixture(scope="module")
def keyed_home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    home = tmp_path_factory.mktemp("keyed")
    return home, make_key(Settings(home=home), Scope.CATALOGUE, name="Shop backend")


@pytest.fixture
def shop(tmp_path: Path, keyed_home: tuple[Path, str]) -> Iterator[Shop]:
    template, key = keyed_home
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    settings = Settings(home=tmp_path, max_feed_bytes=100_000)
    with opened_app(settings, *sample_engine()) as app:
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = bearing(key)["Authorization"]
        yield Shop(settings, client, app)


def upsert(shop: Shop, *products: Any) -> Any:
    response = shop.client.post(PRODUCTS, json={"products": products})
    assert response.status_code == 200, response.text
    return response.get_json()


def import_feed(shop: Shop, feed: bytes = FEED, query: str = "") -> Any:
    response = shop.client.post(f"{IMPORTS}?{query}", data=feed)
    assert response.status_code == 202, response.text
    for thread in threading.enumerate():
        if thread.name == "api-import":
            thread.join()
    return shop.client.get(response.headers["Location"]).get_json()


def test_each_product_of_a_batch_has_a_result_of_its_own(shop: Shop) -> None:
    answer = upsert(
        shop,
        {"id": "1", "title": "Boot", "price": 29.9, "currency": "EUR", "colour": "red"},
        {"id": 2, "title": "Shoe", "price": "1.234,50 EUR", "images": ["none.jpg"]},
        {"id": "3"},
        "no product",
        {"id": "1", "title": "Boot again"},
        {"id": "4", "title": "Hat", "status": "draft"},
        None,
    )
    told = [
        (each["id"], each["outcome"], [problem["code"] for problem in each["problems"]])
        for each in answer["items"]
    ]
    assert told == [
        ("1", "taken", []),
        ("2", "mended", ["image_missing"]),
        ("3", "refused", ["missing_title"]),
        ("", "refused", ["not_an_object"]),
        ("1", "refused", ["duplicate_id"]),
        ("4", "withheld", ["draft"]),
        ("", "refused", ["not_an_object"]),
    ]
    assert answer["counts"] == {
        "taken": 1, "mended": 1, "refused": 4, "withheld": 1,
        "added": 2, "changed": 0, "unchanged": 0, "withdrawn": 0,
    }  # fmt: skip
    assert "`vitrine index watch`" in answer["publishing"]
    boot, shoe = shop.product("1"), shop.product("2")
    assert boot is not None
    assert (boot.title, boot.price_minor, boot.attributes) == ("Boot", 2990, {"colour": "red"})
    assert shoe is not None
    assert (shoe.price_minor, shoe.images) == (123450, ())


def test_an_upsert_replaces_what_is_there_and_leaves_the_rest(shop: Shop) -> None:
    upsert(shop, {"id": "1", "title": "Boot"}, {"id": "2", "title": "Shoe"})
    counts = upsert(shop, {"id": "1", "title": "Red boot"}, {"id": "2", "title": "Shoe"})["counts"]
    assert (counts["added"], counts["changed"], counts["unchanged"]) == (0, 1, 1)
    upsert(shop, {"id": "3", "title": "Hat"})
    assert shop.product_count() == 3


def test_batches_push_no_feed_off_the_record_and_old_ones_leave_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "KEPT_LEDGERS", 2)
    monkeypatch.setattr(ledger, "LISTED_BATCHES", 3)
    feed = import_feed(shop)["import_id"]
    batches = [upsert(shop, {"id": "1", "title": "Boot"})["import_id"] for _ in range(5)]
    with closing(open_catalog(shop.settings)) as database, database.read() as session:
        kept = {
            run_id: len(ledger.list_entries(session, run_id, 9, problems_only=False))
            for run_id in (feed, *batches)
            if ledger.find_run(session, run_id)
        }
    assert kept == {feed: 3, batches[2]: 0, batches[3]: 1, batches[4]: 1}


@pytest.mark.parametrize("price", ["0.1", "29.90", "123456789.99", "0.07", "1e2"])
def test_a_price_that_is_a_number_keeps_its_digits(shop: Shop, price: str) -> None:
    body = f'{{"products": [{{"id": "1", "title": "Boot", "price": {price}, "currency": "EUR"}}]}}'
    response = shop.client.post(PRODUCTS, data=body, content_type="application/json")
    assert [each["outcome"] for each in response.get_json()["items"]] == ["taken"]
    product = shop.product("1")
    assert product is not None
    assert product.price_minor == round(float(price) * 100)


def test_a_path_on_the_server_is_no_picture(shop: Shop, tmp_path: Path) -> None:
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(b"x")
    answer = upsert(shop, {"id": "1", "title": "Boot", "images": [str(secret), "../../vitrine.db"]})
    codes = {problem["code"] for problem in answer["items"][0]["problems"]}
    assert codes
    assert all(code.startswith("image_") for code in codes)
    product = shop.product("1")
    assert product is not None
    assert product.images == ()


@pytest.mark.parametrize(
    ("body", "kind", "status", "code", "pointer"),
    [
        (b"{", "application/json", 400, "bad_request", None),
        (b"[]", "application/json", 400, "bad_request", None),
        (b'{"products": NaN}', "application/json", 400, "bad_request", None),
        (b"[" * 100_000, "application/json", 400, "bad_request", None),
        (b'{"products": [' + b"[" * 50 + b"]" * 50 + b"]}", "application/json", 400,
         "bad_request", None),
        (b"\xff", "application/json", 400, "bad_request", None),
        (b"{}", "text/plain", 415, "unsupported_media_type", None),
        (b"{}", "application/json", 422, "missing", "/products"),
        (b'{"products": {}}', "application/json", 422, "not_a_list", "/products"),
        (b'{"products": []}', "application/json", 422, "missing", "/products"),
        (b'{"products": [1], "mode": 1}', "application/json", 422, "unknown_parameter", "/mode"),
        (json.dumps({"products": [1] * 1001}).encode(), "application/json", 422, "too_many",
         "/products"),
        (b" " * (16 * 2**20) + b"{}", "application/json", 413, "request_entity_too_large", None),
    ],
    ids=["torn", "array", "nan", "deep", "deep item", "not utf-8", "plain text", "nothing",
         "object", "empty", "unknown", "too many", "too long"],
)  # fmt: skip
def test_a_body_that_is_no_batch_is_refused(
    shop: Shop, body: bytes, kind: str, status: int, code: str, pointer: str | None
) -> None:
    shop.app.config["MAX_CONTENT_LENGTH"] = None
    response = shop.client.post(PRODUCTS, data=body, content_type=kind)
    problem = response.get_json()
    assert (response.status_code, problem["code"], problem.get("pointer")) == (
        status, code, pointer,
    )  # fmt: skip


def test_withdrawing_tells_of_each_id_what_became_of_it(shop: Shop) -> None:
    upsert(shop, {"id": "1", "title": "Boot"}, {"id": "a b", "title": "Shoe"})
    ids = ["none", " a  b ", "1", "1", "\x07"]
    answer = shop.client.post(WITHDRAW, json={"ids": ids}).get_json()
    assert answer["items"] == [
        {"id": "none", "outcome": "unknown"},
        {"id": "a b", "outcome": "withdrawn"},
        {"id": "1", "outcome": "withdrawn"},
        {"id": "", "outcome": "unknown"},
    ]
    assert (answer["withdrawn"], shop.product_count()) == (2, 0)


def test_a_feed_is_imported_and_told_of(shop: Shop) -> None:
    answer = import_feed(shop)
    assert answer["source"].startswith("API feed of Shop backend (")
    assert (answer["state"], answer["mode"], answer["reason"]) == ("done", "update", "")
    assert (answer["counts"]["taken"], answer["counts"]["refused"]) == (1, 1)
    named = ("line", "id", "outcome", "code")
    assert [tuple(each[name] for name in named) for each in answer["problems"]] == [
        (3, "2", "refused", "missing_title"),
        (4, "3", "mended", "bad_price"),
    ]
    assert shop.product_count() == 2
    assert list((shop.settings.home / "incoming").iterdir()) == []


def test_a_packed_feed_and_the_words_beside_it_are_read(shop: Shop) -> None:
    answer = import_feed(shop, gzip.compress(b"id,title,price\n1,Boot,5\n"), "currency=CHF")
    assert answer["state"] == "done"
    product = shop.product("1")
    assert product is not None
    assert (product.price_minor, product.currency) == (500, "CHF")


def test_an_id_with_half_a_character_is_refused(shop: Shop) -> None:
    half = b'{"ids": ["\\ud800"]}'
    refused = shop.client.post(WITHDRAW, data=half, content_type="application/json").get_json()
    assert (refused["code"], refused["pointer"]) == ("control_character", "/ids/0")


def test_a_batch_is_read_once_but_its_products_are_mended(shop: Shop) -> None:
    twice = b'{"products": [], "products": [{"id": "1", "title": "Boot"}]}'
    refused = shop.client.post(PRODUCTS, data=twice, content_type="application/json").get_json()
    assert (refused["code"], refused["pointer"]) == ("repeated", "/products")
    half = b'{"products": [{"id": "1", "title": "Boot \\ud800"}]}'
    (item,) = shop.client.post(PRODUCTS, data=half, content_type="application/json").get_json()[
        "items"
    ]
    assert (item["id"], item["outcome"]) == ("1", "mended")


def test_a_full_feed_withdraws_what_it_does_not_name_within_the_share(shop: Shop) -> None:
    upsert(shop, *({"id": str(each), "title": "Boot"} for each in range(4)))
    answer = import_feed(shop, b"id,title\n0,Boot\n", "mode=full")
    assert (answer["state"], answer["counts"]["withdrawn"]) == ("incomplete", 0)
    assert "does not name 3 of the 4 products" in answer["reason"]
    answer = import_feed(shop, b"id,title\n0,Boot\n", "mode=full&max_withdrawn=0.75")
    assert (answer["state"], answer["counts"]["withdrawn"], shop.product_count()) == ("done", 3, 1)


@pytest.mark.parametrize(
    ("feed", "query", "status", "code"),
    [
        (b"", "", 422, "unreadable_feed"),
        (b"<!doctype html><html>", "", 422, "unreadable_feed"),
        (b"[1]", "", 422, "unreadable_feed"),
        (FEED, "max_withdrawn=0.5", 422, "not_with_update"),
        (FEED, "mode=full&max_withdrawn=2", 422, "out_of_range"),
        (FEED, "mode=half", 422, "unknown_mode"),
        (FEED, "format=word", 422, "unknown_format"),
        (FEED, "currency=XYZ", 422, "unknown_currency"),
        (FEED, "unknown=1", 422, "unknown_parameter"),
        (FEED + b"4,Shoe,\n" * 20_000, "", 413, "request_entity_too_large"),
    ],
)
def test_a_feed_that_cannot_be_taken_is_refused_at_once(
    shop: Shop, feed: bytes, query: str, status: int, code: str
) -> None:
    response = shop.client.post(f"{IMPORTS}?{query}", data=feed)
    assert (response.status_code, response.get_json()["code"]) == (status, code)
    assert str(shop.settings.home) not in response.text
    assert shop.client.get(f"{IMPORTS}/1").status_code == 404
    assert import_feed(shop)["state"] == "done"  # nothing is held any more


def test_one_feed_at_a_time_and_batches_beside_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    real = importer.import_feed

    def slow(*arguments: Any) -> Any:
        progress = arguments[4]
        if "feed of" in arguments[3].source:
            held = progress.stage

            def stage(*about: Any) -> Any:
                found = held(*about)
                found.__enter__()
                assert go_on.wait(30)
                return held(*about)

            progress.stage = stage
        return real(*arguments)

    monkeypatch.setattr(api_writes, "import_feed", slow)
    begun = shop.client.post(IMPORTS, data=FEED)
    try:
        assert begun.status_code == 202
        assert begun.get_json()["state"] == "running"
        refused = shop.client.post(IMPORTS, data=FEED)
        assert (refused.status_code, refused.get_json()["code"]) == (409, "busy")
        assert upsert(shop, {"id": "9", "title": "Hat"})["counts"]["added"] == 1
        # The batch's start took the feed's run for a dead one on record; it is not.
        assert shop.client.get(begun.headers["Location"]).get_json()["state"] == "running"
    finally:
        go_on.set()
    for thread in threading.enumerate():
        if thread.name == "api-import":
            thread.join()
    assert shop.client.get(begun.headers["Location"]).get_json()["state"] == "done"


def test_after_a_restart_an_import_that_had_not_ended_is_told_to_be_lost(shop: Shop) -> None:
    with closing(open_catalog(shop.settings)) as database, database.write() as session:
        ours = ledger.start_run(
            session, f"{API_FEED}x (0)", "utf-8", datetime.now(UTC), ImportMode.UPDATE
        )
    answer = shop.client.get(f"{IMPORTS}/{ours}").get_json()
    assert (answer["state"], answer["reason"]) == ("interrupted", LOST)
    assert import_feed(shop)["state"] == "done"
    assert shop.client.get(f"{IMPORTS}/{ours}").get_json()["reason"] == LOST


def test_an_import_of_the_command_line_is_told_as_it_is_on_record(shop: Shop) -> None:
    with closing(open_catalog(shop.settings)) as database, database.write() as session:
        other = ledger.start_run(session, "feed.csv", "utf-8", datetime.now(UTC), ImportMode.UPDATE)
    answer = shop.client.get(f"{IMPORTS}/{other}").get_json()
    assert (answer["state"], answer["source"], answer["reason"]) == ("running", "feed.csv", "")


def test_an_import_that_breaks_is_failed_with_its_reason(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaking(*arguments: Any, **named: Any) -> Any:
        raise FeedError("of the sender", "it broke.")

    monkeypatch.setattr("catalog.importer._batches", breaking)
    answer = import_feed(shop)
    assert (answer["state"], answer["reason"]) == (
        "failed", "The feed of the sender cannot be read: it broke.",
    )  # fmt: skip


def test_imports_are_looked_up_by_number(shop: Shop) -> None:
    assert shop.client.get(f"{IMPORTS}/7").get_json()["code"] == "import_not_found"
    for wrong in ("x", "1.0", "99999999999"):
        assert shop.client.get(f"{IMPORTS}/{wrong}").status_code == 422, wrong


def test_run_status_words_are_all_documented() -> None:
    words = get_args(ImportAnswer.model_fields["state"].annotation)
    assert set(words) == {each.value for each in RunStatus}
