"""JSON Lines: one object a line, whose keys are the columns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal

from catalog.feeds.source import Line
from catalog.rows import Problem, RawRow, RefusedRow

MAX_NESTING = 20
"""Objects and lists inside each other, the row's own among them; a product has a few."""

_TOO_DEEP = "it is nested too deeply"


def matches(head: str) -> bool:
    """Tell whether the first text of a feed looks like a JSON object."""
    return head.lstrip().startswith("{")


def read_rows(lines: Iterator[Line], feed: str) -> Iterator[RawRow | RefusedRow]:
    """Read one row a line; a line that is no object is refused and the rest goes on."""
    for line in lines:
        if line.text is None:
            yield RefusedRow(line.number, Problem("line_too_long", "Shorten or split this line."))
        elif line.text.strip("\ufeff\0 \t\r\n"):
            yield _read_row(line.number, line.text)


def _read_row(number: int, text: str) -> RawRow | RefusedRow:
    try:
        # Decimals, so that a price keeps the digits that the shop wrote.
        values = json.loads(text, parse_float=Decimal, parse_int=_whole, parse_constant=str)
    except ArithmeticError:  # an exponent beyond what a Decimal holds
        return _refuse(number, "a number in it is too large", text)
    except (ValueError, RecursionError) as error:
        return _refuse(number, getattr(error, "msg", _TOO_DEEP), text)
    if not isinstance(values, dict):
        hint = "Write an object with a key for each field."
        return RefusedRow(number, Problem("not_an_object", hint, text.strip()))
    # A line with few brackets cannot be deep, and most need no second look.
    if text.count("[") + text.count("{") > MAX_NESTING and _is_too_deep(values):
        return _refuse(number, _TOO_DEEP, text)
    return RawRow(number, values)


def _refuse(number: int, reason: str, text: str) -> RefusedRow:
    return RefusedRow(number, Problem("bad_json", f"Mend the JSON: {reason}.", text.strip()))


def _is_too_deep(value: object) -> bool:
    """Tell whether values lie too deep for the functions that follow them by recursion."""
    level = [value]
    for _ in range(MAX_NESTING):
        inner: list[object] = []
        for each in level:
            if isinstance(each, dict):
                inner += each.values()
            elif isinstance(each, list):
                inner += each
        level = [each for each in inner if isinstance(each, dict | list)]
        if not level:
            return False
    return True


def _whole(digits: str) -> int | Decimal:
    # int() refuses more than 4,300 digits with an error; a Decimal takes them as they are.
    return int(digits) if len(digits) < 40 else Decimal(digits)
