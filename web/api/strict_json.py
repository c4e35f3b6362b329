"""JSON as RFC 8259 has it, and no more: what Python's reader lets pass is refused by pointer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from werkzeug.exceptions import BadRequest

from core.errors import InvalidQueryError
from web.requests import SHOWN_CHARS, pointer_to

MAX_NESTING = 24
"""Objects and lists inside each other: a feed's row may have 20."""


class _Repeating(dict[str, Any]):
    """An object in which a name stands twice; only the last value is in it."""

    repeated: str


def read_object(data: bytes, checked_levels: int = MAX_NESTING) -> dict[str, Any]:
    """Read one object.

    Args:
        data: The body.
        checked_levels: How deep names that stand twice and text that is none are looked for.

    Raises:
        BadRequest: it is no JSON object, or is nested too deeply.
        InvalidQueryError: a name stands twice in an object, or text holds half a character.
    """
    try:
        content = json.loads(
            data, parse_constant=_refuse_constant, object_pairs_hook=_object_of_pairs
        )
    except (ValueError, RecursionError) as error:
        reason = getattr(error, "msg", "it cannot be read")
        raise BadRequest(f"The body is no JSON: {reason}.") from None
    if not isinstance(content, dict) or _is_too_deep(content):
        raise BadRequest(f"Send one JSON object, nested {MAX_NESTING} levels deep at most.")
    _check(content, (), checked_levels)
    return content


def _refuse_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity, which only Python takes for JSON


def _object_of_pairs(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) == len(pairs):
        return told
    names = [name for name, _ in pairs]
    repeating = _Repeating(told)
    repeating.repeated = next(name for name in names if names.count(name) > 1)
    return repeating


def _is_too_deep(value: object) -> bool:
    level = [value]
    for _ in range(MAX_NESTING):
        level = [inner for each in level for _, inner in _parts(each)]
        if not level:
            return False
    return True


def _check(value: object, path: tuple[str, ...], levels: int) -> None:
    if isinstance(value, str) and not _is_text(value):
        sentence = "Text holds half of a surrogate pair, which is no character."
        raise InvalidQueryError(pointer_to(*path), "control_character", sentence)
    if levels == 0:
        return
    if isinstance(value, dict) and not all(map(_is_text, value)):
        sentence = "A name holds half of a surrogate pair, which is no character."
        raise InvalidQueryError(pointer_to(*path), "control_character", sentence)
    if isinstance(value, _Repeating):
        pointer = pointer_to(*path, value.repeated[:SHOWN_CHARS])
        raise InvalidQueryError(pointer, "repeated", "A name stands twice in one object.")
    for name, inner in _parts(value):
        _check(inner, (*path, name), levels - 1)


def _parts(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from ((str(number), each) for number, each in enumerate(value))


def _is_text(value: str) -> bool:
    return value.isascii() or not any("\ud800" <= each <= "\udfff" for each in value)
