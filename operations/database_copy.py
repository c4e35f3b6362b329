"""The catalogue's database as it is at one moment, in a file of its own."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from catalog.copying import save_catalogue
from catalog.database import SCHEMA
from core.errors import BackupError
from core.settings import Settings
from operations.catalogue_view import sqlite_file


@contextmanager
def database_copy(settings: Settings, target: Path) -> Iterator[Path]:
    """Copy the database beside ``target``, whoever writes it meanwhile; removed on leaving.

    A SQLite file is copied as it is, a server's catalogue row by row into such a file.

    Raises:
        BackupError: there is no database, or it cannot be copied.
        DatabaseError: the server cannot be read.
    """
    source = sqlite_file(settings)
    if source is not None and not source.is_file():
        raise BackupError(f"There is no database {source}, so there is nothing to back up.")
    copy = target.with_name(f".{target.name}.{os.getpid()}.db.partial")
    try:
        if source is None:
            save_catalogue(settings.database, copy)
        _finish_copy(source, copy)
        yield copy
    except sqlite3.Error as error:
        where = source or "on the server"
        raise BackupError(f"The database {where} cannot be copied: {error}.") from error
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            copy.with_name(f"{copy.name}{suffix}").unlink(missing_ok=True)


def _finish_copy(source: Path | None, copy: Path) -> None:
    """Copy the file, if it is one, and make the copy one file that is whole.

    Source: sqlite.org/backup.html; a copy in one step is one read transaction, and with a
    write-ahead log readers and writers do not wait for each other.
    """
    with closing(sqlite3.connect(copy)) as made:
        if source is not None:
            with closing(sqlite3.connect(source, timeout=30)) as original:
                original.backup(made)
        # With no log beside it, whatever the original uses.
        made.execute("PRAGMA journal_mode = DELETE")
        problem = made.execute("PRAGMA quick_check(1)").fetchone()[0]
    if problem != "ok":
        raise BackupError(f"The database {source or copy} is damaged: {problem}.")


def image_hashes(copy: Path) -> list[str]:
    """List the pictures that products show, and those whose URL is known to be unchanged."""
    with closing(sqlite3.connect(copy)) as database:
        found = {row[0] for row in database.execute("SELECT hash FROM product_image")}
        if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'fetched_image'").fetchone():
            found |= {row[0] for row in database.execute("SELECT image_hash FROM fetched_image")}
    return sorted(each for each in found if each)


def schema_of(copy: Path) -> str:
    """Tell which migration a copy is at."""
    with closing(sqlite3.connect(copy)) as database:
        row = database.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else SCHEMA
