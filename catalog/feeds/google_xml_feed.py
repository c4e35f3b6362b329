"""Google Merchant's XML, RSS and Atom: an ``<item>`` or ``<entry>`` a product.

Elements are known by their local name, so feeds are read with whatever prefix, or
none. Nothing is ever expanded or fetched: a document type declaration, which is the
only place that could define an entity, ends the reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html.entities import html5
from typing import NoReturn
from xml.parsers import expat

from catalog.feeds.google_xml_item import GOOGLE_NAMESPACE, Item
from catalog.rows import Problem, RawRow, RefusedRow
from core.errors import FeedError

MAX_NESTING = 40
MAX_TOKEN_BYTES = 2 * 2**20
"""Longest tag or comment: the parser holds one in memory and reads it again as it grows."""
MAX_BROKEN_ITEMS = 10_000

_ITEMS = frozenset({"item", "entry"})
_CONTAINERS = frozenset({"channel", "feed", "rss", "RDF", "rdf"})
_ITEM_START = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,60}:)?(?:item|entry)[\s>/]")
_LONGEST_ITEM_START = 80
_KEPT_BYTES = 4096
"""Of the text before a piece: the tag that turns out to be broken may begin there."""
_HTML = re.compile(r"(?:<\?xml[^>]{0,200}\?>\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_NO_XML_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]{1,8})|#([0-9]{1,8})|([A-Za-z][A-Za-z0-9]{1,31}));")
_LONGEST_REFERENCE = 34
_MARKUP = frozenset("&<>\"'")


def matches(head: str) -> bool:
    """Tell whether the first text of a feed looks like XML."""
    return head.startswith("<")


def is_html(head: str) -> bool:
    """Tell whether the first text of a feed is a web page's."""
    return _HTML.match(head) is not None


def read_rows(pieces: Iterator[str], feed: str) -> Iterator[RawRow | RefusedRow]:
    """Read a row for each item; one that is no XML is refused and the rest goes on.

    Raises:
        FeedError: it has a document type, holds no item, or ends before its last tag.
    """
    first_line, rest = 1, ""
    # Nothing may stand before an XML declaration, and in real feeds blank lines do.
    for piece in pieces:
        rest = piece.lstrip("\ufeff \t\r\n")
        first_line += piece.count("\n", 0, len(piece) - len(rest))
        if rest:
            break
    document = _Document(feed, first_line)
    for piece in pieces:
        text = rest + piece
        # A reference that goes over the piece's end waits for the next one.
        cut = text.rfind("&", max(0, len(text) - _LONGEST_REFERENCE))
        text, rest = (text[:cut], text[cut:]) if cut >= 0 else (text, "")
        yield from document.take(_mend_characters(text).encode())
    yield from document.take(_mend_characters(rest).encode())
    yield from document.end()


def _mend_characters(text: str) -> str:
    """Replace what no XML may hold, and write HTML's named characters as themselves."""
    if _NO_XML_CHARACTER.search(text):
        text = _NO_XML_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", text)
    return _REFERENCE.sub(_resolve, text) if "&" in text else text


def _resolve(match: re.Match[str]) -> str:
    in_hex, in_decimal, name = match.groups()
    if name:
        meant = html5.get(f"{name};", "")
        return match[0] if not meant or _MARKUP & set(meant) else meant
    code = int(in_hex, 16) if in_hex else int(in_decimal)
    is_possible = code <= 0x10FFFF and not _NO_XML_CHARACTER.match(chr(code))
    return match[0] if is_possible else "\N{REPLACEMENT CHARACTER}"


class _BrokenItemError(Exception):
    """An item begins inside another, or is nested deeper than any product."""


class _Document:
    """A document that is read piece by piece, with a new parser behind each broken item."""

    def __init__(self, feed: str, first_line: int) -> None:
        self._feed = feed
        self._google_prefix = "g"
        self._item: Item | None = None
        self._open: list[str] = []
        self._ancestors: list[str] = []
        """Of the items; a parser that starts in the middle is told them."""
        self._is_closed = False
        self._rows: list[RawRow | RefusedRow] = []
        self._has_items = False
        self._broken = 0
        self._first_reason = ""
        self._events = 0
        self._quiet_bytes = 0
        self._piece = b""
        self._window, self._window_start = b"", 0
        """This piece and what was before it, and where in the document they begin."""
        self._known_line = (0, first_line)
        """A place in the document and its line."""
        self._stop: tuple[int, int] = (0, 0)
        """Where an item broke off, and that place's line."""
        self._resume_at = 0
        """From where on the next item is looked for, while there is no parser."""
        self._parser: expat.XMLParserType | None = self._start_parser(at=0)

    def take(self, data: bytes) -> Iterator[RawRow | RefusedRow]:
        """Read on, and give the rows that are complete."""
        if data:
            begin = self._move_window(data)
            if self._parser is None:
                begin = self._restart(max(0, self._resume_at - self._window_start))
            while self._parser is not None and begin < len(self._window):
                begin = self._parse(begin)
            self._check_token_length(len(data))
        yield from self._drain()

    def end(self) -> Iterator[RawRow | RefusedRow]:
        """Check that the document is complete."""
        if self._parser is not None and not self._is_closed:
            try:
                self._parser.Parse(b"", True)
            except expat.ExpatError as error:
                self._first_reason = self._first_reason or f"{_reason(error)}"
        if not self._has_items:
            raise FeedError(self._feed, self._tell_no_items())
        root = self._ancestors[0].encode() if self._ancestors else b""
        if not self._is_closed and not self._window.rstrip().endswith(b"</" + root + b">"):
            line = self._line_at(self._window_start + len(self._window))
            reason = f"it ends in line {line:,}, before its last tag; was it cut off?"
            raise FeedError(self._feed, reason)
        yield from self._drain()

    def _drain(self) -> Iterator[RawRow | RefusedRow]:
        yield from self._rows
        self._rows.clear()

    def _move_window(self, data: bytes) -> int:
        """Forget what is long past; gives where in the window the new piece begins."""
        end = self._window_start + len(self._window)
        self._line_at(end)
        self._window = self._piece + data
        self._window_start = end - len(self._piece)
        begin, self._piece = len(self._piece), self._window[-max(len(data), _KEPT_BYTES) :]
        return begin

    def _line_at(self, place: int) -> int:
        """Count the line of a place in the window, from the last one that is known."""
        known, line = self._known_line
        first, last = sorted((known - self._window_start, place - self._window_start))
        lines = self._window.count(b"\n", max(first, 0), max(last, 0))
        self._known_line = (place, line + lines if place >= known else line - lines)
        return self._known_line[1]

    def _parse(self, begin: int) -> int:
        """Parse the window from ``begin`` on; gives where to go on, its end if all went well."""
        assert self._parser is not None
        try:
            self._parser.Parse(memoryview(self._window)[begin:])
        except expat.ExpatError as error:
            place = self._origin + self._parser.ErrorByteIndex
            index = max(0, place - self._window_start)
            self._refuse(index, error.lineno + self._line_offset, _reason(error))
            return self._restart(index + 1)
        except _BrokenItemError as error:
            place, line = self._stop
            index = max(0, place - self._window_start)
            self._refuse(index, line, str(error))
            return self._restart(index)
        return len(self._window)

    def _restart(self, index: int) -> int:
        """Start a new parser at the next item, if there is one in the window."""
        found = _ITEM_START.search(self._window, index)
        self._parser = None
        if found is None:
            # The start of an item may be cut in two by the end of the window.
            searched = max(index, len(self._window) - _LONGEST_ITEM_START)
            self._resume_at = self._window_start + searched
            return len(self._window)
        self._parser = self._start_parser(self._window_start + found.start())
        return found.start()

    def _start_parser(self, at: int) -> expat.XMLParserType:
        """Make a parser for what stands at a place; in the middle it is told what is open."""
        self._open, self._item = [], None
        self._quiet_bytes = 0
        prolog = "".join(f"<{name}>" for name in self._ancestors).encode()
        self._origin = at - len(prolog)
        self._line_offset = self._line_at(at) - 1
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        self._parser = parser
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._add_text
        parser.CommentHandler = self._pass
        parser.ProcessingInstructionHandler = self._pass
        parser.StartDoctypeDeclHandler = self._refuse_document_type
        parser.Parse(prolog)
        return parser

    def _refuse(self, index: int, line: int, reason: str) -> None:
        """Note what is broken, and the item that is lost by it."""
        self._first_reason = self._first_reason or f"line {line:,}: {reason}."
        self._broken += 1
        if self._broken > MAX_BROKEN_ITEMS:
            reason = f"its XML is broken in more than {MAX_BROKEN_ITEMS:,} places, the first in "
            raise FeedError(self._feed, reason + self._first_reason)
        shown = self._window[max(0, index - 30) : index + 60].decode(errors="replace")
        problem = Problem("bad_xml", f"Mend the XML in line {line}: {reason}.", shown.strip())
        if self._item is not None:
            self._rows.append(self._item.refuse(problem))
        elif not self._is_closed:
            self._rows.append(RefusedRow(line, problem))
            kept = [at for at, name in enumerate(self._open) if _local(name) in _CONTAINERS]
            if not self._ancestors:
                self._ancestors = self._open[: kept[-1] + 1] if kept else []

    def _check_token_length(self, length: int) -> None:
        """Refuse a tag or comment that never ends, which the parser would keep in memory."""
        self._quiet_bytes = 0 if self._events else self._quiet_bytes + length
        self._events = 0
        if self._parser is not None and self._quiet_bytes > MAX_TOKEN_BYTES:
            reason = f"a tag or comment is longer than {MAX_TOKEN_BYTES:,} bytes; close it."
            raise FeedError(self._feed, reason)

    def _tell_no_items(self) -> str:
        if self._first_reason:
            return f"it is no XML that can be read: {self._first_reason}."
        return "it is XML without any <item> or <entry>, so no Google Merchant feed."

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        self._events += 1
        is_item = _local(name) in _ITEMS
        if self._item is None:
            self._find_google_prefix(attributes)
            if is_item:
                self._item = Item(self._line(), self._google_prefix)
                self._has_items = True
                self._ancestors = list(self._open)
            elif len(self._open) >= MAX_NESTING:
                raise FeedError(self._feed, "its tags are nested deeper than any feed's.")
        else:
            depth = len(self._open) - len(self._ancestors)
            if is_item and depth == 1:
                self._break_off(f"<{name}> begins before the last one was closed")
            if depth > MAX_NESTING:
                self._break_off("its tags are nested too deeply")
            self._item.begin(name, attributes)
        self._open.append(name)

    def _end(self, name: str) -> None:
        self._events += 1
        self._open.pop()
        if not self._open:
            self._is_closed = True
        if self._item is None:
            return
        if len(self._open) == len(self._ancestors):
            self._rows.append(self._item.row())
            self._item = None
        else:
            self._item.end()

    def _add_text(self, text: str) -> None:
        self._events += 1
        if self._item is not None:
            self._item.add_text(text)

    def _pass(self, *_: str) -> None:
        """Take notice of a comment or an instruction, and of nothing in it."""
        self._events += 1

    def _refuse_document_type(self, *_: object) -> NoReturn:
        reason = "it has a document type (<!DOCTYPE), which could define entities; remove it."
        raise FeedError(self._feed, reason)

    def _find_google_prefix(self, attributes: Mapping[str, str]) -> None:
        for name, value in attributes.items():
            if name.startswith("xmlns:") and GOOGLE_NAMESPACE in value:
                self._google_prefix = name.removeprefix("xmlns:")

    def _line(self) -> int:
        assert self._parser is not None
        return self._parser.CurrentLineNumber + self._line_offset

    def _break_off(self, reason: str) -> NoReturn:
        # Noted here: a parser runs on to the end of its piece after an exception.
        assert self._parser is not None
        self._stop = (self._origin + self._parser.CurrentByteIndex, self._line())
        raise _BrokenItemError(reason)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _reason(error: expat.ExpatError) -> str:
    """Say what the parser found; its commonest message says too little to act on."""
    said = expat.ErrorString(error.code) or "it is not well-formed"
    if "invalid token" in said:
        return f"{said} (an & must be written &amp; or stand in CDATA)"
    return said
