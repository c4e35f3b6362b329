from __future__ import annotations

import errno
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from catalog import repository
from catalog.database import open_catalog
from catalog.image_store import ImageStore
from core.errors import BackupError, NoRoomError, VitrineError
from core.settings import Settings
from core.terminal import NoProgress
from indexer import generations
from operations import restore as restore_module
from operations.archive import ArchiveWriter, check_archive, read_archive
from operations.backup import BackupReport, back_up
from operations.restore import RestoreReport, restore, verify_backup
from tests.operations.conftest import NAMES, Home


@pytest.fixture
def archive(home: Home, tmp_path: Path) -> Path:
    path = tmp_path / "shop.tar"
    save(home.settings, path)
    return path


def save(settings: Settings, path: Path, with_images: bool = True) -> BackupReport:
    return back_up(settings, path, with_images, verify=True, progress=NoProgress())


def bring_back(path: Path, target: Path, force: bool = False) -> tuple[RestoreReport, Home]:
    settings = Settings(home=target, index="numpy", threads=1)
    return restore(settings, path, force, NoProgress()), Home(settings)


def files_below(root: Path, *names: str) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for name in names
        for path in sorted((root / name).rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }


def product_ids(settings: Settings) -> list[str]:
    database = open_catalog(settings)
    with database.read() as session:
        ids = [each.id for each in repository.stream_products(session)]
    database.close()
    return ids


def test_a_restored_home_holds_what_the_shop_held(
    home: Home, archive: Path, tmp_path: Path
) -> None:
    report, restored = bring_back(archive, tmp_path / "new")
    assert product_ids(restored.settings) == [f"p{n:02}" for n in range(len(NAMES))]
    assert report.products == len(NAMES)
    assert report.generation == generations.current(home.settings.generations)
    kept = ("images", "embeddings", "index")
    assert files_below(restored.path, *kept) == files_below(home.path, *kept)


def test_a_build_after_a_restore_embeds_nothing_and_publishes_nothing(
    archive: Path, tmp_path: Path
) -> None:
    report, restored = bring_back(archive, tmp_path / "new")
    built = restored.build()
    assert (built.embedded, built.published, built.generation) == (0, False, report.generation)
    assert restored.loads == 0


def test_a_restored_catalogue_is_none_that_a_reader_has_seen(
    home: Home, archive: Path, tmp_path: Path
) -> None:
    _, restored = bring_back(archive, tmp_path / "new")
    seen = []
    for settings in (home.settings, restored.settings):
        database = open_catalog(settings)
        with database.read() as session:
            seen.append(repository.revision(session))
        database.close()
    assert seen[0].revision == seen[1].revision
    assert seen[0].instance != seen[1].instance


def test_a_backup_without_images_has_none_and_says_so(home: Home, tmp_path: Path) -> None:
    report = save(home.settings, tmp_path / "small.tar", with_images=False)
    _, restored = bring_back(tmp_path / "small.tar", tmp_path / "new")
    assert not restored.settings.images.exists()
    assert "the pictures" in report.to_text()
    assert restored.build().embedded == 0


def test_standard_tools_read_and_check_a_backup(archive: Path, tmp_path: Path) -> None:
    subprocess.run(["tar", "-xf", archive, "-C", tmp_path], check=True)
    subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=tmp_path, check=True)


def test_a_backup_while_a_writer_works_is_one_state_with_all_its_pictures(
    home: Home, tmp_path: Path
) -> None:
    stop, written, failures = threading.Event(), [0], []

    def write() -> None:
        try:
            while not stop.is_set():
                home.add(f"w{written[0]:04}", NAMES[written[0] % len(NAMES)], 20 + written[0])
                written[0] += 1
        except BaseException as error:  # told to the test, which would hang or pass otherwise
            failures.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        reports = [save(home.settings, tmp_path / f"{n}.tar") for n in range(3)]
    finally:
        stop.set()
        writer.join()
    assert failures == []
    assert written[0] > 0
    for number, report in enumerate(reports):
        assert report.warnings == ()
        _, restored = bring_back(tmp_path / f"{number}.tar", tmp_path / f"new{number}")
        ids = product_ids(restored.settings)
        late = [each for each in ids if each.startswith("w")]
        assert late == [f"w{n:04}" for n in range(len(late))], "a state that never was"
        store = ImageStore(restored.settings.images)
        database = open_catalog(restored.settings)
        with database.read() as session:
            for product in repository.stream_products(session):
                store.read(product.images[0].hash)
        database.close()


def test_every_flipped_bit_and_every_cut_is_detected(archive: Path, tmp_path: Path) -> None:
    whole = archive.read_bytes()
    rng = random.Random(7)
    damaged = tmp_path / "damaged.tar"
    for at in [0, 300, len(whole) - 1, len(whole) - 1500, *rng.sample(range(len(whole)), 150)]:
        data = bytearray(whole)
        data[at] ^= 1 << rng.randrange(8)
        damaged.write_bytes(data)
        with pytest.raises(BackupError, match="damaged"):
            check_archive(damaged)
    for length in [0, 1, 511, 2048, len(whole) - 512, *rng.sample(range(len(whole)), 25)]:
        damaged.write_bytes(whole[:length])
        with pytest.raises(BackupError, match="damaged"):
            check_archive(damaged)
    damaged.write_bytes(whole + b"\0")
    with pytest.raises(BackupError, match="damaged"):
        check_archive(damaged)


def test_a_damaged_backup_leaves_no_home(archive: Path, tmp_path: Path) -> None:
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 1
    archive.write_bytes(data)
    (tmp_path / "below").mkdir()
    with pytest.raises(BackupError):
        bring_back(archive, tmp_path / "below" / "new")
    assert list((tmp_path / "below").iterdir()) == []


def write_archive(path: Path, members: list[tuple[str, bytes]]) -> None:
    """Make an archive whose checksums fit, as a stranger could."""
    with path.open("wb") as file:
        writer = ArchiveWriter(file)
        for name, content in members:
            writer.add_bytes(name, content)
        writer.finish()
        writer.close()


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/evil", "index/../../evil", "images/ab/../../x", "models/x", "a\nb"]
)
def test_a_path_that_leads_out_of_the_home_is_refused(
    name: str, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Anything:
        def fullmatch(self, name: str) -> bool:
            return True

    with tarfile.open(archive) as tar:
        about = tar.extractfile("backup.json")
        assert about is not None
        content = about.read()
    with monkeypatch.context() as patched:
        patched.setattr("operations.archive._NAME", Anything())
        write_archive(tmp_path / "evil.tar", [("backup.json", content), (name, b"evil")])
    with pytest.raises(BackupError, match="which is no file of a home"):
        bring_back(tmp_path / "evil.tar", tmp_path / "new")
    assert not (tmp_path / "evil").exists()
    assert not (tmp_path / "new").exists()


def test_a_link_in_an_archive_is_refused(archive: Path, tmp_path: Path) -> None:
    link = tarfile.TarInfo("images/aa/" + "a" * 64)
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(tmp_path / "link.tar", "w") as tar:
        tar.addfile(link)
    with pytest.raises(BackupError, match="which is no file of a home"):
        list(read_archive(tmp_path / "link.tar"))


def test_a_home_that_is_not_empty_is_left_alone_unless_forced(
    home: Home, archive: Path, tmp_path: Path
) -> None:
    before = files_below(home.path, ".")
    with pytest.raises(BackupError, match="is not empty"):
        bring_back(archive, home.path)
    assert files_below(home.path, ".") == before
    home.add("late", "red", 99)
    report, restored = bring_back(archive, home.path, force=True)
    assert "late" not in product_ids(restored.settings)
    aside = Settings(home=Path(report.moved_aside))
    assert "late" in product_ids(aside)


@pytest.mark.parametrize("stage", ["_extract", "_check_staged", "_move_into_place"])
def test_a_restore_that_is_stopped_leaves_the_old_home_and_nothing_else(
    stage: str, home: Home, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*arguments: object) -> None:
        raise KeyboardInterrupt

    before = files_below(home.path, ".")
    monkeypatch.setattr(restore_module, stage, stop)
    with pytest.raises(KeyboardInterrupt):
        bring_back(archive, home.path, force=True)
    assert files_below(home.path, ".") == before
    assert [each.name for each in home.path.parent.iterdir()] == ["home"]


@pytest.mark.parametrize("part", ["vitrine.db", "images", "index", "embeddings"])
def test_a_disk_that_does_not_keep_a_restored_file_is_told_and_leaves_the_old_home(
    part: str, home: Home, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_sync = os.fsync

    def fsync(descriptor: int) -> None:
        path = os.readlink(f"/proc/self/fd/{descriptor}")
        if f".restoring/{part}" in path and not path.endswith(("-wal", "-journal")):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real_sync(descriptor)

    before = files_below(home.path, ".")
    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError, match="Input/output error"):
        bring_back(archive, home.path, force=True)
    assert files_below(home.path, ".") == before
    assert [each.name for each in home.path.parent.iterdir()] == ["home"]


def test_every_restored_file_and_folder_is_synced_before_the_home_gets_its_name(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced, real_sync, real_move = set(), os.fsync, restore_module._move_into_place
    staged_paths: set[str] = set()

    def fsync(descriptor: int) -> None:
        synced.add(os.readlink(f"/proc/self/fd/{descriptor}"))
        real_sync(descriptor)

    def move(staged: Path, target: Path) -> str:
        staged_paths.update(map(str, [staged, *staged.rglob("*")]))
        assert staged_paths <= synced
        return real_move(staged, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(restore_module, "_move_into_place", move)
    bring_back(archive, tmp_path / "new")
    assert len(staged_paths) > 2 * len(NAMES)


KILLED = """
import os, sys
from pathlib import Path
from core.settings import Settings
from core.terminal import NoProgress
from operations import backup, restore

def die(*arguments, **named):
    os.kill(os.getpid(), 9)

module, name, home, file = sys.argv[1:]
setattr({"backup": backup, "restore": restore}[module], name, die)
settings = Settings(home=Path(home), index="numpy", threads=1)
if module == "backup":
    backup.back_up(settings, Path(file), True, False, NoProgress())
else:
    restore.restore(settings, Path(file), True, NoProgress())
"""


def kill_in(module: str, name: str, home: Path, file: Path, python: str) -> None:
    command = [python, "-c", KILLED, module, name, str(home), str(file)]
    done = subprocess.run(command, check=False, capture_output=True)
    assert done.returncode == -9, done.stderr


def test_a_killed_backup_leaves_the_last_one_and_the_next_sweeps(home: Home, archive: Path) -> None:
    before = archive.read_bytes()
    kill_in("backup", "_add_embeddings", home.path, archive, sys.executable)
    assert archive.read_bytes() == before
    assert len(list(archive.parent.glob(".shop.tar.*"))) == 2, "its parts are there"
    save(home.settings, archive)
    assert list(archive.parent.glob(".shop.tar.*")) == []


def test_a_killed_restore_leaves_the_old_home_and_the_next_sweeps(
    home: Home, archive: Path
) -> None:
    before = files_below(home.path, ".")
    kill_in("restore", "_move_into_place", home.path, archive, sys.executable)
    assert files_below(home.path, ".") == before
    assert len(list(home.path.parent.glob(".home.*.restoring"))) == 1
    bring_back(archive, home.path, force=True)
    assert list(home.path.parent.glob(".home.*")) == []


def test_a_newer_schema_or_format_is_refused_by_name(archive: Path, tmp_path: Path) -> None:
    about = restore_module.verify_backup(archive)
    for changed, reason in (
        (replace(about, schema="9999"), "newer than this program's"),
        (replace(about, format=99), "has format 99"),
    ):
        content = json.dumps(asdict(changed)).encode()
        write_archive(tmp_path / "newer.tar", [("backup.json", content)])
        with pytest.raises(BackupError, match=reason):
            bring_back(tmp_path / "newer.tar", tmp_path / "new")


def test_a_damaged_index_is_left_out_of_a_backup_with_a_word(home: Home, tmp_path: Path) -> None:
    served = home.settings.generations / generations.current(home.settings.generations)
    (served / "manifest.json").write_bytes(b"{}")
    report = save(home.settings, tmp_path / "b.tar")
    assert report.generation == ""
    assert "the index" in report.warnings[0]
    _, restored = bring_back(tmp_path / "b.tar", tmp_path / "new")
    built = restored.build()
    assert (built.embedded, built.published) == (0, True)


def test_a_missing_picture_is_counted_and_the_rest_is_saved(home: Home, tmp_path: Path) -> None:
    picture = next(iter(sorted(home.settings.images.glob("*/*"))))
    picture.unlink()
    report = save(home.settings, tmp_path / "b.tar")
    assert report.images == len(NAMES) - 1
    assert report.warnings == ("1 pictures that the catalogue names and the store lacks.",)


def test_a_disk_without_room_is_told_before_anything_is_written(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(NoRoomError, match="MB are free"):
        save(home.settings, tmp_path / "b.tar")
    assert [each.name for each in tmp_path.iterdir()] == ["shop"]


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_text("x")])
def test_a_home_without_a_database_is_refused_in_words(
    home: Home, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    damage(home.path / "vitrine.db")
    with pytest.raises(VitrineError) as raised:
        save(home.settings, tmp_path / "b.tar")
    assert "vitrine.db" in str(raised.value)
    assert not (tmp_path / "b.tar").exists()


def test_the_copy_of_the_database_is_whole(archive: Path, tmp_path: Path) -> None:
    with tarfile.open(archive) as tar:
        tar.extract("vitrine.db", tmp_path, filter="data")
    database = sqlite3.connect(tmp_path / "vitrine.db")
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert database.execute("SELECT count(*) FROM product").fetchone() == (len(NAMES),)
    database.close()


def test_a_whole_backup_says_when_it_was_taken(archive: Path) -> None:
    about = verify_backup(archive)
    assert about.with_images
    assert about.format == 1
