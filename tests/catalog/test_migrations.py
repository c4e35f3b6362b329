from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, inspect, text

import migrations
from catalog import ledger, repository
from catalog.database import SCHEMA, Database, migrate, run_alembic
from catalog.models import Base, ImportMode
from catalog.records import ImageRecord, ProductRecord
from core.errors import DatabaseError

TABLES = {
    "product", "product_image", "import_run", "ledger_entry", "catalogue_state", "fetched_image",
    "api_key", "logged_query", "logged_event", "merchandising_rule",
    "merchandising_state", "alembic_version",
}  # fmt: skip

OF_THE_SECOND_SCHEMA = (
    "INSERT INTO product (id, title, description, brand, category, price_minor, currency, stock,"
    " group_id, attributes, content_hash, created_at, updated_at, sale_minor, availability)"
    " VALUES ('p', 'Größe', '', 'Acme', 'Shoes', 2990, 'EUR', 7, 'g', '{}', 'hash', '2026-01-01',"
    " '2026-01-02', 1990, 'in_stock')",
    "INSERT INTO product_image VALUES ('p', 0, 'ab', '', 1, 2)",
    "INSERT INTO import_run (id, source, encoding, started_at, status, taken, mended, refused,"
    " added, changed, unchanged) VALUES (1, 'f', 'utf-8', '2026-01-01', 'done', 1, 0, 0, 1, 0, 0)",
    "INSERT INTO ledger_entry VALUES (1, 1, 0, 'p', 'taken', '', '', '')",
    "INSERT INTO fetched_image VALUES ('h', 'https://x/y', '', '', 'ab', '2026-01-01')",
    "UPDATE catalogue_state SET revision = 9",
)


def test_schema_constant_is_the_newest_migration_and_all_are_numbered() -> None:
    scripts = ScriptDirectory(migrations.__path__[0])
    assert scripts.get_heads() == [SCHEMA]
    numbers = sorted(each.revision for each in scripts.walk_revisions())
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_migrated_schema_is_exactly_the_models(database: Database) -> None:
    with database.begin() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []
        assert set(inspect(connection).get_table_names()) == TABLES


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite's own default
def test_ids_and_categories_have_the_byte_collation_on_postgresql(database: Database) -> None:
    with database.begin() as connection:
        collated = connection.execute(
            text(
                "SELECT table_name, column_name FROM information_schema.columns "
                "WHERE collation_name = 'C' AND table_name IN "
                "('product', 'product_image', 'ledger_entry')"
            )
        ).all()
    assert {tuple(row) for row in collated} == {
        ("product", "id"),
        ("product", "category"),
        ("product", "group_id"),
        ("product_image", "product_id"),
        ("ledger_entry", "product_id"),
    }


def test_downgrade_empties_the_schema_and_upgrade_brings_it_back(database: Database) -> None:
    with database.begin() as connection:
        run_alembic(connection, "downgrade", "base")
    with database.begin() as connection:
        assert set(inspect(connection).get_table_names()) == {"alembic_version"}
        run_alembic(connection, "upgrade", "head")
    assert database.schema() == SCHEMA
    with database.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_a_catalogue_of_the_first_schema_keeps_its_products_their_pictures_and_its_ledger(
    database_url: str,
) -> None:
    opened = Database(database_url)
    with opened.begin() as connection:
        run_alembic(connection, "upgrade", "0001")
        connection.execute(
            text(
                "INSERT INTO product VALUES ('p', 'Boot', '', '', '', 2990, 'EUR', 7, '', '{}',"
                " 'hash', '2026-01-01', '2026-01-01')"
            )
        )
        connection.execute(text("INSERT INTO product_image VALUES ('p', 0, 'ab', '', 1, 2)"))
        connection.execute(
            text(
                "INSERT INTO import_run VALUES (1, 'f', 'utf-8', '2026-01-01', NULL, 'done',"
                " 1, 0, 0, 1, 0, 0)"
            )
        )
    opened.close()
    migrate(database_url)
    with opened.read() as session:
        product = repository.get(session, "p")
        run = ledger.find_run(session)
        assert repository.revision(session).revision == 0
    opened.close()
    assert product == ProductRecord(
        "p",
        "Boot",
        price_minor=2990,
        currency="EUR",
        stock=7,
        images=(ImageRecord("ab", "", 1, 2),),
    )
    assert run is not None
    assert (run.taken, run.withheld, run.withdrawn, run.mode, run.reason) == (
        1, 0, 0, ImportMode.UPDATE, "",
    )  # fmt: skip


def test_a_catalogue_of_the_second_schema_keeps_its_rows_and_has_no_keys_events_or_rules(
    database_url: str,
) -> None:
    opened = Database(database_url)
    with opened.begin() as connection:
        run_alembic(connection, "upgrade", "0002")
    old = MetaData()
    with opened.begin() as connection:
        old.reflect(connection)
        for statement in OF_THE_SECOND_SCHEMA:
            connection.execute(text(statement))
        before = {name: rows_of(connection, table) for name, table in old.tables.items()}
    assert all(before.values())
    opened.close()
    migrate(database_url)
    with opened.begin() as connection:
        after = {name: rows_of(connection, table) for name, table in old.tables.items()}
        new = MetaData()
        new.reflect(connection)
        added = {
            name: len(rows_of(connection, table))
            for name, table in new.tables.items()
            if name not in old.tables
        }
    opened.close()
    assert after == before | {"alembic_version": [(SCHEMA,)]}
    assert added == {
        "api_key": 0, "logged_query": 0, "logged_event": 0, "merchandising_rule": 0,
        "merchandising_state": 1,
    }  # fmt: skip


def rows_of(connection: Connection, table: Table) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(table.select())]


def test_each_database_has_an_instance_of_its_own(tmp_path: Path) -> None:
    instances = []
    for name in ("a", "b"):
        migrate(f"sqlite:///{tmp_path / name}")
        database = Database(f"sqlite:///{tmp_path / name}")
        with database.read() as session:
            instances.append(repository.revision(session).instance)
        database.close()
    assert instances[0] != instances[1]
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in instances)


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    migrate(database_url)
    migrate(database_url)
    database = Database(database_url)
    assert database.schema() == SCHEMA
    database.close()


def test_migration_works_from_any_folder(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "100% elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    migrate(database_url)
    assert os.listdir(elsewhere) == []


def test_failed_migration_leaves_no_table_behind(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(database_url)
    with contextlib.suppress(ZeroDivisionError), database.begin() as connection:
        run_alembic(connection, "upgrade", "head")
        raise ZeroDivisionError
    assert database.schema() == ""
    with database.begin() as connection:
        assert inspect(connection).get_table_names() == []
    database.close()


def test_schema_newer_than_the_program_is_refused_and_untouched(database: Database) -> None:
    with database.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    url = database._url.render_as_string(hide_password=False)
    with pytest.raises(DatabaseError, match="has the schema 9999, but this program knows 0004"):
        migrate(url)
    assert database.schema() == "9999"
