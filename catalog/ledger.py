"""Import runs and what became of every row. Functions take a session and never commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from catalog.models import ImportMode, ImportRun, LedgerEntry, Outcome, RunStatus
from catalog.repository import UpsertCounts
from catalog.rows import Problem

KEPT_LEDGERS = 20
"""Runs whose rows stay on record; of older ones the counts do. A nightly import of a
million rows would otherwise outgrow the catalogue within a week."""

API_BATCH = "API batch of "
"""How the source of a batch of products begins that came over the API. A shop may send one a
second, and they must not push the nightly feed's rows off the record."""
LISTED_BATCHES = 1_000
"""Batches that stay on record with their counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCounts:
    """What a run, or a batch of it, did: how its rows ended, and what that changed."""

    taken: int = 0
    mended: int = 0
    refused: int = 0
    withheld: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0

    @property
    def rows(self) -> int:
        """How many rows there were."""
        return self.taken + self.mended + self.refused + self.withheld

    def plus(self, other: RunCounts) -> RunCounts:
        """Add what happened next."""
        return RunCounts(**{name: getattr(self, name) + getattr(other, name) for name in _COUNTS})


_COUNTS = tuple(each.name for each in fields(RunCounts))


@dataclass(frozen=True, slots=True)
class RowResult:
    """How one row ended."""

    line: int
    product_id: str
    outcome: Outcome
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(RunCounts):
    """One import as it stands on record."""

    id: int
    source: str
    encoding: str
    started_at: datetime
    finished_at: datetime | None
    status: RunStatus
    mode: ImportMode
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a run's ledger."""

    line: int
    product_id: str
    outcome: Outcome
    code: str
    hint: str
    value: str


def start_run(
    session: Session,
    source: str,
    encoding: str,
    now: datetime,
    mode: ImportMode = ImportMode.UPDATE,
) -> int:
    """Put a new run on record and give its number.

    Runs that never ended were killed, for a live one says how it ended itself.
    """
    session.execute(
        update(ImportRun)
        .where(ImportRun.status == RunStatus.RUNNING)
        .values(status=RunStatus.INTERRUPTED)
    )
    run = ImportRun(
        source=source,
        encoding=encoding,
        started_at=now,
        status=RunStatus.RUNNING,
        mode=mode,
        reason="",
        **dict.fromkeys(_COUNTS, 0),
    )
    session.add(run)
    session.flush()
    _forget_old(session)
    return run.id


def record_batch(
    session: Session,
    run_id: int,
    results: Sequence[RowResult],
    counts: UpsertCounts,
    withdrawn: int = 0,
) -> RunCounts:
    """Write what became of a batch of rows, and add it to the run's counts; give the batch's."""
    entries = _entries(run_id, results, _next_positions(session, run_id, results))
    if entries:
        session.execute(insert(LedgerEntry), entries)
    outcomes = Counter(result.outcome for result in results)
    new = RunCounts(
        taken=outcomes[Outcome.TAKEN],
        mended=outcomes[Outcome.MENDED],
        refused=outcomes[Outcome.REFUSED],
        withheld=outcomes[Outcome.WITHHELD],
        added=counts.added,
        changed=counts.changed,
        unchanged=counts.unchanged,
        withdrawn=withdrawn,
    )
    session.execute(
        update(ImportRun)
        .where(ImportRun.id == run_id)
        .values({name: getattr(ImportRun, name) + getattr(new, name) for name in _COUNTS})
    )
    return new


def count_rows(session: Session, run_id: int) -> int:
    """Count the rows that a run has on record; its batches are there as a whole or not at all."""
    return _run_of(session.get_one(ImportRun, run_id)).rows


def end_run(
    session: Session,
    run_id: int,
    status: RunStatus,
    now: datetime,
    reason: str = "",
    withdrawn: int = 0,
) -> None:
    """Put on record how a run ended, and what it withdrew last."""
    session.execute(
        update(ImportRun)
        .where(ImportRun.id == run_id)
        .values(
            status=status,
            finished_at=now,
            reason=reason,
            withdrawn=ImportRun.withdrawn + withdrawn,
        )
    )


def is_over(session: Session, run_id: int) -> bool:
    """Tell whether a run has come to its end, however it ended there."""
    status = session.scalar(select(ImportRun.status).where(ImportRun.id == run_id))
    return status in (RunStatus.DONE, RunStatus.INCOMPLETE, RunStatus.FAILED)


def lines_of(session: Session, run_id: int, product_ids: Iterable[str]) -> dict[str, int]:
    """Find which products a run has taken or withheld already, and on which line."""
    statement = select(LedgerEntry.product_id, func.min(LedgerEntry.line)).where(
        LedgerEntry.run_id == run_id,
        LedgerEntry.product_id.in_(list(product_ids)),
        LedgerEntry.outcome.in_((Outcome.TAKEN, Outcome.MENDED, Outcome.WITHHELD)),
    )
    return dict(session.execute(statement.group_by(LedgerEntry.product_id)).all())


def find_run(session: Session, run_id: int | None = None) -> Run | None:
    """Look a run up; None means the latest."""
    statement = select(ImportRun).order_by(ImportRun.id.desc()).limit(1)
    if run_id is not None:
        statement = statement.where(ImportRun.id == run_id)
    row = session.scalar(statement)
    return None if row is None else _run_of(row)


def count_codes(session: Session, run_id: int) -> tuple[tuple[Outcome, str, int], ...]:
    """Count a run's entries by outcome and code, most frequent first."""
    statement = (
        select(LedgerEntry.outcome, LedgerEntry.code, func.count())
        .where(LedgerEntry.run_id == run_id)
        .group_by(LedgerEntry.outcome, LedgerEntry.code)
    )
    counted = session.execute(statement).all()
    return tuple(sorted(counted, key=lambda row: (-row[2], row[0].value, row[1])))


def list_entries(
    session: Session, run_id: int, limit: int, offset: int = 0, problems_only: bool = True
) -> tuple[Entry, ...]:
    """List part of a run's ledger, by line; usually only what was mended or refused."""
    statement: Any = (
        select(
            LedgerEntry.line,
            LedgerEntry.product_id,
            LedgerEntry.outcome,
            LedgerEntry.code,
            LedgerEntry.hint,
            LedgerEntry.value,
        )
        .where(LedgerEntry.run_id == run_id)
        .order_by(LedgerEntry.line, LedgerEntry.position)
    )
    if problems_only:
        statement = statement.where(LedgerEntry.outcome != Outcome.TAKEN)
    return tuple(Entry(*row) for row in session.execute(statement.limit(limit).offset(offset)))


def _run_of(row: ImportRun) -> Run:
    return Run(**{each.name: getattr(row, each.name) for each in fields(Run)})


def _next_positions(session: Session, run_id: int, results: Sequence[RowResult]) -> dict[int, int]:
    """Find where to go on in lines that earlier batches had rows of; a feed may be one line."""
    lines = [result.line for result in results]
    statement = select(LedgerEntry.line, func.max(LedgerEntry.position) + 1).where(
        LedgerEntry.run_id == run_id,
        LedgerEntry.line.between(min(lines, default=0), max(lines, default=0)),
    )
    return dict(session.execute(statement.group_by(LedgerEntry.line)).all())


def _entries(
    run_id: int, results: Sequence[RowResult], next_positions: dict[int, int]
) -> list[dict[str, Any]]:
    """Write one entry for each problem, or a bare one for a row that was taken as it is."""
    entries = []
    for result in results:
        start = next_positions.get(result.line, 0)
        problems = result.problems or (Problem("", ""),)
        next_positions[result.line] = start + len(problems)
        entries += [
            {
                "run_id": run_id,
                "line": result.line,
                "position": position,
                "product_id": result.product_id,
                "outcome": result.outcome,
                "code": problem.code,
                "hint": problem.hint,
                "value": problem.value,
            }
            for position, problem in enumerate(problems, start)
        ]
    return entries


def _forget_old(session: Session) -> None:
    """Forget rows of old runs, of feeds and of batches apart, and old batches altogether."""
    is_batch = ImportRun.source.startswith(API_BATCH, autoescape=True)
    newest = select(ImportRun.id).order_by(ImportRun.id.desc())
    for which in (is_batch, ~is_batch):
        kept = newest.where(which).limit(KEPT_LEDGERS)
        of_these = select(ImportRun.id).where(which)
        session.execute(
            delete(LedgerEntry)
            .where(LedgerEntry.run_id.in_(of_these), LedgerEntry.run_id.not_in(kept))
            .execution_options(synchronize_session=False)
        )
    listed = newest.where(is_batch).limit(LISTED_BATCHES)
    session.execute(
        delete(ImportRun)
        .where(is_batch, ImportRun.id.not_in(listed))
        .execution_options(synchronize_session=False)
    )
