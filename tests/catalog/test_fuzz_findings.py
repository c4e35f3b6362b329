"""What the fuzzers of ``fuzz/`` found, kept small, so that it stays mended."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from catalog.feeds.detect import open_feed
from core.errors import FeedError


def zip_with_names(old: bytes, new: bytes) -> bytes:
    """Pack a feed, then change bytes of the archive's list of files alone."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("feed.csv", "id,title\n1,Shoe\n")
    data = packed.getvalue()
    at = data.index(b"PK\x01\x02")
    return data[:at] + data[at:].replace(old, new)


UNNAMED = zip_with_names(b"feed.csv", b"\0eed.csv")  # a name ends at its first NUL
LATER_VERSION = zip_with_names(b"PK\x01\x02\x14\x03\x14", b"PK\x01\x02\x14\x03\xff")


@pytest.mark.parametrize("data", [UNNAMED, LATER_VERSION])
def test_a_zip_whose_list_of_files_is_damaged_is_a_feed_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "feed.zip"
    path.write_bytes(data)
    with pytest.raises(FeedError, match=r"archive .*\.$"):
        list(open_feed(path).rows())


def test_text_read_as_xml_is_refused_in_a_whole_sentence(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_bytes(b"\xc7" * 70)
    with pytest.raises(FeedError, match=r"no XML that can be read.*\.$"):
        list(open_feed(path, "google-xml").rows())
