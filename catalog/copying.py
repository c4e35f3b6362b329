"""A catalogue's rows taken from one database into another, of the same kind or the other.

Both have the tables of ``catalog.models``, so every value goes through the same types, and
means the same on the other side. A copy is one state of its source and one transaction of
its target, however large it is, and holds a few rows at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Table, func, select, text
from sqlalchemy import exc as sql_errors
from sqlalchemy.orm import Session

from catalog.database import SCHEMA, Database, migrate
from catalog.models import Base, CatalogueState, FetchedImage, MerchandisingState
from core.errors import DatabaseError

ROWS_AT_A_TIME = 1_000
_REPLACED = frozenset(
    each.__tablename__ for each in (CatalogueState, FetchedImage, MerchandisingState)
)
"""What a new database has, and what is only remembered to save a request."""


def save_catalogue(url: str, file: Path) -> None:
    """Copy a catalogue, which may be in use, into a SQLite file that is not there yet.

    Raises:
        DatabaseError: it cannot be read, or has not this program's schema.
    """
    migrate(f"sqlite:///{file}")
    with closing(Database(url)) as source, closing(Database(f"sqlite:///{file}")) as target:
        _require_schema(source)
        with source.read() as read, target.write() as written:
            _clear(written)
            _copy(read, written)


@contextmanager
def loaded_catalogue(file: Path, url: str) -> Iterator[None]:
    """Copy the catalogue of a SQLite file into an empty database; commit when the block ends.

    The file is closed when the block begins. If the block raises, the database stays empty.

    Raises:
        DatabaseError: the database holds a catalogue, cannot be reached, or does not take
            a value.
    """
    migrate(url)
    with closing(Database(url)) as target, target.write() as written:
        _claim(written, target.shown_url)
        with closing(Database(f"sqlite:///{file}")) as source, source.read() as read:
            _copy(read, written)
        _continue_counting(written)
        yield


def _require_schema(database: Database) -> None:
    found = database.schema()
    if found != SCHEMA:
        raise DatabaseError(
            f"The database {database.shown_url} has the schema {found or 'of no catalogue'}, and "
            f"this program copies {SCHEMA}. `vitrine catalog stats` brings an older one up to "
            "date."
        )


def _claim(session: Session, shown_url: str) -> None:
    """Keep other writers out, and see to it that nothing is there that a copy would mix with."""
    if session.get_bind().dialect.name == "postgresql":
        # Readers go on. SQLite's write transactions keep each other out as they are.
        names = ", ".join(table.name for table in Base.metadata.sorted_tables)
        session.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
    found = {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
        if table.name not in _REPLACED
    }
    if any(found.values()):
        told = ", ".join(f"{name} {rows:,}" for name, rows in found.items() if rows)
        raise DatabaseError(
            f"The database {shown_url} holds rows already ({told}), and nothing is written over "
            "them. Make an empty database and name it with VITRINE_DATABASE_URL."
        )
    _clear(session)


def _clear(session: Session) -> None:
    """Remove the rows that a new database has, and what was remembered for no product."""
    for table in reversed(Base.metadata.sorted_tables):
        session.execute(table.delete())


def _copy(source: Session, target: Session) -> None:
    if source.get_bind().dialect.name == "postgresql":
        source.execute(text("SET TRANSACTION READ ONLY"))
    for table in Base.metadata.sorted_tables:  # the ones pointed to come first
        _copy_table(source, target, table)


def _copy_table(source: Session, target: Session, table: Table) -> None:
    found = source.execute(table.select(), execution_options={"yield_per": ROWS_AT_A_TIME})
    try:
        for part in found.mappings().partitions():
            target.execute(table.insert(), [dict(row) for row in part])
    except sql_errors.DataError as error:
        # SQLite keeps what it is given; PostgreSQL knows lengths, and no NUL in a text.
        reason = " ".join(str(error.orig).split())
        raise DatabaseError(
            f"A row of the table {table.name} holds a value that the other database does not "
            f"take: {reason.rstrip('.')}."
        ) from error


def _continue_counting(session: Session) -> None:
    """Let the next number be one that no copied row has; SQLite looks at the rows themselves."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        largest = session.scalar(select(func.max(column)))
        if largest is not None:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            session.execute(select(func.setval(sequence, largest)))
