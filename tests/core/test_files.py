from pathlib import Path

import pytest

from core.files import replacing


def test_a_reader_finds_the_old_content_until_all_of_the_new_is_there(tmp_path: Path) -> None:
    path = tmp_path / "pointer"
    path.write_bytes(b"old")
    with replacing(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def fail_half_way(path: Path) -> None:
    with replacing(path) as file:
        file.write(b"ne")
        raise OSError("disk full")


def test_a_failure_leaves_the_old_content_and_no_part_file(tmp_path: Path) -> None:
    path = tmp_path / "pointer"
    path.write_bytes(b"old")
    with pytest.raises(OSError, match="disk full"):
        fail_half_way(path)
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["pointer"]
