"""A home put back from a backup: made aside, checked, and moved into place in one step."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from catalog import repository
from catalog.copying import loaded_catalogue
from catalog.database import SCHEMA, Database, migrate
from core.errors import BackupError, NoRoomError, SnapshotError
from core.files import fsync_directory
from core.settings import Settings
from core.terminal import Progress
from encoder.registry import ModelRegistry
from indexer import generations
from indexer.snapshot import IndexSnapshot
from operations.archive import ABOUT, DATABASE, check_archive, read_archive
from operations.backup import FORMAT, BackupAbout
from operations.catalogue_view import sqlite_file
from operations.leftovers import sweep_dead
from operations.locks import holder_of

_RESTORING = ".restoring"
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
"""Source: renameat2(2), linux/fcntl.h."""
_CHUNK = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReport:
    """What a restore did."""

    home: str
    taken_at: str
    """When the backup was made: UTC, ISO 8601."""
    files: int
    products: int
    generation: str
    """The one in service; empty where the backup had none."""
    moved_aside: str
    """Where the home that was there is now; empty where there was none."""
    with_images: bool

    def to_text(self) -> str:
        """Say it in a few lines."""
        lines = [
            f"Restored {self.home} as of {self.taken_at}: {self.products:,} products, "
            f"{self.files:,} files, "
            + (f"the generation {self.generation}." if self.generation else "no generation.")
        ]
        if self.moved_aside:
            lines.append(f"The home that was there is now {self.moved_aside}.")
        if not self.with_images:
            lines.append("It has no pictures: vitrine catalog import FILE brings them.")
        if not self.generation:
            lines.append("Make an index from the stored embeddings: vitrine index build")
        return "\n".join(lines)


def verify_backup(path: Path) -> BackupAbout:
    """Read all of a backup and check every byte, and every file's own checksum.

    Raises:
        BackupError: it is damaged, or of a format that this program does not know.
    """
    _refuse_missing(path)
    check_archive(path)
    about: BackupAbout | None = None
    for name, source in read_archive(path):
        if name == ABOUT:
            about = _parse_about(source.read())
    if about is None:
        raise BackupError(f"{path} has no {ABOUT}: it is no backup of Vitrine's.")
    return about


def restore(settings: Settings, path: Path, force: bool, progress: Progress) -> RestoreReport:
    """Make the home from a backup. It is whole or not there, whenever this is killed.

    Args:
        settings: Name the home, which must be empty or not exist, and the database; one that
            is not the home's own must hold no catalogue.
        path: The backup.
        force: Move a home that is there aside, whole.
        progress: Told how far it is.

    Raises:
        BackupError: the backup cannot be used, or the home is not empty.
        DatabaseError: the database outside of the home holds a catalogue, or failed.
        NoRoomError: the disk is too small.
        OSError: the disk did not keep a file; the home is as it was.
    """
    home = settings.home.absolute()
    _prepare(settings, path, home, force)
    staged = home.with_name(f".{home.name}.{os.getpid()}{_RESTORING}")
    try:
        staged.mkdir(mode=0o755)
        about, files = _extract(path, staged, progress)
        products = _check_staged(staged)
        with _database_filled(settings, staged, home):
            _sync_tree(staged)
            aside = _move_into_place(staged, home)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    return RestoreReport(
        home=str(home),
        taken_at=about.created_at,
        files=files,
        products=products,
        generation=about.generation,
        moved_aside=aside,
        with_images=about.with_images,
    )


def _prepare(settings: Settings, path: Path, home: Path, force: bool) -> None:
    """Refuse what cannot end well, and make room; nothing of a home is touched."""
    _refuse_missing(path)
    _refuse_target(settings, home, force)
    home.parent.mkdir(parents=True, exist_ok=True)
    sweep_dead(home, _RESTORING)
    _require_space(settings, path, home)
    check_archive(path)


def _refuse_missing(path: Path) -> None:
    if not path.is_file():
        raise BackupError(f"There is no backup {path}.")


def _refuse_target(settings: Settings, home: Path, force: bool) -> None:
    if home.is_symlink() or os.path.ismount(home):
        raise BackupError(
            f"{home} is a mount or a link, which cannot be moved into place in one step. Restore "
            f"into a folder below it: vitrine --home {home / 'shop'} restore FILE"
        )
    if home.exists() and not home.is_dir():
        raise BackupError(f"{home} is a file. Name a folder with --home.")
    if home.is_dir() and any(home.iterdir()) and not force:
        raise BackupError(
            f"{home} is not empty. Restore into another folder with --home, or move it aside "
            "with --force."
        )
    running = holder_of(home / "index" / "build.lock")
    if running:
        raise BackupError(f"An index build is running in {home} (process {running}). End it first.")


def _require_space(settings: Settings, path: Path, home: Path) -> None:
    needed, free = path.stat().st_size, shutil.disk_usage(home.parent).free
    if settings.check_room and needed > free:
        raise NoRoomError(
            f"{home} would take {needed / 2**20:,.0f} MB, and {free / 2**20:,.0f} MB are free"
        )


def _extract(path: Path, staged: Path, progress: Progress) -> tuple[BackupAbout, int]:
    about: BackupAbout | None = None
    files = 0
    with progress.stage("Restoring", None, "files") as step:
        for name, source in read_archive(path):
            if name == ABOUT:
                about = _parse_about(source.read())
                continue
            if about is None:
                raise BackupError(f"{path} does not begin with {ABOUT}: it is no backup.")
            _write(staged / name, source)
            files += 1
            step(1)
    if about is None:
        raise BackupError(f"{path} holds nothing.")
    return about, files


def _write(target: Path, source: IO[bytes]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:  # a name that comes twice is refused
        shutil.copyfileobj(source, file, _CHUNK)


def _parse_about(content: bytes) -> BackupAbout:
    try:
        told = json.loads(content)
        about = BackupAbout(**told)
    except (ValueError, TypeError) as error:
        raise BackupError(f"{ABOUT} cannot be read ({error}).") from error
    if about.format != FORMAT:
        raise BackupError(
            f"The backup has format {about.format}, and this program reads {FORMAT}: use the "
            f"program {about.program} that made it."
        )
    if about.schema > SCHEMA:
        raise BackupError(
            f"The backup's database has the schema {about.schema}, newer than this program's "
            f"{SCHEMA}. Update the program."
        )
    return about


def _check_staged(staged: Path) -> int:
    """Open everything as its own part of the program does; count the products."""
    url = f"sqlite:///{staged / DATABASE}"
    if not (staged / DATABASE).is_file():
        raise BackupError("The backup holds no database.")
    migrate(url)
    database = Database(url)
    try:
        with database.write() as session:
            # From here on it may count to the same revision over other products.
            repository.renew_instance(session)
            products = repository.count(session)
    finally:
        database.close()
    root = staged / "index"
    if root.is_dir():
        try:
            IndexSnapshot(root / generations.current(root)).close()
        except SnapshotError as error:
            raise BackupError(f"The backup's index cannot be opened: {error}") from error
    promoted = ModelRegistry(staged / "models").in_service()
    if promoted and not ModelRegistry(staged / "models").holds(promoted):
        raise BackupError(f"The backup lacks the promoted model {promoted[:12]}.")
    return products


@contextmanager
def _database_filled(settings: Settings, staged: Path, home: Path) -> Iterator[None]:
    """Put the catalogue where the settings want it, as the block ends; mostly it is there.

    Into another database it goes in one transaction, which is committed when the home is in
    place: whoever is stopped in between finds that database empty, and can restore again.
    """
    if sqlite_file(settings) == home / DATABASE:
        yield
        return
    file = staged / DATABASE
    with loaded_catalogue(file, settings.database):
        for each in staged.glob(f"{DATABASE}*"):
            each.unlink()
        yield


def _sync_tree(staged: Path) -> None:
    """Make every restored file durable, and every name; sync(2) would tell of no failure.

    Raises:
        OSError: the disk did not keep one of them.
    """
    for folder, _, names in os.walk(staged, onerror=_tell):
        for name in names:
            with (Path(folder) / name).open("rb+") as file:
                os.fsync(file.fileno())
        fsync_directory(Path(folder))


def _tell(error: OSError) -> None:
    """Raise what os.walk would pass over."""
    raise error


def _move_into_place(staged: Path, home: Path) -> str:
    """Give the new home its name; tell where the old one is now, if there was one.

    An empty folder is replaced by rename(2). One that holds something changes places with
    the new one, so that at no moment there is none.
    """
    if not home.is_dir() or not any(home.iterdir()):
        staged.replace(home)
        fsync_directory(home.parent)
        return ""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = home.with_name(f"{home.name}.before-{moment}")
    if _exchange(staged, home):
        staged.rename(aside)
    else:
        home.rename(aside)
        staged.rename(home)
    fsync_directory(home.parent)
    return str(aside)


def _exchange(first: Path, second: Path) -> bool:
    """Swap two names at once; False where the system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "renameat2"):
        return False
    names = os.fsencode(first), os.fsencode(second)
    result = library.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE)
    return int(result) == 0
