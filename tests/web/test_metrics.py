"""What a monitoring system reads."""

from __future__ import annotations

import re
import socket
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from catalog.api_keys import Scope
from core.errors import OverloadedError, ServeError
from core.settings import Settings
from search.query import SearchQuery
from search.results import EngineStatus, SearchResults
from tests.web.fake_engine import FakeEngine, sample_engine
from tests.web.keyed import PUBLIC, bearing, client_from, make_key, opened_app
from web.events import EventLog
from web.metrics import Metrics, listening_for_metrics


class WatchedEngine(FakeEngine):
    """Is full when told so, and was begun ten minutes ago."""

    full = False

    def search(self, query: SearchQuery) -> SearchResults:
        if self.full:
            raise OverloadedError
        return super().search(query)

    def status(self) -> EngineStatus:
        begun = datetime.now(UTC) - timedelta(minutes=10)
        return replace(super().status(), generation=f"{begun:%Y%m%dT%H%M%S}-000000Z", waiting=7)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, rate_per_address=2)


@pytest.fixture
def engine() -> WatchedEngine:
    fake, images = sample_engine()
    return WatchedEngine(list(fake.products.values()), images)


@pytest.fixture
def app(settings: Settings, engine: WatchedEngine) -> Iterator[Flask]:
    with opened_app(settings, engine, sample_engine()[1], checks=False) as app:
        yield app


def read(app: Flask, settings: Settings) -> dict[str, float]:
    key = bearing(make_key(settings, Scope.ADMIN))
    response = app.test_client().get("/metrics", headers=key)
    assert response.status_code == 200
    assert response.content_type.startswith("text/plain; version=")
    return parsed(response.text)


def parsed(text: str) -> dict[str, float]:
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_the_counts_need_an_admin_key(app: Flask, settings: Settings) -> None:
    client = app.test_client()
    refused = client.get("/metrics")
    assert (refused.status_code, refused.get_json()["code"]) == (401, "key_required")
    other = bearing(make_key(settings, Scope.SEARCH, Scope.CATALOGUE))
    assert client.get("/metrics", headers=other).status_code == 403


def test_queries_stages_and_empty_answers_are_counted(app: Flask, settings: Settings) -> None:
    client = app.test_client()
    for words in ("red bag", "blue lamp", "steam locomotive"):
        client.get("/api/v1/search", query_string={"q": words})
    client.get("/search?q=red")
    client.get("/api/v1/products/P-001/similar")
    found = read(app, settings)
    assert found['vitrine_queries_total{endpoint="api.search"}'] == 3
    assert found['vitrine_zero_result_queries_total{endpoint="api.search"}'] == 1
    assert found['vitrine_queries_total{endpoint="pages.search"}'] == 1
    assert found['vitrine_queries_total{endpoint="api.similar"}'] == 1
    assert found['vitrine_query_stage_seconds_count{stage="encode"}'] == 5
    assert found['vitrine_query_stage_seconds_sum{stage="encode"}'] == pytest.approx(5 * 0.00425)
    assert found['vitrine_query_stage_seconds_bucket{le="0.004",stage="encode"}'] == 0
    assert found['vitrine_query_stage_seconds_bucket{le="0.008",stage="encode"}'] == 5
    assert found['vitrine_http_request_seconds_count{endpoint="api.search"}'] == 3


def test_refusals_are_counted_by_reason(
    app: Flask, settings: Settings, engine: WatchedEngine
) -> None:
    far = client_from(app, PUBLIC)
    assert [far.get("/api/v1/search?q=red").status_code for _ in range(4)] == [200, 200, 429, 429]
    app.test_client().post("/api/v1/catalogue/withdraw")
    engine.full = True
    assert app.test_client().get("/api/v1/search?q=red").status_code == 503
    found = read(app, settings)
    refused = {
        match[1]: value
        for name, value in found.items()
        if (match := re.fullmatch(r'vitrine_refused_requests_total\{reason="(\w+)"\}', name))
    }
    assert refused == {"rate_limited": 2, "unauthorized": 1, "unavailable": 1}


def test_the_engine_is_looked_at_when_asked(app: Flask, settings: Settings) -> None:
    found = read(app, settings)
    assert found["vitrine_queue_length"] == 7
    assert found["vitrine_ready"] == 1
    assert found["vitrine_products"] == 63
    assert 600 <= found["vitrine_generation_age_seconds"] < 660


def test_an_application_without_a_generation_tells_no_age() -> None:
    status = EngineStatus(False, "", "", 0, 0, "")
    metrics = Metrics(lambda: status, _no_events())
    names = {sample.name for each in metrics.registry.collect() for sample in each.samples}
    assert "vitrine_generation_age_seconds" not in names
    assert "vitrine_ready" in names


def test_two_applications_count_apart(app: Flask, settings: Settings) -> None:
    with opened_app(settings, *sample_engine(), checks=False) as other:
        other.test_client().get("/api/v1/search?q=red")
        assert 'vitrine_queries_total{endpoint="api.search"}' not in read(app, settings)


def test_a_port_of_their_own_gives_the_counts_without_a_key(app: Flask, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(ServeError, match=f"port {port}: .*VITRINE_METRICS_PORT"),
            listening_for_metrics(app, replace(settings, metrics_port=port), "127.0.0.1"),
        ):
            pass
    with (
        listening_for_metrics(app, replace(settings, metrics_port=port), "127.0.0.1"),
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        assert parsed(answer.read().decode())["vitrine_queue_length"] == 7


def _no_events() -> EventLog:
    return EventLog(lambda: pytest.fail("no database is opened"), 1)
