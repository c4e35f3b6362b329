"""Products in the database. Functions take a session and never commit."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session

from catalog.models import CatalogueState, Product, ProductImage
from catalog.records import CATEGORY_SEPARATOR, ImageRecord, ProductRecord, Sale

STREAM_BATCH = 1_000
"""Products per statement while streaming: enough to hide its cost, little enough to hold."""

IDS_AT_ONCE = 1_000
"""Ids per statement; both databases bind more."""


@dataclass(frozen=True, slots=True)
class UpsertCounts:
    """What a batch did to the catalogue."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class CatalogueRevision:
    """Which state of which catalogue was read; equal means that no product differs."""

    instance: str
    """Of the database; one that was restored from a backup gets a new one."""
    revision: int


@dataclass(frozen=True, slots=True)
class CatalogStats:
    """What the catalogue holds."""

    products: int
    images: int
    distinct_images: int
    products_without_image: int
    products_without_price: int
    brands: int
    groups: int
    categories: tuple[tuple[str, int], ...]
    """The widest level of the paths, most products first."""


def upsert(session: Session, products: Sequence[ProductRecord], now: datetime) -> UpsertCounts:
    """Write a batch of products; those that are already so are not touched.

    Costs one statement a table, however many products. The ids must differ.
    """
    rows = {product.id: _product_row(product, now) for product in products}
    assert len(rows) == len(products), "a batch holds a product once"
    hashes = select(Product.id, Product.content_hash).where(Product.id.in_(rows))
    known = dict(session.execute(hashes).all())
    written = [each for each in products if known.get(each.id) != rows[each.id]["content_hash"]]
    if written:
        # First, so that two writers wait here for each other and never in the middle.
        _advance_revision(session, now)
        _write(session, [rows[each.id] for each in written])
        _write_images(session, written)
    added = sum(each.id not in known for each in written)
    return UpsertCounts(added, len(written) - added, len(products) - len(written))


def withdraw(session: Session, ids: Sequence[str]) -> int:
    """Take products out of the catalogue, and tell how many of them were in it."""
    present = known_ids(session, ids)
    if present:
        _advance_revision(session, datetime.now(UTC))
    for some in _in_pieces(sorted(present)):
        _delete(session, Product.id.in_(some))
    return len(present)


def known_ids(session: Session, ids: Sequence[str]) -> set[str]:
    """Tell which products there are of those that are named."""
    known: set[str] = set()
    for some in _in_pieces(ids):
        known.update(session.scalars(select(Product.id).where(Product.id.in_(some))))
    return known


def groups_of(session: Session, group_ids: Sequence[str]) -> dict[str, str]:
    """List the products of groups, each with its group; see ``is_of_group``."""
    found: dict[str, str] = {}
    for some in _in_pieces(group_ids):
        rows = session.execute(select(Product.id, Product.group_id).where(is_of_group(some)))
        found |= {row.id: row.group_id or row.id for row in rows}
    return found


def is_of_group(group_ids: Sequence[str] | Select[tuple[str]]) -> ColumnElement[bool]:
    """Make the condition that a product is of one of the groups.

    A product that is alone has no group: there its id counts, for a feed that names whole
    groups gives it the name that its group would have.
    """
    alone = (Product.group_id == "") & Product.id.in_(group_ids)
    return or_(Product.group_id.in_(group_ids), alone)


def withdraw_where(session: Session, condition: ColumnElement[bool]) -> None:
    """Take the products of which something holds out of the catalogue, however many."""
    _advance_revision(session, datetime.now(UTC))
    _delete(session, condition)


def revision(session: Session) -> CatalogueRevision:
    """Tell which state the catalogue is in, at the cost of one row."""
    row = session.execute(select(CatalogueState.instance, CatalogueState.revision)).one()
    return CatalogueRevision(row.instance, row.revision)


def renew_instance(session: Session) -> None:
    """Make this catalogue one that no reader has seen, as after a restore.

    A restored catalogue counts on from an old revision: it would come to numbers that
    stood for something else before.
    """
    session.execute(update(CatalogueState).values(instance=uuid.uuid4().hex))


def next_price_change(session: Session, now: datetime) -> datetime | None:
    """Find when a sale next starts or ends after a moment; None where none will."""
    moments = [
        session.scalar(
            select(func.min(moment)).where(moment > now, Product.sale_minor.is_not(None))
        )
        for moment in (Product.sale_starts_at, Product.sale_ends_at)
    ]
    return min((each for each in moments if each is not None), default=None)


def get_many(session: Session, ids: Sequence[str]) -> dict[str, ProductRecord]:
    """Look products up, in two statements; ids that are not there are left out."""
    rows = session.execute(_select_products().where(Product.id.in_(ids))).all()
    return {record.id: record for record in _with_images(session, rows)}


def get(session: Session, product_id: str) -> ProductRecord | None:
    """Look one product up."""
    return get_many(session, [product_id]).get(product_id)


def stream_products(session: Session) -> Iterator[ProductRecord]:
    """Go through all products by id, in the order of its bytes, on any database.

    Holds ``STREAM_BATCH`` products at a time and costs two statements for each batch.
    Within ``Database.read`` they are all of one state of the catalogue.
    """
    after: str | None = None
    while True:
        statement = _select_products().order_by(Product.id).limit(STREAM_BATCH)
        if after is not None:
            statement = statement.where(Product.id > after)
        rows = session.execute(statement).all()
        yield from _with_images(session, rows)
        if len(rows) < STREAM_BATCH:
            return
        after = rows[-1].id


def count(session: Session, category: Sequence[str] = ()) -> int:
    """Count the products, of all categories or of those at and below one path."""
    statement = select(func.count()).select_from(Product)
    if category:
        statement = statement.where(is_within(category))
    return session.scalar(statement) or 0


def is_within(category: Sequence[str]) -> ColumnElement[bool]:
    """Make the condition that a product is at or below a path; the index answers it.

    Bytes order both databases' paths, so "everything that starts with" is a range:
    its end is the path with the last character of the separator, a space, made the
    next one.
    """
    path = CATEGORY_SEPARATOR.join(category)
    start = path + CATEGORY_SEPARATOR
    end = start[:-1] + chr(ord(start[-1]) + 1)
    below = (Product.category >= start) & (Product.category < end)
    return or_(Product.category == path, below)


def stats(session: Session) -> CatalogStats:
    """Count what the catalogue holds."""
    with_image = select(ProductImage.product_id).where(ProductImage.product_id == Product.id)
    return CatalogStats(
        products=count(session),
        images=session.scalar(select(func.count()).select_from(ProductImage)) or 0,
        distinct_images=session.scalar(select(func.count(ProductImage.hash.distinct()))) or 0,
        products_without_image=count_where(session, ~with_image.exists()),
        products_without_price=count_where(session, Product.price_minor.is_(None)),
        brands=_count_distinct(session, Product.brand),
        groups=_count_distinct(session, Product.group_id),
        categories=_widest_categories(session),
    )


def count_where(session: Session, condition: ColumnElement[bool]) -> int:
    """Count the products of which something holds."""
    return session.scalar(select(func.count()).select_from(Product).where(condition)) or 0


def _in_pieces(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + IDS_AT_ONCE] for start in range(0, len(ids), IDS_AT_ONCE))


def _count_distinct(session: Session, column: Any) -> int:
    return session.scalar(select(func.count(column.distinct())).where(column != "")) or 0


def _widest_categories(session: Session) -> tuple[tuple[str, int], ...]:
    totals: dict[str, int] = {}
    paths = select(Product.category, func.count()).group_by(Product.category)
    for path, products in session.execute(paths):
        widest = path.split(CATEGORY_SEPARATOR)[0]
        totals[widest] = totals.get(widest, 0) + products
    return tuple(sorted(totals.items(), key=lambda item: (-item[1], item[0])))


def _product_row(product: ProductRecord, now: datetime) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": product.id,
        "title": product.title,
        "description": product.description,
        "brand": product.brand,
        "category": CATEGORY_SEPARATOR.join(product.category),
        "price_minor": product.price_minor,
        "currency": product.currency,
        "stock": product.stock,
        "group_id": product.group_id,
        "attributes": dict(sorted(product.attributes.items())),
    }
    added = {
        "was_minor": product.was_minor,
        "sale_minor": product.sale.price_minor if product.sale else None,
        "sale_starts_at": product.sale.starts_at if product.sale else None,
        "sale_ends_at": product.sale.ends_at if product.sale else None,
        "availability": product.availability,
    }
    images = [(image.hash, image.alt) for image in product.images]
    # Fields that came with schema 0002 count where they say something: products that have
    # none of them are not all written again by the first import after an update.
    told = fields | {
        name: _as_json(value) for name, value in added.items() if value not in (None, "")
    }
    content = json.dumps([told, images], ensure_ascii=False, sort_keys=True)
    return {
        **fields,
        **added,
        "content_hash": hashlib.sha256(content.encode()).hexdigest(),
        "created_at": now,
        "updated_at": now,
    }


def _as_json(value: int | str | datetime) -> int | str:
    """Write a time in UTC, so that one moment has one hash."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _advance_revision(session: Session, now: datetime) -> None:
    session.execute(
        update(CatalogueState).values(revision=CatalogueState.revision + 1, changed_at=now)
    )


def _delete(session: Session, condition: ColumnElement[bool]) -> None:
    """Delete products; the database deletes their pictures' rows with them."""
    session.execute(delete(Product).where(condition).execution_options(synchronize_session=False))


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    """Insert products, or replace all but the creation time of those that are there."""
    insert = (
        postgresql.insert(Product)
        if session.get_bind().dialect.name == "postgresql"
        else sqlite.insert(Product)
    )
    new = {name: insert.excluded[name] for name in rows[0] if name not in ("id", "created_at")}
    session.execute(insert.on_conflict_do_update(index_elements=[Product.id], set_=new), rows)


def _write_images(session: Session, products: Iterable[ProductRecord]) -> None:
    ids = [product.id for product in products]
    session.execute(delete(ProductImage).where(ProductImage.product_id.in_(ids)))
    images = [
        {
            "product_id": product.id,
            "position": position,
            "hash": image.hash,
            "alt": image.alt,
            "width": image.width,
            "height": image.height,
        }
        for product in products
        for position, image in enumerate(product.images)
    ]
    if images:
        session.execute(ProductImage.__table__.insert(), images)  # type: ignore[attr-defined]


def _select_products() -> Any:
    return select(
        Product.id,
        Product.title,
        Product.description,
        Product.brand,
        Product.category,
        Product.price_minor,
        Product.currency,
        Product.stock,
        Product.group_id,
        Product.attributes,
        Product.was_minor,
        Product.sale_minor,
        Product.sale_starts_at,
        Product.sale_ends_at,
        Product.availability,
        Product.created_at,
    )


def _with_images(session: Session, rows: Sequence[Row[Any]]) -> Iterator[ProductRecord]:
    """Make records of product rows, their pictures fetched in one statement."""
    images = _images_of(session, [row.id for row in rows]) if rows else {}
    for row in rows:
        yield ProductRecord(
            id=row.id,
            title=row.title,
            description=row.description,
            brand=row.brand,
            category=tuple(row.category.split(CATEGORY_SEPARATOR)) if row.category else (),
            price_minor=row.price_minor,
            currency=row.currency,
            stock=row.stock,
            group_id=row.group_id,
            attributes=row.attributes,
            images=tuple(images.get(row.id, ())),
            was_minor=row.was_minor,
            sale=_sale_of(row),
            availability=row.availability,
            added_on=row.created_at.astimezone(UTC).date(),
        )


def _sale_of(row: Row[Any]) -> Sale | None:
    if row.sale_minor is None:
        return None
    return Sale(row.sale_minor, row.sale_starts_at, row.sale_ends_at)


def _images_of(session: Session, ids: Sequence[str]) -> Mapping[str, list[ImageRecord]]:
    statement = (
        select(
            ProductImage.product_id,
            ProductImage.hash,
            ProductImage.alt,
            ProductImage.width,
            ProductImage.height,
        )
        .where(ProductImage.product_id.in_(ids))
        .order_by(ProductImage.product_id, ProductImage.position)
    )
    images: dict[str, list[ImageRecord]] = {}
    for product_id, hash, alt, width, height in session.execute(statement):
        images.setdefault(product_id, []).append(ImageRecord(hash, alt, width, height))
    return images
