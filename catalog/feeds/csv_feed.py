"""Delimited text: a header, then a row a record, which may go over several lines."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice

from catalog.feeds.source import MAX_LINE_CHARS, Line
from catalog.rows import Problem, RawRow, RefusedRow
from catalog.text import strip_controls
from core.errors import FeedError
from core.terminal import counted

DELIMITERS = ",;\t|"
MAX_FIELD_CHARS = 2**20
MAX_RECORD_LINES = 2_000
"""A quote that is never closed swallows no more than this; then reading starts again."""

_SAMPLE_LINES = 50
_DECLARED = re.compile(r'"?sep=(.)"?\s*')

# Of the whole process, and meant: the module's own 131,072 is less than product texts
# with embedded pictures have, and nothing else here reads CSV.
csv.field_size_limit(MAX_FIELD_CHARS)


def read_rows(lines: Iterator[Line], feed: str) -> Iterator[RawRow | RefusedRow]:
    """Read a row for each record; one that does not fit the header is refused.

    Raises:
        FeedError: there is no header.
    """
    source = _Lines(lines)
    delimiter = _choose_delimiter(source)
    header = _read_header(source, delimiter, feed)
    reader = csv.reader(source, delimiter=delimiter)
    while True:
        source.begin_record()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _RecordTooLongError) as error:
            yield _refuse(source, delimiter, len(header), f"Shorten or mend it: {error}.")
            continue
        while len(cells) > len(header) and not cells[-1].strip():
            cells.pop()
        if len(source.taken) > 1 and not _is_well_quoted(source.taken, delimiter):
            yield _refuse(source, delimiter, len(header), "Mend its quotes.")
        elif len(cells) == len(header):
            if any(map(str.strip, cells)):
                yield RawRow(source.taken[0].number, _combine(header, cells))
        elif any(map(str.strip, cells)):
            hint = f"The header has {counted(len(header), 'column')}, this row {len(cells)}."
            yield _refuse(source, delimiter, len(header), hint)


def sniff_delimiter(sample: Sequence[str]) -> str:
    r"""Choose the delimiter that splits the header, and most rows as it.

    >>> sniff_delimiter(["id;title;price\n", "1;Shoe, red;29,90\n"])
    ';'
    """
    return max(DELIMITERS, key=lambda delimiter: _split_score(sample, delimiter))


def _split_score(sample: Sequence[str], delimiter: str) -> float:
    try:
        widths = [len(cells) for cells in csv.reader(sample, delimiter=delimiter) if cells]
    except csv.Error:
        return 0
    if not widths or widths[0] == 1:
        return 0
    return widths[0] * widths.count(widths[0]) / len(widths)


def _choose_delimiter(source: _Lines) -> str:
    """Believe Excel's first line (``sep=;``) where it is there, else sniff."""
    sample = [line.text or "" for line in source.peek(_SAMPLE_LINES)]
    declared = _DECLARED.fullmatch(sample[0]) if sample else None
    if declared:
        next(source)
        return declared[1]
    return sniff_delimiter(sample)


def _read_header(source: _Lines, delimiter: str, feed: str) -> list[str]:
    """Read the columns' names; one without a name is called by its place."""
    try:
        cells = next(cells for cells in csv.reader(source, delimiter=delimiter) if any(cells))
    except (StopIteration, csv.Error, _RecordTooLongError) as error:
        raise FeedError(feed, "its first line should name the columns.") from error
    names = (strip_controls(cell).strip() for cell in cells)
    return [name or f"column {place}" for place, name in enumerate(names, start=1)]


def _combine(header: Sequence[str], cells: Sequence[str]) -> dict[str, object]:
    """Join names and values; a name that occurs twice gets a list."""
    if len(set(header)) == len(header):
        return dict(zip(header, cells, strict=True))
    gathered: dict[str, list[str]] = {}
    for name, cell in zip(header, cells, strict=True):
        gathered.setdefault(name, []).append(cell)
    return {name: each if len(each) > 1 else each[0] for name, each in gathered.items()}


def _refuse(source: _Lines, delimiter: str, width: int, hint: str) -> RefusedRow:
    """Refuse a record, and go back to where good rows begin again.

    A quote that is never closed makes many lines look like one record. The first of
    them that alone has the header's width is where the next row starts.
    """
    taken = source.taken
    first = taken[0]
    resume = next(
        (at for at, line in enumerate(taken) if at and _fits(line, delimiter, width)), len(taken)
    )
    source.go_back(resume)
    if first.text is None:
        return RefusedRow(first.number, Problem("line_too_long", "Shorten or split this line."))
    if resume < len(taken):
        problem = Problem("unclosed_quote", "Close the quote that opens here.", first.text.strip())
    else:
        problem = Problem("ragged_row", hint, first.text.strip())
    return RefusedRow(first.number, problem)


def _fits(line: Line, delimiter: str, width: int) -> bool:
    try:
        return len(next(csv.reader([line.text or ""], delimiter=delimiter))) == width
    except csv.Error:
        return False


def _is_well_quoted(taken: Sequence[Line], delimiter: str) -> bool:
    """Read a record of several lines again, strictly.

    Within a line a stray quote harms only its own field. Over several, it may have
    closed the quote that another row left open, and the rows between would be lost.
    """
    try:
        list(csv.reader((line.text or "" for line in taken), delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True


class _RecordTooLongError(Exception):
    """A record goes on for longer than any product's."""


class _Lines:
    """Hands lines to ``csv.reader``, remembers those of one record, and can go back."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._source = lines
        self._waiting: deque[Line] = deque()
        self._chars = 0
        self.taken: list[Line] = []
        """The lines of the record being read."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else next(self._source)
        self.taken.append(line)
        self._chars += len(line.text or "")
        if line.text is None:
            raise _RecordTooLongError("it has a line that is too long")
        if len(self.taken) > MAX_RECORD_LINES or self._chars > 2 * MAX_LINE_CHARS:
            raise _RecordTooLongError("it goes over too many lines")
        return line.text

    def begin_record(self) -> None:
        """Forget the lines of the last record."""
        self.taken = []
        self._chars = 0

    def go_back(self, kept: int) -> None:
        """Hand out again all but the first ``kept`` lines of this record."""
        self._waiting.extendleft(reversed(self.taken[kept:]))

    def peek(self, count: int) -> list[Line]:
        """Look at the next lines without taking them."""
        self._waiting.extend(islice(self._source, count - len(self._waiting)))
        return list(islice(self._waiting, count))
