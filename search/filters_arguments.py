"""Filters in addresses: ``filter.brand=Nike&filter.price=20..50&exclude.brand=Acme``.

A field named several times means any of its values; different fields must all hold, and nothing
that is excluded. ``20..`` and ``..50`` are open ranges, one number is exactly that. A date is
the whole day, UTC.

An attribute's value that has the form of a range is one; in double quotes it is a word. So is
any other value that stands in double quotes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from core.errors import InvalidQueryError
from indexer.attributes import ATTRIBUTE
from search.filters import (
    ADDED,
    FLAG_FIELDS,
    FLAGS,
    NUMBER_FIELDS,
    SHOWN_CHARS,
    WORD_FIELDS,
    AnyOf,
    Filter,
    In,
    Not,
    Range,
    all_of,
    argument_pointer,
    is_field_name,
    top_level,
    unknown_field,
)
from search.filters_numbers import parse_number

FILTER = "filter."
EXCLUDE = "exclude."
SPAN = ".."
QUOTE = '"'

MAX_ARGUMENTS = 64
"""More than a person ticks; each costs a pass over the catalogue."""
MAX_CHARS = 300
"""Longest value; twice what a title may have."""

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_filters(arguments: Iterable[tuple[str, str]]) -> Filter | None:
    """Read the filters among an address's arguments; others are passed over, and empty ones.

    The result is an ``AllOf`` of one filter for each field and each excluded field, in the
    order in which they first come.

    Raises:
        InvalidQueryError: there are too many, or one names no field or no value of its kind.
    """
    given: dict[str, list[str]] = {}
    number = 0
    for name, value in arguments:
        if name.startswith((FILTER, EXCLUDE)) and value.strip():
            number += 1
            given.setdefault(name, []).append(value.strip())
            if number > MAX_ARGUMENTS:
                raise InvalidQueryError(
                    argument_pointer(name),
                    "too_many_filters",
                    f"At most {MAX_ARGUMENTS} filters are read.",
                )
    return all_of(_read(name, values) for name, values in given.items())


def to_arguments(wanted: Filter | None) -> list[tuple[str, str]]:
    """Write filters as an address's arguments, which ``parse_filters`` reads as the same.

    Raises:
        ValueError: it is one that an address cannot say, such as an "or" between fields.
    """
    pairs: list[tuple[str, str]] = []
    for part in top_level(wanted):
        excluded = isinstance(part, Not)
        field, values = _written(part.filter if isinstance(part, Not) else part)
        name = (EXCLUDE if excluded else FILTER) + field
        if not excluded and any(name == other for other, _ in pairs):
            raise ValueError(f"an address cannot hold two conditions on {field}")
        pairs += [(name, value) for value in values]
    return pairs


def format_range(wanted: Range) -> str:
    """Write a range's bounds as addresses have them.

    >>> format_range(Range("price", Decimal("20.00"), Decimal("49.90")))
    '20..49.90'
    """
    minimum, maximum = wanted.minimum, wanted.maximum
    dates = wanted.field == ADDED
    begin, end = (
        "" if bound is None else _moment(bound, first) if dates else _plain(bound)
        for bound, first in ((minimum, True), (maximum, False))
    )
    # Alone, a number would be a word of an attribute.
    one = begin == end and not wanted.field.startswith(ATTRIBUTE)
    return begin if one else f"{begin}{SPAN}{end}"


def read_number(text: str, _first: bool) -> Decimal:
    """Read a bound that is a number.

    Raises:
        ValueError: it is anything else.
    """
    if (number := parse_number(text)) is None:
        raise ValueError
    return number


def read_date(text: str, first: bool) -> Decimal:
    """Read a day, of which the first or the last second is meant, or a moment, in ISO 8601.

    Raises:
        ValueError: it is neither.
        OverflowError: it lies beyond the year 9999.
    """
    if len(text) == len("2026-01-01"):
        midnight = datetime.combine(date.fromisoformat(text), time(), UTC)
        moment = midnight if first else midnight + _DAY - _SECOND
    else:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return Decimal((moment - _EPOCH) // _SECOND)


def _read(name: str, values: list[str]) -> Filter:
    """Read all values of one argument name."""
    prefix = FILTER if name.startswith(FILTER) else EXCLUDE
    field = name.removeprefix(prefix)
    pointer = argument_pointer(name)
    if not is_field_name(field):
        known = (*WORD_FIELDS, *NUMBER_FIELDS, f"{ATTRIBUTE}NAME")
        raise unknown_field(field, known, pointer)
    if too_long := next((value for value in values if len(value) > MAX_CHARS), None):
        raise InvalidQueryError(
            pointer, "too_long", f"{too_long[:SHOWN_CHARS]!r}… has more than {MAX_CHARS} letters."
        )
    read = _any_of(field, [_read_value(field, value, pointer) for value in values])
    return Not(read) if prefix == EXCLUDE else read


def _read_value(field: str, value: str, pointer: str) -> str | Range:
    """Read one value: a word, or a range."""
    if field in NUMBER_FIELDS:
        return _read_range(field, value, pointer)
    if field in FLAG_FIELDS and value not in FLAGS:
        raise InvalidQueryError(
            pointer, "not_a_flag", f"{field} is true or false, not {value[:SHOWN_CHARS]!r}."
        )
    if len(value) > 1 and value[0] == value[-1] == QUOTE:
        return value[1:-1]
    return _read_range(field, value, pointer) if _is_range(field, value) else value


def _is_range(field: str, value: str) -> bool:
    """Tell whether an attribute's value has the form of a range of numbers."""
    begin, span, end = value.partition(SPAN)
    bounds = [each for each in (begin, end) if each]
    numbers = all(parse_number(each) is not None for each in bounds)
    return field.startswith(ATTRIBUTE) and bool(span and bounds) and numbers


def _any_of(field: str, read: list[str | Range]) -> Filter:
    """Join what was read of one field, words first."""
    words = frozenset(each for each in read if isinstance(each, str))
    ranges = dict.fromkeys(each for each in read if isinstance(each, Range))
    choices: tuple[Filter, ...] = ((In(field, words),) if words else ()) + tuple(ranges)
    return choices[0] if len(choices) == 1 else AnyOf(choices)


def _read_range(field: str, value: str, pointer: str) -> Range:
    begin, span, end = value.partition(SPAN)
    if not span:
        end = begin
    read: Callable[[str, bool], Decimal] = read_date if field == ADDED else read_number
    try:
        minimum = read(begin.strip(), True) if begin.strip() else None
        maximum = read(end.strip(), False) if end.strip() else None
    except (ValueError, OverflowError):
        example = "2026-01-01..2026-01-31" if field == ADDED else "20..50"
        raise InvalidQueryError(
            pointer,
            "not_a_range",
            f"{value[:SHOWN_CHARS]!r} is no range. Write {example}, or one bound and the dots.",
        ) from None
    try:
        return Range(field, minimum, maximum)
    except InvalidQueryError as error:
        raise InvalidQueryError(pointer, error.code, str(error)) from None


def _written(part: Filter) -> tuple[str, list[str]]:
    """Give the field of a filter, and its values as addresses have them."""
    if isinstance(part, In) and part.values:
        return part.field, [_quoted(part.field, word) for word in sorted(part.values)]
    if isinstance(part, Range):
        return part.field, [format_range(part)]
    if isinstance(part, AnyOf) and part.filters:
        written = [_written(each) for each in part.filters]
        fields = {field for field, _ in written}
        if len(fields) == 1:
            return fields.pop(), [value for _, values in written for value in values]
    raise ValueError(f"an address cannot say {part!r}")


def _quoted(field: str, word: str) -> str:
    """Write a word so that it is read as one."""
    quoted = len(word) > 1 and word[0] == word[-1] == QUOTE
    plain = word == word.strip() != "" and not quoted and not _is_range(field, word)
    return word if plain else f"{QUOTE}{word}{QUOTE}"


def _plain(bound: Decimal) -> str:
    """Write a bound without an exponent; whole ones without decimals."""
    return f"{bound:.0f}" if bound == bound.to_integral_value() else f"{bound:f}"


def _moment(bound: Decimal, first: bool) -> str:
    """Write a date where the bound is a day's first or last second, else the moment."""
    moment = _EPOCH + int(bound) * _SECOND
    edge = moment if first else moment + _SECOND
    whole_day = edge.time() == time()
    return moment.date().isoformat() if whole_day else moment.isoformat().replace("+00:00", "Z")
