"""Facets: what the found products have, with exact counts.

The multi-select rule: a field's values are counted as if nothing were chosen in that field, so
that a count is the total one gets by choosing that value there. Counts are of hits, variants
collapsed, as the total is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from catalog.records import CATEGORY_SEPARATOR
from core.vectors import Mask
from indexer.attributes import ATTRIBUTE, CodedColumn, Columns
from search.collapse import Groups, Hits
from search.facet_ranges import RangeCounts, count_ranges
from search.filters import (
    CATEGORY,
    FLAG_FIELDS,
    PRICE,
    WORD_FIELDS,
    AllOf,
    AnyOf,
    Filter,
    In,
    Range,
    compile_filter,
    field_names,
    field_of,
    top_level,
    unknown_field,
    words_column,
)
from search.filters_numbers import number_field

MAX_VALUES = 50
"""Of one facet; a longer list is searched in, not read."""

MAX_CATEGORY_VALUES = 150
"""A tree lists several levels."""

USUAL_FACETS = 7
FEWEST_WORDS, MOST_WORDS = 2, 60
"""How many words an attribute has that is worth a facet: one says nothing, hundreds are codes."""
_SWITCH = frozenset({"0", "1"})
"""Words of a switch that a program set for itself; no shopper knows which is which."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value, as ``filter.FIELD=value`` asks for it, and the hits that it would leave."""

    value: str
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of one field, the most frequent first; a category's as a tree, depth first."""

    field: str
    values: tuple[FacetValue, ...]
    minimum: Decimal | None = None
    """The lowest number among the hits; None for words, and where none is known."""
    maximum: Decimal | None = None
    left_out: int = 0
    """How many more values have hits."""


def count_facets(
    relevant: Mask,
    filters: Filter | None,
    fields: Sequence[str],
    columns: Columns,
    groups: Groups,
    by_level: Sequence[Mask] = (),
) -> tuple[Facet, ...]:
    """Count the facets of some fields, in their order.

    Args:
        relevant: The products that the query finds before ``filters``. What cannot be
            unchosen in a facet, such as the chips of a sentence, belongs in here.
        filters: What is chosen: each top-level condition on a single field is that field's
            selection, and anything else (an exclusion, an "or" between fields) always holds.
        fields: Which facets are wanted.
        columns: Of the generation.
        groups: Of the same generation.
        by_level: In place of ``relevant``, for the categories of each level, where choosing one
            changes what is relevant; empty where none does.

    Raises:
        InvalidQueryError: a field is not this catalogue's, or a filter cannot be compiled.
    """
    selections = _Selections(relevant, filters, columns, groups)
    return tuple(
        _category_facet(selections.by_level(by_level), selections.of(field), columns)
        if field == CATEGORY
        else _facet(field, selections.without(field), selections.of(field), columns, groups)
        for field in fields
    )


def usual_fields(columns: Columns, limit: int = USUAL_FACETS) -> tuple[str, ...]:
    """Choose the fields that are worth a facet in this catalogue: its own, then attributes.

    Attributes that most products have come first.
    """
    own = [
        field
        for field, known in (
            (CATEGORY, bool(columns.category_levels)),
            ("brand", len(columns.coded["brand"].values) > 1),
            (PRICE, bool(columns.numbers["price_minor"].known.any())),
            *((flag, _has_several(flag, columns)) for flag in FLAG_FIELDS),
        )
        if known
    ]
    attributes = {
        name: int(np.count_nonzero(column.codes >= 0))
        for name, column in columns.coded.items()
        if name.startswith(ATTRIBUTE)
        and FEWEST_WORDS <= len(column.values) <= MOST_WORDS
        and not _SWITCH.issuperset(column.values)
    }
    frequent = sorted(attributes, key=lambda name: (-attributes[name], name))
    return tuple([*own, *frequent][:limit])


def _has_several(field: str, columns: Columns) -> bool:
    return field in columns.coded and len(columns.coded[field].values) > 1


class _Selections:
    """What is chosen in each field, and what remains found without it."""

    def __init__(
        self, relevant: Mask, filters: Filter | None, columns: Columns, groups: Groups
    ) -> None:
        self._relevant = relevant
        self._groups = groups
        self._parts = [
            (field_of(part), part, compile_filter(part, columns)) for part in top_level(filters)
        ]
        self._levels = len(columns.category_levels)
        self._hits = groups.hits(self._found(relevant, None))

    def without(self, field: str) -> Hits:
        """Give what is found once a field's selection is lifted."""
        if not self.of(field):
            return self._hits
        return self._groups.hits(self._found(self._relevant, field))

    def by_level(self, relevant: Sequence[Mask]) -> list[Hits]:
        """Give the same for the categories of each level."""
        if not relevant:
            return [self.without(CATEGORY)] * self._levels
        return [self._groups.hits(self._found(each, CATEGORY)) for each in relevant]

    def _found(self, relevant: Mask, lifted: str | None) -> Mask:
        found = relevant.copy()
        for owner, _, mask in self._parts:
            if lifted is None or owner != lifted:
                found &= mask
        return found

    def of(self, field: str) -> list[Filter]:
        """List the conditions that are the field's selection."""
        return [part for owner, part, _ in self._parts if owner == field]


def _facet(
    field: str, hits: Hits, selection: list[Filter], columns: Columns, groups: Groups
) -> Facet:
    words, ranges = _chosen(selection)
    column = words_column(field, columns)
    if column is not None:
        counts = hits.count_words(column)
        return _words_facet(field, column, counts, words)
    numbers = number_field(field, columns)
    if numbers is not None:
        return _ranges_facet(field, count_ranges(field, hits, numbers, ranges, groups))
    if field not in WORD_FIELDS:
        raise unknown_field(field, field_names(columns), "/facets")
    return Facet(field, tuple(FacetValue(word, 0, True) for word in sorted(words)))


def _chosen(selection: Sequence[Filter]) -> tuple[frozenset[str], tuple[Range, ...]]:
    """Gather the words and the ranges that are chosen in a field."""
    words: frozenset[str] = frozenset()
    ranges: tuple[Range, ...] = ()
    for part in selection:
        if isinstance(part, In):
            words |= part.values
        elif isinstance(part, Range):
            ranges += (part,)
        elif isinstance(part, AllOf | AnyOf):
            more_words, more_ranges = _chosen(part.filters)
            words, ranges = words | more_words, ranges + more_ranges
    return words, ranges


def _words_facet(
    field: str, column: CodedColumn, counts: NDArray[np.int64], chosen: frozenset[str]
) -> Facet:
    """List the most frequent words, and those that are chosen whatever their count."""
    codes = np.flatnonzero(counts)
    codes = codes[np.argsort(-counts[codes], kind="stable")]  # of equals in the words' order
    listed = {column.values[code]: int(counts[code]) for code in codes[:MAX_VALUES].tolist()}
    left_out = len(codes) - len(listed)
    for word in sorted(chosen - listed.keys()):
        code = column.code(word)
        listed[word] = 0 if code is None else int(counts[code])
        left_out -= listed[word] > 0
    values = tuple(FacetValue(word, count, word in chosen) for word, count in listed.items())
    return Facet(field, values, left_out=left_out)


def _ranges_facet(field: str, counted: RangeCounts) -> Facet:
    values = tuple(FacetValue(*each) for each in counted.values)
    return Facet(field, values, counted.minimum, counted.maximum)


def _category_facet(hits: Sequence[Hits], selection: Sequence[Filter], columns: Columns) -> Facet:
    """List the widest categories, and below them the way down to what is chosen.

    A category's children are listed where it or one below it is chosen, and where it has no
    sibling: a list of one says nothing.
    """
    chosen, _ = _chosen(selection)
    tree = _count_tree(hits, columns)
    opened = {above for path in chosen for above in _paths_down_to(path)}
    values: list[FacetValue] = []
    _walk("", tree, opened, chosen, values)
    listed = values[:MAX_CATEGORY_VALUES]
    left_out = len(values) - len(listed)
    for path in sorted(chosen - {value.value for value in listed}):
        count = tree.counts.get(path, 0)
        listed.append(FacetValue(path, count, True))
        left_out -= count > 0
    return Facet(CATEGORY, tuple(listed), left_out=left_out)


@dataclass(frozen=True, slots=True)
class _Tree:
    counts: dict[str, int]
    """The hits in each category and below it."""
    children: dict[str, list[str]]
    """The categories right below each, the one with most hits first; "" is above the widest."""


def _count_tree(hits: Sequence[Hits], columns: Columns) -> _Tree:
    tree = _Tree({}, {})
    for column, of_level in zip(columns.category_levels, hits, strict=True):
        counts = of_level.count_words(column)
        codes = np.flatnonzero(counts)
        for code in codes[np.argsort(-counts[codes], kind="stable")].tolist():
            path = column.values[code]
            tree.counts[path] = int(counts[code])
            above = path.rpartition(CATEGORY_SEPARATOR)[0]
            tree.children.setdefault(above, []).append(path)
    return tree


def _walk(
    above: str, tree: _Tree, opened: set[str], chosen: frozenset[str], values: list[FacetValue]
) -> None:
    """List the categories right below one, and further down where the way is open."""
    children = tree.children.get(above, [])
    for path in children:
        values.append(FacetValue(path, tree.counts[path], path in chosen))
        if path in opened or len(children) == 1:
            _walk(path, tree, opened, chosen, values)


def _paths_down_to(path: str) -> list[str]:
    """List a category and those above it, from the widest.

    >>> _paths_down_to("Men > Shoes")
    ['Men', 'Men > Shoes']
    """
    names = path.split(CATEGORY_SEPARATOR)
    return [CATEGORY_SEPARATOR.join(names[:level]) for level in range(1, len(names) + 1)]
