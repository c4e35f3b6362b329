"""The values of one row by what they are, and what had to be mended in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catalog import text
from catalog.fields import Columns, Field
from catalog.rows import Problem

MAX_NAME_CHARS = 200
"""For a brand, a level of a category, an attribute's name."""


class RowValues:
    """One row's values by field; what had to be mended gathers in ``mended``."""

    def __init__(self, values: Mapping[str, object], columns: Columns) -> None:
        self._values = values
        self.columns = columns
        self.mended: list[Problem] = []

    def __getitem__(self, name: str) -> object:
        return self._values[name]

    def named(self, wanted: Field) -> Iterator[object]:
        """Go through the values of a field's columns."""
        return (self._values[name] for name in self.columns.names(wanted))

    def first(self, wanted: Field) -> object:
        """Find the first value of a field's columns that is not empty."""
        for name in self.columns.names(wanted):
            value = self._values[name]
            if isinstance(value, str):
                if value.strip():
                    return value
                continue
            for each in flatten(value):
                if as_text(each).strip():
                    return each
        return ""

    def text(self, wanted: Field) -> str:
        """Read the first value of a field that is not empty, as text."""
        return as_text(self.first(wanted))

    def label(self, wanted: Field, max_chars: int) -> str:
        """Read a text of one line."""
        found = text.one_line(self.clean(self.text(wanted), wanted.value))
        return self.cut(found, max_chars, wanted.value)

    def clean(self, value: str, name: str) -> str:
        """Note characters that cannot be kept; the text functions replace them."""
        if text.is_damaged(value):
            hint = f"Remove control characters and undecodable bytes from {name}."
            self.mend("unreadable_characters", hint, value.strip())
        return value

    def cut(self, value: str, max_chars: int, name: str) -> str:
        """Shorten a text that is too long, and note it."""
        if len(value) > max_chars:
            self.mend("text_cut", f"Shorten {name} to {max_chars} characters.", value)
        return text.cut(value, max_chars)

    def mend(self, code: str, hint: str, value: str = "") -> None:
        """Note what was wrong with a value that is not kept as it is."""
        self.mended.append(Problem(code, hint, value))


def as_text(value: object) -> str:
    """Write a value of a feed as text; lists are joined, nothing is empty."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return ", ".join(filter(None, map(as_text, value)))
        case dict() if value:
            return ", ".join(f"{key}: {as_text(each)}" for key, each in value.items())
        case _:
            return str(value)


def flatten(value: object) -> Iterator[object]:
    """Go through the items of a list, or the one value that it is."""
    if isinstance(value, list):
        yield from value
    else:
        yield value
