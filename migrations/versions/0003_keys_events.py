"""API keys, and what shoppers searched for and clicked on where that is recorded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.String(100), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        _moment("created_at"),
        _moment("expires_at", nullable=True),
        _moment("revoked_at", nullable=True),
        _moment("last_used_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_key"),
    )
    op.create_index("ix_api_key_public_id", "api_key", ["public_id"], unique=True)
    op.create_table(
        "logged_query",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("query_id", sa.String(100), nullable=False),
        sa.Column("client_id", sa.String(64), nullable=False),
        sa.Column("user_query", sa.Text(), nullable=False),
        sa.Column("attributes", sa.JSON(), nullable=False),
        sa.Column("hit_ids", sa.JSON(), nullable=False),
        _moment("issued_at"),
        sa.PrimaryKeyConstraint("id", name="pk_logged_query"),
    )
    op.create_index("ix_logged_query_query_id", "logged_query", ["query_id"])
    op.create_index("ix_logged_query_issued_at", "logged_query", ["issued_at"])
    product_id = sa.String(255).with_variant(sa.String(255, collation="C"), "postgresql")
    op.create_table(
        "logged_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("query_id", sa.String(100), nullable=False),
        sa.Column("client_id", sa.String(64), nullable=False),
        sa.Column("action_name", sa.String(100), nullable=False),
        sa.Column("object_id", product_id, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=True),
        _moment("happened_at"),
        sa.PrimaryKeyConstraint("id", name="pk_logged_event"),
    )
    op.create_index("ix_logged_event_query_id", "logged_event", ["query_id"])
    op.create_index("ix_logged_event_happened_at", "logged_event", ["happened_at"])


def downgrade() -> None:
    op.drop_table("logged_event")
    op.drop_table("logged_query")
    op.drop_table("api_key")
