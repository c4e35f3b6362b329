"""What a check found, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """How much a finding matters."""

    OK = "ok"
    WARNING = "warning"
    """The site answers; something will go wrong, or is not as it should be."""
    ERROR = "error"
    """The site or the next job fails."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    area: str
    severity: Severity
    what: str
    advice: str = ""
    """What to do, with the exact command where there is one; empty where all is well."""


def ok(area: str, what: str) -> Finding:
    """Make a finding that asks for nothing."""
    return Finding(area, Severity.OK, what)


def warning(area: str, what: str, advice: str) -> Finding:
    """Make a finding to be looked at soon."""
    return Finding(area, Severity.WARNING, what, advice)


def error(area: str, what: str, advice: str) -> Finding:
    """Make a finding to be mended now."""
    return Finding(area, Severity.ERROR, what, advice)
