"""Feeds in gzip and zip: read as they come, and refused where they are bombs or cut off."""

from __future__ import annotations

import gzip
import io
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest

from catalog.feeds import content
from catalog.feeds.detect import open_feed
from catalog.rows import RawRow
from core.errors import FeedError

FEED = "id,title\n" + "".join(f"{at},Boot {at * 7919 % 1000}\n" for at in range(5_000))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feed"


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def refusal(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(FeedError) as caught:
        list(open_feed(path).rows())
    return str(caught.value)


@pytest.mark.parametrize(
    "data",
    [gzip.compress(FEED.encode()), zipped(("f.csv", FEED.encode()))],
    ids=["gzip", "zip"],
)
def test_an_archive_that_is_cut_off_is_refused_before_any_row(path: Path, data: bytes) -> None:
    for kept in range(4, len(data) - 1, len(data) // 23):
        path.write_bytes(data[:kept])
        with pytest.raises(FeedError, match="archive is cut off or damaged"):
            open_feed(path)


@pytest.mark.parametrize(
    "data",
    [gzip.compress(FEED.encode()), zipped(("f.csv", FEED.encode()))],
    ids=["gzip", "zip"],
)
def test_a_flipped_bit_in_the_data_is_refused_before_any_row(path: Path, data: bytes) -> None:
    for at in range(60, len(data) - 200, len(data) // 23):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :])
        with pytest.raises(FeedError):
            open_feed(path)


def test_gzip_members_follow_each_other(path: Path) -> None:
    half = len(FEED) // 2
    path.write_bytes(gzip.compress(FEED[:half].encode()) + gzip.compress(FEED[half:].encode()))
    rows = [row for row in open_feed(path).rows() if isinstance(row, RawRow)]
    assert len(rows) == 5_000
    assert rows[-1].values["id"] == "4999"


def bomb(kind: str, unpacked: int) -> bytes:
    data = b"id,title\n" + b"0" * unpacked
    return gzip.compress(data) if kind == "gzip" else zipped(("f.csv", data))


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_a_bomb_is_stopped_by_its_ratio(
    path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(content, "FREE_BYTES", 4 * 2**20)
    data = bomb(kind, 32 * 2**20)
    path.write_bytes(data)
    tracemalloc.start()
    try:
        with pytest.raises(FeedError, match=r"unpacks to more than \d+ MiB, far beyond its size"):
            open_feed(path)
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_no_archive_unpacks_beyond_the_limit(
    path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(content, "MAX_UNPACKED_BYTES", 10_000)
    data = FEED.encode()
    packed = gzip.compress(data) if kind == "gzip" else zipped(("f", data))
    assert "unpacks to more than" in refusal(path, packed)


def test_a_zip_that_lies_about_its_size_is_refused(path: Path) -> None:
    data = bytearray(zipped(("f.csv", FEED.encode())))
    at = data.rindex(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<I", 20)
    assert "archive is cut off or damaged" in refusal(path, bytes(data))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (
            zipped(("a.csv", b"id"), ("b.csv", b"id")),
            r"must hold one file, and holds 2 (a.csv, b.csv)",
        ),
        (zipped(), "must hold one file, and holds 0 (no file)"),
        (zipped(("[Content_Types].xml", b""), ("xl/a.xml", b"")), "it is an office document"),
        (zipped(("f", b"id"), method=zipfile.ZIP_LZMA), "packed by a rare method"),
        (zipped(("f", b"id"), method=zipfile.ZIP_BZIP2), "packed by a rare method"),
        (zipped(("f", gzip.compress(b"id,title\n"))), "it is packed twice"),
        (gzip.compress(zipped(("f", b"id,title\n"))), "it is packed twice"),
        (gzip.compress(b""), "it is empty"),
        (zipped(("f", b"")), "it is empty"),
        (b"\x1f\x8b" + zlib.compress(b"id"), "archive is cut off or damaged"),
    ],
    # Archives hold the time they were made at; every worker has to collect the same names.
    ids=lambda value: value if isinstance(value, str) else "feed",
)
def test_what_no_feed_is_packed_like_says_why(path: Path, data: bytes, reason: str) -> None:
    assert reason in refusal(path, data)


def test_a_password_is_named(path: Path) -> None:
    data = bytearray(zipped(("f.csv", b"id,title\n1,a\n")))
    data[data.index(b"PK\x03\x04") + 6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    assert "has a password" in refusal(path, bytes(data))


def test_a_list_of_files_too_long_for_memory_is_not_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "MAX_DIRECTORY_BYTES", 10_000)
    members = [(f"{at}.csv", b"") for at in range(300)]
    data = zipped(*members)
    assert "holds too many files" in refusal(path, data)
    # A false end in the comment does not hide the true one.
    comment = b"PK\x05\x06" + bytes(18)
    ended = data[:-2] + struct.pack("<H", len(comment)) + comment
    assert "holds too many files" in refusal(path, ended)


def test_nothing_in_an_archive_names_a_place_on_disk(path: Path) -> None:
    path.write_bytes(zipped(("../../../tmp/evil.csv", b"id,title\n1,a\n")))
    (row,) = open_feed(path).rows()
    assert isinstance(row, RawRow)
    assert row.values == {"id": "1", "title": "a"}
    assert [each.name for each in path.parent.iterdir()] == ["feed"]
