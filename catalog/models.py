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
    Double,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy import Enum as EnumType
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from catalog.merchandising_rule import Effect, Match

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
    WITHHELD = "withheld"
    """The feed itself keeps the product from shoppers; it is not in the catalogue, or left it."""
    WITHDRAWN = "withdrawn"
    """No row: a product that a full feed no longer names, and that left the catalogue."""


class RunStatus(Enum):
    """How an import stands."""

    RUNNING = "running"
    DONE = "done"
    INCOMPLETE = "incomplete"
    """All rows were read, but a full feed was not let withdraw what it does not name."""
    INTERRUPTED = "interrupted"
    FAILED = "failed"


class ImportMode(Enum):
    """What a feed says of the products that it does not name."""

    UPDATE = "update"
    """Nothing: they stay as they are."""
    FULL = "full"
    """That they are no longer sold: they are withdrawn."""


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
    """The regular price; while the sale is on, the sale's is asked."""
    was_minor: Mapped[int | None] = mapped_column(BigInteger)
    sale_minor: Mapped[int | None] = mapped_column(BigInteger)
    sale_starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    sale_ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    currency: Mapped[str] = mapped_column(String(3))
    stock: Mapped[int | None] = mapped_column(BigInteger)
    availability: Mapped[str] = mapped_column(String(16), server_default=text("''"))
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


class CatalogueState(Base):
    """The one row that tells whether anything changed since a reader last looked."""

    __tablename__ = "catalogue_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Always 1."""
    revision: Mapped[int] = mapped_column(BigInteger)
    """Grows with every transaction that changes a product, and never otherwise."""
    instance: Mapped[str] = mapped_column(String(32))
    """Made at random once per database: revisions of two databases cannot be compared."""
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FetchedImage(Base):
    """What is remembered of a picture's URL, so that an unchanged one is not fetched again."""

    __tablename__ = "fetched_image"

    url_hash: Mapped[str] = mapped_column(String(HASH_CHARS), primary_key=True)
    """SHA-256 of the URL, which itself may be longer than an index takes."""
    url: Mapped[str] = mapped_column(Text)
    etag: Mapped[str] = mapped_column(Text)
    last_modified: Mapped[str] = mapped_column(Text)
    image_hash: Mapped[str] = mapped_column(String(HASH_CHARS))
    """The picture's name in the image store."""
    checked_at: Mapped[datetime] = mapped_column(UtcDateTime)


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
    withheld: Mapped[int] = mapped_column(server_default="0")
    added: Mapped[int]
    changed: Mapped[int]
    unchanged: Mapped[int]
    withdrawn: Mapped[int] = mapped_column(server_default="0")
    mode: Mapped[ImportMode] = mapped_column(_stored_by_value(ImportMode), server_default="update")
    reason: Mapped[str] = mapped_column(Text, server_default=text("''"))
    """Why it failed, or why nothing was withdrawn; empty where all went well."""


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
    """Physical line on which the row starts, from 1; products that a full feed withdrew
    are at the line after its last."""
    position: Mapped[int] = mapped_column(primary_key=True)
    """From 0; tells several things that were mended, and several rows of one line, apart."""
    product_id: Mapped[str] = mapped_column(binary_text(255))
    outcome: Mapped[Outcome] = mapped_column(_stored_by_value(Outcome))
    code: Mapped[str] = mapped_column(String(40))
    """Why it was mended or refused; empty where it was taken as it is."""
    hint: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)


class ApiKey(Base):
    """A key to the API; the key itself is not kept."""

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True, index=True)
    """Part of the key, to find it by and to name it in lists."""
    name: Mapped[str] = mapped_column(Text)
    scopes: Mapped[str] = mapped_column(String(100))
    """With commas."""
    digest: Mapped[str] = mapped_column(String(HASH_CHARS))
    """SHA-256 of the whole key."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """To the hour."""


class LoggedQuery(Base):
    """What a shopper searched for and was shown, where that is recorded (UBI's query)."""

    __tablename__ = "logged_query"

    id: Mapped[int] = mapped_column(primary_key=True)
    query_id: Mapped[str] = mapped_column(String(100), index=True)
    client_id: Mapped[str] = mapped_column(String(64))
    user_query: Mapped[str] = mapped_column(Text)
    attributes: Mapped[dict[str, Any]] = mapped_column(JSON)
    hit_ids: Mapped[list[str]] = mapped_column(JSON)
    """Products of the page that was shown, in its order."""
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class LoggedEvent(Base):
    """What a shopper did with a product that a query had shown (UBI's event)."""

    __tablename__ = "logged_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    query_id: Mapped[str] = mapped_column(String(100), index=True)
    client_id: Mapped[str] = mapped_column(String(64))
    action_name: Mapped[str] = mapped_column(String(100))
    object_id: Mapped[str] = mapped_column(binary_text(255))
    ordinal: Mapped[int | None]
    """From 1."""
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class MerchandisingRule(Base):
    """What a shop wants of some products: see ``catalog.merchandising_rule``."""

    __tablename__ = "merchandising_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    effect: Mapped[Effect] = mapped_column(_stored_by_value(Effect))
    product_ids: Mapped[list[str]] = mapped_column(JSON)
    selection: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    query: Mapped[str] = mapped_column(Text)
    match: Mapped[Match] = mapped_column(_stored_by_value(Match))
    category: Mapped[str] = mapped_column(Text)
    position: Mapped[int]
    strength: Mapped[float] = mapped_column(Double)
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    priority: Mapped[int]
    note: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MerchandisingState(Base):
    """The one row that tells whether a rule changed since a server last looked."""

    __tablename__ = "merchandising_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Always 1."""
    revision: Mapped[str] = mapped_column(String(32))
    """Random, and new with every change: equal only where the rules are."""
