"""The catalogue's database, looked at in a way that changes nothing in it.

The program's own door makes, migrates and configures the database as it opens it. Whoever
only looks must not: a check that mends what it looks at tells nobody what was wrong.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from catalog.database import Database, parse_url
from core.errors import DatabaseError
from core.settings import Settings


class CatalogueView(Protocol):
    """Answers questions about the catalogue; one state of it for as long as it is open."""

    def rows(self, sql: str) -> Sequence[Any]:
        """Run one SELECT that both databases understand.

        Raises:
            DatabaseError: it cannot be answered.
        """


def sqlite_file(settings: Settings) -> Path | None:
    """Tell where the catalogue's SQLite file is; None where it is on a server.

    Raises:
        DatabaseError: the database URL cannot be read.
    """
    url = parse_url(settings.database)
    if url.get_backend_name() != "sqlite":
        return None
    return Path(url.database or "").absolute()


@contextmanager
def view_catalogue(settings: Settings) -> Iterator[CatalogueView]:
    """Open the catalogue for looking at it.

    Raises:
        DatabaseError: it is not there, or cannot be read.
    """
    path = sqlite_file(settings)
    if path is None:
        database = Database(settings.database)
        try:
            with database.read() as session:
                yield _ServerView(session.connection())
        finally:
            database.close()
        return
    if not path.is_file():
        raise DatabaseError(
            f"There is no database {path}. Import a catalogue with `vitrine catalog import FILE`."
        )
    with closing(_open_sqlite(path)) as connection:
        yield _SqliteView(connection, path)


class _SqliteView:
    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def rows(self, sql: str) -> Sequence[Any]:
        try:
            return self._connection.execute(sql).fetchall()
        except sqlite3.Error as error:
            raise DatabaseError(f"The database {self._path} cannot be read: {error}.") from error


class _ServerView:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def rows(self, sql: str) -> Sequence[Any]:
        return list(self._connection.exec_driver_sql(sql).fetchall())


def _open_sqlite(path: Path) -> sqlite3.Connection:
    """Open a file read-only, leaving no file beside it that was not there.

    A read-only reader of a database in WAL mode makes its -wal and -shm and cannot remove
    them (sqlite.org/wal.html, "Read-only databases"). Where there is no -wal, nobody has
    the database open, and it can be read as if it never changed.
    """
    idle = not path.with_name(f"{path.name}-wal").exists()
    mode = "mode=ro&immutable=1" if idle else "mode=ro"
    try:
        connection = sqlite3.connect(f"file:{quote(str(path))}?{mode}", uri=True, timeout=30)
        connection.execute("BEGIN")
    except sqlite3.Error as error:
        raise DatabaseError(f"The database {path} cannot be opened: {error}.") from error
    return connection
