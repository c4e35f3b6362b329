from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

import migrations
from catalog.database import SCHEMA, Database, migrate, run_alembic
from catalog.models import Base
from core.errors import DatabaseError

TABLES = {"product", "product_image", "import_run", "ledger_entry", "alembic_version"}


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
    with pytest.raises(DatabaseError, match="has the schema 9999, but this program knows 0001"):
        migrate(url)
    assert database.schema() == "9999"
