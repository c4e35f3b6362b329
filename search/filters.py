"""Typed filters, compiled to masks over a generation's columns.

A filter is a value: it can be compared, kept, shown as a chip, and written into an address
(``search/filters_arguments.py``) or a JSON body (``search/filters_json.py``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import TypeAlias

import numpy as np

from catalog.records import CATEGORY_SEPARATOR
from core.errors import InvalidQueryError
from core.vectors import Mask
from indexer.attributes import ATTRIBUTE, CodedColumn, Columns
from search.filters_numbers import bounds_mask, number_field, word_numbers

CATEGORY = "category"
PRICE = "price"
IN_STOCK = "in_stock"
ON_SALE = "on_sale"
FLAG_FIELDS = (IN_STOCK, ON_SALE)
ADDED = "added"
WORD_FIELDS = ("brand", CATEGORY, "currency", "group_id", "availability", *FLAG_FIELDS)
NUMBER_FIELDS = (PRICE, "stock", ADDED)
FLAGS = ("true", "false")
"""The words of a field that says yes or no, as the columns hold them."""

MAX_BOUND = Decimal(10) ** 15
"""Beyond any price in any currency, and far inside 64 bits with three decimals."""

SHOWN_CHARS = 40


@dataclass(frozen=True, slots=True)
class In:
    """Products whose field has one of these words; a category stands for its whole subtree."""

    field: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Range:
    """Products whose number is known and within bounds, both included.

    Prices are in major units of each product's own currency (29.90); ``added`` is in seconds
    since 1970, UTC.

    Raises:
        InvalidQueryError: there is no bound, one is no usable number, or they are swapped.
    """

    field: str
    minimum: Decimal | None = None
    maximum: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse what no range can be."""
        bounds = [bound for bound in (self.minimum, self.maximum) if bound is not None]
        where = argument_pointer(f"filter.{self.field}")
        if not bounds:
            raise InvalidQueryError(where, "no_bounds", f"A range of {self.field} needs a bound.")
        if not all(bound.is_finite() and abs(bound) <= MAX_BOUND for bound in bounds):
            raise InvalidQueryError(
                where, "out_of_range", f"A bound of {self.field} is larger than any shop's."
            )
        if bounds[0] > bounds[-1]:
            raise InvalidQueryError(
                where,
                "swapped_bounds",
                f"The range of {self.field} begins at {bounds[0]:f}, above its end {bounds[-1]:f}.",
            )


@dataclass(frozen=True, slots=True)
class Not:
    """Every other product, those without a value included."""

    filter: Filter


@dataclass(frozen=True, slots=True)
class AllOf:
    """Products that pass every one; all products where there is none."""

    filters: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Products that pass at least one; no product where there is none."""

    filters: tuple[Filter, ...]


Filter: TypeAlias = "In | Range | Not | AllOf | AnyOf"


def all_of(filters: Iterable[Filter | None]) -> Filter | None:
    """Join filters that must all hold; None where there is nothing to hold.

    >>> all_of([None, In("brand", frozenset({"Acme"}))])
    AllOf(filters=(In(field='brand', values=frozenset({'Acme'})),))
    """
    parts = tuple(part for wanted in filters for part in top_level(wanted))
    return AllOf(parts) if parts else None


def top_level(wanted: Filter | None) -> tuple[Filter, ...]:
    """Give the filters that must all hold, one by one."""
    if wanted is None:
        return ()
    if isinstance(wanted, AllOf):
        return tuple(part for each in wanted.filters for part in top_level(each))
    return (wanted,)


def field_of(wanted: Filter) -> str | None:
    """Tell which field a selection is made in; None for an exclusion, and for several fields.

    >>> field_of(AnyOf((Range("price", maximum=Decimal(20)), Range("price", Decimal(90)))))
    'price'
    """
    if isinstance(wanted, In | Range):
        return wanted.field
    if isinstance(wanted, Not) or not wanted.filters:
        return None
    fields = {field_of(each) for each in wanted.filters}
    return fields.pop() if len(fields) == 1 else None


def argument_pointer(name: str) -> str:
    """Point to an argument of an address, as RFC 6901 writes it.

    >>> argument_pointer("filter.attribute.fit/cut")
    '/filter.attribute.fit~1cut'
    """
    return "/" + name[: 2 * SHOWN_CHARS].replace("~", "~0").replace("/", "~1")


def is_field_name(name: str) -> bool:
    """Tell whether a catalogue could have a field of this name."""
    own = name in WORD_FIELDS or name in NUMBER_FIELDS
    return own or (name.startswith(ATTRIBUTE) and name != ATTRIBUTE)


def field_names(columns: Columns) -> tuple[str, ...]:
    """List the fields that this catalogue can be filtered by."""
    attributes = {name for name in (*columns.coded, *columns.numbers) if name.startswith(ATTRIBUTE)}
    return (*WORD_FIELDS, *NUMBER_FIELDS, *sorted(attributes))


def unknown_field(name: str, known: Iterable[str], pointer: str = "") -> InvalidQueryError:
    """Say that there is no such field, and which one may have been meant."""
    shown, known = name[:SHOWN_CHARS], list(known)
    near = get_close_matches(shown, known, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"There is: {', '.join(known[:30])}."
    return InvalidQueryError(
        pointer or argument_pointer(f"filter.{name}"),
        "unknown_field",
        f"There is no field {shown!r}. {hint}",
    )


def compile_filter(wanted: Filter, columns: Columns, pointer: str = "") -> Mask:
    """Tell for each product whether it passes; shape (products,), the caller's own.

    Args:
        wanted: The filter.
        columns: Of the generation that is asked.
        pointer: Where the filter stands in a JSON body, so that errors point into it;
            without one they name the argument of an address.

    Raises:
        InvalidQueryError: a field is not this catalogue's, or is asked what it cannot tell.
    """
    if isinstance(wanted, In):
        return _words_mask(wanted, columns, pointer and f"{pointer}/field")
    if isinstance(wanted, Range):
        return _range_mask(wanted, columns, pointer and f"{pointer}/field")
    if isinstance(wanted, Not):
        return ~compile_filter(wanted.filter, columns, pointer and f"{pointer}/not")
    every = isinstance(wanted, AllOf)
    mask = np.full(columns.products, every)
    join = np.logical_and if every else np.logical_or
    for number, each in enumerate(wanted.filters):
        where = pointer and f"{pointer}/{'and' if every else 'or'}/{number}"
        join(mask, compile_filter(each, columns, where), out=mask)
    return mask


def words_column(field: str, columns: Columns, level: int = 1) -> CodedColumn | None:
    """Find the column of a field of words; None where no product has it, or it is no field.

    ``level`` is the category's, from 1 for the widest.
    """
    return columns.coded.get(f"{CATEGORY}_{level}" if field == CATEGORY else field)


def category_level(path: str) -> int:
    """Tell how deep a category stands, from 1 for the widest.

    >>> category_level("Men > Shoes")
    2
    """
    return path.count(CATEGORY_SEPARATOR) + 1


def _words_mask(wanted: In, columns: Columns, pointer: str) -> Mask:
    field = wanted.field
    if field == CATEGORY:
        return _subtrees(wanted.values, columns)
    if (column := words_column(field, columns)) is not None:
        return _with_words(column, wanted.values)
    if field in NUMBER_FIELDS or field in columns.numbers:
        raise InvalidQueryError(
            pointer or argument_pointer(f"filter.{field}"),
            "not_a_range",
            f"{field} is a number; ask for a range.",
        )
    if field not in WORD_FIELDS:
        raise unknown_field(field, field_names(columns), pointer)
    return np.zeros(columns.products, dtype=np.bool_)  # a field of ours that no product has


def _range_mask(wanted: Range, columns: Columns, pointer: str) -> Mask:
    field = wanted.field
    if (numbers := number_field(field, columns)) is not None:
        return bounds_mask(numbers, wanted.minimum, wanted.maximum)
    if field.startswith(ATTRIBUTE) and (column := words_column(field, columns)) is not None:
        within = word_numbers(column.values, wanted.minimum, wanted.maximum)
        return _lookup(column, within)
    where = pointer or argument_pointer(f"filter.{field}")
    if field in WORD_FIELDS:
        raise InvalidQueryError(where, "not_a_number", f"{field} has words, and so no range.")
    raise unknown_field(field, field_names(columns), where)


def _subtrees(paths: Collection[str], columns: Columns) -> Mask:
    """Find the products at or below any of the categories."""
    mask = np.zeros(columns.products, dtype=np.bool_)
    for level in {category_level(path) for path in paths}:
        if (column := words_column(CATEGORY, columns, level)) is not None:
            mask |= _with_words(column, paths)
    return mask


def _with_words(column: CodedColumn, words: Collection[str]) -> Mask:
    chosen = np.zeros(len(column.values), dtype=np.bool_)
    for word in words:
        if (code := column.code(word)) is not None:
            chosen[code] = True
    return _lookup(column, chosen)


def _lookup(column: CodedColumn, chosen: Mask) -> Mask:
    """Spread what holds for words over their products; five times as fast as ``np.isin``."""
    # A missing word's code is -1, which finds the entry behind the last one.
    return np.append(chosen, False)[column.codes]
