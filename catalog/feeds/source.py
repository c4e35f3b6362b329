"""The text of a feed, and its lines, none of them longer than memory likes."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from catalog.feeds.content import FeedContent
from core.errors import FeedError

MAX_LINE_CHARS = 4 * 2**20
"""Longest physical line that is read; a product fits into a small part of it."""

_HEAD_BYTES = 64 * 1024
_CHUNK_BYTES = 2**20
_CHUNK_CHARS = 64 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = (b"PAR1", b"SQLite format 3", b"%PDF")
_PACKED = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b")
FALLBACK_ENCODING = "cp1252"

_DECLARED = re.compile(
    rb"""\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._\-]{1,40})["']"""
)
# By the names of Python's codecs: all of them hold ASCII as it is, so the declaration that names
# them could be read. Others (UTF-7, escapes) could smuggle markup past whoever looks at bytes.
_DECLARABLE = re.compile(
    r"(?:cp125|cp437|cp85|iso8859|koi8|mac|big5|euc_|gb|shift_jis|cp9)[a-z0-9_-]*"
)
# Source: WHATWG Encoding, whose readers take Latin-1 for the Windows set that contains it.
_MEANT = {"iso8859-1": FALLBACK_ENCODING}


class Line(NamedTuple):
    """One physical line with its end, or None where it is longer than is read."""

    number: int
    text: str | None


@dataclass(frozen=True, slots=True)
class FeedSource:
    """A feed's file, looked through once: how to unpack and decode it and how long it is."""

    content: FeedContent
    encoding: str
    lines: int
    """How many line ends it has; for a progress bar, not for a count of rows."""

    @property
    def path(self) -> Path:
        """Where the feed's file is."""
        return self.content.path

    @classmethod
    def inspect(cls, feed: Path | FeedContent) -> FeedSource:
        """Find out the encoding.

        By its mark, else UTF-8 where that fits, else as XML declares, else Windows-1252.
        A mostly UTF-8 file with a few broken bytes stays UTF-8: reading all of it as
        something else would break every accent to save one. All of the file is gone
        through, so an archive that is cut off is refused before anything is taken.

        Raises:
            FeedError: it cannot be opened, is no regular file, or is not text.
        """
        content = feed if isinstance(feed, FeedContent) else FeedContent.inspect(feed)
        with content.open() as file:
            head = file.read(_HEAD_BYTES)
            marked = next((name for mark, name in _MARKS if head.startswith(mark)), "")
            _check_is_text(head, marked, content.path)
            valid, lines = _scan(head, file)
        if marked or valid:
            return cls(content, marked or "utf-8", lines)
        return cls(content, _declared(head) or _guess(content), lines)

    def read(self) -> Iterator[Line]:
        """Go through the physical lines, from 1."""
        with self.content.open() as file, self._decode(file) as text:
            number = 0
            while line := text.readline(MAX_LINE_CHARS):
                number += 1
                if len(line) == MAX_LINE_CHARS and not line.endswith(("\n", "\r")):
                    _skip_line(text)
                    yield Line(number, None)
                else:
                    yield Line(number, line)

    def read_text(self) -> Iterator[str]:
        """Go through the text in pieces of bounded size, wherever its lines end."""
        with self.content.open() as file, self._decode(file) as text:
            while piece := text.read(_CHUNK_CHARS):
                yield piece

    def _decode(self, file: BinaryIO) -> io.TextIOWrapper:
        return io.TextIOWrapper(file, encoding=self.encoding, errors="replace", newline="")


def _check_is_text(head: bytes, marked: str, path: Path) -> None:
    if head.startswith(_PACKED):
        raise FeedError(str(path), "it is packed twice; pack it once.")
    if not marked and (head.startswith(_BINARY) or head.count(0) > len(head) // 10):
        raise FeedError(str(path), "it is not text (UTF-16 needs a byte order mark).")


def _declared(head: bytes) -> str:
    """Read the encoding that an XML declaration names; empty where it names none to believe."""
    match = _DECLARED.match(head)
    if match is None:
        return ""
    try:
        name = codecs.lookup(match[1].decode("ascii")).name
    except LookupError:
        return ""
    return _MEANT.get(name, name) if _DECLARABLE.fullmatch(name) else ""


def _guess(content: FeedContent) -> str:
    with content.open() as file:
        return "utf-8" if _mostly_utf8(file) else FALLBACK_ENCODING


def _skip_line(file: io.TextIOWrapper) -> None:
    while rest := file.readline(MAX_LINE_CHARS):
        if rest.endswith(("\n", "\r")):
            return


def _scan(head: bytes, file: BinaryIO) -> tuple[bool, int]:
    """Tell whether all is UTF-8, and count the line ends."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    valid, lines = True, 0
    chunk = head
    while chunk:
        lines += chunk.count(b"\n")
        if valid:
            valid = _decodes(decoder, chunk, final=False)
        chunk = file.read(_CHUNK_BYTES)
    return valid and _decodes(decoder, b"", final=True), lines


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_utf8(file: BinaryIO) -> bool:
    """Tell whether more lines with accents are UTF-8 than are not."""
    right = wrong = 0
    while line := file.readline(MAX_LINE_CHARS):
        if not line.isascii():
            try:
                line.decode("utf-8")
                right += 1
            except UnicodeDecodeError:
                wrong += 1
    return right > wrong
