"""Keys, scopes and rates, as a caller meets them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient

from catalog import api_keys
from catalog.api_keys import Scope, digest_of
from catalog.database import open_catalog
from core.settings import Settings
from tests.web.conformance import Document
from tests.web.fake_engine import FakeEngine, FakeImages, sample_engine
from tests.web.keyed import PUBLIC, bearing, client_from, make_key, opened_app, refusals
from web import access_keys
from web.backstage import backstage_of

SEARCH = "/api/v1/search?q=red"
WITHDRAW = "/api/v1/catalogue/withdraw"


class Shop(NamedTuple):
    settings: Settings
    keys: dict[str, str]
    engine: FakeEngine
    images: FakeImages


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    settings = Settings(home=tmp_path_factory.mktemp("home"), rate_per_address=3, rate_per_key=5)
    keys = {each.value: make_key(settings, each) for each in Scope}
    keys["expired"] = make_key(
        settings, Scope.SEARCH, expires_at=datetime.now(UTC) - timedelta(seconds=1)
    )
    return Shop(settings, keys, *sample_engine())


@pytest.fixture
def app(shop: Shop) -> Iterator[Flask]:
    with opened_app(shop.settings, shop.engine, shop.images) as app:
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def withdraw(client: FlaskClient, headers: dict[str, str] | None = None) -> Any:
    return client.post(WITHDRAW, json={"ids": ["none"]}, headers=headers or {})


def told(response: Any) -> tuple[int, str, str | None]:
    return (
        response.status_code,
        response.get_json()["code"],
        response.headers.get("WWW-Authenticate"),
    )


def test_a_site_that_nobody_sends_a_key_opens_no_database(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    with opened_app(settings, *sample_engine()) as app:
        assert app.test_client().get(SEARCH).status_code == 200
        assert withdraw(app.test_client()).status_code == 401
    assert not settings.home.exists()


def test_the_catalogue_needs_a_key(client: FlaskClient) -> None:
    assert told(withdraw(client)) == (401, "key_required", 'Bearer realm="vitrine"')


def test_a_key_with_another_scope_is_refused(client: FlaskClient, shop: Shop) -> None:
    for scope in ("search", "admin"):
        assert told(withdraw(client, bearing(shop.keys[scope]))) == (
            403, "scope_missing",
            'Bearer realm="vitrine", error="insufficient_scope", scope="catalogue"',
        )  # fmt: skip


def test_a_key_with_the_scope_is_let_through_by_either_header(
    client: FlaskClient, shop: Shop
) -> None:
    key = shop.keys["catalogue"]
    for headers in (bearing(key), {"Authorization": f"bearer {key}"}, {"X-API-Key": key}):
        response = withdraw(client, headers)
        assert response.status_code == 200
        assert response.get_json()["items"] == [{"id": "none", "outcome": "unknown"}]


def same(key: str) -> str:
    return key


def with_another_secret(key: str) -> str:
    return key[:-1] + ("0" if key[-1] != "0" else "1")


WRONG: dict[str, tuple[str, Callable[[str], str]]] = {
    "not a key": ("catalogue", lambda key: "secret"),
    "not ASCII": ("catalogue", lambda key: "vitrine_\xc3\xa9"),
    "not on record": ("catalogue", lambda key: f"{key[:8]}00000000{key[16:]}"),
    "another secret": ("catalogue", with_another_secret),
    "expired": ("expired", same),
}


@pytest.mark.parametrize(("name", "spoil"), WRONG.values(), ids=WRONG)
def test_a_wrong_key_is_refused_even_where_none_is_needed(
    name: str, spoil: Callable[[str], str], client: FlaskClient, shop: Shop
) -> None:
    refused = (401, "key_refused", 'Bearer realm="vitrine", error="invalid_token"')
    headers = {"X-API-Key": spoil(shop.keys[name])}
    assert told(client.get(SEARCH, headers=headers)) == refused
    assert told(withdraw(client, headers)) == refused


def test_with_required_keys_search_needs_one_and_health_pages_and_document_do_not(
    shop: Shop,
) -> None:
    settings = replace(shop.settings, require_keys=True)
    with opened_app(settings, shop.engine, shop.images) as app:
        client = app.test_client()
        assert told(client.get(SEARCH))[:2] == (401, "key_required")
        assert client.get("/api/v1/products/P-001").status_code == 401
        assert told(client.get(SEARCH, headers=bearing(shop.keys["admin"])))[0] == 403
        assert client.get(SEARCH, headers=bearing(shop.keys["search"])).status_code == 200
        for path in (
            "/healthz",
            "/readyz",
            "/api/v1/openapi.json",
            "/api/v1/docs",
            "/",
            "/search?q=red",
        ):
            assert client.get(path).status_code == 200, path


def test_every_address_below_the_catalogue_is_closed(client: FlaskClient) -> None:
    for path in ("", "products", "imports", "imports/1", "imports/x", "none", "%70roducts"):
        for method in ("GET", "POST", "PUT", "DELETE"):
            response = client.open(f"/api/v1/catalogue/{path}", method=method)
            assert response.status_code == 401, (method, path)


def test_every_operation_refuses_as_it_is_documented(shop: Shop, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with opened_app(settings, shop.engine, shop.images, checks=False) as app:
        document = Document(app)
    given = {document.check(each) for each in refusals(settings, shop.engine, shop.images)}
    guarded = ("Search", "Products", "Catalogue", "Events")
    assert given == {pair for pair in document.pairs(*guarded) if pair[1] in (401, 403, 429)}
    assert ("search", 429) in given
    assert ("begin_import", 403) in given


def test_a_revoked_key_stops_when_the_ring_looks_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_keys, "EARLIEST_S", 0.0)
    settings = Settings(home=tmp_path)
    key = make_key(settings, Scope.CATALOGUE, name="leaving")
    with opened_app(settings, *sample_engine()) as app:
        client, ring = app.test_client(), backstage_of(app).ring
        assert withdraw(client, bearing(key)).status_code == 200
        with closing(open_catalog(settings)) as database, database.write() as session:
            (revoked,) = api_keys.revoke_keys(session, "leaving", datetime.now(UTC))
        assert revoked.digest == digest_of(key)
        assert withdraw(client, bearing(key)).status_code == 200  # not looked at yet
        ring.look_again()
        assert told(withdraw(client, bearing(key)))[:2] == (401, "key_refused")


def test_a_key_that_was_made_a_moment_ago_opens_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_keys, "EARLIEST_S", 0.0)
    settings = Settings(home=tmp_path)
    first = make_key(settings, Scope.CATALOGUE)
    with opened_app(settings, *sample_engine()) as app:
        assert withdraw(app.test_client(), bearing(first)).status_code == 200
        second = make_key(settings, Scope.CATALOGUE)
        assert withdraw(app.test_client(), bearing(second)).status_code == 200


def test_the_last_use_is_noted_to_the_hour(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    key, unused = make_key(settings, Scope.CATALOGUE), make_key(settings, Scope.ADMIN)
    before = datetime.now(UTC)
    with opened_app(settings, *sample_engine()) as app:
        withdraw(app.test_client(), bearing(key))
    with closing(open_catalog(settings)) as database, database.read() as session:
        used = {each.digest: each.last_used_at for each in api_keys.list_keys(session)}
    noted = used[digest_of(key)]
    assert noted is not None
    assert (noted.minute, noted.second, noted.microsecond) == (0, 0, 0)
    assert timedelta(0) <= before - noted < timedelta(hours=1, minutes=1)
    assert used[digest_of(unused)] is None


def test_an_address_that_asks_too_much_is_told_when_to_come_back(app: Flask) -> None:
    client = client_from(app, PUBLIC)
    answers = [client.get(SEARCH) for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert [each.headers["RateLimit"].partition(";t=")[0] for each in answers] == [
        '"minute";r=2', '"minute";r=1', '"minute";r=0', '"minute";r=0',
    ]  # fmt: skip
    refused = answers[-1]
    assert refused.headers["RateLimit-Policy"] == '"minute";q=3;w=60'
    assert 1 <= int(refused.headers["Retry-After"]) <= 20
    assert refused.get_json()["code"] == "rate_limited"
    assert refused.mimetype == "application/problem+json"
    assert client_from(app, "9.9.9.8").get(SEARCH).status_code == 200


def test_pages_are_counted_and_what_they_load_is_not(app: Flask) -> None:
    client = client_from(app, PUBLIC)
    page = client.get("/search?q=red")
    assert page.headers["RateLimit"].startswith('"minute";r=2;')
    for path in ("/static/site.css", "/media/none/480.jpg", "/healthz", "/readyz"):
        with client.get(path) as response:
            assert "RateLimit" not in response.headers, path
    assert [client.get("/").status_code for _ in range(3)] == [200, 200, 429]
    assert client.get("/").mimetype == "text/html"


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.2.3.4", "172.17.0.1", "fd00::1"])
def test_machines_of_the_shop_are_not_limited(app: Flask, address: str) -> None:
    client = client_from(app, address)
    assert [client.get(SEARCH).status_code for _ in range(9)] == [200] * 9


def test_a_key_has_a_rate_of_its_own_wherever_it_asks_from(app: Flask, shop: Shop) -> None:
    key = bearing(shop.keys["search"])
    near, far = client_from(app, "127.0.0.1"), client_from(app, PUBLIC)
    statuses = [each.get(SEARCH, headers=key).status_code for each in (near, far) * 3]
    assert statuses == [200] * 5 + [429]
    assert far.get(SEARCH).status_code == 200


def test_guessing_keys_is_counted(app: Flask) -> None:
    client = client_from(app, PUBLIC)
    tries = [client.get(SEARCH, headers={"X-API-Key": "guess"}) for _ in range(4)]
    assert [each.status_code for each in tries] == [401, 401, 401, 429]


def test_a_rate_of_0_means_any(shop: Shop) -> None:
    settings = replace(shop.settings, rate_per_address=0)
    with opened_app(settings, shop.engine, shop.images) as app:
        answers = [client_from(app, PUBLIC).get(SEARCH) for _ in range(9)]
    assert {each.status_code for each in answers} == {200}
    assert "RateLimit" not in answers[0].headers


def test_a_proxy_is_believed_only_where_it_is_trusted(shop: Shop) -> None:
    def statuses(app: Flask) -> list[int]:
        client = client_from(app, "10.0.0.1")
        headers = {"X-Forwarded-For": f"127.0.0.1, {PUBLIC}"}
        return [client.get(SEARCH, headers=headers).status_code for _ in range(4)]

    with opened_app(shop.settings, shop.engine, shop.images) as app:
        assert statuses(app) == [200] * 4
    settings = replace(shop.settings, trusted_proxies="10.0.0.0/24")
    with opened_app(settings, shop.engine, shop.images) as app:
        assert statuses(app) == [200, 200, 200, 429]


def test_while_the_database_is_away_open_addresses_stay_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_keys, "FIRST_WAIT_S", 0.5)
    settings = Settings(home=tmp_path, database_url="postgresql://nobody@127.0.0.1:1/none")
    key = {"X-API-Key": "vitrine_00000000_" + "0" * 48}
    with opened_app(settings, *sample_engine()) as app:
        assert app.test_client().get(SEARCH, headers=key).status_code == 200
        refused = withdraw(app.test_client(), key)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
    assert refused.get_json()["code"] == "database_unavailable"
    assert "127.0.0.1" not in refused.text
