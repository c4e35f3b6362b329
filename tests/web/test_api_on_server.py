"""Keys, writes, events and metrics where the catalogue is on a database server."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from catalog.api_keys import Scope
from catalog.event_commands import events as event_commands
from core.settings import Settings
from search.query import SearchQuery
from search.reading import as_it_stands
from search.results import SearchResults
from tests.web.fake_engine import FakeEngine, sample_engine
from tests.web.keyed import bearing, make_key, opened_app
from web.backstage import backstage_of


class ReadingEngine(FakeEngine):
    """Says what it was asked, as the real one does."""

    def search(self, query: SearchQuery) -> SearchResults:
        return replace(super().search(query), reading=as_it_stands(query.text))


@pytest.fixture
def settings(postgres_url: str, tmp_path: Path) -> Settings:
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS api"))
        connection.execute(text("CREATE DATABASE api"))
    engine.dispose()
    url = make_url(postgres_url).set(database="api").render_as_string(hide_password=False)
    return Settings(home=tmp_path, database_url=url, events=True)


def test_on_a_database_server_all_is_as_it_is_on_a_file(settings: Settings) -> None:
    key = bearing(make_key(settings, Scope.CATALOGUE))
    fake, images = sample_engine()
    engine = ReadingEngine(list(fake.products.values()), images)
    with opened_app(settings, engine, images) as app:
        client = app.test_client()
        batch = {"products": [{"id": "1", "title": "Größe\0 \U0001f45f"}, {"id": "2"}]}
        upserted = client.post("/api/v1/catalogue/products", json=batch, headers=key).get_json()
        # mended: a NUL, which no database server takes
        assert [each["outcome"] for each in upserted["items"]] == ["mended", "refused"]

        feed = b"id,title\n3,Boot\n4,\n"
        begun = client.post("/api/v1/catalogue/imports", data=feed, headers=key)
        for thread in threading.enumerate():
            if thread.name == "api-import":
                thread.join()
        told = client.get(begun.headers["Location"], headers=key).get_json()
        assert (told["state"], told["counts"]["taken"], told["counts"]["refused"]) == ("done", 1, 1)

        ids = {"ids": ["1", "none\0"]}
        gone = client.post("/api/v1/catalogue/withdraw", json=ids, headers=key).get_json()
        assert [each["outcome"] for each in gone["items"]] == ["withdrawn", "unknown"]

        found = client.get("/api/v1/search", query_string={"q": "Red\tbag \U0001f45c"})
        query_id, hit = found.headers["X-Query-Id"], found.get_json()["hits"][0]["id"]
        sent = [
            {
                "action_name": "click",
                "query_id": query_id,
                "timestamp": datetime.now(UTC).isoformat(),
                "event_attributes": {"object": {"object_id": each}},
            }
            for each in (hit, f"{hit}\0\x1f", "never shown")
        ]
        assert client.post("/api/v1/events", json={"events": sent}).status_code == 202
        log = backstage_of(app).events
        log.close()
        assert (log.written, log.dropped) == (4, 0)
    file = settings.home / "searches.jsonl"
    assert CliRunner().invoke(event_commands, ["export", str(file)], obj=settings).exit_code == 0
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert lines == [{"query": "red bag \U0001f45c", "product_id": hit, "weight": 1.0}]
