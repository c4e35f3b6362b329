"""What an import did, as a value, as JSON, and on one screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from catalog.ledger import RunCounts
from catalog.models import ImportMode, RunStatus
from catalog.rows import Problem
from core.terminal import table

SHOWN_CODES = 15
"""Kinds of problems that the summary lists; the report has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport(RunCounts):
    """What an import did. Every row was taken, mended, refused or withheld."""

    run_id: int
    source: str
    format: str
    encoding: str
    mode: ImportMode
    status: RunStatus
    """Done; incomplete where a full feed was not let withdraw what it does not name; failed
    where no row could be taken."""
    reason: str
    """Why it is incomplete or failed; else empty."""
    images_stored: int
    images_reused: int
    seconds: float
    codes: Mapping[str, int]
    """How often each problem occurred, most frequent first."""
    problems: tuple[tuple[int, Problem], ...]
    """The first few, with their lines."""

    def as_json(self) -> dict[str, Any]:
        """Tell everything, for ``--json`` and for the report file."""
        problems = [asdict(problem) | {"line": line} for line, problem in self.problems]
        named = {"mode": self.mode.value, "status": self.status.value}
        return asdict(self) | named | {"rows": self.rows, "problems": problems}

    def as_text(self) -> str:
        """Tell the most important on one screen."""
        lines = [
            f"Run {self.run_id}: {self.taken:,} of {self.rows:,} rows taken, {self.mended:,} "
            f"mended, {self.refused:,} refused, {self.withheld:,} withheld, "
            f"in {self.seconds:.1f} s.",
            f"Products: {self.added:,} added, {self.changed:,} changed, "
            f"{self.unchanged:,} unchanged, {self.withdrawn:,} withdrawn. "
            f"Pictures: {self.images_stored:,} new, {self.images_reused:,} known.",
        ]
        if self.encoding == "cp1252":
            lines.append("The feed is not UTF-8 and was read as Windows-1252; check its accents.")
        if self.codes:
            shown = list(self.codes.items())[:SHOWN_CODES]
            lines.append(table([(f"  {n:,}", code) for code, n in shown]))
        if self.codes or self.withdrawn:
            lines.append(f"Details: vitrine catalog report {self.run_id}")
        return "\n".join(lines)
