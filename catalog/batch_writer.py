"""Batches of rows into the database, a transaction each, and the counts of an import."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain

from sqlalchemy.orm import Session

from catalog import ledger, repository
from catalog.database import Database
from catalog.fetch import remembered
from catalog.image_intake import TakenImages
from catalog.image_store import ImageStore
from catalog.ledger import RowResult, RunCounts
from catalog.models import Outcome
from catalog.records import ProductRecord
from catalog.rows import Problem, ProductRow, RefusedRow, WithheldRow

SHOWN_PROBLEMS = 10

ParsedRow = ProductRow | RefusedRow | WithheldRow


@dataclass(slots=True)
class ImportCounts:
    """What an import has done so far."""

    totals: RunCounts = field(default_factory=RunCounts)
    codes: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[int, Problem]] = field(default_factory=list)
    """The first few, with their lines."""
    images_stored: int = 0
    images_reused: int = 0


@dataclass(frozen=True, slots=True)
class _Written:
    """What one batch did to the catalogue."""

    results: Sequence[RowResult]
    counts: RunCounts


class BatchWriter:
    """Writes the batches of one import."""

    def __init__(
        self, database: Database, store: ImageStore, run_id: int, whole_groups: bool = False
    ) -> None:
        """``whole_groups``: a withheld product takes all variants of its group with it."""
        self.counts = ImportCounts()
        self._whole_groups = whole_groups
        self._database = database
        self._store = store
        self._run_id = run_id
        self._line = 0

    def write(self, rows: Sequence[ParsedRow], images: Iterable[TakenImages]) -> None:
        """Commit one batch: products, pictures and ledger together.

        Raises:
            DatabaseError: nothing of the batch was kept, those before it were.
        """
        taken = list(images)
        # Before the database points to them, the pictures are safe on disk.
        self._store.flush()
        written: _Written | None = None

        def commit(session: Session) -> _Written:
            nonlocal written
            if written is None or not self._is_on_record(session, len(rows)):
                written = self._write_batch(session, rows, taken)
            return written

        self._note(self._database.transact(commit), taken)

    def lines_passed(self, line: int) -> int:
        """Tell how many lines further the feed is than last time."""
        passed, self._line = line - self._line, line
        return passed

    def _is_on_record(self, session: Session, batch_rows: int) -> bool:
        """Tell whether a commit whose answer was lost was kept after all."""
        return ledger.count_rows(session, self._run_id) == self.counts.totals.rows + batch_rows

    def _write_batch(
        self, session: Session, rows: Sequence[ParsedRow], taken: Sequence[TakenImages]
    ) -> _Written:
        results, products = self._judge_all(session, rows, taken)
        if self._whole_groups:
            results += self._left_variants(session, rows, results)
        gone = (Outcome.WITHHELD, Outcome.WITHDRAWN)
        leaving = [each.product_id for each in results if each.outcome in gone]
        withdrawn = repository.withdraw(session, leaving)
        now = datetime.now(UTC)
        counts = repository.upsert(session, products, now)
        remembered.remember(session, chain.from_iterable(each.fetched for each in taken), now)
        done = ledger.record_batch(session, self._run_id, results, counts, withdrawn)
        return _Written(results, done)

    def _judge_all(
        self, session: Session, rows: Sequence[ParsedRow], taken: Sequence[TakenImages]
    ) -> tuple[list[RowResult], list[ProductRecord]]:
        """Decide how each row ends, and list the products to write."""
        ids = [_product_id(row) for row in rows if not isinstance(row, RefusedRow)]
        lines = ledger.lines_of(session, self._run_id, ids)
        results: list[RowResult] = []
        products: list[ProductRecord] = []
        for row, pictures in zip(rows, taken, strict=True):
            result = _judge(row, pictures, lines)
            results.append(result)
            if result.outcome is not Outcome.REFUSED:
                lines[result.product_id] = row.line
                if isinstance(row, ProductRow):
                    products.append(replace(row.product, images=pictures.images))
        return results, products

    def _left_variants(
        self, session: Session, rows: Sequence[ParsedRow], results: Sequence[RowResult]
    ) -> list[RowResult]:
        """Find what the catalogue has of withheld groups and this feed does not name."""
        withheld = {
            row.group_id or row.product_id: row
            for row, result in zip(rows, results, strict=True)
            if isinstance(row, WithheldRow) and result.outcome is Outcome.WITHHELD
        }
        left = repository.groups_of(session, list(withheld))
        named = {each.product_id for each in results if each.outcome is not Outcome.REFUSED}
        named |= ledger.lines_of(session, self._run_id, left).keys()
        return [
            RowResult(
                withheld[group_id].line, each, Outcome.WITHDRAWN, (withheld[group_id].problem,)
            )
            for each, group_id in sorted(left.items())
            if each not in named
        ]

    def _note(self, written: _Written, taken: Iterable[TakenImages]) -> None:
        counts = self.counts
        counts.totals = counts.totals.plus(written.counts)
        for pictures in taken:
            counts.images_stored += pictures.stored
            counts.images_reused += pictures.reused
        for result in written.results:
            for problem in result.problems:
                counts.codes[problem.code] += 1
                if len(counts.problems) < SHOWN_PROBLEMS:
                    counts.problems.append((result.line, problem))


def _judge(row: ParsedRow, pictures: TakenImages, lines: Mapping[str, int]) -> RowResult:
    """Decide how a row ends; ``lines`` tells where this feed had a product before."""
    product_id = _product_id(row)
    if isinstance(row, RefusedRow):
        return RowResult(row.line, product_id, Outcome.REFUSED, (row.problem,))
    if product_id in lines:
        hint = f"Line {lines[product_id]} has this id already, and it counts; ids must differ."
        problem = Problem("duplicate_id", hint, product_id)
        return RowResult(row.line, product_id, Outcome.REFUSED, (problem,))
    if isinstance(row, WithheldRow):
        return RowResult(row.line, product_id, Outcome.WITHHELD, (row.problem,))
    problems = row.mended + pictures.problems
    outcome = Outcome.MENDED if problems else Outcome.TAKEN
    return RowResult(row.line, product_id, outcome, problems)


def _product_id(row: ParsedRow) -> str:
    return row.product.id if isinstance(row, ProductRow) else row.product_id
