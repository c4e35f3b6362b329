"""Sales, the catalogue's revision, full feeds, and what is known of pictures' URLs.

Columns are added in place, never by copying a table: SQLite would delete ``product_image``
with the old copy of ``product``, whose rows its own point to.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PRODUCT = ("was_minor", "sale_minor", "sale_starts_at", "sale_ends_at", "availability")
IMPORT_RUN = ("withheld", "withdrawn", "mode", "reason")


def upgrade() -> None:
    op.add_column("product", sa.Column("was_minor", sa.BigInteger(), nullable=True))
    op.add_column("product", sa.Column("sale_minor", sa.BigInteger(), nullable=True))
    for name in ("sale_starts_at", "sale_ends_at"):
        op.add_column("product", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        op.create_index(f"ix_product_{name}", "product", [name])
    _add_with_default("product", "availability", sa.String(16), "")
    _add_with_default("import_run", "withheld", sa.Integer(), "0")
    _add_with_default("import_run", "withdrawn", sa.Integer(), "0")
    _add_with_default("import_run", "mode", sa.String(16), "update")
    _add_with_default("import_run", "reason", sa.Text(), "")
    _create_catalogue_state()
    op.create_table(
        "fetched_image",
        sa.Column("url_hash", sa.String(64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("image_hash", sa.String(64), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("url_hash", name="pk_fetched_image"),
    )


def downgrade() -> None:
    op.drop_table("fetched_image")
    op.drop_table("catalogue_state")
    for name in IMPORT_RUN:
        op.drop_column("import_run", name)
    for name in ("sale_starts_at", "sale_ends_at"):
        op.drop_index(f"ix_product_{name}", "product")
    for name in PRODUCT:
        op.drop_column("product", name)


def _add_with_default(table: str, name: str, kind: sa.types.TypeEngine[Any], value: str) -> None:
    op.add_column(table, sa.Column(name, kind, server_default=value, nullable=False))


def _create_catalogue_state() -> None:
    state = op.create_table(
        "catalogue_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("instance", sa.String(32), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_catalogue_state"),
    )
    row = {"id": 1, "revision": 0, "instance": uuid.uuid4().hex, "changed_at": datetime.now(UTC)}
    op.bulk_insert(state, [row])
