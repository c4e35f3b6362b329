"""Full and partial feeds: what leaves the catalogue, what stays, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from catalog import importer, ledger, repository
from catalog.batch_writer import BatchWriter, ParsedRow
from catalog.database import Database
from catalog.image_intake import TakenImages
from catalog.image_store import ImageStore
from catalog.import_report import ImportReport
from catalog.importer import ImportOptions, import_feed
from catalog.ledger import Entry, Run, RunCounts
from catalog.models import ImportMode, Outcome, Product, RunStatus
from catalog.records import ProductRecord
from catalog.rows import Problem, ProductRow, RefusedRow, WithheldRow
from core.errors import FeedError

FULL = ImportOptions(mode=ImportMode.FULL)


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    return tmp_path / "feed.csv"


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "ROWS_PER_TRANSACTION", 3)


def write(feed: Path, ids: str, *more: str) -> None:
    rows = [f"{each},Boot {each},5 EUR" for each in ids]
    feed.write_text("\n".join(["id,title,price", *rows, *more]) + "\n", encoding="utf-8")


def ids(database: Database) -> str:
    with database.read() as session:
        return "".join(session.scalars(select(Product.id).order_by(Product.id)))


def run_of(database: Database) -> Run:
    with database.read() as session:
        run = ledger.find_run(session)
    assert run is not None
    return run


def problems(database: Database, report: ImportReport) -> list[Entry]:
    with database.read() as session:
        return list(ledger.list_entries(session, report.run_id, 100))


def revision(database: Database) -> int:
    with database.read() as session:
        return repository.revision(session).revision


def test_an_update_leaves_what_it_does_not_name(
    database: Database, store: ImageStore, feed: Path
) -> None:
    write(feed, "abcdefghij")
    import_feed(database, store, feed)
    write(feed, "b")
    report = import_feed(database, store, feed)
    assert (report.mode, report.withdrawn, ids(database)) == (ImportMode.UPDATE, 0, "abcdefghij")


def test_a_full_feed_withdraws_what_it_no_longer_names_and_lists_it(
    database: Database, store: ImageStore, feed: Path
) -> None:
    write(feed, "abcdefghij")
    import_feed(database, store, feed, FULL)
    write(feed, "abdefgik")
    report = import_feed(database, store, feed, replace(FULL, max_withdrawn_share=0.3))
    assert ids(database) == "abdefgik"
    assert (report.added, report.unchanged, report.withdrawn) == (1, 7, 3)
    assert (report.status, report.reason) == (RunStatus.DONE, "")
    run = run_of(database)
    assert (run.mode, run.status, run.withdrawn) == (ImportMode.FULL, RunStatus.DONE, 3)
    hint = "The feed no longer names this product."
    assert problems(database, report) == [
        Entry(10, each, Outcome.WITHDRAWN, "not_in_feed", hint, "") for each in "chj"
    ]


def test_a_full_feed_that_names_all_changes_nothing(
    database: Database, store: ImageStore, feed: Path
) -> None:
    write(feed, "abcdefghij")
    import_feed(database, store, feed, FULL)
    before = revision(database)
    report = import_feed(database, store, feed, FULL)
    assert (report.unchanged, report.withdrawn) == (10, 0)
    assert revision(database) == before


@pytest.mark.parametrize(
    ("named", "share", "left"),
    [
        ("abcdefgh", 0.2, "abcdefgh"),  # exactly the share may go
        ("abcdefg", 0.2, "abcdefghij"),
        ("abcdefghi", 0.0, "abcdefghij"),
        ("x", 0.99, "abcdefghijx"),
        ("x", 1.0, "x"),
    ],
)
def test_more_than_the_stated_share_is_not_withdrawn(
    database: Database, store: ImageStore, feed: Path, named: str, share: float, left: str
) -> None:
    write(feed, "abcdefghij")
    import_feed(database, store, feed)
    write(feed, named)
    import_feed(database, store, feed, replace(FULL, max_withdrawn_share=share))
    assert ids(database) == left


def test_a_truncated_feed_is_taken_in_but_withdraws_nothing_and_says_how_to_allow_it(
    database: Database, store: ImageStore, feed: Path
) -> None:
    write(feed, "abcdefghij")
    import_feed(database, store, feed)
    write(feed, "ak")
    report = import_feed(database, store, feed, FULL)
    assert (report.added, report.unchanged, report.withdrawn) == (1, 1, 0)
    assert report.status is RunStatus.INCOMPLETE
    assert report.reason == (
        "Nothing was withdrawn. The feed does not name 9 of the 10 products that the catalogue "
        "had. More than 20 % is taken for a truncated feed. If this one is complete, import it "
        "again with --max-withdrawn 90%."
    )
    assert ids(database) == "abcdefghijk"
    assert (run_of(database).status, run_of(database).reason) == (
        RunStatus.INCOMPLETE,
        report.reason,
    )


def test_the_share_that_the_refusal_names_is_enough(
    sqlite_database: Database, store: ImageStore, feed: Path
) -> None:
    write(feed, "abcdefg")
    import_feed(sqlite_database, store, feed)
    write(feed, "abcd")  # 3 of 7 are 42.86 %
    report = import_feed(sqlite_database, store, feed, FULL)
    assert report.reason.endswith("--max-withdrawn 43%.")
    import_feed(sqlite_database, store, feed, replace(FULL, max_withdrawn_share=0.43))
    assert ids(sqlite_database) == "abcd"


def test_a_row_that_is_refused_or_mended_still_names_its_product(
    database: Database, store: ImageStore, feed: Path
) -> None:
    write(feed, "abcdefghij")
    import_feed(database, store, feed)
    write(feed, "abcdefg", "h,,5 EUR", "i,Boot i,about five", "i,again,")
    report = import_feed(database, store, feed, FULL)
    assert report.codes == {"missing_title": 1, "bad_price": 1, "duplicate_id": 1}
    assert ids(database) == "abcdefghi"


def test_rows_without_a_readable_id_count_towards_caution(
    database: Database, store: ImageStore, feed: Path
) -> None:
    write(feed, "abcdefghij")
    import_feed(database, store, feed)
    write(feed, "abcdefghi", "torn", ",no id,")
    report = import_feed(database, store, feed, FULL)
    assert ids(database) == "abcdefghij"
    assert "1 of the 10 products" in report.reason
    assert "(2 rows had no readable id and may have stood for some of them)" in report.reason
    assert report.reason.endswith("--max-withdrawn 30%.")
    import_feed(database, store, feed, replace(FULL, max_withdrawn_share=0.3))
    assert ids(database) == "abcdefghi"


def test_one_broken_row_takes_no_product_off_the_site(
    database: Database, store: ImageStore, feed: Path
) -> None:
    write(feed, "abcdefghijklmnopqrst")
    import_feed(database, store, feed)
    write(feed, "abcdefghijklmnopqrs", "t,one cell,too,many,of,them")
    report = import_feed(database, store, feed, FULL)
    assert (report.withdrawn, report.status) == (0, RunStatus.INCOMPLETE)
    assert "Mend those rows" in report.reason
    assert ids(database) == "abcdefghijklmnopqrst"


def test_many_unreadable_rows_never_ask_for_more_than_everything(
    sqlite_database: Database, store: ImageStore, feed: Path
) -> None:
    write(feed, "ab")
    import_feed(sqlite_database, store, feed)
    write(feed, "a", *["torn"] * 9)
    report = import_feed(sqlite_database, store, feed, FULL)
    assert report.reason.endswith("--max-withdrawn 100%.")
    import_feed(sqlite_database, store, feed, replace(FULL, max_withdrawn_share=1.0))
    assert ids(sqlite_database) == "a"


def test_a_feed_that_fails_on_the_way_withdraws_nothing(
    database: Database, store: ImageStore, feed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(feed, "abcdefghij")
    import_feed(database, store, feed)
    write(feed, "abcdefghi")
    parse = importer._parse

    def break_off(*arguments: object) -> object:
        for number, row in enumerate(parse(*arguments)):  # type: ignore[arg-type]
            if number == 8:
                raise FeedError(str(feed), "its archive is cut off.")
            yield row

    monkeypatch.setattr(importer, "_parse", break_off)
    with pytest.raises(FeedError, match="cut off"):
        import_feed(database, store, feed, replace(FULL, max_withdrawn_share=1.0))
    assert ids(database) == "abcdefghij"
    assert run_of(database).status is RunStatus.FAILED
    assert run_of(database).reason == f"The feed {feed} cannot be read: its archive is cut off."


def test_what_came_in_while_a_full_feed_was_read_stays(
    database: Database, store: ImageStore, feed: Path
) -> None:
    write(feed, "abcdefghij")
    import_feed(database, store, feed)
    with database.write() as session:  # as another import would have done it a moment later
        later = datetime.now(UTC) + timedelta(minutes=5)
        session.execute(update(Product).where(Product.id == "j").values(created_at=later))
    write(feed, "abcdefghi")
    assert import_feed(database, store, feed, FULL).withdrawn == 0
    assert ids(database) == "abcdefghij"


def test_a_feed_of_the_run_before_does_not_name_anything(
    database: Database, store: ImageStore, feed: Path
) -> None:
    write(feed, "abcdefghij")
    import_feed(database, store, feed, FULL)
    write(feed, "abcdefghi")
    import_feed(database, store, feed, FULL)
    write(feed, "abcdefgh")
    assert import_feed(database, store, feed, FULL).withdrawn == 1
    assert ids(database) == "abcdefgh"


def start(database: Database) -> int:
    with database.write() as session:
        return ledger.start_run(session, "test", "utf-8", datetime.now(UTC))


def row(line: int, product_id: str) -> ProductRow:
    return ProductRow(line, ProductRecord(product_id, f"Boot {product_id}"))


def withheld(line: int, product_id: str) -> WithheldRow:
    return WithheldRow(line, product_id, Problem("draft", "It is a draft.", "draft"))


def test_a_withheld_product_is_not_taken_and_leaves_if_it_was_there(
    database: Database, store: ImageStore
) -> None:
    writer = BatchWriter(database, store, start(database))
    writer.write([row(2, "a"), row(3, "b")], [TakenImages()] * 2)
    run_id = start(database)
    writer = BatchWriter(database, store, run_id)
    writer.write([withheld(2, "a"), withheld(3, "x"), row(4, "b")], [TakenImages()] * 3)
    assert ids(database) == "b"
    assert writer.counts.totals == RunCounts(withheld=2, taken=1, withdrawn=1, unchanged=1)
    with database.read() as session:
        run = ledger.find_run(session)
        entries = ledger.list_entries(session, run_id, 10)
    assert run is not None
    assert (run.withheld, run.withdrawn, run.taken) == (2, 1, 1)
    assert entries == tuple(
        Entry(line, each, Outcome.WITHHELD, "draft", "It is a draft.", "draft")
        for line, each in ((2, "a"), (3, "x"))
    )


def test_the_first_row_of_an_id_counts_be_it_withheld_or_not(
    database: Database, store: ImageStore
) -> None:
    writer = BatchWriter(database, store, start(database))
    writer.write([row(2, "a"), withheld(3, "b"), withheld(4, "a")], [TakenImages()] * 3)
    writer.write([row(5, "b")], [TakenImages()])
    assert ids(database) == "a"
    assert writer.counts.codes == {"draft": 1, "duplicate_id": 2}
    assert [line for line, _ in writer.counts.problems] == [3, 4, 5]


def test_rows_of_one_line_are_told_apart_over_batches(
    database: Database, store: ImageStore
) -> None:
    run_id = start(database)
    writer = BatchWriter(database, store, run_id)
    refused = RefusedRow(1, Problem("missing_id", "Give it an id."))
    batches: list[list[ParsedRow]] = [
        [row(1, "a"), refused, row(1, "b")],
        [refused, row(1, "c")],
        [row(2, "d")],
    ]
    for batch in batches:
        writer.write(batch, [TakenImages()] * len(batch))
    assert ids(database) == "abcd"
    with database.read() as session:
        entries = ledger.list_entries(session, run_id, 10, problems_only=False)
    assert [(each.line, each.product_id) for each in entries] == [
        (1, "a"), (1, ""), (1, "b"), (1, ""), (1, "c"), (2, "d"),
    ]  # fmt: skip
