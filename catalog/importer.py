"""From a feed to the catalogue: rows, their pictures, and a ledger of what became of each.

Reading, looking at pictures and writing overlap: while one batch is written, the
pictures of the next are being decoded.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from catalog import ledger, repository
from catalog.database import Database
from catalog.feeds.detect import Feed, open_feed
from catalog.fields import ColumnMap, Field
from catalog.image_intake import ImageIntake, TakenImages
from catalog.image_store import ImageStore
from catalog.images import ImageLimits
from catalog.ledger import RowResult
from catalog.models import Outcome, RunStatus
from catalog.records import ProductRecord
from catalog.row_parser import RowParser
from catalog.rows import Problem, ProductRow, RawRow, RefusedRow
from core.errors import DatabaseError, FeedError
from core.terminal import NoProgress, Progress

ROWS_PER_TRANSACTION = 1_000
SHOWN_PROBLEMS = 10

ParsedRow = ProductRow | RefusedRow
_Batch = tuple[list[ParsedRow], Iterator[TakenImages]]


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a feed is read."""

    images: Path | None = None
    """Folder that image paths are relative to; None means the feed's own."""
    mapping: Mapping[str, Field] = field(default_factory=dict)
    """Column to field; wins over the names that are recognised."""
    default_currency: str = ""
    """ISO 4217 code for prices of which nothing else says what they are in."""
    limits: ImageLimits = field(default_factory=ImageLimits)
    threads: int = 2
    """How many pictures are looked at at once."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. Every row was taken, mended or refused."""

    run_id: int
    source: str
    format: str
    encoding: str
    taken: int
    mended: int
    refused: int
    added: int
    changed: int
    unchanged: int
    images_stored: int
    images_reused: int
    seconds: float
    codes: Mapping[str, int]
    """How often each problem occurred, most frequent first."""
    problems: tuple[tuple[int, Problem], ...]
    """The first few, with their lines."""

    @property
    def rows(self) -> int:
        """How many rows the feed had."""
        return self.taken + self.mended + self.refused


def import_feed(
    database: Database,
    store: ImageStore,
    path: Path,
    options: ImportOptions | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Take a feed's products and pictures into the catalogue.

    Rows that cannot be used and pictures that cannot be shown are recorded and never
    stop the rest. Batches are committed as they are done, and doing it again changes
    only what differs, so a killed import is finished by another one.

    Raises:
        FeedError: the feed as a whole cannot be read.
        DatabaseError: the database failed; earlier batches are kept.
    """
    options = options or ImportOptions()
    started = time.monotonic()
    feed = open_feed(path)
    store.sweep()
    intake = ImageIntake(options.images or path.parent, store, options.limits)
    with _recorded_run(database, feed) as run_id:
        writer = _BatchWriter(database, store, run_id)
        stage = (progress or NoProgress()).stage("import", feed.source.lines or None, "lines")
        with stage as advance, _pool(options.threads) as pool:
            for rows, images in _overlap(_batches(_parse(feed, options)), intake, pool):
                writer.write(rows, images)
                advance(writer.lines_passed(rows[-1].line))
    return writer.report(feed, time.monotonic() - started)


def _parse(feed: Feed, options: ImportOptions) -> Iterator[ParsedRow]:
    columns = ColumnMap(options.mapping)
    parser = RowParser(columns, options.default_currency)
    unchecked = feed.format.has_header
    for row in feed.rows():
        if isinstance(row, RefusedRow):
            yield row
            continue
        if unchecked:
            _check_columns(feed, columns, row)
            unchecked = False
        yield parser.parse(row)


def _check_columns(feed: Feed, columns: ColumnMap, row: RawRow) -> None:
    """Refuse a feed whose every row would be refused for the same missing column."""
    header = tuple(row.values)
    source, listed = str(feed.source.path), ", ".join(header)[:500]
    if missing := columns.missing(header):
        raise FeedError(source, f"it has no column {missing[0]!r}, only {listed}.")
    for needed in (Field.ID, Field.TITLE):
        if not columns.columns(header).names(needed):
            raise FeedError(
                source,
                f"none of its columns ({listed}) is known to hold the {needed.value}. "
                f"Name it with --map COLUMN={needed.value}.",
            )


def _batches(rows: Iterator[ParsedRow]) -> Iterator[list[ParsedRow]]:
    batch: list[ParsedRow] = []
    for row in rows:
        batch.append(row)
        if len(batch) == ROWS_PER_TRANSACTION:
            yield batch
            batch = []
    if batch:
        yield batch


def _overlap(
    batches: Iterator[list[ParsedRow]], intake: ImageIntake, pool: ThreadPoolExecutor
) -> Iterator[_Batch]:
    """Hand out each batch once the next one's pictures are being looked at, too."""
    waiting: deque[_Batch] = deque()
    for rows in batches:
        waiting.append((rows, pool.map(intake.take, rows)))
        if len(waiting) > 1:
            yield waiting.popleft()
    yield from waiting


@contextmanager
def _pool(threads: int) -> Iterator[ThreadPoolExecutor]:
    """Make threads that look at pictures; on a failure what still waits is dropped."""
    pool = ThreadPoolExecutor(threads, thread_name_prefix="import-image")
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _recorded_run(database: Database, feed: Feed) -> Iterator[int]:
    """Keep a run on record, and how it ended."""
    with database.write() as session:
        run_id = ledger.start_run(
            session, str(feed.source.path), feed.source.encoding, datetime.now(UTC)
        )
    try:
        yield run_id
    except BaseException as error:
        interrupted = isinstance(error, KeyboardInterrupt)
        with suppress(DatabaseError):  # it may be what failed; the first reason is the one to tell
            _end(database, run_id, RunStatus.INTERRUPTED if interrupted else RunStatus.FAILED)
        raise
    _end(database, run_id, RunStatus.DONE)


def _end(database: Database, run_id: int, status: RunStatus) -> None:
    with database.write() as session:
        ledger.end_run(session, run_id, status, datetime.now(UTC))


class _BatchWriter:
    """Writes batches, a transaction each, and keeps the report's counts."""

    def __init__(self, database: Database, store: ImageStore, run_id: int) -> None:
        self._database = database
        self._store = store
        self._run_id = run_id
        self._outcomes: Counter[Outcome] = Counter()
        self._counts: Counter[str] = Counter()
        self._codes: Counter[str] = Counter()
        self._problems: list[tuple[int, Problem]] = []
        self._line = 0

    def write(self, rows: list[ParsedRow], images: Iterator[TakenImages]) -> None:
        """Commit one batch: products, pictures and ledger together."""
        taken = list(images)
        # Before the database points to them, the pictures are safe on disk.
        self._store.flush()
        with self._database.write() as session:
            ids = [row.product.id for row in rows if isinstance(row, ProductRow)]
            lines = ledger.lines_of(session, self._run_id, ids)
            results: list[RowResult] = []
            products: list[ProductRecord] = []
            for row, pictures in zip(rows, taken, strict=True):
                result = _judge(row, pictures, lines)
                results.append(result)
                if isinstance(row, ProductRow) and result.outcome is not Outcome.REFUSED:
                    lines[row.product.id] = row.line
                    products.append(replace(row.product, images=pictures.images))
            counts = repository.upsert(session, products, datetime.now(UTC))
            ledger.record_batch(session, self._run_id, results, counts)
        self._counts.update(added=counts.added, changed=counts.changed, unchanged=counts.unchanged)
        self._counts.update(
            stored=sum(each.stored for each in taken), reused=sum(each.reused for each in taken)
        )
        self._note(results)

    def lines_passed(self, line: int) -> int:
        """Tell how many lines further the feed is than last time."""
        passed, self._line = line - self._line, line
        return passed

    def report(self, feed: Feed, seconds: float) -> ImportReport:
        """Sum up."""
        return ImportReport(
            run_id=self._run_id,
            source=str(feed.source.path),
            format=feed.format.name,
            encoding=feed.source.encoding,
            taken=self._outcomes[Outcome.TAKEN],
            mended=self._outcomes[Outcome.MENDED],
            refused=self._outcomes[Outcome.REFUSED],
            added=self._counts["added"],
            changed=self._counts["changed"],
            unchanged=self._counts["unchanged"],
            images_stored=self._counts["stored"],
            images_reused=self._counts["reused"],
            seconds=round(seconds, 3),
            codes=dict(self._codes.most_common()),
            problems=tuple(self._problems),
        )

    def _note(self, results: list[RowResult]) -> None:
        for result in results:
            self._outcomes[result.outcome] += 1
            for problem in result.problems:
                self._codes[problem.code] += 1
                if len(self._problems) < SHOWN_PROBLEMS:
                    self._problems.append((result.line, problem))


def _judge(row: ParsedRow, pictures: TakenImages, lines: Mapping[str, int]) -> RowResult:
    """Decide how a row ends; ``lines`` tells where this feed had a product before."""
    if isinstance(row, RefusedRow):
        return RowResult(row.line, row.product_id, Outcome.REFUSED, (row.problem,))
    product_id = row.product.id
    if product_id in lines:
        hint = f"Line {lines[product_id]} has this id already, and was taken; ids must differ."
        problem = Problem("duplicate_id", hint, product_id)
        return RowResult(row.line, product_id, Outcome.REFUSED, (problem,))
    problems = row.mended + pictures.problems
    outcome = Outcome.MENDED if problems else Outcome.TAKEN
    return RowResult(row.line, product_id, outcome, problems)
