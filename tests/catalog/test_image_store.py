from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from catalog import image_store
from catalog.image_store import ImageStore
from catalog.images import image_hash
from core.errors import ImageError


def files(store: ImageStore) -> list[str]:
    return sorted(path.name for path in store.path("00").parent.parent.rglob("*") if path.is_file())


def test_what_is_put_is_found_under_its_hash(store: ImageStore) -> None:
    hash = store.put(b"picture")
    assert hash == image_hash(b"picture")
    assert store.path(hash).parts[-2:] == (hash[:2], hash)
    assert store.has(hash)
    assert store.read(hash) == b"picture"


def test_the_same_bytes_are_kept_once_and_are_new_once(store: ImageStore) -> None:
    hash = image_hash(b"picture")
    with ThreadPoolExecutor(8) as pool:
        news = list(pool.map(lambda _: store.add(hash, b"picture"), range(64)))
    store.flush()
    assert sum(news) == 1
    assert files(store) == [hash]


def test_a_missing_picture_says_so(store: ImageStore) -> None:
    assert not store.has("0" * 64)
    with pytest.raises(ImageError) as caught:
        store.read("0" * 64)
    assert caught.value.code == "missing"


def test_a_damaged_file_is_never_handed_out(store: ImageStore) -> None:
    hash = store.put(b"picture")
    store.path(hash).write_bytes(b"pictura")
    with pytest.raises(ImageError) as caught:
        store.read(hash)
    assert caught.value.code == "damaged"


@pytest.mark.parametrize("torn", [b"", b"pict"])
def test_a_file_torn_by_a_power_cut_is_written_again(store: ImageStore, torn: bytes) -> None:
    hash = store.put(b"picture")
    store.path(hash).write_bytes(torn)
    assert store.put(b"picture") == hash
    assert store.read(hash) == b"picture"


def test_flush_syncs_files_before_it_names_them_and_then_the_folders_each_once(
    store: ImageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[tuple[str, Path]] = []
    replace = Path.replace

    def name(part: Path, path: Path) -> Path:
        steps.append(("name", path))
        return replace(part, path)

    for data in (b"one", b"two"):
        store.add(image_hash(data), data)
    paths = {store.path(image_hash(data)) for data in (b"one", b"two")}
    assert not any(path.exists() for path in paths)
    monkeypatch.setattr(image_store, "_fsync", lambda path: steps.append(("file", path)))
    monkeypatch.setattr(image_store, "fsync_directory", lambda path: steps.append(("folder", path)))
    monkeypatch.setattr(Path, "replace", name)
    store.flush()
    assert [step for step, _ in steps] == ["file"] * 2 + ["name"] * 2 + ["folder"] * 3
    assert {path for _, path in steps[2:4]} == paths
    assert {path for _, path in steps[4:6]} == {path.parent for path in paths}
    assert steps[6] == ("folder", store.path("00").parent.parent)
    store.flush()
    assert len(steps) == 7


def test_what_is_added_again_while_it_is_flushed_is_kept_once(
    store: ImageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    hash = image_hash(b"picture")
    again: list[bool] = []
    fsync = image_store._fsync

    def meanwhile(path: Path) -> None:
        again.append(store.add(hash, b"picture"))
        fsync(path)

    monkeypatch.setattr(image_store, "_fsync", meanwhile)
    assert store.add(hash, b"picture")
    store.flush()
    store.flush()
    assert again == [False]
    assert files(store) == [hash]


def test_a_failed_sync_is_raised_and_names_nothing(
    store: ImageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(image_store, "_fsync", fail)
        with pytest.raises(OSError, match="Input/output error"):
            store.put(b"picture")
    assert files(store) == []
    assert store.read(store.put(b"picture")) == b"picture"


def test_a_failed_write_leaves_no_part_behind(
    store: ImageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        store.put(b"picture")
    assert files(store) == []


def test_sweep_removes_old_parts_only(store: ImageStore) -> None:
    hash = store.put(b"picture")
    folder = store.path(hash).parent
    (folder / ".old.1.2.partial").write_bytes(b"")
    (folder / ".new.1.2.partial").write_bytes(b"")
    os.utime(folder / ".old.1.2.partial", (0, 0))
    store.sweep()
    assert files(store) == [".new.1.2.partial", hash]
