"""A database that is away or locked for a while, and what an import makes of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from catalog import database as database_module
from catalog import importer, ledger, repository
from catalog.database import Database
from catalog.image_store import ImageStore
from catalog.importer import ImportOptions, import_feed
from catalog.models import ImportMode, RunStatus
from core.errors import DatabaseError, DatabaseUnavailableError


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(database_module, "time", clock)
    return clock


def count_runs(session: Session) -> int:
    return session.scalar(text("SELECT count(*) FROM import_run")) or 0


def failing(times: int, error: Exception) -> Callable[[Session], int]:
    left = iter(range(times))

    def work(session: Session) -> int:
        session.execute(text("UPDATE catalogue_state SET revision = revision + 1"))
        if next(left, None) is not None:
            raise error
        return repository.revision(session).revision

    return work


def lost(sqlstate: str | None = None) -> OperationalError:
    reason = psycopg.OperationalError("the connection is closed")
    reason.sqlstate = sqlstate
    return OperationalError("SELECT 1", None, reason)


def test_work_is_done_again_until_it_succeeds_and_only_the_last_attempt_is_kept(
    database: Database, clock: Clock
) -> None:
    assert database.transact(failing(3, lost())) == 1
    assert clock.slept == [0.25, 0.5, 1.0]
    with database.read() as session:
        assert repository.revision(session).revision == 1


def test_trying_again_ends_after_a_minute(sqlite_database: Database, clock: Clock) -> None:
    with pytest.raises(DatabaseUnavailableError, match="cannot be used: the connection is closed"):
        sqlite_database.transact(failing(100, lost()))
    assert clock.slept == [0.25, 0.5, 1.0, 2.0, 4.0, *[8.0] * 6]
    assert clock.monotonic() <= database_module.RETRY_FOR_S


@pytest.mark.parametrize(
    "error",
    [
        lost("08006"),
        lost("57P01"),
        lost("57P03"),
        lost("40P01"),
        lost("40001"),
        lost("55P03"),
        InterfaceError("SELECT 1", None, psycopg.InterfaceError("x"), connection_invalidated=True),
        OperationalError("SELECT 1", None, sqlite3.OperationalError("database is locked")),
    ],
)
def test_what_passes_is_waited_for(
    sqlite_database: Database, clock: Clock, error: Exception
) -> None:
    assert sqlite_database.transact(failing(1, error)) == 1


@pytest.mark.parametrize(
    "error",
    [
        lost("53100"),  # disk full
        lost("42501"),  # no privilege
        OperationalError("SELECT 1", None, sqlite3.OperationalError("disk I/O error")),
        OperationalError("SELECT 1", None, sqlite3.OperationalError("no such table: x")),
        DatabaseError("another"),
        ZeroDivisionError(),
    ],
)
def test_what_does_not_pass_is_told_at_once(
    sqlite_database: Database, clock: Clock, error: Exception
) -> None:
    with pytest.raises((DatabaseError, ZeroDivisionError)):
        sqlite_database.transact(failing(1, error))
    assert clock.slept == []


@pytest.fixture
def feed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(importer, "ROWS_PER_TRANSACTION", 2)
    path = tmp_path / "feed.csv"
    path.write_text("id,title\n" + "".join(f"{number},Boot\n" for number in range(8)))
    return path


def ids(database: Database) -> list[str]:
    with database.read() as session:
        return [each.id for each in repository.stream_products(session)]


def lose_answers(monkeypatch: pytest.MonkeyPatch, lost_calls: set[int]) -> None:
    """Commit, and then fail as if the server's answer had not come, in some transactions."""
    write = Database.write
    calls = iter(range(1_000))

    @contextmanager
    def losing(self: Database) -> Iterator[Session]:
        with write(self) as session:
            yield session
        if next(calls) in lost_calls:
            raise DatabaseUnavailableError("The answer was lost.")

    monkeypatch.setattr(Database, "write", losing)


# Transactions: 0 starts the run, 1 to 4 write a batch each, 5 ends it; a lost one is followed
# by its second attempt, which takes the next number.
@pytest.mark.parametrize("lost_calls", [{0}, {1}, {4}, {5}, {0, 2, 4, 6, 8, 10}, {1, 2, 3}])
def test_a_commit_whose_answer_was_lost_is_not_done_twice(
    database: Database,
    store: ImageStore,
    feed: Path,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    lost_calls: set[int],
) -> None:
    import_feed(database, store, feed)
    feed.write_text("id,title\n0,Boot\n1,Shoe\n2,Boot\n3,Boot\n4,Boot\n8,New\n9,New\n,none\n")
    options = ImportOptions(mode=ImportMode.FULL, max_withdrawn_share=1)
    with monkeypatch.context() as patch:
        lose_answers(patch, lost_calls)
        report = import_feed(database, store, feed, options)
    assert clock.slept
    assert ids(database) == ["0", "1", "2", "3", "4", "8", "9"]
    told = (report.taken, report.refused, report.added, report.changed, report.unchanged)
    assert (*told, report.withdrawn) == (7, 1, 2, 1, 4, 3)
    with database.read() as session:
        run = ledger.find_run(session, report.run_id)
        entries = ledger.list_entries(session, report.run_id, 100, problems_only=False)
    assert run is not None
    assert run.status is RunStatus.DONE
    counted = (run.taken, run.refused, run.added, run.changed, run.unchanged, run.withdrawn)
    assert counted == (7, 1, 2, 1, 4, 3)
    assert len(entries) == 8 + 3


def test_a_lock_that_stays_ends_the_import_and_keeps_the_batches_before(
    tmp_path: Path,
    store: ImageStore,
    feed: Path,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    sqlite_database: Database,
) -> None:
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_S", 0.01)
    impatient = Database(sqlite_database.shown_url)
    holder = sqlite3.connect(sqlite_database.shown_url.removeprefix("sqlite:///"))
    original = ImageStore.flush

    def flush(self: ImageStore) -> None:
        original(self)
        if len(ids(impatient)) == 4:
            holder.execute("BEGIN IMMEDIATE")

    monkeypatch.setattr(ImageStore, "flush", flush)
    with pytest.raises(DatabaseUnavailableError, match="is locked by another process"):
        import_feed(impatient, store, feed)
    holder.rollback()
    assert ids(sqlite_database) == ["0", "1", "2", "3"]
    holder.close()
    monkeypatch.undo()
    assert import_feed(sqlite_database, store, feed).added == 4
    impatient.close()
