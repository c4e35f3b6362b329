"""Lets Alembic run the migrations on a connection that the program hands it.

Called by ``catalog.database.migrate``; from Alembic's own command line (to draft a new
revision) it opens the database that the settings name.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from catalog.database import Database
from catalog.models import Base
from core.settings import Settings


def run(connection: Connection) -> None:
    """Run what was asked for in the transaction that is open."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        # SQLite cannot alter a column in place; Alembic then copies the table.
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with Database(Settings.load().database).begin() as opened:
        run(opened)
