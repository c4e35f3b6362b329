"""An export that is imported again: no variant of a product stays that it no longer names."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from catalog import importer, ledger, repository
from catalog.database import Database
from catalog.image_store import ImageStore
from catalog.import_report import ImportReport
from catalog.importer import ImportOptions, import_feed
from catalog.ledger import Entry
from catalog.models import ImportMode, Outcome, RunStatus

HEADER = ("Handle", "Title", "Option1 Name", "Option1 Value", "Variant SKU", "Variant Price",
          "Status")  # fmt: skip
Block = list[dict[str, str]]


class Shop:
    """A catalogue, and the exports that are imported into it."""

    def __init__(self, database: Database, store: ImageStore, path: Path) -> None:
        self.database = database
        self.store = store
        self.path = path

    def take(
        self, *blocks: Block, broken: str = "", mode: ImportMode = ImportMode.UPDATE
    ) -> ImportReport:
        with self.path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, HEADER, restval="")
            writer.writeheader()
            writer.writerows(row for block in blocks for row in block)
            file.write(broken)
        options = ImportOptions(default_currency="EUR", mode=mode, max_withdrawn_share=None)
        return import_feed(self.database, self.store, self.path, options)

    def ids(self) -> list[str]:
        with self.database.read() as session:
            return [each.id for each in repository.stream_products(session)]

    def gone(self, report: ImportReport) -> list[Entry]:
        with self.database.read() as session:
            entries = ledger.list_entries(session, report.run_id, 100)
        return [each for each in entries if each.outcome is Outcome.WITHDRAWN]


@pytest.fixture(params=[2, 1_000])
def shop(
    request: pytest.FixtureRequest,
    database: Database,
    store: ImageStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Shop:
    """Make an empty shop; blocks lie over several batches, or all in one."""
    monkeypatch.setattr(importer, "ROWS_PER_TRANSACTION", request.param)
    return Shop(database, store, tmp_path / "export.csv")


def block(handle: str, *options: str, status: str = "active") -> Block:
    rows = [
        {"Handle": handle, "Option1 Value": each, "Variant Price": "10.00"}
        for each in options or ("Default Title",)
    ]
    rows[0] |= {"Title": handle.title(), "Option1 Name": "Size", "Status": status}
    return rows


ONE = block("boot")
TWO = block("boot", "41", "44")
THREE = block("boot", "41", "42", "43")
DRAFT = block("boot", "41", "42", "43", status="draft")
SMALL_DRAFT = block("boot", status="draft")
CAP = block("cap", "S", "M")

BOOT, TWO_BOOTS, BOOTS = ["boot"], ["boot-41", "boot-44"], ["boot-41", "boot-42", "boot-43"]


@pytest.mark.parametrize(
    ("exports", "ids"),
    [
        ([ONE, THREE], BOOTS),
        ([THREE, ONE], BOOT),
        ([THREE, TWO], TWO_BOOTS),
        ([ONE, THREE, ONE, TWO, THREE], BOOTS),
        ([THREE, DRAFT], []),
        ([THREE, SMALL_DRAFT], []),
        ([ONE, DRAFT], []),
        ([TWO, DRAFT], []),
        ([THREE, DRAFT, THREE], BOOTS),
        ([THREE, SMALL_DRAFT, ONE], BOOT),
    ],
)
def test_the_last_export_of_a_product_says_what_there_is_of_it(
    shop: Shop, exports: list[Block], ids: list[str]
) -> None:
    shop.take(CAP)
    for each in exports:
        shop.take(each)
    assert shop.ids() == [*ids, "cap-m", "cap-s"]


def test_what_left_is_counted_and_listed(shop: Shop) -> None:
    shop.take(THREE)
    report = shop.take(TWO)
    assert (report.taken, report.added, report.unchanged, report.withdrawn) == (2, 1, 1, 2)
    hint = "The feed no longer names this variant of the product."
    assert shop.gone(report) == [
        Entry(4, each, Outcome.WITHDRAWN, "not_in_feed", hint, "")
        for each in ("boot-42", "boot-43")
    ]
    hidden = shop.take(SMALL_DRAFT)
    assert (hidden.rows, hidden.withheld, hidden.withdrawn) == (1, 1, 2)
    hint = "Make the product active to show it."
    assert shop.gone(hidden) == [
        Entry(2, each, Outcome.WITHDRAWN, "draft", hint, "draft") for each in TWO_BOOTS
    ]
    with shop.database.read() as session:
        run = ledger.find_run(session)
    assert run is not None
    assert (run.withheld, run.withdrawn, run.status) == (1, 2, RunStatus.DONE)


def test_an_export_that_changes_nothing_withdraws_nothing(shop: Shop) -> None:
    shop.take(THREE, CAP)
    with shop.database.read() as session:
        before = repository.revision(session)
    assert shop.take(THREE).withdrawn == 0
    with shop.database.read() as session:
        assert repository.revision(session) == before


def test_a_variant_that_moves_to_another_product_stays(shop: Shop) -> None:
    sold = {"Variant SKU": "S-1"}
    shop.take([THREE[0] | sold, *THREE[1:]], CAP)
    moved = [CAP[0] | sold, CAP[1]]
    shop.take(THREE, moved)
    assert shop.ids() == ["S-1", *BOOTS, "cap-m"]
    shop.take([THREE[0] | sold, *THREE[1:]], CAP)
    assert shop.ids() == ["S-1", "boot-42", "boot-43", "cap-m", "cap-s"]
    shop.take(SMALL_DRAFT, block("scarf", "A", "B"), moved)
    assert shop.ids() == ["S-1", "cap-m", "scarf-a", "scarf-b"]


def test_a_variant_that_moved_before_its_old_product_became_a_draft_stays(shop: Shop) -> None:
    sold = {"Variant SKU": "S-1"}
    shop.take([THREE[0] | sold, *THREE[1:]], CAP)
    report = shop.take([CAP[0] | sold, CAP[1]], SMALL_DRAFT)
    assert (report.added, report.changed, report.withdrawn) == (0, 1, 3)
    assert shop.ids() == ["S-1", "cap-m"]


def test_what_another_block_of_a_handle_sells_outlives_a_draft_of_it(shop: Shop) -> None:
    assert shop.take(THREE, CAP, SMALL_DRAFT).withdrawn == 0
    assert shop.ids() == [*BOOTS, "cap-m", "cap-s"]


def test_a_sku_that_is_another_products_handle_is_not_taken_for_it(shop: Shop) -> None:
    named = [CAP[0] | {"Variant SKU": "boot"}, CAP[1]]
    shop.take(named)
    shop.take(THREE)
    assert shop.ids() == ["boot", *BOOTS, "cap-m"]
    shop.take(named)  # it names no product of the handle boot
    assert shop.ids() == ["boot", *BOOTS, "cap-m"]


def test_two_blocks_of_one_handle_complete_each_other(shop: Shop) -> None:
    other = block("boot", "44", "45")
    for _ in range(2):
        shop.take(THREE, CAP, other)
        assert shop.ids() == [*BOOTS, "boot-44", "boot-45", "cap-m", "cap-s"]


@pytest.mark.parametrize("mode", ImportMode)
def test_a_variant_whose_row_has_lost_its_product_stays(shop: Shop, mode: ImportMode) -> None:
    shop.take(THREE, CAP, mode=mode)
    report = shop.take(TWO, CAP, THREE[1:], mode=mode)
    assert report.codes == {"row_without_product": 2}
    assert shop.ids() == ["boot-41", "boot-42", "boot-43", "boot-44", "cap-m", "cap-s"]


def test_nothing_leaves_while_a_row_cannot_be_read(shop: Shop) -> None:
    shop.take(THREE)
    assert shop.take(TWO, broken="boot,ragged\r\n").withdrawn == 0
    assert shop.ids() == ["boot-41", "boot-42", "boot-43", "boot-44"]
    assert shop.take(TWO).withdrawn == 2
    assert shop.ids() == TWO_BOOTS


def test_other_feeds_say_nothing_of_variants_that_they_do_not_name(
    sqlite_database: Database, store: ImageStore, tmp_path: Path
) -> None:
    shop = Shop(sqlite_database, store, tmp_path / "feed.csv")
    shop.path.write_text("id,title,item_group_id,adult\na,Boot,g,\nb,Boot,g,\nc,Boot,g,\n")
    import_feed(shop.database, store, shop.path)
    shop.path.write_text("id,title,item_group_id,adult\na,Boot,g,\nb,Boot,g,yes\n")
    import_feed(shop.database, store, shop.path)
    assert shop.ids() == ["a", "c"]
