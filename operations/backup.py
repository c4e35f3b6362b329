"""Everything that a shop cannot make again, in one file, while it goes on serving.

Each part is taken so that it fits the ones before. The generation first: its files never
change, and the database that follows can only be newer. The database as one state of it,
with SQLite's online backup or in one transaction of a server. Then what the database points
to: pictures are durable before a product names them, and are never changed. Embeddings
last: a store only grows.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from core import VERSION
from core.errors import BackupError, NoRoomError, SnapshotError
from core.files import replacing
from core.settings import Settings
from core.terminal import Progress
from encoder.registry import EVENTS, NAME_CHARS
from indexer import generations
from indexer.manifest import MANIFEST, IndexManifest, read_manifest
from operations.archive import ABOUT, DATABASE, ArchiveWriter, check_archive
from operations.database_copy import database_copy, image_hashes, schema_of
from operations.leftovers import sweep_dead

FORMAT = 1
"""Raised when an archive's files change in name or meaning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupAbout:
    """What a backup is of; its first file."""

    format: int
    program: str
    created_at: str
    """UTC, ISO 8601."""
    schema: str
    """Of the database."""
    generation: str
    """The one in service, or empty."""
    with_images: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """What a backup did."""

    path: str
    files: int
    bytes: int
    generation: str
    images: int
    warnings: tuple[str, ...]
    """What is not in it, and why."""

    def to_text(self) -> str:
        """Say it in a few lines."""
        lines = [
            f"Backed up to {self.path}: {self.files:,} files, {self.bytes / 2**20:,.1f} MB, "
            f"{self.images:,} pictures, "
            + (f"the generation {self.generation}." if self.generation else "no generation.")
        ]
        lines += [f"Not in it: {each}" for each in self.warnings]
        lines.append(f"Put it back: vitrine --home FOLDER restore {self.path}")
        return "\n".join(lines)


def back_up(
    settings: Settings, target: Path, with_images: bool, verify: bool, progress: Progress
) -> BackupReport:
    """Write a backup of the home, which may be in use; ``target`` is whole or not there.

    Args:
        settings: Whose home.
        target: The file; one of that name is replaced when the new one is finished.
        with_images: Take the catalogue's pictures along.
        verify: Read it back and check every byte.
        progress: Told how far it is.

    Raises:
        BackupError: something cannot be read whole, or there is no folder to write into.
        DatabaseError: the server that has the catalogue cannot be read.
        NoRoomError: the disk of ``target`` is too small.
    """
    if not target.parent.is_dir():
        raise BackupError(f"There is no folder {target.parent} to write the backup into.")
    sweep_dead(target, ".partial")
    warnings: list[str] = []
    with ExitStack() as opened:
        served = opened.enter_context(_generation_files(settings, warnings))
        copy = opened.enter_context(database_copy(settings, target))
        hashes = image_hashes(copy) if with_images else []
        _require_space(settings, target, copy, served, hashes)
        about = _describe(copy, served, with_images)
        with replacing(target) as file, closing(ArchiveWriter(file)) as archive:
            archive.add_bytes(ABOUT, json.dumps(asdict(about), indent=1).encode() + b"\n")
            _add_path(archive, DATABASE, copy)
            _add_generation(archive, served)
            _add_models(archive, settings)
            _add_tunings(archive, settings)
            images = _add_images(archive, settings, hashes, warnings, progress)
            _add_embeddings(archive, settings)
            archive.finish()
    if verify:
        check_archive(target)
    warnings += _left_out(settings, with_images)
    return _report(target, archive, served, images, warnings)


def _report(
    target: Path, archive: ArchiveWriter, served: _Served, images: int, warnings: list[str]
) -> BackupReport:
    return BackupReport(
        path=str(target),
        files=archive.files,
        bytes=target.stat().st_size,
        generation=served.id,
        images=images,
        warnings=tuple(warnings),
    )


def _describe(copy: Path, served: _Served, with_images: bool) -> BackupAbout:
    return BackupAbout(
        format=FORMAT,
        program=VERSION,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        schema=schema_of(copy),
        generation=served.id,
        with_images=with_images,
    )


def _left_out(settings: Settings, with_images: bool) -> Iterator[str]:
    """Say what was not taken on purpose, or is not in the home."""
    if not with_images:
        yield "the pictures, as --without-images asked."
    if not settings.model.startswith(("promoted", "bundled")):
        yield f"the model {settings.model}, which is not in the home."


@dataclass(frozen=True, slots=True)
class _Served:
    """The open files of the generation in service: they stay readable where it is pruned."""

    id: str
    manifest: IndexManifest | None
    files: dict[str, IO[bytes]]


@contextmanager
def _generation_files(settings: Settings, warnings: list[str]) -> Iterator[_Served]:
    root = settings.generations
    with ExitStack() as opened:
        try:
            name = generations.current(root)
            while True:
                try:
                    served = _open_generation(root / name, opened)
                    break
                except (SnapshotError, OSError):
                    moved = generations.current(root)
                    if moved == name:
                        raise
                    name = moved  # pruned between reading the pointer and opening
        except (SnapshotError, OSError) as error:
            warnings.append(f"the index ({error}) The next build makes one from the embeddings.")
            served = _Served("", None, {})
        yield served


def _open_generation(folder: Path, opened: ExitStack) -> _Served:
    manifest = read_manifest(folder)
    names = [*sorted(manifest.files), MANIFEST]
    files: dict[str, IO[bytes]] = {
        name: opened.enter_context((folder / name).open("rb")) for name in names
    }
    return _Served(manifest.id, manifest, files)


def _add_generation(archive: ArchiveWriter, served: _Served) -> None:
    if served.manifest is None:
        return
    for name, file in served.files.items():
        digest = archive.add(f"index/{served.id}/{name}", file, os.fstat(file.fileno()).st_size)
        if name != MANIFEST and digest != served.manifest.files[name].sha256:
            raise BackupError(
                f"The generation {served.id} is damaged ({name}). Build the index again with "
                "`vitrine index build --force`, then back up."
            )
    archive.add_bytes("index/current", served.id.encode("ascii"))


def _add_models(archive: ArchiveWriter, settings: Settings) -> None:
    """Add the record before the models: a promotion keeps the model, then records it."""
    events = settings.models / EVENTS
    if not events.is_file():
        return
    _add_path(archive, f"models/{EVENTS}", events)
    for folder in sorted(settings.models.iterdir()):
        if folder.is_dir() and len(folder.name) == NAME_CHARS and "." not in folder.name:
            for path in sorted(each for each in folder.iterdir() if each.is_file()):
                _add_path(archive, f"models/{folder.name}/{path.name}", path)


def _add_tunings(archive: ArchiveWriter, settings: Settings) -> None:
    for path in sorted(settings.tuning.glob("*.json")):
        _add_path(archive, f"tuning/{path.name}", path)


def _add_images(
    archive: ArchiveWriter,
    settings: Settings,
    hashes: list[str],
    warnings: list[str],
    progress: Progress,
) -> int:
    missing = 0
    with progress.stage("Backing up", len(hashes), "pictures") as step:
        for each in hashes:
            name = f"images/{each[:2]}/{each}"
            try:
                _add_path(archive, name, settings.home / name)
            except FileNotFoundError:
                missing += 1
            step(1)
    if missing:
        warnings.append(f"{missing:,} pictures that the catalogue names and the store lacks.")
    return len(hashes) - missing


def _add_embeddings(archive: ArchiveWriter, settings: Settings) -> None:
    for path in sorted(settings.embeddings.glob("*/*.vectors")):
        _add_path(archive, f"embeddings/{path.parent.name}/{path.name}", path)


def _add_path(archive: ArchiveWriter, name: str, path: Path) -> None:
    with path.open("rb") as file:
        archive.add(name, file, os.fstat(file.fileno()).st_size)


def _require_space(
    settings: Settings, target: Path, copy: Path, served: _Served, hashes: list[str]
) -> None:
    """Refuse a backup that cannot fit, by what is known without opening every picture."""
    stores = settings.embeddings.glob("*/*.vectors")
    needed = copy.stat().st_size + sum(path.stat().st_size for path in stores)
    needed += sum(os.fstat(file.fileno()).st_size for file in served.files.values())
    sample = hashes[:: max(1, len(hashes) // 200)]
    sizes = [path.stat().st_size for path in _existing(settings, sample)]
    if sizes:
        # A tar keeps each file in whole blocks, after a block that names it.
        needed += round(len(hashes) * (sum(sizes) / len(sizes) + 768))
    free = shutil.disk_usage(target.absolute().parent).free
    if settings.check_room and needed > free:
        raise NoRoomError(
            f"A backup needs about {needed / 2**20:,.0f} MB at {target.absolute().parent}, and "
            f"{free / 2**20:,.0f} MB are free"
        )


def _existing(settings: Settings, hashes: list[str]) -> list[Path]:
    paths = (settings.images / each[:2] / each for each in hashes)
    return [path for path in paths if path.is_file()]
