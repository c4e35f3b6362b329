"""Ways out of an empty answer: which one condition to loosen, and what that would find.

"0 red under 30": with the price up to 45 there are 12, without red there are 3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from core.vectors import Mask
from indexer.attributes import Columns
from search.collapse import Groups
from search.filters import ADDED, Filter, Range, compile_filter
from search.filters_numbers import NumberField, number_field

ENOUGH = 12
"""Half a page: a bound is moved until this many are found, if they lie near."""

NEAR = Decimal("0.5")
"""Within half of the bound more hits are worth moving it further: from 30 up to 45."""

DROPPED = 1.0
"""A condition that is dropped counts as one whose bound is moved to twice its value."""

MOST = 6
"""Ways that are offered; who gets more reads none."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One condition changed, all others as they are."""

    part: int
    """Which of the conditions, from 0."""
    before: Filter
    after: Filter | None
    """What it becomes; None where it is dropped."""
    count: int
    """The hits that this finds, variants collapsed; at least 1."""
    change: float
    """How much is changed: by which part of itself a bound moves, ``DROPPED`` for a drop."""


def relax(
    relevant: Mask,
    parts: Sequence[Filter],
    columns: Columns,
    groups: Groups,
    limit: int = MOST,
    without: Mapping[int, Mask] = {},
) -> tuple[Relaxation, ...]:
    """Find the single conditions whose loosening finds something, the least change first.

    A range's bound moves to the nearest round number that is enough; where moving finds
    nothing, and for every other condition, the way is to drop it. No way is offered where
    two conditions at least would have to change.

    Args:
        relevant: The products that the query finds before all conditions.
        parts: The conditions, all of which must hold: a sentence's chips, and the filters.
        columns: Of the generation.
        groups: Of the same generation.
        limit: How many ways are given at most.
        without: What is relevant once a condition, by its number, is dropped, where that is
            something else: merchandising rules may hold in a category alone.

    Raises:
        InvalidQueryError: a condition cannot be compiled.
    """
    masks = [compile_filter(part, columns) for part in parts]
    ways: list[Relaxation] = []
    for number, part in enumerate(parts):
        found = _found_without(without.get(number, relevant), masks, number)
        total = groups.total(found)
        if not total:
            continue
        moved = _moved(number, part, found, columns, groups) if isinstance(part, Range) else []
        ways += moved or [Relaxation(number, part, None, total, DROPPED)]
    ways.sort(key=lambda way: (way.change, -way.count, way.part))
    return tuple(ways[:limit])


def _found_without(relevant: Mask, masks: Sequence[Mask], number: int) -> Mask:
    """Tell what all conditions but one leave."""
    found = relevant.copy()
    for other, mask in enumerate(masks):
        if other != number:
            found &= mask
    return found


def _moved(
    number: int, part: Range, without: Mask, columns: Columns, groups: Groups
) -> list[Relaxation]:
    """Move either bound of a range outwards until something is found."""
    numbers = number_field(part.field, columns)
    if numbers is None or part.field == ADDED:  # dates have no round numbers of seconds
        return []
    ranges: list[Range] = []
    if (maximum := _next_bound(part.maximum, True, without, numbers)) is not None:
        ranges.append(Range(part.field, part.minimum, maximum))
    if (minimum := _next_bound(part.minimum, False, without, numbers)) is not None:
        ranges.append(Range(part.field, minimum, part.maximum))
    counted = [(after, groups.total(without & compile_filter(after, columns))) for after in ranges]
    return [
        Relaxation(number, part, after, count, _change(part, after))
        for after, count in counted
        if count
    ]


def _next_bound(
    bound: Decimal | None, upwards: bool, found: Mask, numbers: NumberField
) -> Decimal | None:
    """Find where a bound must be moved to; None where there is none, or nothing beyond it."""
    if bound is None:
        return None
    amounts = numbers.numbers[found & numbers.known]
    limit = int(bound.scaleb(numbers.decimals))
    beyond = amounts[amounts > limit] if upwards else amounts[amounts < limit]
    if not beyond.size:
        return None
    distances = np.sort(np.abs(beyond - limit))
    distance = _enough(distances, abs(limit))
    return numbers.amount(_rounded(limit, distance, upwards, numbers.unit))


def _enough(distances: NDArray[np.int64], bound: int) -> int:
    """Choose how far to go: for enough hits while they are near, at least for the first."""
    near = distances[distances <= float(NEAR) * bound][:ENOUGH]
    return int(near[-1] if near.size else distances[0])


def _rounded(limit: int, distance: int, upwards: bool, unit: int) -> int:
    """Move a bound by a distance, and on to the next round number.

    >>> _rounded(30_000, 11_290, True, 10), _rounded(30_000, 11_290, False, 10)
    (42000, 18000)
    """
    target = limit + distance if upwards else limit - distance
    # One digit finer than the number itself has: 41.29 becomes 42, 412.90 becomes 420.
    step = max(unit, int(10 ** max(len(str(abs(target))) - 2, 0)))
    return -(-target // step) * step if upwards else target // step * step


def _change(before: Range, after: Range) -> float:
    """Tell by which part of itself the moved bound moved."""
    pairs = ((before.minimum, after.minimum), (before.maximum, after.maximum))
    old, new = next((old, new) for old, new in pairs if old is not None and old != new)
    return float(abs(new - old) / max(abs(old), Decimal(1))) if new is not None else DROPPED
