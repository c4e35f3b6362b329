"""Filters in JSON bodies, nested as deep as a question needs.

    {"and": [{"field": "brand", "in": ["Nike", "Puma"]},
             {"not": {"field": "attribute.colour", "in": ["Red"]}},
             {"or": [{"field": "price", "maximum": 50}, {"field": "stock", "minimum": 1}]}]}

A condition names a ``field`` and either ``in`` (words) or ``minimum`` and ``maximum``: numbers,
as JSON's own or as text where decimals must not be rounded; for ``added`` dates as text, or
seconds since 1970.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.errors import InvalidQueryError
from search.filters import (
    ADDED,
    FLAG_FIELDS,
    FLAGS,
    NUMBER_FIELDS,
    SHOWN_CHARS,
    WORD_FIELDS,
    AllOf,
    AnyOf,
    Filter,
    In,
    Not,
    Range,
    is_field_name,
    unknown_field,
)
from search.filters_arguments import MAX_CHARS, read_date, read_number

MAX_DEPTH = 8
"""What people write is two or three deep."""
MAX_CONDITIONS = 64
"""Each costs a pass over the catalogue."""
MAX_WORDS = 256
"""Words of one condition."""

_JOINS = ("and", "or", "not")
_BOUNDS = ("minimum", "maximum")


def parse_filter_tree(told: object, pointer: str = "/filter") -> Filter:
    """Read a filter from decoded JSON.

    Args:
        told: What stands in the body.
        pointer: Where it stands, so that errors point to what is wrong. Handed to
            ``compile_filter``, its errors point into the same body.

    Raises:
        InvalidQueryError: it is no filter, or too deep or too large.
    """
    return _Reader().read(told, pointer, MAX_DEPTH)


def to_json(wanted: Filter) -> dict[str, Any]:
    """Write a filter as JSON, which ``parse_filter_tree`` reads as the same."""
    if isinstance(wanted, In):
        return {"field": wanted.field, "in": sorted(wanted.values)}
    if isinstance(wanted, Range):
        bounds = zip(_BOUNDS, (wanted.minimum, wanted.maximum), strict=True)
        return {"field": wanted.field} | {
            name: int(bound) if wanted.field == ADDED else f"{bound:f}"
            for name, bound in bounds
            if bound is not None
        }
    if isinstance(wanted, Not):
        return {"not": to_json(wanted.filter)}
    name = "and" if isinstance(wanted, AllOf) else "or"
    return {name: [to_json(each) for each in wanted.filters]}


class _Reader:
    """Reads one filter, and counts its conditions."""

    def __init__(self) -> None:
        self._conditions = 0

    def read(self, told: object, pointer: str, depth: int) -> Filter:
        if depth == 0:
            raise InvalidQueryError(
                pointer, "too_deep", f"Filters are read {MAX_DEPTH} deep; this one goes deeper."
            )
        if not isinstance(told, Mapping):
            raise InvalidQueryError(pointer, "not_a_filter", "A filter is a JSON object.")
        joins = [name for name in _JOINS if name in told]
        if not joins:
            return self._condition(told, pointer)
        name = joins[0]
        _refuse_others(told, (name,), pointer)
        if name == "not":
            return Not(self.read(told["not"], f"{pointer}/not", depth - 1))
        each = tuple(
            self.read(part, f"{pointer}/{name}/{number}", depth - 1)
            for number, part in enumerate(_list(told[name], f"{pointer}/{name}", MAX_CONDITIONS))
        )
        return AllOf(each) if name == "and" else AnyOf(each)

    def _condition(self, told: Mapping[str, Any], pointer: str) -> Filter:
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            raise InvalidQueryError(
                pointer, "too_many_filters", f"At most {MAX_CONDITIONS} conditions are read."
            )
        field = _field(told, pointer)
        if "in" not in told:
            return _range(field, told, pointer)
        _refuse_others(told, ("field", "in"), pointer)
        return _words(field, told["in"], f"{pointer}/in")


def _field(told: Mapping[str, Any], pointer: str) -> str:
    field = told.get("field")
    if not isinstance(field, str):
        raise InvalidQueryError(
            pointer, "not_a_filter", "A filter has 'and', 'or', 'not', or names its 'field'."
        )
    if not is_field_name(field):
        known = (*WORD_FIELDS, *NUMBER_FIELDS, "attribute.NAME")
        raise unknown_field(field, known, f"{pointer}/field")
    return field


def _words(field: str, told: object, pointer: str) -> In:
    if field in NUMBER_FIELDS:
        raise InvalidQueryError(
            pointer, "not_a_range", f"{field} is a number: ask with 'minimum' and 'maximum'."
        )
    words = _list(told, pointer, MAX_WORDS)
    for number, word in enumerate(words):
        where = f"{pointer}/{number}"
        if not isinstance(word, str):
            raise InvalidQueryError(where, "not_text", f"The values of {field} are text.")
        if len(word) > MAX_CHARS:
            raise InvalidQueryError(
                where, "too_long", f"A value has at most {MAX_CHARS} letters; this has {len(word)}."
            )
        if field in FLAG_FIELDS and word not in FLAGS:
            raise InvalidQueryError(where, "not_a_flag", f"{field} is 'true' or 'false'.")
    return In(field, frozenset(words))


def _range(field: str, told: Mapping[str, Any], pointer: str) -> Range:
    _refuse_others(told, ("field", *_BOUNDS), pointer)
    if field in WORD_FIELDS or not any(name in told for name in _BOUNDS):
        asked = "'in'" if field in WORD_FIELDS else "'in', 'minimum' or 'maximum'"
        raise InvalidQueryError(pointer, "not_a_filter", f"{field} is asked for with {asked}.")
    bounds = {name: told.get(name) for name in _BOUNDS}
    read = [
        None if bound is None else _bound(field, bound, name == "minimum", f"{pointer}/{name}")
        for name, bound in bounds.items()
    ]
    try:
        return Range(field, *read)
    except InvalidQueryError as error:
        raise InvalidQueryError(pointer, error.code, str(error)) from None


def _bound(field: str, told: object, first: bool, pointer: str) -> Decimal:
    """Read a bound; JSON's own numbers as they are written."""
    if isinstance(told, int | float) and not isinstance(told, bool):
        return Decimal(told) if isinstance(told, int) else Decimal(repr(told))
    if isinstance(told, str) and len(told) <= SHOWN_CHARS:
        try:
            return read_date(told, first) if field == ADDED else read_number(told, first)
        except (ValueError, OverflowError):
            pass
    what = "a date such as 2026-01-31" if field == ADDED else "a number such as 29.90"
    raise InvalidQueryError(pointer, "not_a_number", f"A bound of {field} is {what}.")


def _list(told: object, pointer: str, most: int) -> list[Any]:
    if not isinstance(told, list):
        raise InvalidQueryError(pointer, "not_a_list", "A list is wanted here.")
    if len(told) > most:
        raise InvalidQueryError(
            pointer, "too_many_filters", f"At most {most} are read; these are {len(told)}."
        )
    return told


def _refuse_others(told: Mapping[str, Any], known: tuple[str, ...], pointer: str) -> None:
    """Refuse a misspelt member; one that is silently ignored finds too much."""
    for name in told:
        if name not in known:
            shown = str(name)[:SHOWN_CHARS]
            escaped = shown.replace("~", "~0").replace("/", "~1")
            raise InvalidQueryError(
                f"{pointer}/{escaped}",
                "unknown_member",
                f"{shown!r} does not belong beside {', '.join(known)}.",
            )
