from pathlib import Path

import pytest

from core import files
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


def test_every_folder_that_is_made_has_its_name_made_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(files, "fsync_directory", synced.append)
    files.make_folder(tmp_path / "a" / "b" / "c")
    assert sorted(synced) == [tmp_path, tmp_path / "a", tmp_path / "a" / "b"]
    files.make_folder(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").is_dir()
    assert len(synced) == 3
