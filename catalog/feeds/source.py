"""The bytes of a feed as lines of text, none of them longer than memory likes."""

from __future__ import annotations

import codecs
import io
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from core.errors import FeedError

MAX_LINE_CHARS = 4 * 2**20
"""Longest physical line that is read; a product fits into a small part of it."""

_HEAD_BYTES = 64 * 1024
_CHUNK_BYTES = 2**20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = (b"PK\x03\x04", b"\x1f\x8b", b"PAR1", b"SQLite format 3", b"%PDF")
FALLBACK_ENCODING = "cp1252"


class Line(NamedTuple):
    """One physical line with its end, or None where it is longer than is read."""

    number: int
    text: str | None


@dataclass(frozen=True, slots=True)
class FeedSource:
    """A feed's file, looked through once: how to decode it and how long it is."""

    path: Path
    encoding: str
    lines: int
    """How many line ends it has; for a progress bar, not for a count of rows."""

    @classmethod
    def inspect(cls, path: Path) -> FeedSource:
        """Find out the encoding: by its mark, else UTF-8 where that fits, else Windows-1252.

        A mostly UTF-8 file with a few broken bytes stays UTF-8: reading all of it as
        something else would break every accent to save one.

        Raises:
            FeedError: it cannot be opened, is no regular file, or is not text.
        """
        try:
            # Before it is opened: that alone waits on a pipe, and a device may never end.
            if not stat.S_ISREG(path.stat().st_mode):
                reason = "it is no regular file; a feed is read more than once."
                raise FeedError(str(path), reason)
            with path.open("rb") as file:
                head = file.read(_HEAD_BYTES)
                marked = next((name for mark, name in _MARKS if head.startswith(mark)), "")
                if not marked and (head.startswith(_BINARY) or head.count(0) > len(head) // 10):
                    raise FeedError(str(path), "it is not text (UTF-16 needs a byte order mark).")
                file.seek(0)
                valid, lines = _scan(file)
                file.seek(0)
                encoding = marked or ("utf-8" if valid or _mostly_utf8(file) else FALLBACK_ENCODING)
        except OSError as error:
            raise FeedError(str(path), f"{error.strerror or error}.") from error
        return cls(path, encoding, lines)

    def read(self) -> Iterator[Line]:
        """Go through the physical lines, from 1."""
        with self.path.open(encoding=self.encoding, errors="replace", newline="") as file:
            number = 0
            while text := file.readline(MAX_LINE_CHARS):
                number += 1
                if len(text) == MAX_LINE_CHARS and not text.endswith(("\n", "\r")):
                    _skip_line(file)
                    yield Line(number, None)
                else:
                    yield Line(number, text)


def _skip_line(file: io.TextIOWrapper) -> None:
    while rest := file.readline(MAX_LINE_CHARS):
        if rest.endswith(("\n", "\r")):
            return


def _scan(file: io.BufferedReader) -> tuple[bool, int]:
    """Tell whether all is UTF-8, and count the line ends."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    valid, lines = True, 0
    while chunk := file.read(_CHUNK_BYTES):
        lines += chunk.count(b"\n")
        if valid:
            valid = _decodes(decoder, chunk, final=False)
    return valid and _decodes(decoder, b"", final=True), lines


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_utf8(file: io.BufferedReader) -> bool:
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
