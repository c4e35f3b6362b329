"""Parquet, which PyArrow reads: the only door to it, and one that may be missing."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO

from catalog.feeds.content import FeedContent
from catalog.feeds.source import FeedSource
from catalog.rows import RawRow, RefusedRow
from core.errors import FeedError

MAX_ROW_GROUP_BYTES = 2**30
"""A row group is unpacked whole; writers make them of 128 MiB, or of a million rows."""

_MAGIC = b"PAR1"
_ROWS_AT_ONCE = 256
_SINGLE_DIGITS = 7
"""What a 32-bit float keeps of a decimal number: 19.99 is 19.989999771118164 in it."""


def matches(content: FeedContent) -> bool:
    """Tell whether a feed begins as Parquet does."""
    with content.open() as file:
        return file.read(len(_MAGIC)) == _MAGIC


def inspect(content: FeedContent) -> FeedSource:
    """Look a feed through without reading its rows.

    Raises:
        FeedError: PyArrow is not installed, or cannot open it.
    """
    with content.open_seekable() as file:
        parquet = _open(file, content)
        groups = (parquet.metadata.row_group(at) for at in range(parquet.num_row_groups))
        largest = max((group.total_byte_size for group in groups), default=0)
        if largest > MAX_ROW_GROUP_BYTES:
            limit = f"{MAX_ROW_GROUP_BYTES // 2**20:,} MiB"
            raise FeedError(str(content.path), f"a row group is larger than {limit}; split it.")
        return FeedSource(content, "parquet", parquet.metadata.num_rows)


def read_rows(content: FeedContent) -> Iterator[RawRow | RefusedRow]:
    """Read the rows, numbered from 1, a few hundred at a time.

    Raises:
        FeedError: PyArrow is not installed, or cannot read it to its end.
    """
    with content.open_seekable() as file:
        parquet = _open(file, content)
        singles = {
            field.name
            for field in parquet.schema_arrow
            if str(field.type) in ("float", "halffloat")
        }
        number = 0
        batches = parquet.iter_batches(batch_size=_ROWS_AT_ONCE, use_threads=False)
        while True:
            try:
                batch = next(batches, None)
                rows = batch.to_pylist() if batch is not None else None
            except (OSError, ValueError, OverflowError, MemoryError) as error:
                reason = f"after row {number:,}: {error}"
                raise FeedError(str(content.path), f"it is damaged {reason[:300]}.") from error
            if rows is None:
                return
            for row in rows:
                number += 1
                yield RawRow(number, {name: _plain(row[name], name in singles) for name in row})


def _open(file: BinaryIO, content: FeedContent) -> Any:
    try:
        from pyarrow import parquet
    except ImportError as error:
        reason = "it is Parquet; run pip install -r requirements-parquet.txt to read that."
        raise FeedError(str(content.path), reason) from error
    try:
        return parquet.ParquetFile(file, pre_buffer=False, page_checksum_verification=True)
    except (OSError, ValueError, MemoryError) as error:  # pyarrow's own errors are ValueErrors
        raise FeedError(str(content.path), f"it is damaged Parquet: {error}"[:300] + ".") from error


def _plain(value: object, is_single: bool = False) -> object:
    """Turn a value of a column into what a JSON line would have held."""
    match value:
        case float():
            return _decimal(value, is_single)
        case datetime.date() | datetime.time():
            return value.isoformat()
        case bytes():
            return value.decode("utf-8", errors="replace")
        case dict():
            return {str(key): _plain(each) for key, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case tuple():  # an entry of a map
            return ": ".join(str(_plain(each)) for each in value)
        case None | str() | bool() | int() | Decimal():
            return value
        case _:
            return str(value)


def _decimal(value: float, is_single: bool) -> Decimal | None:
    if value != value or value in (float("inf"), float("-inf")):
        return None
    return Decimal(f"{value:.{_SINGLE_DIGITS}g}" if is_single else repr(value))
