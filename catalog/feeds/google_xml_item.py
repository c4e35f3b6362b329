"""One ``<item>`` or ``<entry>`` of a Google Merchant feed, put together from its elements."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.feeds.csv_feed import MAX_FIELD_CHARS
from catalog.rows import Problem, RawRow, RefusedRow

MAX_ITEM_CHARS = 4 * 2**20
MAX_ELEMENTS = 2_000
GOOGLE_NAMESPACE = "base.google.com/ns"

# Markup inside these is the text's own and no structure: Atom's XHTML, HTML without CDATA.
_TEXTS = frozenset({"title", "description", "summary", "content"})
_INSTEAD_OF_DESCRIPTION = ("content", "summary")

# No product's text has these; one does that a CDATA section, left open, has run into.
_ITEM_IN_TEXT = re.compile(r"<(?:[A-Za-z]{1,20}:)?(?:item|entry)[\s>]")

_GOOGLE, _PLAIN, _FOREIGN = 0, 1, 2
"""Whose word counts where ``g:title`` and ``title`` both stand: the lowest."""


@dataclass(slots=True)
class _Element:
    name: str
    attributes: Mapping[str, str]
    is_text: bool
    parts: list[str] = field(default_factory=list)
    children: list[tuple[int, str, object]] = field(default_factory=list)

    def value(self) -> object:
        """Give the text, or what the elements inside are by name."""
        if self.children:
            return _merge(self.children)
        text = "".join(self.parts).strip()
        if not text and self.attributes.get("rel", "alternate") == "alternate":
            return self.attributes.get("href", "")
        return text


class Item:
    """Takes an item's elements and text as they come, up to a bounded size."""

    def __init__(self, line: int, google_prefix: str) -> None:
        self.line = line
        self._google_prefix = google_prefix
        self._open = [_Element("", {}, is_text=False)]
        self._elements = 0
        self._chars = 0
        self._field_chars = 0
        self._problem: Problem | None = None

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take the start of an element."""
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            self._give_up("too_many_elements", f"Give a product at most {MAX_ELEMENTS} elements.")
        is_text = self._open[-1].is_text or (len(self._open) == 1 and _local(name) in _TEXTS)
        self._open.append(_Element(name, attributes, is_text))
        self._field_chars = 0

    def add_text(self, text: str) -> None:
        """Take a part of the text of the element that is open."""
        self._chars += len(text)
        self._field_chars += len(text)
        if self._field_chars > MAX_FIELD_CHARS or self._chars > MAX_ITEM_CHARS:
            shown = _local(self._open[-1].name)
            self._give_up("field_too_long", f"Shorten {shown}; it is longer than is read.")
        if self._problem is None:
            self._open[-1].parts.append(text)

    def end(self) -> None:
        """Take the end of the element that is open."""
        element, parent = self._open.pop(), self._open[-1]
        if self._problem:
            return
        if parent.is_text:
            inner, name = html.escape("".join(element.parts)), _local(element.name)
            parent.parts.append(f"<{name}>{inner}</{name}>")
            return
        value = element.value()
        if isinstance(value, str) and "<" in value and _ITEM_IN_TEXT.search(value):
            hint = f"Close the CDATA section of {_local(element.name)}: it swallows what follows."
            self._give_up("bad_xml", hint)
        parent.children.append((self._rank(element.name), _local(element.name), value))

    def row(self) -> RawRow | RefusedRow:
        """Give the row that the item is."""
        if self._problem:
            return self.refuse(self._problem)
        values = _merge(self._open[0].children)
        if not values.get("description"):
            found = next((name for name in _INSTEAD_OF_DESCRIPTION if values.get(name)), None)
            if found:
                values["description"] = values.pop(found)
        return RawRow(self.line, values)

    def refuse(self, problem: Problem) -> RefusedRow:
        """Refuse the item, under the id that it had so far."""
        product_id = _merge(self._open[0].children).get("id", "")
        return RefusedRow(self.line, problem, product_id[:200] if type(product_id) is str else "")

    def _rank(self, name: str) -> int:
        prefix, colon, _ = name.rpartition(":")
        return _PLAIN if not colon else _GOOGLE if prefix == self._google_prefix else _FOREIGN

    def _give_up(self, code: str, hint: str) -> None:
        """Keep the id and nothing else of an item that is too large."""
        if self._problem is None:
            self._problem = Problem(code, hint)
            for element in self._open:
                element.parts.clear()


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _merge(children: list[tuple[int, str, object]]) -> dict[str, object]:
    """Join elements by local name; repeated ones become a list, empty ones go."""
    ranks: dict[str, int] = {}
    gathered: dict[str, list[object]] = {}
    for rank, name, value in children:
        if not value:
            continue
        if rank < ranks.setdefault(name, rank):
            ranks[name] = rank
            gathered[name] = []
        if rank == ranks[name]:
            gathered.setdefault(name, []).append(value)
    return {name: each if len(each) > 1 else each[0] for name, each in gathered.items()}
