"""Products in the database. Functions take a session and never commit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session

from catalog.models import Product, ProductImage
from catalog.records import CATEGORY_SEPARATOR, ImageRecord, ProductRecord

STREAM_BATCH = 1_000
"""Products per statement while streaming: enough to hide its cost, little enough to hold."""


@dataclass(frozen=True, slots=True)
class UpsertCounts:
    """What a batch did to the catalogue."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


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
        _write(session, [rows[each.id] for each in written])
        _write_images(session, written)
    added = sum(each.id not in known for each in written)
    return UpsertCounts(added, len(written) - added, len(products) - len(written))


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
        products_without_image=_count_where(session, ~with_image.exists()),
        products_without_price=_count_where(session, Product.price_minor.is_(None)),
        brands=_count_distinct(session, Product.brand),
        groups=_count_distinct(session, Product.group_id),
        categories=_widest_categories(session),
    )


def _count_where(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Product).where(condition)) or 0


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
    images = [(image.hash, image.alt) for image in product.images]
    content = json.dumps([fields, images], ensure_ascii=False, sort_keys=True)
    return {
        **fields,
        "content_hash": hashlib.sha256(content.encode()).hexdigest(),
        "created_at": now,
        "updated_at": now,
    }


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
        )


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
