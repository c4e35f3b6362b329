"""What the database keeps of fetched pictures, on either kind."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from catalog.database import Database
from catalog.fetch.remembered import RememberedPicture, find, lookup, remember
from catalog.models import FetchedImage

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


def test_nothing_is_remembered_of_a_transaction_that_failed(database: Database) -> None:
    try:
        with database.write() as session:
            remember(session, [RememberedPicture(URL, "ab" * 32)], NOW)
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    assert lookup(database)(URL) is None
