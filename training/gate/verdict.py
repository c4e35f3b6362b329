"""The gate: what a model must show before it replaces the one in service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from training.gate.bootstrap import Interval
from training.gate.comparison import SegmentComparison
from training.gate.segments import ALL


@dataclass(frozen=True, slots=True)
class GateThresholds:
    """Where the gate draws its lines; docs/decisions/0005-models-in-service.md gives reasons."""

    minimum_queries: int = 20
    """Fewer say nothing: neither do they prove a gain, nor convict a segment of a loss."""
    segment_margin: float = 0.02
    """A segment may lose this much; smaller losses no shopper sees."""
    untouched_margin: float = 0.03
    """So much skill may be given up elsewhere for a gain at home."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a model passed, and if not, every reason in a sentence with its figures."""

    passed: bool
    reasons: tuple[str, ...]


def judge(
    measure: str,
    held_out: Sequence[SegmentComparison],
    untouched: Sequence[SegmentComparison],
    thresholds: GateThresholds = GateThresholds(),
    *,
    left_out: int = 0,
) -> Verdict:
    """Judge a model by its comparison with the one in service.

    It passes if it is better on held-out queries beyond noise (the interval lies above 0),
    loses in no segment (no mean falls by more than the margin with an interval below 0),
    and keeps its skill on an untouched set (the mean falls by no more than its margin).

    Args:
        measure: What the scores are, for the sentences.
        held_out: Its segments on held-out queries, ``all`` among them.
        untouched: Its segments on the untouched set, ``all`` among them.
        thresholds: Where the lines are.
        left_out: Held-out queries that were not asked, since a model learned the answers.
    """
    reasons = (
        *_too_few(held_out, "held-out", thresholds, left_out),
        *_too_few(untouched, "untouched", thresholds, 0),
        *_not_better(measure, held_out),
        *_losing(measure, held_out, thresholds),
        *_forgetting(measure, untouched, thresholds),
    )
    return Verdict(not reasons, reasons)


def _too_few(
    segments: Sequence[SegmentComparison], kind: str, thresholds: GateThresholds, left_out: int
) -> Iterator[str]:
    queries = _overall(segments).queries
    if queries < thresholds.minimum_queries:
        why = f" ({left_out} more are left out: a model learned the answers)" if left_out else ""
        yield (
            f"There are only {queries} {kind} queries{why}; {thresholds.minimum_queries} are the "
            "least that tell a difference from chance."
        )


def _not_better(measure: str, segments: Sequence[SegmentComparison]) -> Iterator[str]:
    overall = _overall(segments)
    difference = _difference(overall)
    if not difference.low > 0:
        yield (
            f"It is not better than the model in service beyond noise: {measure} changes by "
            f"{difference} on {overall.queries} held-out queries, and the interval must lie "
            "above 0."
        )


def _losing(
    measure: str, segments: Sequence[SegmentComparison], thresholds: GateThresholds
) -> Iterator[str]:
    for each in segments:
        difference = _difference(each)
        convicted = difference.mean < -thresholds.segment_margin and difference.high < 0
        if each.segment != ALL and convicted and each.queries >= thresholds.minimum_queries:
            yield (
                f"It loses in the segment {each.segment!r}: {measure} changes by {difference} "
                f"on {each.queries} queries; {thresholds.segment_margin} may be lost."
            )


def _forgetting(
    measure: str, segments: Sequence[SegmentComparison], thresholds: GateThresholds
) -> Iterator[str]:
    overall = _overall(segments)
    difference = _difference(overall)
    if not difference.mean >= -thresholds.untouched_margin:
        yield (
            f"It forgets what it was not adapted to: {measure} changes by {difference} on "
            f"{overall.queries} untouched queries; {thresholds.untouched_margin} may be lost."
        )


def _overall(segments: Sequence[SegmentComparison]) -> SegmentComparison:
    return next(each for each in segments if each.segment == ALL)


def _difference(segment: SegmentComparison) -> Interval:
    if segment.difference is None:
        raise ValueError(f"the segment {segment.segment!r} was compared with nothing")
    return segment.difference
