from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError

from catalog import repository
from catalog.database import Database
from catalog.models import Product, ProductImage
from catalog.records import ImageRecord, ProductRecord
from catalog.repository import UpsertCounts

Make = Callable[..., ProductRecord]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def put(database: Database, *products: ProductRecord, now: datetime = NOON) -> UpsertCounts:
    with database.write() as session:
        return repository.upsert(session, products, now)


def everything(database: Database) -> list[ProductRecord]:
    with database.read() as session:
        return list(repository.stream_products(session))


def times(database: Database) -> dict[str, tuple[datetime, datetime]]:
    with database.read() as session:
        rows = session.execute(select(Product.id, Product.created_at, Product.updated_at))
        return {row.id: (row.created_at, row.updated_at) for row in rows}


def test_a_product_comes_back_as_it_was_put(database: Database, make_product: Make) -> None:
    full = make_product(
        "ä/1 €",
        images=(ImageRecord("cd" * 32, "Ünder", 3, 4), ImageRecord("ab" * 32, "", 1, 20_000)),
        price_minor=10**12,
    )
    bare = ProductRecord(id="b", title="Bare")
    assert put(database, full, bare) == UpsertCounts(added=2)
    with database.read() as session:
        assert repository.get(session, "ä/1 €") == full
        assert repository.get(session, "b") == bare
        assert repository.get(session, "c") is None
        assert repository.get_many(session, ["b", "none"]) == {"b": bare}


def test_the_same_batch_again_is_unchanged_and_not_written(
    database: Database, make_product: Make
) -> None:
    put(database, make_product("a"), make_product("b"))
    assert put(database, make_product("a"), make_product("b"), now=LATER) == UpsertCounts(
        unchanged=2
    )
    assert times(database) == {"a": (NOON, NOON), "b": (NOON, NOON)}


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Other"},
        {"description": "Other"},
        {"brand": "Other"},
        {"category": ("Shoes",)},
        {"price_minor": None, "currency": ""},
        {"stock": 0},
        {"group_id": ""},
        {"attributes": {"colour": "blue"}},
        {"images": ()},
        {"images": (ImageRecord("ab" * 32, "Another text", 60, 80),)},
        {"images": (ImageRecord("ef" * 32, "A boot", 60, 80),)},
    ],
)
def test_any_changed_field_is_written(
    database: Database, make_product: Make, change: dict[str, object]
) -> None:
    put(database, make_product("a"), make_product("b"))
    counts = put(database, make_product("a", **change), make_product("b"), now=LATER)
    assert counts == UpsertCounts(changed=1, unchanged=1)
    assert everything(database) == [make_product("a", **change), make_product("b")]
    assert times(database) == {"a": (NOON, LATER), "b": (NOON, NOON)}


def test_the_order_of_attributes_is_no_change(database: Database, make_product: Make) -> None:
    put(database, make_product("a", attributes={"x": "1", "y": "2"}))
    again = put(database, make_product("a", attributes={"y": "2", "x": "1"}))
    assert again == UpsertCounts(unchanged=1)
    assert list(everything(database)[0].attributes) == ["x", "y"]


def test_fewer_pictures_leave_none_behind(database: Database, make_product: Make) -> None:
    three = tuple(ImageRecord(each * 32, "", 1, 1) for each in ("aa", "bb", "cc"))
    put(database, make_product("a", images=three))
    put(database, make_product("a", images=three[2:]))
    with database.read() as session:
        rows = session.execute(select(ProductImage.position, ProductImage.hash)).all()
    assert [tuple(row) for row in rows] == [(0, "cc" * 32)]


def test_products_stream_in_byte_order_on_every_database(
    database: Database, make_product: Make
) -> None:
    ids = ["a", "B", "10", "9", "ä", "Z", "z", "é", "e", "_", "-", "👟", "\ufffd", "a b", "ab"]
    put(database, *(make_product(each) for each in ids))
    assert [each.id for each in everything(database)] == sorted(ids, key=str.encode)


def test_streaming_costs_two_statements_a_batch_and_misses_nothing(
    database: Database, make_product: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "STREAM_BATCH", 10)
    products = [make_product(f"{number:03}") for number in range(30)]
    put(database, *products)
    statements: list[str] = []
    event.listen(
        database._engine, "before_cursor_execute", lambda *call: statements.append(call[2])
    )
    assert everything(database) == products
    selects = [each for each in statements if each.startswith("SELECT product")]
    # Three full batches with their pictures, and the empty one that ends it.
    assert len(selects) == 7


def test_a_reader_sees_one_state_while_a_writer_commits(
    database: Database, make_product: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "STREAM_BATCH", 2)
    put(database, *(make_product(each) for each in "abcd"))
    with database.read() as session:
        stream = repository.stream_products(session)
        seen = [next(stream)]
        put(database, make_product("d", title="Changed"), make_product("e"))
        seen += stream
    assert [(each.id, each.title) for each in seen] == [(i, f"Shoe {i}") for i in "abcd"]
    assert [each.id for each in everything(database)] == list("abcde")


def test_nothing_is_kept_of_a_failed_write(database: Database, make_product: Make) -> None:
    with contextlib.suppress(ZeroDivisionError), database.write() as session:
        repository.upsert(session, [make_product("a")], NOON)
        raise ZeroDivisionError
    assert everything(database) == []


def test_a_picture_without_its_product_is_refused_by_the_database(database: Database) -> None:
    orphan = ProductImage(product_id="ghost", position=0, hash="0", alt="", width=1, height=1)
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(orphan)


def test_deleting_a_product_deletes_its_pictures(database: Database, make_product: Make) -> None:
    put(database, make_product("a"))
    with database.write() as session:
        session.delete(session.get_one(Product, "a"))
    with database.read() as session:
        assert session.scalars(select(ProductImage.hash)).all() == []


def test_a_category_counts_what_is_at_and_below_it(database: Database, make_product: Make) -> None:
    paths = [
        ("Shoes",),
        ("Shoes", "Boots"),
        ("Shoes", "Boots", "Snow"),
        ("Shoes & Bags",),
        ("Shoes ", "Odd"),
        ("shoes", "Boots"),
        ("Bags",),
        (),
    ]
    put(database, *(make_product(str(at), category=path) for at, path in enumerate(paths)))
    with database.read() as session:
        assert repository.count(session) == 8
        assert repository.count(session, ("Shoes",)) == 3
        assert repository.count(session, ("Shoes", "Boots")) == 2
        assert repository.count(session, ("Hats",)) == 0


def test_stats_count_what_is_there(database: Database, make_product: Make) -> None:
    put(
        database,
        make_product("a"),
        make_product("b", category=("Bags",), brand="Best"),
        make_product("c", images=(), price_minor=None, currency="", group_id="", brand=""),
    )
    with database.read() as session:
        assert repository.stats(session) == repository.CatalogStats(
            products=3,
            images=2,
            distinct_images=1,
            products_without_image=1,
            products_without_price=1,
            brands=2,
            groups=1,
            categories=(("Shoes", 2), ("Bags", 1)),
        )
