"""Training data from JSON Lines, one line at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from catalog.feeds.jsonl_feed import read_rows
from catalog.feeds.source import FeedSource
from catalog.rows import RefusedRow
from core.errors import FeedError, TrainingError


def read_objects(path: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Read (line number, object) of each line that is not blank.

    The lines are a feed's: only a line end ends one (not U+2028), a byte order mark is no
    part of the first, and numbers with a fraction are Decimals.

    Raises:
        TrainingError: the file cannot be read, or a line is too long or no JSON object.
    """
    try:
        source = FeedSource.inspect(path)
    except FeedError as error:
        reason = str(error).removeprefix(f"The feed {path} cannot be read: ")
        raise TrainingError(f"The training data {path} cannot be read: {reason}") from error
    for row in read_rows(source.read(), str(path)):
        if isinstance(row, RefusedRow):
            raise TrainingError(_describe(path, row))
        yield row.line, row.values


def _describe(path: Path, row: RefusedRow) -> str:
    found = f" It begins {row.problem.value!r}." if row.problem.value else ""
    return f"{path}, line {row.line}: each line must be one JSON object. {row.problem.hint}{found}"
