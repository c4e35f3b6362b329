from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError

from catalog import repository
from catalog.database import Database
from catalog.models import Product, ProductImage
from catalog.records import ImageRecord, ProductRecord, Sale
from catalog.repository import CatalogueRevision, UpsertCounts

Make = Callable[..., ProductRecord]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
HASH_OF_0001 = "f9cec61099775d141fe233339745819566a92df14c6b6f0148f0dc254e22ff11"
"""Of the product ``a``, computed by the program of schema 0001."""


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
        was_minor=10**12 + 1,
        sale=Sale(999, NOON, LATER),
        availability="in_stock",
    )
    bare = ProductRecord(id="b", title="Bare")
    assert put(database, full, bare) == UpsertCounts(added=2)
    with database.read() as session:
        assert repository.get(session, "ä/1 €") == full
        assert repository.get(session, "b") == bare
        assert repository.get(session, "c") is None
        assert repository.get_many(session, ["b", "none"]) == {"b": bare}


def test_the_day_of_adding_is_that_of_the_first_import(
    database: Database, make_product: Make
) -> None:
    put(database, make_product("a"))
    put(database, make_product("a", title="Another"), now=NOON + timedelta(days=3))
    (product,) = everything(database)
    assert (product.title, product.added_on) == ("Another", NOON.date())


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
        {"was_minor": 3990},
        {"sale": Sale(1990)},
        {"sale": Sale(1990, starts_at=LATER)},
        {"sale": Sale(1990, ends_at=LATER)},
        {"availability": "preorder"},
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


def test_the_time_zone_of_a_sale_is_no_change(database: Database, make_product: Make) -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    put(database, make_product("a", sale=Sale(5, NOON, LATER)))
    again = put(database, make_product("a", sale=Sale(5, elsewhere, LATER)))
    assert again == UpsertCounts(unchanged=1)


def test_a_product_without_the_fields_of_schema_0002_has_the_hash_it_had_before(
    sqlite_database: Database, make_product: Make
) -> None:
    put(sqlite_database, make_product("a"))
    with sqlite_database.read() as session:
        assert session.scalar(select(Product.content_hash)) == HASH_OF_0001


def revision(database: Database) -> CatalogueRevision:
    with database.read() as session:
        return repository.revision(session)


def test_the_revision_grows_when_something_changes_and_never_otherwise(
    database: Database, make_product: Make
) -> None:
    start = revision(database)
    assert start.revision == 0
    seen = []
    for change in (
        lambda: put(database, make_product("a"), make_product("b")),
        lambda: put(database, make_product("a"), make_product("b"), now=LATER),
        lambda: put(database, make_product("a", stock=0), make_product("b")),
        lambda: withdraw(database, ["nobody"]),
        lambda: withdraw(database, ["a", "nobody"]),
        lambda: withdraw(database, ["a"]),
    ):
        change()
        seen.append(revision(database).revision)
        assert revision(database).instance == start.instance
    assert seen == [1, 1, 2, 2, 3, 3]


def test_a_change_that_is_not_kept_leaves_the_revision(
    database: Database, make_product: Make
) -> None:
    with contextlib.suppress(ZeroDivisionError), database.write() as session:
        repository.upsert(session, [make_product("a")], NOON)
        raise ZeroDivisionError
    assert revision(database).revision == 0


def test_a_renewed_catalogue_is_none_that_was_seen(database: Database) -> None:
    before = revision(database)
    with database.write() as session:
        repository.renew_instance(session)
    assert revision(database).instance != before.instance
    assert revision(database).revision == before.revision


def withdraw(database: Database, ids: list[str]) -> int:
    with database.write() as session:
        return repository.withdraw(session, ids)


def test_withdrawn_products_leave_with_their_pictures_and_the_others_stay(
    database: Database, make_product: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "IDS_AT_ONCE", 2)
    put(database, *(make_product(each) for each in "abcdefg"))
    assert withdraw(database, ["g", "a", "none", "c", "e", "a"]) == 4
    assert everything(database) == [make_product(each) for each in "bdf"]
    with database.read() as session:
        pictured = session.scalars(select(ProductImage.product_id).order_by("product_id")).all()
    assert pictured == ["b", "d", "f"]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NOON - timedelta(hours=1), NOON),
        (NOON, LATER),
        (LATER - timedelta(seconds=1), LATER),
        (LATER, LATER + timedelta(hours=3)),
        (LATER + timedelta(hours=3), None),
    ],
)
def test_the_next_price_change_is_the_next_start_or_end_of_a_sale(
    database: Database, make_product: Make, now: datetime, expected: datetime | None
) -> None:
    put(
        database,
        make_product("none"),
        make_product("ever", sale=Sale(1)),
        make_product("a", sale=Sale(1, NOON, LATER)),
        make_product("b", sale=Sale(1, None, LATER + timedelta(hours=3))),
    )
    with database.read() as session:
        assert repository.next_price_change(session, now) == expected


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
