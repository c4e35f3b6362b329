"""The blocks that a picture's file is made of, counted before a decoder goes through them.

Pillow reads what comes before the pixels in Python, a block at a time: 20 MB of empty JPEG
segments kept it busy for 7 s and took 640 MB. A real picture has some ten blocks before its
pixels; long ones have a few thousand.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from itertools import islice

MAX_BLOCKS = 20_000
"""A PNG of 20 MB in pieces of 4 kB has 5,000. Pillow goes through these in 30 ms."""

_JPEG_WITHOUT_LENGTH = {0x00, 0x01, 0xC8, *range(0xD0, 0xDA), *range(0xF0, 0xFE)}
"""Markers that Pillow steps over without reading a length."""
_START_OF_SCAN = 0xDA


def has_too_many_blocks(kind: str, data: bytes) -> bool:
    """Tell whether going through a file's blocks would take a decoder long.

    It stops counting at the limit, and takes any bytes: what is no block ends the count.
    """
    count = _COUNTED.get(kind)
    return count is not None and next(islice(count(data), MAX_BLOCKS, None), None) is not None


def _jpeg_blocks(data: bytes) -> Iterator[int]:
    """Give where each segment before the first scan begins, and each stray byte."""
    at = 2
    while at + 3 < len(data):
        yield at
        marker = data[at + 1]
        if data[at] != 0xFF or marker == 0xFF:
            at += 1
        elif marker in _JPEG_WITHOUT_LENGTH:
            at += 2
        elif marker == _START_OF_SCAN:
            return
        else:
            at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))


def _png_blocks(data: bytes) -> Iterator[int]:
    """Give where each chunk begins; those with pixels count, for each is a read of its own."""
    at = 8
    while at + 8 <= len(data):
        yield at
        (length,) = struct.unpack_from(">I", data, at)
        at += 12 + length


def _gif_blocks(data: bytes) -> Iterator[int]:
    """Give where each block before the first frame begins, those within extensions too."""
    has_palette = len(data) > 10 and data[10] & 0x80
    at = 13 + (3 << (data[10] & 7) + 1 if has_palette else 0)
    while at + 2 < len(data):
        yield at
        if data[at] in b",;":
            return
        if data[at] != ord("!"):
            at += 1
            continue
        at += 2
        while at < len(data) and (length := data[at]):
            yield at
            at += 1 + length
        at += 1


_COUNTED: dict[str, Callable[[bytes], Iterator[int]]] = {
    "JPEG": _jpeg_blocks,
    "PNG": _png_blocks,
    "GIF": _gif_blocks,
}
"""WebP's are read in C, and quickly."""
