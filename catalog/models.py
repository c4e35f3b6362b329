"""The tables. Every change here needs a numbered file in ``migrations/versions``."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy import Enum as EnumType
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

HASH_CHARS = 64
"""Length of a SHA-256 in hex."""


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time, in UTC on both databases; SQLite itself keeps no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time, whose zone nobody could know later."""
        assert value is None or value.tzinfo is not None
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware time."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def binary_text(length: int | None = None) -> String:
    """Make a text type that orders by its UTF-8 bytes, on PostgreSQL as on SQLite.

    A server's own collation would list products in an order that depends on its
    locale, and a prefix could not use the index.
    """
    plain = String(length) if length else Text()
    in_bytes = (
        String(length, collation="C")
        if length  # Text and String differ only in their DDL
        else Text(collation="C")
    )
    return plain.with_variant(in_bytes, "postgresql")


def _stored_by_value(kind: type[Enum]) -> EnumType:
    """Keep an enum as its short text: a native type would make each new member a migration."""
    return EnumType(
        kind, native_enum=False, length=16, values_callable=lambda each: [m.value for m in each]
    )


class Outcome(Enum):
    """How one row of a feed ended."""

    TAKEN = "taken"
    MENDED = "mended"
    REFUSED = "refused"


class RunStatus(Enum):
    """How an import stands."""

    RUNNING = "running"
    DONE = "done"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


class Base(DeclarativeBase):
    """Holds the tables' metadata; constraints are named so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Product(Base):
    """One sellable thing, under the shop's own id."""

    __tablename__ = "product"

    id: Mapped[str] = mapped_column(binary_text(255), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    brand: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(binary_text(), index=True)
    """The path, joined by ``CATEGORY_SEPARATOR``: everything below a path starts with it."""
    price_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    stock: Mapped[int | None] = mapped_column(BigInteger)
    group_id: Mapped[str] = mapped_column(binary_text(255), index=True)
    attributes: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_hash: Mapped[str] = mapped_column(String(HASH_CHARS))
    """SHA-256 over everything the feed says of it, pictures included: equal means unchanged."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class ProductImage(Base):
    """One picture of a product; the bytes are in the image store."""

    __tablename__ = "product_image"

    product_id: Mapped[str] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), primary_key=True, type_=binary_text(255)
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    """From 0, in the feed's order."""
    hash: Mapped[str] = mapped_column(String(HASH_CHARS), index=True)
    alt: Mapped[str] = mapped_column(Text)
    width: Mapped[int]
    height: Mapped[int]


class ImportRun(Base):
    """One import, from its start on."""

    __tablename__ = "import_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    encoding: Mapped[str] = mapped_column(String(32))
    """How the feed's bytes were read; cp1252 where they are no UTF-8."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status: Mapped[RunStatus] = mapped_column(_stored_by_value(RunStatus))
    taken: Mapped[int]
    mended: Mapped[int]
    refused: Mapped[int]
    added: Mapped[int]
    changed: Mapped[int]
    unchanged: Mapped[int]


class LedgerEntry(Base):
    """What became of one row of a feed.

    A row with several things mended has an entry for each; every row has at least
    the one at position 0.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (Index(None, "run_id", "product_id"),)

    run_id: Mapped[int] = mapped_column(
        ForeignKey("import_run.id", ondelete="CASCADE"), primary_key=True
    )
    line: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    """Physical line on which the row starts, from 1."""
    position: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[str] = mapped_column(binary_text(255))
    outcome: Mapped[Outcome] = mapped_column(_stored_by_value(Outcome))
    code: Mapped[str] = mapped_column(String(40))
    """Why it was mended or refused; empty where it was taken as it is."""
    hint: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
