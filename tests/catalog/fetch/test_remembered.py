"""What the database keeps of fetched pictures, on either kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.database import Database
from catalog.fetch.remembered import RememberedPicture, find, lookup, remember
from catalog.models import FetchedImage
from core.errors import DatabaseUnavailableError

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
LATER = datetime(2026, 11, 22, 10, tzinfo=UTC)
URL = "https://shop.example/" + "ä" * 3_000


def test_what_was_fetched_is_found_again_and_replaced(database: Database) -> None:
    first = RememberedPicture(URL, "ab" * 32, '"v1"', "Sat, 21 Nov 2026 10:00:00 GMT")
    other = RememberedPicture("https://shop.example/b", "cd" * 32)
    with database.write() as session:
        remember(session, [first, other], NOW)
        remember(session, [], NOW)
    with database.read() as session:
        assert find(session, [URL, "https://shop.example/none", other.url]) == {
            URL: first,
            other.url: other,
        }
    changed = RememberedPicture(URL, "ef" * 32, '"v2"')
    with database.write() as session:
        remember(session, [first, changed], LATER)  # two products show it; the last counts
    known = lookup(database)
    assert (known(URL), known(other.url), known("https://none.example")) == (changed, other, None)
    with database.read() as session:
        moments = session.scalars(select(FetchedImage.checked_at).order_by(FetchedImage.url))
        assert sorted(moments) == [NOW, LATER]


def test_a_lookup_waits_for_a_database_that_is_away(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = RememberedPicture(URL, "ab" * 32)
    with database.write() as session:
        remember(session, [picture], NOW)
    read = Database.read
    waits: list[float] = []
    failures = iter([True, True, False])

    @contextmanager
    def failing(self: Database) -> Iterator[Session]:
        with read(self) as session:
            if next(failures):
                raise DatabaseUnavailableError("The server is starting.")
            yield session

    monkeypatch.setattr(Database, "read", failing)
    monkeypatch.setattr("catalog.database.time.sleep", waits.append)
    assert lookup(database)(URL) == picture
    assert waits == [0.25, 0.5]


def test_nothing_is_remembered_of_a_transaction_that_failed(database: Database) -> None:
    try:
        with database.write() as session:
            remember(session, [RememberedPicture(URL, "ab" * 32)], NOW)
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    assert lookup(database)(URL) is None
