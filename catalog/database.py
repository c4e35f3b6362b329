"""The catalogue's database: where it is, how it is talked to, and what its failures mean."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy import exc as sql_errors
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import Session

from core.errors import DatabaseError, DatabaseUnavailableError
from core.settings import Settings

log = logging.getLogger(__name__)
Result = TypeVar("Result")

SCHEMA = "0004"
"""The newest migration; a test compares it with ``migrations/versions``."""

BUSY_TIMEOUT_S = 30
"""How long a writer waits for another one; a batch of an import takes well under one."""
CONNECT_TIMEOUT_S = 10

RETRY_FOR_S = 60
"""How long a job goes on trying; a server's restart takes seconds."""
FIRST_DELAY_S = 0.25
LONGEST_DELAY_S = 8.0
_CONFLICTS = ("40001", "40P01", "55P03")
"""PostgreSQL's serialization failure, deadlock and lock timeout. Source: its appendix A."""
_SHUTTING_DOWN = ("57P01", "57P02", "57P03")
"""Its server is being stopped, has crashed, or is starting. Class 08 are lost connections."""

FULL_DISK_BYTES = 2**20
"""Less free space than this fails SQLite: its log and the log's index grow by steps."""
_FULL_DISK_REASONS = ("disk I/O error", "database or disk is full")
"""What SQLite says on a full disk; the first on a broken one, too."""

_OUR_MISTAKES = (
    sql_errors.IntegrityError,
    sql_errors.ProgrammingError,
    sql_errors.DataError,
    sql_errors.NotSupportedError,
)


class Database:
    """One catalogue's database; safe to share between threads.

    Work happens in ``read`` or ``write``, which give a session, end its transaction
    and name what went wrong. Repository functions take that session.
    """

    def __init__(self, url: str) -> None:
        self._url = parse_url(url)
        self._engine = _make_engine(self._url)

    @property
    def shown_url(self) -> str:
        """The URL without its password, and without options: those may hold one, too."""
        return self._url.set(query={}).render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session that sees one state of the catalogue for as long as it lasts."""
        options = {} if self._is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self.named_failures(), Session(self._engine) as session:
            session.connection(execution_options=options)
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a session and commit it at the end; if the block raises, nothing is kept."""
        # SQLite: a transaction that reads first and then finds that another has
        # written cannot go on, however long it waits. So the lock is taken at once.
        options = {"sqlite_begin": "IMMEDIATE"} if self._is_sqlite else {}
        with self.named_failures(), Session(self._engine) as session:
            session.connection(execution_options=options)
            yield session
            session.commit()

    def transact(self, work: Callable[[Session], Result]) -> Result:
        """Do work in a transaction of its own, again while the database is away or locked.

        For long jobs, which a restart of the server must not end. A commit whose answer
        was lost may have been kept: ``work`` must find out what it did already.

        Raises:
            DatabaseUnavailableError: it stayed away or locked for ``RETRY_FOR_S``.
            DatabaseError: it failed otherwise.
        """
        return self._patiently(self.write, work)

    def consult(self, work: Callable[[Session], Result]) -> Result:
        """Read in a transaction of its own, again while the database is away: see ``transact``."""
        return self._patiently(self.read, work)

    def _patiently(
        self,
        opened: Callable[[], AbstractContextManager[Session]],
        work: Callable[[Session], Result],
    ) -> Result:
        delay, deadline = FIRST_DELAY_S, None
        while True:
            try:
                with opened() as session:
                    return work(session)
            except DatabaseUnavailableError as error:
                now = time.monotonic()
                deadline = deadline or now + RETRY_FOR_S
                if now + delay > deadline:
                    raise
                log.warning("%s Trying again in %.2g s.", error, delay)
            time.sleep(delay)
            delay = min(2 * delay, LONGEST_DELAY_S)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Open a transaction without a session, for migrations."""
        with self.named_failures(), self._engine.connect() as connection:
            if self._is_sqlite:
                connection = connection.execution_options(sqlite_begin="IMMEDIATE")
            with connection.begin():
                yield connection

    def schema(self) -> str:
        """Tell which migration the database is at; empty where it has none."""
        with self.named_failures(), self._engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return ""
            return connection.scalar(text("SELECT version_num FROM alembic_version")) or ""

    def close(self) -> None:
        """Close all idle connections."""
        self._engine.dispose()

    @contextmanager
    def named_failures(self) -> Iterator[None]:
        """Turn what a driver raises into a sentence, without the password.

        Raises:
            DatabaseUnavailableError: the server is away, or another process holds a lock.
            DatabaseError: the server, the file or the disk failed; our own mistakes
                (a broken constraint, wrong SQL) pass as they are.
        """
        try:
            yield
        except _OUR_MISTAKES:
            raise
        except (sql_errors.DatabaseError, sql_errors.InterfaceError) as error:
            kind = DatabaseUnavailableError if _is_passing(error) else DatabaseError
            raise kind(self._explain(str(error.orig))) from error

    @property
    def _is_sqlite(self) -> bool:
        return self._url.get_backend_name() == "sqlite"

    def _explain(self, reason: str) -> str:
        where = f"The database {self.shown_url}"
        reason = " ".join(reason.split()).rstrip(".")
        if "database is locked" in reason:
            return f"{where} is locked by another process for more than {BUSY_TIMEOUT_S} s."
        if reason in _FULL_DISK_REASONS and self._is_disk_full():
            return (
                f"The disk that holds the database {self.shown_url} is full. "
                "Free some space on it and try again."
            )
        if "not a database" in reason or "malformed" in reason:
            return f"{where} is damaged or is no SQLite file ({reason}). Restore a backup."
        return f"{where} cannot be used: {reason}."

    def _is_disk_full(self) -> bool:
        """Tell whether the disk below the database's file is full, as far as it can be asked."""
        if not self._is_sqlite or not self._url.database:
            return False
        try:
            usage = shutil.disk_usage(Path(self._url.database).absolute().parent)
        except OSError:
            return False
        return usage.free < FULL_DISK_BYTES


def open_catalog(settings: Settings) -> Database:
    """Open the catalogue's database, made and migrated where needed.

    Raises:
        HomeError: the home folder cannot be written.
        DatabaseError: it cannot be reached, or is newer than this program.
    """
    settings.ensure_home()
    migrate(settings.database)
    return Database(settings.database)


def migrate(url: str) -> None:
    """Bring a database to this program's schema; one that is there already costs a query.

    Two processes that start at once wait for each other. A migration is one
    transaction, so a crash leaves the schema before or after it.

    Raises:
        DatabaseError: it cannot be reached, or is newer than this program.
    """
    database = Database(url)
    try:
        current = database.schema()
        if current != SCHEMA:
            _refuse_newer(database, current)
            with database.begin() as connection:
                run_alembic(connection, "upgrade", "head")
    finally:
        database.close()


def parse_url(url: str) -> URL:
    """Read a SQLAlchemy URL; plain ``postgresql://`` means the driver that is installed.

    Raises:
        DatabaseError: it is no URL, or of a database that is not supported.
    """
    try:
        parsed = make_url(url)
    except (sql_errors.ArgumentError, ValueError) as error:
        # The text is not repeated: it may hold a password.
        raise DatabaseError(
            "The database URL cannot be read; write sqlite:///PATH or postgresql://USER@HOST/NAME."
        ) from error
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "postgresql+psycopg"):
        raise DatabaseError(
            f"The database {parsed.drivername}:// is not supported; "
            "write sqlite:///PATH or postgresql://USER@HOST/NAME."
        )
    return parsed


def _is_passing(error: sql_errors.DBAPIError) -> bool:
    """Tell whether the same transaction may succeed a little later."""
    code = getattr(error.orig, "sqlstate", None)
    if isinstance(error.orig, sqlite3.Error):
        return "database is locked" in str(error.orig)
    if code is None:  # libpq gives none where it never got to talk to the server, or lost it
        return isinstance(error, sql_errors.OperationalError) or error.connection_invalidated
    return code.startswith("08") or code in _CONFLICTS or code in _SHUTTING_DOWN


def _make_engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(
            url, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_TIMEOUT_S}
        )
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    # The driver's own BEGIN comes late and never before a CREATE TABLE, which would
    # make a migration a series of single steps. So the driver is told to keep out of it.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")
    # What an import has reported as taken must outlive a power cut: WAL's usual
    # NORMAL may lose the last transactions.
    connection.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(connection: Connection) -> None:
    kind = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {kind}")


def _refuse_newer(database: Database, current: str) -> None:
    """Refuse a schema that this program's migrations do not know."""
    if current and not list((_script_folder() / "versions").glob(f"{current}_*.py")):
        raise DatabaseError(
            f"The database {database.shown_url} has the schema {current}, but this program "
            f"knows {SCHEMA} as the newest. Update the program."
        )


def run_alembic(connection: Connection, command: str, revision: str) -> None:
    """Run ``upgrade`` or ``downgrade`` inside a transaction that the caller owns."""
    # It takes a quarter of a second to import, which most commands never need.
    from alembic import command as commands
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_script_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    getattr(commands, command)(config, revision)


def _script_folder() -> Path:
    """Find the migrations, which import this package and so are not imported by it."""
    return Path(__file__).parent.parent / "migrations"
