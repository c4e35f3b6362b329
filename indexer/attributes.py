"""The columns of a generation, to filter, facet, sort and group by.

Words are kept as codes into a sorted vocabulary, -1 where a product has none; numbers as
int64 beside a mask of where they are known. Column names:

- ``category_1``, ``category_2``, …: the category path down to that level (``Men > Shoes``,
  so that shoes for men and for women are two values);
- ``brand``, ``currency``, ``group_id``;
- ``attribute.NAME`` for each attribute with a bounded number of values;
- ``attribute.NAME`` is a number besides, where every value of it is one;
- ``availability`` as the feed says it; ``in_stock`` and ``on_sale``, ``true`` or ``false``;
- numbers: ``price_minor``, ``stock``, ``added`` (the day the catalogue first had it, as the
  seconds from 1970 to its beginning, UTC).
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.records import CATEGORY_SEPARATOR, ProductRecord
from core.errors import SnapshotError
from core.vectors import Mask
from indexer.arrays import open_array, save_array
from indexer.number_attributes import MAX_DECIMALS, NumberAttributes

SCHEMA = "columns.json"
CODES = "columns.codes.npy"
"""int32 of (coded columns, products)."""
NUMBERS = "columns.numbers.npy"
"""int64 of (number columns, products); 0 where not known."""
KNOWN = "columns.known.npy"
"""bool of (number columns, products)."""

MISSING = -1
ATTRIBUTE = "attribute."
NUMBER_COLUMNS = ("price_minor", "stock", "added")
SECONDS_A_DAY = 86_400
MAX_LEVELS = 8
MAX_ATTRIBUTES = 64
"""A shop's export can have hundreds; the ones that most products have are kept."""
MAX_VALUES = 1_000
"""An attribute with more values is text (a code, a sentence), and no facet."""

Codes = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class CodedColumn:
    """One word for each product, as a code into the vocabulary."""

    codes: Codes
    """Shape (products,); -1 where a product has none."""
    values: Sequence[str]
    """The vocabulary, sorted; ``values[code]`` is the word."""

    def code(self, value: str) -> int | None:
        """Find a word's code; None where no product has it."""
        at = bisect_left(self.values, value)
        return at if at < len(self.values) and self.values[at] == value else None

    def mask(self, values: Collection[str]) -> Mask:
        """Tell which products have one of these words."""
        codes = [code for value in values if (code := self.code(value)) is not None]
        return np.isin(self.codes, codes)

    def counts(self) -> NDArray[np.int64]:
        """Count the products of each word, in the vocabulary's order."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values))


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """One whole number for each product."""

    numbers: NDArray[np.int64]
    """Shape (products,); 0 where not known."""
    known: Mask
    """Shape (products,)."""
    decimals: int = 0
    """A whole one is 10 to the power of this in ``numbers``."""


class Columns:
    """All columns of a generation, memory-mapped."""

    def __init__(self, directory: Path) -> None:
        schema = _read_schema(directory / SCHEMA)
        codes = open_array(directory / CODES, "<i4", 2)
        numbers = open_array(directory / NUMBERS, "<i8", 2)
        known = open_array(directory / KNOWN, "|b1", 2)
        shape = (len(schema["numbers"]), codes.shape[1])
        if len(codes) != len(schema["coded"]) or not numbers.shape == known.shape == shape:
            raise SnapshotError(f"The columns in {directory} do not fit their schema.")
        self._directory = directory
        self.products = int(codes.shape[1])
        self.coded: Mapping[str, CodedColumn] = {
            each["name"]: CodedColumn(row, tuple(each["values"]))
            for each, row in zip(schema["coded"], codes, strict=True)
        }
        self.numbers: Mapping[str, NumberColumn] = {
            each["name"]: NumberColumn(values, mask, each["decimals"])
            for each, values, mask in zip(schema["numbers"], numbers, known, strict=True)
        }

    def check(self) -> None:
        """See that every code is in its column's vocabulary.

        Raises:
            SnapshotError: one is not.
        """
        for name, column in self.coded.items():
            lowest, highest = column.codes.min(initial=MISSING), column.codes.max(initial=MISSING)
            if lowest < MISSING or highest >= len(column.values):
                raise SnapshotError(
                    f"{self._directory / CODES} has codes of {name} that {SCHEMA} does not have."
                )

    @property
    def category_levels(self) -> tuple[CodedColumn, ...]:
        """The category columns, from the widest."""
        names = (f"category_{level}" for level in range(1, MAX_LEVELS + 1))
        return tuple(self.coded[name] for name in names if name in self.coded)


class ColumnsWriter:
    """Gathers columns as products come; memory grows by about 12 bytes a word, 16 a number."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._count = 0
        self._coded: dict[str, _Gathered] = {"brand": _Gathered()}
        self._measures = NumberAttributes()
        self._numbers = {name: array("q") for name in NUMBER_COLUMNS}
        self._known = {name: bytearray() for name in NUMBER_COLUMNS}

    def add(self, product: ProductRecord) -> None:
        """Note the values of the next product."""
        for name, value in _words(product):
            if (column := self._coded.get(name)) is None:
                limit = MAX_VALUES if name.startswith(ATTRIBUTE) else None
                column = self._coded[name] = _Gathered(limit)
            column.add(self._count, value)
        for name, number in _numbers(product):
            self._numbers[name].append(number or 0)
            self._known[name].append(number is not None)
        self._measures.add(self._count, product.attributes.items())
        self._count += 1

    def finish(self) -> None:
        """Write the columns."""
        kept = self._kept()
        codes = np.full((len(kept), self._count), MISSING, dtype=np.int32)
        coded = []
        for row, name in enumerate(kept):
            coded.append({"name": name, "values": self._coded[name].write(codes[row])})
        numbers = self._number_columns()
        described = [
            {"name": name, "decimals": column.decimals} for name, column in numbers.items()
        ]
        schema = {"coded": coded, "numbers": described}
        text = json.dumps(schema, ensure_ascii=False, indent=0)
        (self._directory / SCHEMA).write_bytes(text.encode("utf-8", "surrogatepass"))
        save_array(self._directory / CODES, codes)
        save_array(self._directory / NUMBERS, np.stack([each.numbers for each in numbers.values()]))
        save_array(self._directory / KNOWN, np.stack([each.known for each in numbers.values()]))

    def _number_columns(self) -> dict[str, NumberColumn]:
        """Give the columns of our own, then the attributes that are numbers."""
        columns = {
            name: NumberColumn(
                np.frombuffer(self._numbers[name], dtype=np.int64),
                np.frombuffer(self._known[name], dtype=np.bool_),
            )
            for name in NUMBER_COLUMNS
        }
        for name, each in self._measures.columns(self._count).items():
            columns[ATTRIBUTE + name] = NumberColumn(each.numbers, each.known, each.decimals)
        return columns

    def _kept(self) -> list[str]:
        """Choose the columns: all of our own, and the attributes that most products have."""
        whole = {name: each for name, each in self._coded.items() if not each.overflowed}
        attributes = [name for name in whole if name.startswith(ATTRIBUTE)]
        attributes.sort(key=lambda name: (-len(whole[name].positions), name))
        own = [name for name in whole if not name.startswith(ATTRIBUTE)]
        return sorted(own) + sorted(attributes[:MAX_ATTRIBUTES])


class _Gathered:
    """The values of one column so far, sparse: most attributes are on few products."""

    def __init__(self, limit: int | None = None) -> None:
        self._limit = limit
        self._vocabulary: dict[str, int] = {}
        self.positions = array("q")
        self._codes = array("i")
        self.overflowed = False

    def add(self, position: int, value: str) -> None:
        """Note the value of the product at ``position``."""
        if self.overflowed:
            return
        self._codes.append(self._vocabulary.setdefault(value, len(self._vocabulary)))
        self.positions.append(position)
        if self._limit is not None and len(self._vocabulary) > self._limit:
            self.overflowed = True
            self._vocabulary, self.positions, self._codes = {}, array("q"), array("i")

    def write(self, codes: Codes) -> list[str]:
        """Fill a column with codes into the sorted vocabulary, which is returned."""
        values = sorted(self._vocabulary)
        final = np.empty(len(values), dtype=np.int32)
        for code, value in enumerate(values):
            final[self._vocabulary[value]] = code
        if len(values):
            codes[np.frombuffer(self.positions, np.int64)] = final[
                np.frombuffer(self._codes, np.int32)
            ]
        return values


def _read_schema(path: Path) -> dict[str, Any]:
    """Read the columns' names and vocabularies.

    Raises:
        SnapshotError: it is something else.
    """
    try:
        schema = json.loads(path.read_bytes())
        words = [each["name"] for each in (*schema["numbers"], *schema["coded"])]
        words += [word for each in schema["coded"] for word in each["values"]]
        decimals = [each["decimals"] for each in schema["numbers"]]
    except OSError as error:
        raise SnapshotError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SnapshotError(f"{path} does not describe columns ({error!r}).") from error
    if not all(isinstance(each, str) for each in words):
        raise SnapshotError(f"{path} has names or words that are not text.")
    if not all(type(each) is int and 0 <= each <= MAX_DECIMALS for each in decimals):
        raise SnapshotError(f"{path} has numbers of {decimals!r} decimals.")
    return dict(schema)


def _words(product: ProductRecord) -> Iterator[tuple[str, str]]:
    path = product.category[:MAX_LEVELS]
    for level in range(1, len(path) + 1):
        yield f"category_{level}", CATEGORY_SEPARATOR.join(path[:level])
    own = (
        ("brand", product.brand),
        ("currency", product.currency),
        ("group_id", product.group_id),
        ("availability", product.availability),
        ("in_stock", _flag(product.in_stock)),
        ("on_sale", _flag(product.on_sale)),
    )
    yield from ((name, value) for name, value in own if value)
    for name, value in product.attributes.items():
        if value:
            yield ATTRIBUTE + name, value


def _flag(value: bool | None) -> str:
    return "" if value is None else str(value).lower()


def _numbers(product: ProductRecord) -> Iterator[tuple[str, int | None]]:
    yield "price_minor", product.price_minor
    yield "stock", product.stock
    day = product.added_on
    yield "added", None if day is None else (day - date(1970, 1, 1)).days * SECONDS_A_DAY
