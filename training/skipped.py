"""What a run leaves out of its data, counted and with examples, so that nothing goes quietly."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

_KEPT_SAMPLES = 3
"""Places kept of each reason: enough to find the mistake, however many lines have it."""


@dataclass(slots=True)
class Skipped:
    """How much was left out, why, and where first.

    >>> skipped = Skipped()
    >>> skipped.add("empty_text", "line 4")
    >>> skipped.add("empty_text", "line 7")
    >>> skipped.add("image_missing", "line 9 (shoe.jpg)")
    >>> print(skipped)
    3 skipped: 2 empty text (line 4, line 7), 1 image missing (line 9 (shoe.jpg))
    >>> skipped.total
    3
    """

    counts: Counter[str] = field(default_factory=Counter)
    """By reason; the reasons are stable names."""
    samples: dict[str, list[str]] = field(default_factory=dict)
    """The first few places of each reason."""

    @property
    def total(self) -> int:
        """How many were left out in all."""
        return self.counts.total()

    def add(self, reason: str, where: str) -> None:
        """Count one more."""
        self.counts[reason] += 1
        self._keep(reason, [where])

    def merge(self, other: Skipped) -> None:
        """Count all that another counted."""
        self.counts.update(other.counts)
        for reason, places in other.samples.items():
            self._keep(reason, places)

    def to_json(self) -> dict[str, object]:
        """Give it as plain values for a record."""
        return {
            "total": self.total,
            "reasons": {
                reason: {"count": count, "first": self.samples[reason]}
                for reason, count in self._by_count()
            },
        }

    def __str__(self) -> str:
        if not self.counts:
            return "nothing skipped"
        reasons = ", ".join(
            f"{count} {reason.replace('_', ' ')} ({', '.join(self.samples[reason])})"
            for reason, count in self._by_count()
        )
        return f"{self.total} skipped: {reasons}"

    def _keep(self, reason: str, places: list[str]) -> None:
        kept = self.samples.setdefault(reason, [])
        kept.extend(places[: _KEPT_SAMPLES - len(kept)])

    def _by_count(self) -> list[tuple[str, int]]:
        return sorted(self.counts.items(), key=lambda each: (-each[1], each[0]))
