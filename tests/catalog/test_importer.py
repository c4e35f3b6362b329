from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog import importer, ledger, repository
from catalog.database import Database
from catalog.fields import Field
from catalog.image_store import ImageStore
from catalog.images import image_hash
from catalog.import_report import ImportReport
from catalog.importer import ImportOptions, import_feed
from catalog.ledger import Entry
from catalog.models import Outcome, RunStatus
from catalog.records import ImageRecord, ProductRecord
from core.errors import DatabaseError, FeedError

Jpeg = Callable[..., bytes]


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    folder = tmp_path / "feed"
    (folder / "images").mkdir(parents=True)
    return folder / "products.csv"


def products(database: Database) -> dict[str, ProductRecord]:
    with database.read() as session:
        return {each.id: each for each in repository.stream_products(session)}


def entries(database: Database, report: ImportReport) -> list[Entry]:
    with database.read() as session:
        return list(ledger.list_entries(session, report.run_id, 1_000, problems_only=False))


def status(database: Database) -> RunStatus:
    with database.read() as session:
        run = ledger.find_run(session)
    assert run is not None
    return run.status


def counts(report: ImportReport) -> tuple[int, int, int, int, int, int]:
    return (
        report.taken,
        report.mended,
        report.refused,
        report.added,
        report.changed,
        report.unchanged,
    )


def write_shop(feed: Path, jpeg: Jpeg, rows: int = 5) -> None:
    lines = ["product_id,title,category,price,image,colour"]
    for number in range(rows):
        (feed.parent / "images" / f"{number}.jpg").write_bytes(jpeg(f"rgb({25 * number},0,0)"))
        lines.append(f"{number},Boot {number},Shoes > Boots,29.90 EUR,images/{number}.jpg,red")
    feed.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_a_feed_becomes_products_with_pictures(
    database: Database, store: ImageStore, feed: Path, jpeg: Jpeg
) -> None:
    write_shop(feed, jpeg)
    report = import_feed(database, store, feed)
    assert counts(report) == (5, 0, 0, 5, 0, 0)
    assert (report.images_stored, report.images_reused) == (5, 0)
    data = (feed.parent / "images" / "3.jpg").read_bytes()
    assert products(database)["3"] == ProductRecord(
        id="3",
        title="Boot 3",
        category=("Shoes", "Boots"),
        price_minor=2990,
        currency="EUR",
        attributes={"colour": "red"},
        images=(ImageRecord(image_hash(data), "", 12, 16),),
    )
    assert store.read(image_hash(data)) == data
    assert entries(database, report) == [
        Entry(line, str(line - 2), Outcome.TAKEN, "", "", "") for line in range(2, 7)
    ]
    assert status(database) is RunStatus.DONE


def test_a_second_import_changes_nothing_and_says_so(
    database: Database, store: ImageStore, feed: Path, jpeg: Jpeg
) -> None:
    write_shop(feed, jpeg)
    import_feed(database, store, feed)
    before = products(database)
    report = import_feed(database, store, feed)
    assert counts(report) == (5, 0, 0, 0, 0, 5)
    assert (report.images_stored, report.images_reused) == (0, 5)
    assert products(database) == before


def test_a_row_nested_too_deeply_goes_to_the_ledger_and_the_rest_is_taken(
    database: Database, store: ImageStore, feed: Path
) -> None:
    deep = "[" * 500 + "]" * 500
    lines = ['{"id":"1","title":"a"}', f'{{"id":"deep","title":"p","attr":{deep}}}']
    feed.write_text("\n".join([*lines, '{"id":"3","title":"c"}']))
    report = import_feed(database, store, feed)
    assert counts(report) == (2, 0, 1, 2, 0, 0)
    assert report.codes == {"bad_json": 1}
    assert sorted(products(database)) == ["1", "3"]


def test_one_changed_photo_changes_one_product(
    database: Database, store: ImageStore, feed: Path, jpeg: Jpeg
) -> None:
    write_shop(feed, jpeg)
    import_feed(database, store, feed)
    (feed.parent / "images" / "2.jpg").write_bytes(jpeg("blue"))
    report = import_feed(database, store, feed)
    assert counts(report) == (5, 0, 0, 0, 1, 4)
    assert products(database)["2"].images[0].hash == image_hash(jpeg("blue"))


def test_json_lines_as_the_demo_writes_them(
    database: Database, store: ImageStore, feed: Path, jpeg: Jpeg
) -> None:
    for name in ("front.jpg", "back.jpg"):
        (feed.parent / name).write_bytes(jpeg(size=(len(name), 3)))
    row = {
        "id": "d-1",
        "title": "Lamp",
        "description": "Bright.",
        "brand": "Acme",
        "category": ["Lighting", "Lamps"],
        "price": "49.00",
        "currency": "EUR",
        "stock": 3,
        "group_id": "d",
        "image": ["front.jpg", "back.jpg"],
        "image_alt": ["From the front", "From the back"],
        "material": "brass",
    }
    path = feed.with_name("catalogue.jsonl")
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    report = import_feed(database, store, path)
    assert (report.format, counts(report)) == ("jsonl", (1, 0, 0, 1, 0, 0))
    assert products(database)["d-1"] == ProductRecord(
        id="d-1",
        title="Lamp",
        description="Bright.",
        brand="Acme",
        category=("Lighting", "Lamps"),
        price_minor=4900,
        currency="EUR",
        stock=3,
        group_id="d",
        attributes={"material": "brass"},
        images=(
            ImageRecord(image_hash(jpeg(size=(9, 3))), "From the front", 9, 3),
            ImageRecord(image_hash(jpeg(size=(8, 3))), "From the back", 8, 3),
        ),
    )


def test_every_row_ends_in_the_ledger_and_none_stops_the_rest(
    database: Database, store: ImageStore, feed: Path, jpeg: Jpeg
) -> None:
    (feed.parent / "images" / "ok.jpg").write_bytes(jpeg())
    (feed.parent / "images" / "cut.jpg").write_bytes(jpeg(size=(200, 200))[:-40])
    feed.write_text(
        "id,title,price,image\n"
        "1,Good,5 EUR,images/ok.jpg\n"
        "2,Two things,about 5,images/none.jpg\n"
        ",No id,5 EUR,\n"
        "4,,5 EUR,\n"
        "5,Ragged\n"
        "1,Twice,5 EUR,images/ok.jpg\n"
        "7,Torn,5 EUR,images/cut.jpg\n"
    )
    report = import_feed(database, store, feed)
    assert counts(report) == (1, 2, 4, 3, 0, 0)
    assert [
        (each.line, each.product_id, each.outcome, each.code, each.value)
        for each in entries(database, report)
    ] == [
        (2, "1", Outcome.TAKEN, "", ""),
        (3, "2", Outcome.MENDED, "bad_price", "about 5"),
        (3, "2", Outcome.MENDED, "image_missing", "images/none.jpg"),
        (4, "", Outcome.REFUSED, "missing_id", ""),
        (5, "4", Outcome.REFUSED, "missing_title", ""),
        (6, "", Outcome.REFUSED, "ragged_row", "5,Ragged"),
        (7, "1", Outcome.REFUSED, "duplicate_id", "1"),
        (8, "7", Outcome.MENDED, "image_truncated", "images/cut.jpg"),
    ]
    assert {key: each.title for key, each in products(database).items()} == {
        "1": "Good",
        "2": "Two things",
        "7": "Torn",
    }
    assert products(database)["7"].images == ()
    assert report.codes == dict.fromkeys(
        [
            "bad_price",
            "image_missing",
            "missing_id",
            "missing_title",
            "ragged_row",
            "duplicate_id",
            "image_truncated",
        ],
        1,
    )
    assert [line for line, _ in report.problems] == [3, 3, 4, 5, 6, 7, 8]


def test_a_twin_in_another_batch_is_refused_and_names_the_first(
    database: Database,
    store: ImageStore,
    feed: Path,
    jpeg: Jpeg,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importer, "ROWS_PER_TRANSACTION", 2)
    feed.write_text("id,title\n1,\n1,a\n2,b\n3,c\n1,again\n")
    report = import_feed(database, store, feed)
    assert counts(report) == (3, 0, 2, 3, 0, 0)
    last = entries(database, report)[-1]
    assert (last.line, last.code) == (6, "duplicate_id")
    assert last.hint.startswith("Line 3 has this id already")
    assert products(database)["1"].title == "a"


def test_mapping_currency_and_folder_are_options(
    sqlite_database: Database, store: ImageStore, feed: Path, jpeg: Jpeg
) -> None:
    (feed.parent / "images" / "a.jpg").write_bytes(jpeg())
    feed.write_text("Artikel;Bezeichnung;Preis;Bild\n7;Schuh;1.299,00;a.jpg\n")
    mapping = {
        "artikel": Field.ID,
        "bezeichnung": Field.TITLE,
        "preis": Field.PRICE,
        "bild": Field.IMAGE,
    }
    options = ImportOptions(feed.parent / "images", mapping, default_currency="EUR")
    import_feed(sqlite_database, store, feed, options)
    product = products(sqlite_database)["7"]
    assert (product.title, product.price_minor, product.currency) == ("Schuh", 129900, "EUR")
    assert len(product.images) == 1
    assert product.attributes == {}


@pytest.mark.parametrize(
    ("header", "mapping", "reason"),
    [
        ("artikel,title", {}, "none of its columns .* hold the id. Name it with --map COLUMN=id"),
        ("id,bezeichnung", {}, "hold the title"),
        ("id,title", {"nope": Field.BRAND}, "it has no column 'nope', only id, title"),
    ],
)
def test_a_feed_without_the_needed_columns_is_refused_as_a_whole(
    sqlite_database: Database,
    store: ImageStore,
    feed: Path,
    header: str,
    mapping: dict[str, Field],
    reason: str,
) -> None:
    feed.write_text(f"{header}\n1,a\n")
    with pytest.raises(FeedError, match=reason):
        import_feed(sqlite_database, store, feed, ImportOptions(mapping=mapping))
    assert status(sqlite_database) is RunStatus.FAILED
    assert products(sqlite_database) == {}


def test_a_cp1252_feed_is_read_and_reported(
    sqlite_database: Database, store: ImageStore, feed: Path
) -> None:
    feed.write_bytes("id,title\n1,Größe “42”\n".encode("cp1252"))
    report = import_feed(sqlite_database, store, feed)
    assert report.encoding == "cp1252"
    assert products(sqlite_database)["1"].title == "Größe “42”"


def test_an_interrupted_import_keeps_whole_batches_and_is_finished_by_another(
    database: Database,
    store: ImageStore,
    feed: Path,
    jpeg: Jpeg,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importer, "ROWS_PER_TRANSACTION", 2)
    write_shop(feed, jpeg, rows=9)
    record = ledger.record_batch
    calls = iter(range(9))

    def press_control_c(*arguments: object) -> object:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return record(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "record_batch", press_control_c)
        with pytest.raises(KeyboardInterrupt):
            import_feed(database, store, feed)
    assert status(database) is RunStatus.INTERRUPTED
    assert list(products(database)) == ["0", "1", "2", "3"]
    report = import_feed(database, store, feed)
    assert counts(report) == (9, 0, 0, 5, 0, 4)
    assert status(database) is RunStatus.DONE


def test_pictures_are_on_disk_before_the_database_points_to_them(
    sqlite_database: Database,
    store: ImageStore,
    feed: Path,
    jpeg: Jpeg,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_shop(feed, jpeg)

    def fail() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "flush", fail)
    with pytest.raises(OSError, match="No space"):
        import_feed(sqlite_database, store, feed)
    assert products(sqlite_database) == {}
    assert status(sqlite_database) is RunStatus.FAILED


def test_a_failing_database_is_the_reason_that_is_told(
    sqlite_database: Database,
    store: ImageStore,
    feed: Path,
    jpeg: Jpeg,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_shop(feed, jpeg)

    def fail(*_: object) -> None:
        raise DatabaseError("the disk burns")

    monkeypatch.setattr(repository, "upsert", fail)
    monkeypatch.setattr(ledger, "end_run", fail)
    with pytest.raises(DatabaseError, match="the disk burns"):
        import_feed(sqlite_database, store, feed)


def test_only_the_latest_ledgers_are_kept_but_all_counts(
    database: Database, store: ImageStore, feed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "KEPT_LEDGERS", 2)
    feed.write_text("id,title\n1,a\n")
    reports = [import_feed(database, store, feed) for _ in range(3)]
    assert [len(entries(database, report)) for report in reports] == [0, 1, 1]
    with database.read() as session:
        first = ledger.find_run(session, reports[0].run_id)
    assert first is not None
    assert (first.taken, first.added) == (1, 1)
