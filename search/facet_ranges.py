"""The ranges of a facet of numbers: round bounds, about as many hits in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from core.vectors import Mask
from search.collapse import Groups, Hits
from search.filters import ADDED, Range
from search.filters_arguments import format_range
from search.filters_numbers import NumberField, bounds_mask

RANGES = 5
"""How many are offered; less where there are few different numbers."""

SAMPLE = 2_000
"""Numbers that the bounds are chosen by."""

_ROUND = (10, 15, 20, 25, 30, 40, 50, 75, 100)
"""Times a power of ten: the bounds that shops write."""


@dataclass(frozen=True, slots=True)
class RangeCounts:
    """The ranges of a field with their hits."""

    values: tuple[tuple[str, int, bool], ...]
    """Bounds as addresses have them, count, and whether it is chosen; the lowest first."""
    minimum: Decimal | None
    maximum: Decimal | None


def count_ranges(
    field: str, hits: Hits, numbers: NumberField, chosen: Sequence[Range], groups: Groups
) -> RangeCounts:
    """Offer ranges of what is found, count the hits of each, and of those that are chosen.

    The ranges meet without sharing a number. For dates there are none: what people mean by new
    depends on the day.
    """
    amounts = numbers.numbers[hits.found & numbers.known]
    if not amounts.size:
        return RangeCounts(_count_chosen(hits.found, numbers, chosen, groups), None, None)
    lowest, highest = int(amounts.min()), int(amounts.max())
    ranges: dict[Range, int] = {}
    if field != ADDED and (edges := _edges(amounts, lowest, highest, numbers.unit)):
        counts = hits.count_ranges(numbers.numbers, numbers.known, edges)
        ranges = dict(zip(_between(field, edges, numbers), counts, strict=True))
    values = [
        (format_range(each), count, each in chosen)
        for each, count in ranges.items()
        if count or each in chosen
    ]
    others = [each for each in chosen if each not in ranges]
    return RangeCounts(
        (*values, *_count_chosen(hits.found, numbers, others, groups)),
        numbers.amount(lowest),
        numbers.amount(highest),
    )


def _count_chosen(
    found: Mask, numbers: NumberField, chosen: Sequence[Range], groups: Groups
) -> tuple[tuple[str, int, bool], ...]:
    """Count ranges that a shopper set, one by one."""
    return tuple(
        (
            format_range(each),
            groups.total(found & bounds_mask(numbers, each.minimum, each.maximum)),
            True,
        )
        for each in dict.fromkeys(chosen)
    )


def _edges(amounts: NDArray[np.int64], lowest: int, highest: int, unit: int) -> list[int]:
    """Choose where ranges begin, but the first: round numbers near the quantiles."""
    # Every so manieth is enough to choose by; what is counted is all.
    sample = np.sort(amounts[:: max(1, len(amounts) // SAMPLE)])
    quantiles = [int(sample[len(sample) * part // RANGES]) for part in range(1, RANGES)]
    rounded = {_nearest_round(each, unit) for each in quantiles}
    return sorted(each for each in rounded if lowest < each <= highest)


def _nearest_round(amount: int, unit: int) -> int:
    """Find the nearest number that shops write, in whole units.

    >>> [_nearest_round(amount, 1) for amount in (0, 1, 9, 17, 36, 740)]
    [0, 1, 10, 15, 40, 750]
    """
    if amount <= 0:
        return 0
    power = int(10 ** (len(str(amount)) - 1))
    tenths = [factor * power for factor in _ROUND]
    candidates = [each // 10 for each in tenths if each % (10 * unit) == 0] or [unit]
    return min(candidates, key=lambda each: (abs(each - amount), each))


def _between(field: str, edges: list[int], numbers: NumberField) -> list[Range]:
    """Give the ranges that the edges part."""
    begins = [None, *(numbers.amount(each) for each in edges)]
    ends = [*(numbers.amount(each - numbers.unit) for each in edges), None]
    return [Range(field, begin, end) for begin, end in zip(begins, ends, strict=True)]
