from __future__ import annotations

import shutil
import sqlite3
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from catalog import database as database_module
from catalog.database import Database, migrate, open_catalog, parse_url
from core.errors import DatabaseError, HomeError
from core.settings import Settings


def test_sqlite_has_wal_foreign_keys_and_full_durability(sqlite_database: Database) -> None:
    with sqlite_database.read() as session:
        pragmas = {
            name: session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert pragmas == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 2,
        "busy_timeout": 30_000,
    }


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_postgresql_urls_mean_the_installed_driver(scheme: str) -> None:
    assert parse_url(f"{scheme}://me@host/shop").drivername == "postgresql+psycopg"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:s3cret@127.0.0.1:1/shop",
        "postgresql://127.0.0.1:1/shop?user=me&password=s3cret",
        "mysql://me:s3cret@host/shop",
        "me:s3cret@host",
        "postgresql://me:s3cret@host:port/shop",
    ],
)
def test_no_failure_prints_the_password(url: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        migrate(url)
    assert "s3cret" not in str(caught.value)


def test_an_unreachable_server_is_named() -> None:
    with pytest.raises(DatabaseError, match=r"127\.0\.0\.1:1/shop cannot be used"):
        migrate("postgresql://me@127.0.0.1:1/shop")


def test_a_file_in_no_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match=r"nowhere/x\.db cannot be used: unable to open"):
        migrate(f"sqlite:///{tmp_path}/nowhere/x.db")


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"not a database, but long enough to be taken for one" * 100)
    with pytest.raises(DatabaseError, match="is damaged or is no SQLite file"):
        migrate(f"sqlite:///{path}")


DISK_FAILURES = ("disk I/O error", "database or disk is full")


@pytest.mark.parametrize("reason", DISK_FAILURES)
def test_a_full_disk_is_called_full(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    asked: list[Path] = []

    def nearly_full(folder: Path) -> SimpleNamespace:
        asked.append(folder)
        return SimpleNamespace(free=4096)

    monkeypatch.setattr(shutil, "disk_usage", nearly_full)
    with pytest.raises(DatabaseError) as caught, sqlite_database.read():
        raise OperationalError("SELECT 1", None, sqlite3.OperationalError(reason))
    assert str(caught.value) == (
        f"The disk that holds the database {sqlite_database.shown_url} is full. "
        "Free some space on it and try again."
    )
    assert asked == [Path(sqlite_database.shown_url.removeprefix("sqlite:///")).parent]


@pytest.mark.parametrize("reason", DISK_FAILURES)
def test_a_failing_disk_with_space_left_is_not_called_full(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=2**29))
    with pytest.raises(DatabaseError, match=f"cannot be used: {reason}"), sqlite_database.read():
        raise OperationalError("SELECT 1", None, sqlite3.OperationalError(reason))


def test_a_disk_that_cannot_be_asked_is_not_called_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "FULL_DISK_BYTES", 2**60)
    told = pytest.raises(DatabaseError, match="cannot be used: disk I/O error")
    for url in ("sqlite://", "sqlite:////nowhere/at/all/x.db", "postgresql://me@host/shop"):
        with told, Database(url).named_failures():
            raise OperationalError("SELECT 1", None, sqlite3.OperationalError("disk I/O error"))


def test_a_locked_database_is_named(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_S", 0.01)
    url = sqlite_database.shown_url
    impatient = Database(url)
    with sqlite_database.write():
        with pytest.raises(DatabaseError, match="is locked by another process"), impatient.write():
            pass
        with impatient.read() as session:  # readers are not kept waiting
            assert session.scalar(text("SELECT count(*) FROM product")) == 0
    impatient.close()


def test_two_writers_wait_for_each_other_and_lose_nothing(database: Database) -> None:
    statement = text(
        "INSERT INTO import_run (source, encoding, started_at, status, taken, mended, refused,"
        " added, changed, unchanged)"
        " SELECT 'x', 'utf-8', '2026-01-01', 'done', count(*), 0, 0, 0, 0, 0 FROM import_run"
    )

    def write() -> None:
        for _ in range(10):
            with database.write() as session:
                # A read first: in SQLite, a deferred transaction would then fail to write.
                session.scalar(text("SELECT count(*) FROM import_run"))
                session.execute(statement)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM import_run")) == 40


def test_open_catalog_makes_home_and_schema(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "new" / "home")
    database = open_catalog(settings)
    assert database.schema() == database_module.SCHEMA
    database.close()
    with sqlite3.connect(tmp_path / "new" / "home" / "vitrine.db") as connection:
        assert connection.execute("SELECT count(*) FROM product").fetchone() == (0,)
    connection.close()


def test_an_unusable_home_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(HomeError, match="cannot be used"):
        open_catalog(Settings(home=tmp_path / "file" / "home"))
