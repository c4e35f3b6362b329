"""Feeds that would harm: each ends in rows, in named refusals or in one clear error, and soon."""

from __future__ import annotations

import gzip
import io
import json
import random
import subprocess
import sys
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.feeds import content, source
from catalog.feeds.detect import open_feed
from catalog.image_folder import ImageFolder
from catalog.images import ImageLimits
from catalog.row_parser import RowParser
from catalog.rows import ProductRow, RawRow, RefusedRow, WithheldRow
from core.errors import FeedError, ImageError
from tests.catalog.feeds import write
from tests.catalog.feeds.shop import make_shop

ROOT = Path(__file__).parents[2]
ParsedRow = ProductRow | RefusedRow | WithheldRow
XML = "<rss><channel>{}</channel></rss>"


def parse_all(path: Path) -> Iterator[ParsedRow]:
    parser = RowParser(default_currency="EUR")
    for row in open_feed(path).rows():
        yield row if isinstance(row, RefusedRow) else parser.parse(row)


def outcome(path: Path, data: bytes | str) -> list[ParsedRow]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(parse_all(path))


def ends(rows: list[ParsedRow]) -> list[tuple[int, str]]:
    """Shorten rows to their line and the id that was taken, or the code of what was wrong."""
    return [
        (row.line, row.product.id if isinstance(row, ProductRow) else row.problem.code)
        for row in rows
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feed"


HUGE = "x" * 10_000_000


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (f"id,title\n1,{HUGE}\n2,b\n", [(2, "line_too_long"), (3, "2")]),
        (f'id,title\n1,"{HUGE}"\n2,b\n', [(2, "line_too_long"), (3, "2")]),
        (f'{{"id":1,"title":"{HUGE}"}}\n{{"id":2,"title":"b"}}', [(1, "line_too_long"), (2, "2")]),
        (
            XML.format(
                f"<item><id>1</id><title>{HUGE}</title></item>\n"
                "<item><id>2</id><title>b</title></item>"
            ),
            [(1, "field_too_long"), (2, "2")],
        ),
    ],
    ids=["csv", "quoted", "jsonl", "xml"],
)
def test_a_field_of_ten_megabytes_costs_one_row_and_little_time(
    path: Path, data: str, expected: list[tuple[int, str]]
) -> None:
    started = time.process_time()
    assert ends(outcome(path, data)) == expected
    assert time.process_time() - started < 1


def test_a_cell_that_a_spreadsheet_would_run_is_text(path: Path) -> None:
    cells = ["=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "-2+3", '=HYPERLINK("http://x.example")']
    data = "id,title,note\n" + "".join(
        f'{at},"{cell.replace(chr(34), chr(34) * 2)}",{"=1+1"}\n' for at, cell in enumerate(cells)
    )
    rows = [row for row in outcome(path, data) if isinstance(row, ProductRow)]
    assert [row.product.title for row in rows] == cells
    assert rows[0].product.attributes == {"note": "=1+1"}


@pytest.mark.parametrize(
    "location",
    ["../../etc/passwd", "/etc/passwd", "a/../../b.jpg", "..\\..\\b.jpg", "C:\\b.jpg", "file:///etc/passwd"],
)  # fmt: skip
def test_an_image_name_that_leads_out_of_the_folder_is_refused_where_it_is_opened(
    path: Path, location: str
) -> None:
    line = json.dumps({"id": 1, "title": "Boot", "image": location})
    (row,) = outcome(path, line)
    assert isinstance(row, ProductRow)
    folder = ImageFolder(path.parent, ImageLimits())
    with pytest.raises(ImageError) as caught:
        folder.resolve(row.images[0].location)
    assert caught.value.code in ("outside_root", "path_absolute", "url_images_off", "url_scheme")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("1e999999999", "bad_price"),
        ("1" * 5_000, "bad_price"),
        ("-1e400", "bad_price"),
        ('"1e5"', "bad_price"),
        ("NaN", "bad_price"),
        ("Infinity", "bad_price"),
    ],
)
def test_numbers_beyond_all_measure_are_left_out(path: Path, value: str, code: str) -> None:
    (row,) = outcome(path, f'{{"id": 1, "title": "a", "price": {value}, "stock": {value}}}')
    assert isinstance(row, ProductRow)
    assert (row.product.price_minor, row.product.stock) == (None, None)
    assert code in [problem.code for problem in row.mended]


def test_an_exponent_beyond_all_numbers_costs_its_row_alone(path: Path) -> None:
    path.write_text('{"id":"a","title":"A"}\n{"id":"b","x":1e99999999999999999999}\n')
    good, bad = open_feed(path).rows()
    assert isinstance(good, RawRow)
    assert isinstance(bad, RefusedRow)
    assert (bad.line, bad.problem.code) == (2, "bad_json")


def test_mixed_line_ends_and_nul_bytes_keep_each_row_its_own(path: Path) -> None:
    rows = outcome(path, b"id,title\r\n1,a\r2,b\n\n3,c\0d\r\r\n4\xff,\xc3\n")
    assert ends(rows) == [(2, "1"), (3, "2"), (5, "3"), (7, "4ÿ")]
    assert isinstance(rows[2], ProductRow)
    assert rows[2].product.title == "c d"
    assert [problem.code for problem in rows[2].mended] == ["unreadable_characters"]


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Write a few products in each text format, and two of them packed."""
    folder = tmp_path_factory.mktemp("feeds")
    shop = make_shop(6, seed=3)
    written = {
        "xml": write.google_xml(shop, folder / "xml", "rss").read_bytes(),
        "tsv": write.google_table(shop, folder / "tsv", "\t", spaces=True).read_bytes(),
        "shopify": write.shopify(shop, folder / "shopify", write.SHOPIFY_NEW).read_bytes(),
        "jsonl": write.jsonl(shop, folder / "jsonl").read_bytes(),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("feed", written["xml"])
    return written | {"gzip": gzip.compress(written["tsv"]), "zip": buffer.getvalue()}


def check(path: Path) -> bool:
    """Read a feed to its end; whatever is refused must say where and what to do."""
    rows: list[ParsedRow] = []
    failure: FeedError | None = None
    try:
        rows.extend(parse_all(path))
    except FeedError as error:
        failure = error
    lines = [row.line for row in rows]
    assert lines == sorted(lines)
    for row in rows:
        if not isinstance(row, ProductRow):
            assert row.line >= 1
            assert row.problem.code
            assert row.problem.hint
    assert failure is None or str(path) in str(failure)
    return failure is None


KINDS = ("xml", "tsv", "shopify", "jsonl", "gzip", "zip")
edits = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(0, 8), st.binary(max_size=8)),
    min_size=1,
    max_size=6,
)


@given(st.sampled_from(KINDS), edits)
def test_any_damage_ends_in_rows_refusals_or_one_error(
    tmp_path_factory: pytest.TempPathFactory,
    feeds: dict[str, bytes],
    kind: str,
    edits: list[tuple[int, int, bytes]],
) -> None:
    data = feeds[kind]
    for place, removed, added in edits:
        at = place % (len(data) + 1)
        data = data[:at] + added + data[at + removed :]
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(data)
    check(path)


@pytest.mark.parametrize("kind", ["xml", "gzip", "zip"])
def test_what_tells_its_own_end_is_refused_wherever_it_is_cut(
    path: Path, feeds: dict[str, bytes], kind: str
) -> None:
    data = feeds[kind].rstrip()
    for kept in range(5, len(data), max(1, len(data) // 50)):
        path.write_bytes(data[:kept])
        assert not check(path)
    path.write_bytes(data)
    assert check(path)


def test_damaged_parquet_is_rows_or_an_error(path: Path, tmp_path: Path) -> None:
    data = write.parquet(make_shop(20, seed=3), tmp_path / "good").read_bytes()
    rng = random.Random(0)
    failed = 0
    for _ in range(60):
        at = rng.randrange(len(data))
        flipped = data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]
        path.write_bytes(flipped if rng.random() < 0.7 else data[: max(4, at)])
        failed += not check(path)
    assert failed >= 18  # all that were cut, at least


def test_parquet_without_its_reader_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write.parquet(make_shop(2), tmp_path / "feed")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(FeedError, match=r"pip install -r requirements-parquet\.txt"):
        open_feed(path)


WRITERS = {
    "xml": lambda models, path: write.google_xml(models, path, "rss"),
    "tsv": lambda models, path: write.google_table(models, path, "\t", spaces=False),
    "shopify": lambda models, path: write.shopify(models, path, write.SHOPIFY_OLD),
    "jsonl": write.jsonl,
    "parquet": write.parquet,
}


@pytest.mark.parametrize("kind", ["xml", "tsv", "shopify", "jsonl", "gzip"])
def test_reading_more_rows_takes_no_more_memory(
    path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    # Else the small feed would fit into one piece, and the large one need two.
    for module in (source, content):
        monkeypatch.setattr(module, "_CHUNK_BYTES", 16 * 1024)
    monkeypatch.setattr(source, "_CHUNK_CHARS", 16 * 1024)
    peaks = []
    for size in (200, 1_600):
        WRITERS["tsv" if kind == "gzip" else kind](make_shop(size), path)
        if kind == "gzip":
            path.write_bytes(gzip.compress(path.read_bytes()))
        tracemalloc.start()
        try:
            assert sum(1 for _ in open_feed(path).rows()) >= size * 0.8
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert peaks[1] - peaks[0] < 100_000


MEASURE = """
import re, sys
from pathlib import Path
from catalog.feeds.detect import open_feed
from catalog.row_parser import RowParser
parser = RowParser(default_currency="EUR")
rows = sum(1 for row in open_feed(Path(sys.argv[1])).rows() if parser.parse(row))
# Not getrusage: its peak is inherited from the process that started this one.
print(rows, re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", WRITERS)
def test_a_hundred_thousand_rows_take_the_memory_of_ten_thousand(path: Path, kind: str) -> None:
    peaks = []
    for size in (10_000, 100_000):
        models = [model for model in make_shop(size) if model.state != "adult"]
        WRITERS[kind](models, path)
        told = subprocess.run(
            [sys.executable, "-c", MEASURE, str(path)],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        rows, peak_kib = map(int, told.stdout.split())
        assert rows >= size * 0.85  # drafts are in no Google feed
        peaks.append(peak_kib)
    print(kind, peaks)
    assert peaks[1] < peaks[0] + 24 * 1024
