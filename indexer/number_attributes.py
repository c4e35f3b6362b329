"""Attributes that are numbers for every product that has them: weights, lengths, inches."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.vectors import Mask

MAX_NUMBER_ATTRIBUTES = 16
"""Those that most products have are kept; each costs 9 bytes a product."""
MAX_DECIMALS = 3

# No leading zero: "0815" is a code. No more digits than a measure has: 13 are a GTIN.
_NUMBER = re.compile(rf"(-?)(0|[1-9]\d{{0,8}})(?:\.(\d{{1,{MAX_DECIMALS}}}))?", re.ASCII)


def parse_measure(text: str) -> int | None:
    """Read a plain number, in thousandths; None for anything else.

    >>> [parse_measure(text) for text in ("2.5", "-40", "0815", "4006381333931", "9 kg", "1e3")]
    [2500, -40000, None, None, None, None]
    """
    if not (match := _NUMBER.fullmatch(text)):
        return None
    sign, whole, decimals = match.groups()
    return int(sign + whole + (decimals or "").ljust(MAX_DECIMALS, "0"))


@dataclass(slots=True)
class _Measures:
    """The numbers of one attribute, sparse."""

    positions: array[int] = field(default_factory=lambda: array("q"))
    numbers: array[int] = field(default_factory=lambda: array("q"))


@dataclass(frozen=True, slots=True)
class MeasureColumn:
    """One attribute's numbers, for each product."""

    numbers: NDArray[np.int64]
    known: Mask
    decimals: int
    """A whole one is 10 to the power of this."""


class NumberAttributes:
    """Gathers attributes as products come; one is dropped at its first value that is no number.

    Memory grows by 16 bytes a number.
    """

    def __init__(self) -> None:
        self._measures: dict[str, _Measures | None] = {}

    def add(self, position: int, attributes: Iterable[tuple[str, str]]) -> None:
        """Note the attributes of the product at ``position``; empty values say nothing."""
        for name, value in attributes:
            if name not in self._measures:
                self._measures[name] = _Measures()
            if not value or (measures := self._measures[name]) is None:
                continue
            if (number := parse_measure(value)) is None:
                self._measures[name] = None
            else:
                measures.positions.append(position)
                measures.numbers.append(number)

    def columns(self, products: int) -> Mapping[str, MeasureColumn]:
        """Give the attributes that most products have, in the order of their names."""
        whole = {name: each for name, each in self._measures.items() if each and each.positions}
        commonest = sorted(whole, key=lambda name: (-len(whole[name].positions), name))
        return {
            name: _column(whole[name], products)
            for name in sorted(commonest[:MAX_NUMBER_ATTRIBUTES])
        }


def _column(measures: _Measures, products: int) -> MeasureColumn:
    """Spread numbers over their products, in the largest unit that keeps all of them whole."""
    told = np.frombuffer(measures.numbers, dtype=np.int64)
    decimals = next(
        each for each in range(MAX_DECIMALS + 1) if not (told % 10 ** (MAX_DECIMALS - each)).any()
    )
    at = np.frombuffer(measures.positions, dtype=np.int64)
    numbers, known = np.zeros(products, dtype=np.int64), np.zeros(products, dtype=np.bool_)
    numbers[at], known[at] = told // 10 ** (MAX_DECIMALS - decimals), True
    return MeasureColumn(numbers, known, decimals)
