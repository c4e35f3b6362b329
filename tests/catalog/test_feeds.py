"""Feeds as they really come: encodings, delimiters, quotes, and lines that are broken."""

from __future__ import annotations

import csv
import io
import json
import os
import threading
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.feeds import csv_feed, jsonl_feed
from catalog.feeds import source as feed_source
from catalog.feeds.csv_feed import read_rows, sniff_delimiter
from catalog.feeds.detect import open_feed
from catalog.feeds.source import Line
from catalog.rows import RawRow, RefusedRow
from core.errors import FeedError


def rows_of(path: Path, data: bytes | str) -> list[RawRow | RefusedRow]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(open_feed(path).rows())


def told(rows: list[RawRow | RefusedRow]) -> list[tuple[int, object]]:
    """Shorten rows to their line and values, or the code of what was wrong."""
    return [
        (row.line, tuple(row.values.values()) if isinstance(row, RawRow) else row.problem.code)
        for row in rows
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feed"


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("cp1252", "cp1252"),
    ],
)
@pytest.mark.parametrize(
    "text", ["id,title\n1,Größe “42” €\n", '{"id": "1", "title": "Größe “42” €"}\n']
)
def test_encodings_are_recognised(path: Path, encoding: str, found: str, text: str) -> None:
    rows = rows_of(path, text.encode(encoding))
    assert [row.values for row in rows if isinstance(row, RawRow)] == [
        {"id": "1", "title": "Größe “42” €"}
    ]
    assert open_feed(path).source.encoding == found


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_utf_16_of_both_orders_is_read(path: Path, mark: bytes) -> None:
    name = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
    assert told(rows_of(path, mark + "id\ttitle\n1\tÄ\n".encode(name))) == [(2, ("1", "Ä"))]


def test_one_broken_byte_does_not_turn_a_utf_8_feed_into_another(path: Path) -> None:
    data = "id,title\n1,Größe\n2,Süß\n".encode() + b"3,bro\xffken\n"
    rows = told(rows_of(path, data))
    assert rows == [(2, ("1", "Größe")), (3, ("2", "Süß")), (4, ("3", "bro\ufffdken"))]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_sniffed(path: Path, delimiter: str) -> None:
    data = f'id{delimiter}title{delimiter}price\n1{delimiter}"Shoe, red; new|x"{delimiter}29\n'
    assert told(rows_of(path, data)) == [(2, ("1", "Shoe, red; new|x", "29"))]


def test_a_declared_delimiter_is_believed(path: Path) -> None:
    assert told(rows_of(path, "sep=|\nid|title\n1|a,b\n")) == [(3, ("1", "a,b"))]


def test_sniffing_prefers_what_most_rows_agree_on() -> None:
    assert sniff_delimiter(["id,title;x\n", "1,a\n", "2,b\n"]) == ","
    assert sniff_delimiter(["title\n"]) == ","
    assert sniff_delimiter([]) == ","


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_count_alike(path: Path, end: str) -> None:
    data = end.join(["id,title", "1,a", "", '2,"b', 'c"', "3", ",,", "4,d"])
    assert told(rows_of(path, data)) == [
        (2, ("1", "a")),
        (4, ("2", f"b{end}c")),
        (6, "ragged_row"),
        (8, ("4", "d")),
    ]


def test_ragged_rows_are_refused_with_both_counts(path: Path) -> None:
    rows = rows_of(path, "id,title\n1\n2,b,c\n3,c,,\n")
    assert told(rows) == [(2, "ragged_row"), (3, "ragged_row"), (4, ("3", "c"))]
    assert isinstance(rows[1], RefusedRow)
    assert rows[1].problem.hint == "The header has 2 columns, this row 3."
    assert rows[1].problem.value == "2,b,c"


def test_an_unclosed_quote_costs_one_row_and_not_the_rest(path: Path) -> None:
    data = 'id,title,x\n1,a,x\n2,"open,x\n3,c,x\n4,"d",x\n5,e,x\n'
    assert told(rows_of(path, data)) == [
        (2, ("1", "a", "x")),
        (3, "unclosed_quote"),
        (4, ("3", "c", "x")),
        (5, ("4", "d", "x")),
        (6, ("5", "e", "x")),
    ]


def test_a_stray_quote_within_a_line_harms_only_its_field(path: Path) -> None:
    data = 'id,title\n1,"Air" shoe\n2,5" heel\n3,"say ""hi"""\n'
    assert told(rows_of(path, data)) == [
        (2, ("1", "Air shoe")),
        (3, ("2", '5" heel')),
        (4, ("3", 'say "hi"')),
    ]


def test_an_unclosed_quote_in_the_last_row_is_told(path: Path) -> None:
    assert told(rows_of(path, 'id,title,x\n1,a,x\n2,"open,x\n')) == [
        (2, ("1", "a", "x")),
        (3, "ragged_row"),
    ]


def test_a_quote_that_swallows_too_many_lines_ends(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_feed, "MAX_RECORD_LINES", 5)
    data = 'id,title\n1,"open\n' + "no columns\n" * 20 + "2,b\n"
    rows = told(rows_of(path, data))
    assert rows[0] == (2, "ragged_row")
    assert rows[-1] == (23, ("2", "b"))


def test_a_field_longer_than_the_limit_is_refused(path: Path) -> None:
    huge = "x" * (csv_feed.MAX_FIELD_CHARS + 1)
    fits = "y" * csv_feed.MAX_FIELD_CHARS
    rows = told(rows_of(path, f"id,title\n1,{huge}\n2,{fits}\n3,c\n"))
    assert rows == [(2, "ragged_row"), (3, ("2", fits)), (4, ("3", "c"))]


@pytest.mark.parametrize("head", ["id,title\n0,z\n", '{"id": 0}\n'])
def test_a_line_longer_than_memory_likes_is_skipped(
    path: Path, monkeypatch: pytest.MonkeyPatch, head: str
) -> None:
    monkeypatch.setattr(feed_source, "MAX_LINE_CHARS", 100)
    last = head.splitlines()[-1]
    rows = told(rows_of(path, head + "x" * 1_000 + "\n" + last + "\n"))
    number = head.count("\n") + 1
    assert rows[-2:] == [(number, "line_too_long"), (number + 1, rows[0][1])]


def test_a_name_that_occurs_twice_keeps_both_values(path: Path) -> None:
    rows = rows_of(path, "id,image,image,\n1,a.jpg,b.jpg,z\n")
    assert isinstance(rows[0], RawRow)
    assert rows[0].values == {"id": "1", "image": ["a.jpg", "b.jpg"], "column 4": "z"}


def test_nul_bytes_do_not_stop_a_feed(path: Path) -> None:
    assert told(rows_of(path, b"id,title\n1,a\0b\n2,c\n")) == [(2, ("1", "a\0b")), (3, ("2", "c"))]


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("\0id,title", ["id", "title"]),
        ("i\0d,\0title\0", ["i d", "title"]),
        ("\ufeff\0id,\x01,title", ["id", "column 2", "title"]),
    ],
)
def test_nul_in_a_header_is_no_part_of_a_name(path: Path, header: str, names: list[str]) -> None:
    cells = ",".join("text" * 9 for _ in names)
    (row,) = rows_of(path, f"{header}\n{cells}\n")
    assert isinstance(row, RawRow)
    assert list(row.values) == names


def test_json_lines_keep_numbers_as_written_and_refuse_bad_lines(path: Path) -> None:
    lines = [
        '{"id": 1, "price": 19.90, "big": ' + "9" * 5_000 + "}",
        "",
        "{broken",
        "[1, 2]",
        '"text"',
        '{"deep": ' + "[" * 100_000,
        '{"nan": NaN, "lone": "\\ud800"}',
    ]
    rows = rows_of(path, "\n".join(lines))
    first, last = rows[0], rows[-1]
    assert isinstance(first, RawRow)
    assert isinstance(last, RawRow)
    assert first.values == {"id": 1, "price": Decimal("19.90"), "big": Decimal("9" * 5_000)}
    assert [(row.line, row.problem.code) for row in rows if isinstance(row, RefusedRow)] == [
        (3, "bad_json"),
        (4, "not_an_object"),
        (5, "not_an_object"),
        (6, "bad_json"),
    ]
    assert (last.line, dict(last.values)) == (7, {"nan": "NaN", "lone": "\ud800"})


@pytest.mark.parametrize("opened", ["[", '{"a":'])
def test_json_nested_deeper_than_any_product_is_refused_and_the_rest_goes_on(
    path: Path, opened: str
) -> None:
    closed = {"[": "]", '{"a":': "}"}[opened]
    lines = [
        f'{{"id": {depth}, "attr": {opened * depth}1{closed * depth}}}'
        for depth in (jsonl_feed.MAX_NESTING - 1, jsonl_feed.MAX_NESTING, 500)
    ]
    rows = rows_of(path, "\n".join([*lines, '{"id": 4, "title": "' + "[" * 100 + '"}']))
    assert [(row.line, getattr(row, "problem", None) is None) for row in rows] == [
        (1, True),
        (2, False),
        (3, False),
        (4, True),
    ]
    assert isinstance(rows[2], RefusedRow)
    assert rows[2].problem.code == "bad_json"
    assert "nested" in rows[2].problem.hint


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty"),
        (b"\n \n", "it is empty"),
        (b"\xef\xbb\xbf", "it is empty"),
        (b"PK\x03\x04rest", "archive is cut off or damaged"),
        (b"\x1f\x8b\x08rest", "archive is cut off or damaged"),
        (b"PAR1rest", "damaged Parquet"),
        (b"%PDF-1.7", "not text"),
        ("id,title\n1,a\n".encode("utf-16-le"), "not text"),
        (b"<?xml version='1.0'?><rss/>", "XML"),
        (b'[{"id": 1}]', "JSON array"),
    ],
)
def test_what_cannot_be_read_at_all_says_why(path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(FeedError, match=reason):
        rows_of(path, data)


def test_a_missing_feed_says_so(path: Path) -> None:
    with pytest.raises(FeedError, match="No such file"):
        open_feed(path)


def test_a_pipe_is_refused_at_once_for_it_might_never_end(path: Path) -> None:
    os.mkfifo(path)
    answered: list[str] = []

    def attempt() -> None:
        try:
            open_feed(path)
        except FeedError as error:
            answered.append(str(error))

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(timeout=5)
    assert answered == [
        f"The feed {path} cannot be read: it is no regular file; a feed is read more than once."
    ]


def test_a_device_is_refused_and_a_link_to_a_file_is_read(path: Path) -> None:
    with pytest.raises(FeedError, match="it is no regular file"):
        open_feed(Path("/dev/zero"))
    path.write_text("id,title\n1,a\n")
    link = path.with_name("link")
    link.symlink_to(path)
    assert len(list(open_feed(link).rows())) == 1


cell = st.text(
    alphabet=st.one_of(
        st.sampled_from(list(',;|\t"\n\r ')), st.characters(codec="utf-8", exclude_characters="\0")
    ),
    max_size=12,
)


@given(st.lists(st.tuples(cell, cell, cell), max_size=8), st.sampled_from(",;\t|"))
def test_whatever_a_csv_writer_writes_is_read_back(
    records: list[tuple[str, str, str]], delimiter: str
) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([("id", "title", "note"), *records])
    physical = io.StringIO(buffer.getvalue(), newline="")
    lines = (Line(number, text) for number, text in enumerate(physical, start=1))
    rows = list(read_rows(lines, "feed"))
    kept = [record for record in records if any(each.strip() for each in record)]
    assert [tuple(row.values.values()) for row in rows if isinstance(row, RawRow)] == kept
    assert len(rows) == len(kept)


@given(st.binary(max_size=400), st.sampled_from([b"id,title\n", b'{"id": 1}\n', b"\xff\xfe", b""]))
def test_any_bytes_are_rows_or_a_feed_error(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, head: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "noise"
    path.write_bytes(head + noise)
    try:
        lines = [row.line for row in open_feed(path).rows()]
    except FeedError:
        return
    assert lines == sorted(set(lines))


@given(st.dictionaries(st.text(max_size=8), st.one_of(st.text(), st.integers(), st.none())))
def test_any_json_object_is_read_back(values: dict[str, object]) -> None:
    line = Line(1, json.dumps(values))
    assert list(jsonl_feed.read_rows(iter([line]), "feed")) == [RawRow(1, values)]
