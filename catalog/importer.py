"""From a feed to the catalogue: rows, their pictures, and a ledger of what became of each.

Reading, looking at pictures and writing overlap: while one batch is written, the
pictures of the next are being decoded.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from catalog import ledger, repository
from catalog.batch_writer import BatchWriter, ParsedRow
from catalog.database import Database
from catalog.feeds.detect import Feed, open_feed
from catalog.fetch import remembered
from catalog.fetch.pictures import PictureFetcher
from catalog.fields import ColumnMap, Field
from catalog.image_intake import ImageIntake, TakenImages
from catalog.image_store import ImageStore
from catalog.images import ImageLimits
from catalog.import_report import ImportReport
from catalog.ledger import RunCounts
from catalog.models import ImportMode, RunStatus
from catalog.row_parser import RowParser
from catalog.rows import RawRow, RefusedRow, WithheldRow
from catalog.withdrawal import FullFeed, Withdrawal, withdraw_left_variants, withdraw_unnamed
from core.errors import DatabaseError, FeedError
from core.terminal import NoProgress, Progress

ROWS_PER_TRANSACTION = 1_000
FETCH_THREADS = 8
"""Threads when pictures are fetched: most of them wait, for several hosts."""

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
    mode: ImportMode = ImportMode.UPDATE
    max_withdrawn_share: float | None = None
    """Of the products before: a full feed that would withdraw more withdraws none. None is the
    default share, and none at all where a row could not be read for its id."""
    format: str | None = None
    """The feed's format; None means that its content tells."""
    fetcher: PictureFetcher | None = None
    """Gets pictures that are given by URL; None means that they are not fetched."""
    source: str = ""
    """What the feed is called on record, where that is not its path."""


@dataclass(frozen=True, slots=True)
class _StartedRun:
    """An import that goes on, and how many products the catalogue had before."""

    id: int
    started_at: datetime
    products_before: int


@dataclass(frozen=True, slots=True)
class _Ending:
    """How an import that came to its feed's end is recorded."""

    status: RunStatus
    reason: str
    withdrawn: int


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
    only what differs, so a killed import is finished by another one. What a full feed
    does not name is withdrawn last, in one transaction, once all of it was read.

    Raises:
        FeedError: the feed as a whole cannot be read.
        DatabaseError: the database failed; earlier batches are kept.
    """
    options = options or ImportOptions()
    started = time.monotonic()
    source = options.source or str(path)
    with _called(source, path):
        feed = open_feed(path, options.format)
        store.sweep()
        intake = ImageIntake(options.images or path.parent, store, options.limits, options.fetcher)
        with _recorded_run(database, source, feed.source.encoding, options.mode) as run:
            writer = BatchWriter(database, store, run.id, feed.format.names_whole_groups)
            stage = (progress or NoProgress()).stage("import", feed.source.lines or None, "lines")
            with stage as advance, _pool(options) as pool:
                for rows, images in _overlap(_batches(_parse(feed, options)), intake, pool):
                    writer.write(rows, images)
                    advance(writer.lines_passed(rows[-1].line))
            ending = _conclude(database, run, feed, options, writer.counts.totals)
    return _report(run, source, feed, options, writer, ending, time.monotonic() - started)


def _parse(feed: Feed, options: ImportOptions) -> Iterator[ParsedRow]:
    columns = ColumnMap(options.mapping)
    parser = RowParser(columns, options.default_currency)
    unchecked = feed.format.has_header
    for row in feed.rows():
        if isinstance(row, RefusedRow | WithheldRow):
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
def _pool(options: ImportOptions) -> Iterator[ThreadPoolExecutor]:
    """Make threads that look at pictures; on a failure what still waits is dropped."""
    threads = max(options.threads, FETCH_THREADS) if options.fetcher else options.threads
    pool = ThreadPoolExecutor(threads, thread_name_prefix="import-image")
    try:
        yield pool
    except BaseException:
        if options.fetcher:
            options.fetcher.close()  # fetches under way end with their next byte
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _called(source: str, path: Path) -> Iterator[None]:
    """Name a feed as its owner does, not as the file that it was copied to."""
    try:
        yield
    except FeedError as error:
        if error.feed != str(path) or source == str(path):
            raise
        raise FeedError(source, error.reason) from error


@contextmanager
def _recorded_run(
    database: Database, source: str, encoding: str, mode: ImportMode
) -> Iterator[_StartedRun]:
    """Keep a run on record, and why it failed if it does."""

    def start(session: Session) -> _StartedRun:
        now = datetime.now(UTC)
        run_id = ledger.start_run(session, source, encoding, now, mode)
        return _StartedRun(run_id, now, repository.count(session))

    run = database.transact(start)
    try:
        yield run
    except BaseException as error:
        interrupted = isinstance(error, KeyboardInterrupt)
        status = RunStatus.INTERRUPTED if interrupted else RunStatus.FAILED
        # The database may be what failed; the first reason is the one to tell.
        with suppress(DatabaseError), database.write() as session:
            ledger.end_run(session, run.id, status, datetime.now(UTC), str(error))
        raise


def _conclude(
    database: Database, run: _StartedRun, feed: Feed, options: ImportOptions, counts: RunCounts
) -> _Ending:
    """Withdraw what the feed says is gone, and end the run, both or neither."""
    ending: _Ending | None = None

    def end(session: Session) -> _Ending:
        nonlocal ending
        if ending is not None and ledger.is_over(session, run.id):
            return ending  # a commit whose answer was lost was kept
        withdrawal = _withdraw(session, run, feed, options)
        ending = _judge(run, withdrawal, counts)
        if options.mode is ImportMode.FULL and ending.status is RunStatus.DONE:
            remembered.forget_unused(session)
        ledger.end_run(
            session, run.id, ending.status, datetime.now(UTC), ending.reason, ending.withdrawn
        )
        return ending

    return database.transact(end)


def _withdraw(session: Session, run: _StartedRun, feed: Feed, options: ImportOptions) -> Withdrawal:
    if options.mode is ImportMode.FULL:
        share = options.max_withdrawn_share
        full = FullFeed(run.id, run.started_at, run.products_before, share)
        return withdraw_unnamed(session, full)
    if feed.format.names_whole_groups:
        return withdraw_left_variants(session, run.id, run.started_at)
    return Withdrawal()


def _judge(run: _StartedRun, withdrawal: Withdrawal, counts: RunCounts) -> _Ending:
    """Tell how a run ended: a feed of which nothing could be taken is no success."""
    if withdrawal.refusal:
        return _Ending(RunStatus.INCOMPLETE, withdrawal.refusal, 0)
    reason = ""
    if not counts.rows:
        reason = "Nothing was imported: the feed has no rows."
    elif counts.refused == counts.rows:
        reason = (
            "Nothing was imported: no row of the feed could be taken; "
            f"`vitrine catalog report {run.id}` tells why."
        )
    status = RunStatus.FAILED if reason else RunStatus.DONE
    return _Ending(status, reason, withdrawal.products)


def _report(
    run: _StartedRun,
    source: str,
    feed: Feed,
    options: ImportOptions,
    writer: BatchWriter,
    ending: _Ending,
    seconds: float,
) -> ImportReport:
    counts = writer.counts
    return ImportReport(
        run_id=run.id,
        source=source,
        format=feed.format.name,
        encoding=feed.source.encoding,
        mode=options.mode,
        status=ending.status,
        reason=ending.reason,
        **asdict(counts.totals.plus(RunCounts(withdrawn=ending.withdrawn))),
        images_stored=counts.images_stored,
        images_reused=counts.images_reused,
        seconds=round(seconds, 3),
        codes=dict(counts.codes.most_common()),
        problems=tuple(counts.problems),
    )
