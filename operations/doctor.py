"""Every check of a home, one after the other; none changes anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.errors import VitrineError
from core.settings import Settings
from core.terminal import counted, table
from operations import check_catalogue, check_home, check_index, check_machine
from operations.findings import Finding, Severity, error

Check = Callable[[Settings], Iterator[Finding]]

QUICK: Mapping[str, Check] = {
    "versions": check_machine.check_versions,
    "limits": check_machine.check_limits,
    "home": check_home.check_home,
    "leftovers": check_home.check_leftovers,
    "database": check_catalogue.check_database,
    "images": check_catalogue.check_images,
    "model": check_index.check_model,
    "models": check_index.check_registry,
    "index": check_index.check_generations,
    "freshness": check_catalogue.check_freshness,
    "embeddings": check_index.check_stores,
    "space": check_machine.check_space,
}
THOROUGH: Mapping[str, Check] = {"checksums": check_index.check_files}
"""What reads every byte of every generation."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What all checks found."""

    findings: tuple[Finding, ...]
    seconds: Mapping[str, float]
    """Check to how long it took."""

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong that stops the site or the next job."""
        return all(each.severity is not Severity.ERROR for each in self.findings)

    def count(self, severity: Severity) -> int:
        """Count the findings of one severity."""
        return sum(each.severity is severity for each in self.findings)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        findings = [asdict(each) | {"severity": each.severity.value} for each in self.findings]
        return {"healthy": self.healthy, "findings": findings, "seconds": dict(self.seconds)}

    def to_text(self) -> str:
        """Say it: a line a finding, and what to do about it below."""
        rows = [(each.severity.value, each.area, each.what) for each in self.findings]
        lines = []
        for row, each in zip(table(rows).splitlines(), self.findings, strict=True):
            lines.append(row)
            if each.advice:
                lines.append(f"{'':10}-> {each.advice}")
        errors, warnings = self.count(Severity.ERROR), self.count(Severity.WARNING)
        lines.append(
            f"{counted(errors, 'error')}, {counted(warnings, 'warning')}, "
            f"in {sum(self.seconds.values()):.1f} s."
        )
        return "\n".join(lines)


def examine(
    settings: Settings, checks: Mapping[str, Check] | None = None, thorough: bool = True
) -> Examination:
    """Run every check, whatever the ones before it found."""
    if checks is None:
        checks = {**QUICK, **THOROUGH} if thorough else QUICK
    findings: list[Finding] = []
    seconds: dict[str, float] = {}
    for area, check in checks.items():
        began = time.perf_counter()
        findings += _guarded(area, check, settings)
        seconds[area] = round(time.perf_counter() - began, 3)
    return Examination(tuple(findings), seconds)


def _guarded(area: str, check: Check, settings: Settings) -> Sequence[Finding]:
    """Run one check; what it cannot look at is a finding, and the others go on."""
    found: list[Finding] = []
    try:
        found.extend(check(settings))
    except VitrineError as failure:
        found.append(error(area, str(failure), "Mend what it names, then run this again."))
    except OSError as failure:
        where = failure.filename or settings.home
        advice = "Look at the folder's rights and the disk's health."
        found.append(error(area, f"{where}: {failure.strerror or failure}", advice))
    except Exception as failure:  # a home can be broken in ways that nobody thought of
        told = f"{type(failure).__name__}: {failure}"
        advice = "Please report this with the output of `vitrine doctor --json`."
        found.append(error(area, f"This could not be checked ({told}).", advice))
    return found
