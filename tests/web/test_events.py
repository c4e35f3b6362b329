"""Queries and clicks, from the request to the file that training reads."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catalog.database import open_catalog
from catalog.event_commands import events as commands
from catalog.events import EventEntry
from catalog.models import LoggedEvent, LoggedQuery
from core.errors import DatabaseError
from core.settings import Settings
from search.query import SearchQuery
from search.reading import as_it_stands
from search.results import SearchResults
from tests.web.fake_engine import FakeEngine, sample_engine
from tests.web.keyed import opened_app
from training.pairs import NO_FACTS, TrainingExample, WeightedText
from training.sources import with_searches
from web import events as events_module
from web.backstage import backstage_of
from web.events import EventLog

EVENTS = "/api/v1/events"
NOW = datetime(2026, 5, 1, tzinfo=UTC)


class ReadingEngine(FakeEngine):
    """Says what it was asked, as the real one does."""

    def search(self, query: SearchQuery) -> SearchResults:
        return replace(super().search(query), reading=as_it_stands(query.text))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, events=True)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    fake, images = sample_engine()
    engine = ReadingEngine(list(fake.products.values()), images)
    with opened_app(settings, engine, images) as app:
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def recorded(app: Flask, settings: Settings) -> tuple[list[LoggedQuery], list[LoggedEvent]]:
    backstage_of(app).events.close()
    with closing(open_catalog(settings)) as database, database.read() as session:
        queries = list(session.scalars(select(LoggedQuery).order_by(LoggedQuery.id)))
        events = list(session.scalars(select(LoggedEvent).order_by(LoggedEvent.id)))
        session.expunge_all()
    return queries, events


def event(action: str, query_id: str, product_id: str, **changes: Any) -> dict[str, Any]:
    made = {
        "action_name": action,
        "query_id": query_id,
        "client_id": "visit-1",
        "timestamp": datetime.now(UTC).isoformat(),
        "event_attributes": {"object": {"object_id": product_id}, "position": {"ordinal": 1}},
    }
    return made | changes


def send(client: FlaskClient, *events: dict[str, Any]) -> Any:
    response = client.post(EVENTS, json={"events": events})
    assert response.status_code == 202, response.text
    return response.get_json()


def test_a_search_is_recorded_with_what_was_shown(
    client: FlaskClient, app: Flask, settings: Settings
) -> None:
    headers = {"X-Client-Id": "visit-1", "User-Agent": "Secret Browser"}
    response = client.get("/api/v1/search?q=Red++bag&per_page=2&page=2", headers=headers)
    answer = response.get_json()
    ((query,), events) = recorded(app, settings)
    assert query.query_id == response.headers["X-Query-Id"]
    assert (query.client_id, query.user_query) == ("visit-1", "Red bag")
    assert query.hit_ids == [hit["id"] for hit in answer["hits"]]
    assert query.attributes == {
        "page": 2, "per_page": 2, "total": answer["total"]["value"],
        "generation": answer["generation"],
    }  # fmt: skip
    assert timedelta(0) <= datetime.now(UTC) - query.issued_at < timedelta(minutes=1)
    assert events == []


def test_nothing_of_the_person_is_recorded(
    client: FlaskClient, app: Flask, settings: Settings
) -> None:
    client.environ_base["REMOTE_ADDR"] = "198.51.100.23"
    headers = {
        "User-Agent": "Secret Browser", "X-Client-Id": "mary@example.org", "Cookie": "session=abc",
    }  # fmt: skip
    query_id = client.get("/api/v1/search?q=red", headers=headers).headers["X-Query-Id"]
    send(
        client,
        event(
            "click", query_id, "P-001",
            user_id="Mary", session_id="s-77", message="mary was here", application="shop",
        ),
    )  # fmt: skip
    recorded(app, settings)
    kept = b"".join(each.read_bytes() for each in settings.home.glob("vitrine.db*"))
    for private in (b"198.51.100.23", b"Secret", b"Mary", b"mary", b"s-77", b"abc"):
        assert private not in kept, private


def test_the_site_records_searches_too_and_look_ups_are_none(
    client: FlaskClient, app: Flask, settings: Settings
) -> None:
    client.get("/search?q=blue+lamp")
    client.get("/api/v1/products/P-001")
    client.get("/api/v1/products/P-001/similar")
    client.get("/api/v1/search?q=")
    queries, _ = recorded(app, settings)
    assert [each.user_query for each in queries] == ["blue lamp"]


def test_off_unless_switched_on(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    fake, images = sample_engine()
    with opened_app(settings, ReadingEngine(list(fake.products.values()), images), images) as app:
        client = app.test_client()
        assert "X-Query-Id" not in client.get("/api/v1/search?q=red").headers
        refused = client.post(EVENTS, json={"events": [event("click", "q", "P-001")]})
    assert (refused.status_code, refused.get_json()["code"]) == (404, "events_off")
    assert not settings.home.exists()


def test_events_are_kept_as_they_were_sent_but_no_clock_is_believed_too_far(
    client: FlaskClient, app: Flask, settings: Settings
) -> None:
    now = datetime.now(UTC)
    minutes_ago = now - timedelta(minutes=9)
    answer = send(
        client,
        event("click", "q1", "a b", timestamp=minutes_ago.isoformat()),
        event("purchase", "q1", "x/y", timestamp="2001-01-01T00:00:00Z", client_id=""),
        event("view", "q1", "z", timestamp="2999-01-01T00:00:00+02:00",
              event_attributes={"object": {"object_id": "z"}}),
        event("click", "q2", " a\0 b ", timestamp="0001-01-01T00:00:00+23:59"),
        event("click", "q2", "c", timestamp="9999-12-31T23:59:59-23:59"),
    )  # fmt: skip
    assert answer == {"accepted": 5}
    _, events = recorded(app, settings)
    assert [(e.action_name, e.query_id, e.object_id, e.client_id, e.ordinal) for e in events] == [
        ("click", "q1", "a b", "visit-1", 1),
        ("purchase", "q1", "x/y", "", 1),
        ("view", "q1", "z", "visit-1", None),
        ("click", "q2", "a b", "visit-1", 1),
        ("click", "q2", "c", "visit-1", 1),
    ]
    assert events[0].happened_at == minutes_ago
    assert all(now <= each.happened_at <= datetime.now(UTC) for each in events[1:])


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"client_id": "mary@example.org"}, "/events/0/client_id"),
        ({"client_id": "198.51.100.23"}, "/events/0/client_id"),
        ({"client_id": "2001:db8::1"}, "/events/0/client_id"),
        ({"client_id": "x" * 65}, "/events/0/client_id"),
        ({"query_id": "a b"}, "/events/0/query_id"),
        ({"action_name": "1 2"}, "/events/0/action_name"),
        ({"timestamp": "yesterday"}, "/events/0/timestamp"),
        ({"timestamp": "2026-01-01T00:00:00"}, "/events/0/timestamp"),
        ({"event_attributes": {}}, "/events/0/event_attributes/object"),
        ({"event_attributes": {"object": {"object_id": ""}}},
         "/events/0/event_attributes/object/object_id"),
        ({"event_attributes": {"object": {"object_id": " \0 "}}},
         "/events/0/event_attributes/object/object_id"),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_used_is_pointed_to(
    client: FlaskClient, change: dict[str, Any], pointer: str
) -> None:
    response = client.post(EVENTS, json={"events": [event("click", "q", "P-001") | change]})
    assert (response.status_code, response.get_json()["pointer"]) == (422, pointer)


def test_export_is_what_training_reads(
    client: FlaskClient, app: Flask, settings: Settings, tmp_path: Path
) -> None:
    def search(words: str) -> tuple[str, list[str]]:
        response = client.get("/api/v1/search", query_string={"q": words})
        return response.headers["X-Query-Id"], [hit["id"] for hit in response.get_json()["hits"]]

    first, hits = search("Red  leather BAG")
    second, _ = search("red leather bag")
    other, lamps = search("wool lamp")
    chosen, bought = hits[:2]
    send(
        client,
        event("click", first, chosen),
        event("click", first, chosen),  # sent twice, counts once
        event("click", second, chosen),
        event("click", second, bought),
        event("add_to_cart", second, bought),
        event("purchase", second, bought),
        event("view", other, lamps[0]),  # says nothing for it
        event("click", other, lamps[0]),
        event("click", other, "never-shown"),
        event("click", "0" * 32, chosen),  # of no search
    )
    backstage_of(app).events.close()
    file = tmp_path / "searches.jsonl"
    result = CliRunner().invoke(commands, ["export", str(file)], obj=settings)
    assert (result.exit_code, result.stdout) == (
        0, f"3 lines (different queries: 2): {file}\n",
    )  # fmt: skip
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert lines == [
        {"query": "red leather bag", "product_id": bought, "weight": 9.0},
        {"query": "red leather bag", "product_id": chosen, "weight": 2.0},
        {"query": "wool lamp", "product_id": lamps[0], "weight": 1.0},
    ]
    examples = [an_example(each) for each in (bought, chosen, lamps[0])]
    learned, skipped = with_searches(examples, file)
    assert skipped.total == 0
    texts = [[(each.text, each.weight) for each in example.texts] for example in learned]
    assert texts == [
        [("Title", 1.0), ("red leather bag", 9.0)],
        [("Title", 1.0), ("red leather bag", 2.0)],
        [("Title", 1.0), ("wool lamp", 1.0)],
    ]


def test_what_is_older_than_the_setting_is_forgotten(settings: Settings) -> None:
    old, young = (an_entry(datetime.now(UTC) - timedelta(days=days)) for days in (91, 89))
    with closing(open_catalog(settings)) as database:
        log = EventLog(lambda: database, 90)
        log.put(old)
        log.put(young)
        log.close()
        with database.read() as session:
            assert session.scalars(select(LoggedEvent.happened_at)).all() == [young.happened_at]
    result = CliRunner().invoke(commands, ["forget", "--days", "0"], obj=settings)
    assert result.stdout == "Queries and events forgotten: 1.\n"


def test_what_the_database_does_not_take_is_dropped_and_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def away() -> Any:
        raise DatabaseError("It is away.")

    log = EventLog(away, 90)
    with caplog.at_level(logging.WARNING):
        assert log.put(an_entry(NOW))
        log.close()
    assert (log.written, log.dropped) == (0, 1)
    assert "1 queries and clicks are not recorded: It is away." in caplog.text


def test_beyond_the_bound_entries_are_dropped_without_waiting(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(events_module, "MAX_WAITING", 3)
    go_on, reached = threading.Event(), threading.Event()
    with closing(open_catalog(settings)) as database:

        def slow() -> Any:
            reached.set()
            assert go_on.wait(30)
            return database

        monkeypatch.setattr(events_module, "BATCH", 1)
        log = EventLog(slow, 90)
        assert log.put(an_entry(datetime.now(UTC)))
        assert reached.wait(30)
        assert [log.put(an_entry(datetime.now(UTC))) for _ in range(5)] == [True] * 3 + [False] * 2
        go_on.set()
        log.close()
        assert (log.written, log.dropped) == (4, 2)


def an_example(product_id: str) -> TrainingExample:
    return TrainingExample(product_id, "0" * 64, (WeightedText("Title", 1.0),), NO_FACTS, "")


def an_entry(moment: datetime) -> EventEntry:
    return EventEntry("q", "", "click", "p", None, moment)
