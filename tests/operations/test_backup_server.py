"""Backups of a catalogue on a database server, and shops that move from one kind to the other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Table, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from catalog import api_keys, copying, events
from catalog.api_keys import Scope
from catalog.copying import loaded_catalogue
from catalog.database import SCHEMA, Database, migrate
from catalog.events import EventEntry, QueryEntry
from catalog.image_store import ImageStore
from catalog.importer import import_feed
from catalog.merchandising import add_rule
from catalog.merchandising_rule import Effect, Rule
from catalog.models import Base
from core.errors import DatabaseError
from core.settings import Settings
from core.terminal import NoProgress
from operations import restore as restore_module
from operations.backup import back_up
from operations.restore import RestoreReport, restore
from tests.operations.conftest import NAMES, Home

Tables = dict[str, list[tuple[object, ...]]]
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
OF_THE_API = (
    "api_key", "logged_query", "logged_event", "merchandising_rule", "merchandising_state",
)  # fmt: skip
_numbers = count()


@pytest.fixture
def new_database(postgres_url: str) -> Callable[[], str]:
    """Make databases without a table, on a real server."""

    def make() -> str:
        name = f"shop{next(_numbers)}"
        engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return make_url(postgres_url).set(database=name).render_as_string(hide_password=False)

    return make


def feed(folder: Path, numbers: range, price: str = "9.90") -> Path:
    """Write a feed in which some rows are mended and one is refused."""
    rows = [f"f{n},Größe {n} \U0001f45f,{price},EUR,{n % 7 or '?'}" for n in numbers]
    path = folder / f"feed{numbers.start}-{numbers.stop}.csv"
    path.write_text("\n".join(["id,title,price,currency,stock", *rows, ",no id,1,EUR,1"]) + "\n")
    return path


def take(settings: Settings, path: Path) -> None:
    migrate(settings.database)
    database = Database(settings.database)
    try:
        import_feed(database, ImageStore(settings.images), path)
    finally:
        database.close()


def use_the_api(settings: Settings) -> None:
    """Make a key, revoke another, log a search and its click, and hide a product."""
    database = Database(settings.database)
    with database.write() as session:
        api_keys.make_key(session, "till", [Scope.CATALOGUE, Scope.SEARCH], NOW)
        api_keys.make_key(session, "gone", [Scope.ADMIN], NOW, NOW + timedelta(days=1))
        api_keys.revoke_keys(session, "gone", NOW)
        events.record(
            session,
            [
                QueryEntry("q1", "visit", "rote Größe \U0001f45f", {"page": 1}, ["f1", "f2"], NOW),
                EventEntry("q1", "visit", "click", "f2", 2, NOW),
                EventEntry("q1", "", "purchase", "f2", None, NOW),
            ],
        )
        add_rule(session, Rule(Effect.HIDE, ("f3",), query="größe"), NOW)
    database.close()


def tables(url: str) -> Tables:
    """Read every row of every table, but for the name that a restore gives a catalogue anew."""
    database = Database(url)
    found: Tables = {}
    with database.read() as session:
        for table in Base.metadata.sorted_tables:
            rows = session.execute(table.select().order_by(*table.primary_key))
            found[table.name] = [
                tuple(v for k, v in row._mapping.items() if k != "instance") for row in rows
            ]
    database.close()
    return found


def save(settings: Settings, path: Path) -> Path:
    back_up(settings, path, with_images=True, verify=True, progress=NoProgress())
    return path


def bring_back(path: Path, home: Path, url: str = "", force: bool = False) -> RestoreReport:
    return restore(
        Settings(home=home, database_url=url, index="numpy", threads=1), path, force, NoProgress()
    )


@pytest.fixture
def served(home: Home, new_database: Callable[[], str], tmp_path: Path) -> Settings:
    """A shop whose catalogue, with a history of imports, is on a server."""
    save(home.settings, tmp_path / "first.tar")
    url = new_database()
    bring_back(tmp_path / "first.tar", tmp_path / "served", url)
    settings = Settings(home=tmp_path / "served", database_url=url, index="numpy", threads=1)
    take(settings, feed(tmp_path, range(30)))
    take(settings, feed(tmp_path, range(20, 40), "11.00"))
    use_the_api(settings)
    return settings


def test_a_shop_moves_from_sqlite_to_a_server_and_back_with_every_row(
    served: Settings, new_database: Callable[[], str], tmp_path: Path
) -> None:
    before = tables(served.database)
    assert len(before["product"]) == len(NAMES) + 40
    assert len(before["import_run"]) == 2
    assert len(before["ledger_entry"]) > 50
    rows = {name: len(before[name]) for name in OF_THE_API}
    assert rows == {
        "api_key": 2, "logged_query": 1, "logged_event": 2, "merchandising_rule": 1,
        "merchandising_state": 1,
    }  # fmt: skip
    save(served, tmp_path / "server.tar")
    report = bring_back(tmp_path / "server.tar", tmp_path / "file")
    assert report.products == len(NAMES) + 40
    in_file = f"sqlite:///{tmp_path / 'file' / 'vitrine.db'}"
    assert tables(in_file) == before
    save(Settings(home=tmp_path / "file"), tmp_path / "file.tar")
    other = new_database()
    bring_back(tmp_path / "file.tar", tmp_path / "again", other)
    assert tables(other) == before
    assert not list((tmp_path / "again").glob("vitrine.db*"))


def test_a_catalogue_that_moved_goes_on_counting_and_is_at_the_newest_schema(
    served: Settings, new_database: Callable[[], str], tmp_path: Path
) -> None:
    url = new_database()
    bring_back(save(served, tmp_path / "server.tar"), tmp_path / "new", url)
    moved = replace(served, home=tmp_path / "new", database_url=url)
    take(moved, feed(tmp_path, range(100, 105)))
    use_the_api(moved)
    numbers = {name: [row[0] for row in rows] for name, rows in tables(url).items()}
    assert numbers["import_run"] == [1, 2, 3]
    assert numbers["api_key"] == numbers["logged_event"] == [1, 2, 3, 4]
    assert numbers["logged_query"] == numbers["merchandising_rule"] == [1, 2]
    database = Database(url)
    assert database.schema() == SCHEMA
    database.close()


def test_a_build_after_a_move_embeds_nothing(served: Settings, tmp_path: Path) -> None:
    Home(served).build()
    bring_back(save(served, tmp_path / "server.tar"), tmp_path / "new")
    built = Home(Settings(home=tmp_path / "new", index="numpy", threads=1)).build()
    assert (built.embedded, built.published) == (0, False)


def test_what_is_imported_between_two_tables_is_in_none_of_them(
    served: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_copy = copying._copy_table
    before = tables(served.database)

    def copy(source: Session, target: Session, table: Table) -> None:
        real_copy(source, target, table)
        if table.name == "product":
            take(served, feed(tmp_path, range(500, 510)))

    with monkeypatch.context() as patched:
        patched.setattr(copying, "_copy_table", copy)
        save(served, tmp_path / "server.tar")
    assert len(tables(served.database)["product"]) == len(before["product"]) + 10
    bring_back(tmp_path / "server.tar", tmp_path / "new")
    assert tables(f"sqlite:///{tmp_path / 'new' / 'vitrine.db'}") == before


def test_a_server_is_backed_up_as_it_was_at_one_moment_while_an_import_runs(
    served: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.importer.ROWS_PER_TRANSACTION", 10)
    monkeypatch.setattr(copying, "ROWS_AT_A_TIME", 7)
    under_way, done, failures = threading.Event(), threading.Event(), []

    def work() -> None:
        try:
            for start in range(1_000, 2_000, 100):
                take(served, feed(tmp_path, range(start, start + 100)))
                under_way.set()
                if done.is_set():
                    return
        except BaseException as error:  # told to the test, which would pass otherwise
            failures.append(error)
            under_way.set()

    writer = threading.Thread(target=work)
    writer.start()
    under_way.wait(30)
    archives = [save(served, tmp_path / f"{n}.tar") for n in range(2)]
    is_running = writer.is_alive()
    done.set()
    writer.join()
    assert failures == []
    assert is_running
    last = {row[0] for row in tables(served.database)["product"]}
    for number, archive in enumerate(archives):
        bring_back(archive, tmp_path / f"new{number}")
        found = tables(f"sqlite:///{tmp_path / f'new{number}' / 'vitrine.db'}")
        late = [row[0] for row in found["product"] if str(row[0]) in _late(last)]
        wanted = sorted(f"f{n}" for n in range(1_000, 1_000 + len(late)))
        assert late == wanted, "a state that never was"
        assert len(late) % 10 == 0
        told = [row for row in found["ledger_entry"] if row[3] in set(late)]
        assert {row[3] for row in told} == set(late)


def _late(ids: set[object]) -> set[str]:
    return {str(each) for each in ids if str(each)[1:].isdigit() and len(str(each)) == 5}


def test_nothing_is_written_over_a_catalogue_that_is_there(
    served: Settings, new_database: Callable[[], str], tmp_path: Path
) -> None:
    archive = save(served, tmp_path / "server.tar")
    url = new_database()
    bring_back(archive, tmp_path / "one", url)
    before = tables(url)
    with pytest.raises(DatabaseError, match=r"holds rows already .*product 52"):
        bring_back(archive, tmp_path / "two", url, force=True)
    assert tables(url) == before
    assert not (tmp_path / "two").exists()


@pytest.mark.parametrize("stage", ["_sync_tree", "_move_into_place"])
def test_a_restore_that_is_stopped_leaves_the_server_empty_and_can_be_done_again(
    stage: str,
    served: Settings,
    new_database: Callable[[], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stop(*arguments: object) -> None:
        raise KeyboardInterrupt

    archive, url = save(served, tmp_path / "server.tar"), new_database()
    with monkeypatch.context() as patched:
        patched.setattr(restore_module, stage, stop)
        with pytest.raises(KeyboardInterrupt):
            bring_back(archive, tmp_path / "new", url)
    assert tables(url)["product"] == []
    assert not (tmp_path / "new").exists()
    bring_back(archive, tmp_path / "new", url)
    assert tables(url) == tables(served.database)


def test_a_sqlite_file_outside_of_the_home_is_filled_as_well(home: Home, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    bring_back(save(home.settings, tmp_path / "shop.tar"), tmp_path / "new", url)
    assert tables(url) == tables(home.settings.database)
    assert not (tmp_path / "new" / "vitrine.db").exists()


def test_an_older_schema_on_a_server_is_refused_in_words(served: Settings, tmp_path: Path) -> None:
    database = Database(served.database)
    with database.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    database.close()
    with pytest.raises(DatabaseError, match="has the schema 0001, and this program copies"):
        save(served, tmp_path / "server.tar")
    assert not list(tmp_path.glob("*server.tar*"))


def test_a_value_that_only_sqlite_takes_is_named_and_nothing_is_kept(
    home: Home, new_database: Callable[[], str]
) -> None:
    database = Database(home.settings.database)
    with database.write() as session:
        session.execute(text("UPDATE product SET currency = 'EURO' WHERE id = 'p03'"))
    database.close()
    url = new_database()
    with (
        pytest.raises(DatabaseError, match="A row of the table product holds a value"),
        loaded_catalogue(home.path / "vitrine.db", url),
    ):
        pass
    assert tables(url)["product"] == []


def test_a_server_that_is_away_is_told_without_its_password(home: Home, tmp_path: Path) -> None:
    settings = replace(home.settings, database_url="postgresql://shop:hidden@127.0.0.1:1/shop")
    with pytest.raises(DatabaseError) as raised:
        save(settings, tmp_path / "b.tar")
    assert "postgresql" in str(raised.value)
    assert "hidden" not in str(raised.value)
    assert [each.name for each in tmp_path.iterdir()] == ["shop"]
