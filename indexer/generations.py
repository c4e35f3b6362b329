"""The generations of an index side by side, and the pointer to the one in service.

Each is a folder named by its id; a folder with a suffix (``.partial``, ``.removed``,
``.damaged``) is none. Moving the pointer and removing folders are short and wait for each
other; a build, which is long, holds a lock of its own, so that one can roll back while it
runs.
"""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.errors import NoGenerationError, SnapshotError
from core.files import fsync_directory, replacing
from core.lock import exclusive
from indexer.confirmed import CONFIRMED
from indexer.manifest import IndexManifest, read_manifest
from indexer.snapshot import IndexSnapshot

log = logging.getLogger(__name__)

POINTER = "current"
BUILD_LOCK = "build.lock"
PARTIAL = ".partial"
_REMOVED = ".removed"
_DAMAGED = ".damaged"
_ID_FORMAT = "%Y%m%dT%H%M%S.%fZ"
_ID = re.compile(r"\d{8}T\d{6}-\d{6}Z")


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation on the disk."""

    id: str
    current: bool
    manifest: IndexManifest | None
    """None where it cannot be read; ``problem`` says why."""
    problem: str = ""


def new_id(root: Path, now: datetime | None = None) -> str:
    """Make an id that sorts after all that exist, whatever the clock says."""
    moment = now or datetime.now(UTC)
    newest = max((path.name[:23] for path in _folders(root)), default="")
    while (fresh := _format_id(moment)) <= newest:
        moment = max(moment, _parse_id(newest)) + timedelta(microseconds=1)
    return fresh


def folder(root: Path, generation_id: str) -> Path:
    """Find a generation's folder from an id that a person may have typed.

    Raises:
        SnapshotError: it is no id (``..`` must not lead out of the root), or not there.
    """
    path = root / generation_id
    if not _ID.fullmatch(generation_id) or not path.is_dir():
        raise SnapshotError(
            f"There is no generation {generation_id!r}; `vitrine index list` names them."
        )
    return path


def current(root: Path) -> str:
    """Tell the id of the generation in service.

    Raises:
        NoGenerationError: nothing has been published.
        SnapshotError: the pointer is damaged.
    """
    try:
        name = (root / POINTER).read_text(encoding="ascii", errors="replace")
    except FileNotFoundError as error:
        raise NoGenerationError(root) from error
    if not _ID.fullmatch(name):
        raise SnapshotError(
            f"{root / POINTER} names no generation ({name[:40]!r}). Choose one with "
            "`vitrine index list` and `vitrine index rollback ID`."
        )
    return name


def open_served(root: Path) -> IndexSnapshot:
    """Open the generation in service, checking all of it.

    Raises:
        SnapshotError: there is none, or it is damaged.
    """
    while True:
        name = current(root)
        try:
            return IndexSnapshot(root / name)
        except SnapshotError:
            # Between reading the pointer and opening the folder, others may have
            # published anew and removed this one. If so, the pointer has moved.
            if current(root) == name:
                raise


def open_current(root: Path) -> IndexSnapshot:
    """Open the generation in service; where it is damaged, the one to go back to.

    That is the newest whole one that is older, else the newest whole one. Where the pointer
    is damaged or gone, any may have been in service, and the newest whole one is taken. The
    log says why, and what to do. The pointer stays as it is: whoever only reads moves nothing.

    Raises:
        NoGenerationError: nothing has been published.
        SnapshotError: none is whole; it tells what is wrong with the one in service.
    """
    try:
        return open_served(root)
    except SnapshotError as error:
        for name in _to_go_back_to(root):
            try:
                snapshot = IndexSnapshot(root / name)
            except SnapshotError as other:
                log.warning("not gone back to: %s", other)
                continue
            _tell_of_stand_in(name, error)
            return snapshot
        raise


def publish(root: Path, generation_id: str) -> None:
    """Make a finished generation the one that readers open next.

    The pointer is written aside and moved into place, so a reader finds the old name or
    the new one, never a part of either (rename(2)).

    Raises:
        SnapshotError: the generation is incomplete; the pointer has not moved.
    """
    with _moving(root):
        _point(root, generation_id)


def rollback(root: Path, generation_id: str | None = None) -> str:
    """Put an earlier generation back in service: the one named, else the next older whole one.

    It is checked completely before the pointer moves; its id is returned. The log tells of
    damaged ones that were passed over.

    Raises:
        SnapshotError: the one named is damaged, or no older one is whole; the pointer has
            not moved.
    """
    with _moving(root):
        if generation_id is None:
            chosen = _next_older(root)
        else:
            chosen = generation_id
            IndexSnapshot(folder(root, chosen)).close()
        _point(root, chosen)
    return chosen


def list_generations(root: Path) -> list[Generation]:
    """List all generations, newest first, damaged ones among them."""
    try:
        served = current(root)
    except SnapshotError:
        served = ""
    listed = []
    for path in sorted(_folders(root), reverse=True):
        if path.suffix:
            continue
        try:
            listed.append(Generation(path.name, path.name == served, read_manifest(path)))
        except SnapshotError as error:
            listed.append(Generation(path.name, path.name == served, None, str(error)))
    return listed


def rollback_to_model(root: Path, fingerprint: str) -> str:
    """Put the newest whole generation of a model in service; empty where there is none.

    Where the one in service is of that model, it stays. No build may run meanwhile: it
    could publish a generation of the other model afterwards.

    Raises:
        BusyError: an index build is running; the pointer has not moved.
    """
    with exclusive(root / BUILD_LOCK, "An index build"):
        listed = list_generations(root)
        # The one in service first, then the newest.
        for each in sorted(listed, key=lambda one: (one.current, one.id), reverse=True):
            if each.manifest is None or each.manifest.fingerprint != fingerprint:
                continue
            try:
                return rollback(root, each.id)
            except SnapshotError as error:
                log.warning("not gone back to: %s", error)
    return ""


def prune(root: Path, keep: int, spare_model: str = "") -> list[str]:
    """Remove all but the newest ``keep`` generations; give the ids of those removed.

    Neither the one in service nor any newer than it is ever removed: after a rollback
    the newer ones are what one may want to go forward to, or to look into. Of the model
    with the fingerprint ``spare_model`` the newest is kept, so that one can go back to it.
    """
    if keep < 1:
        raise ValueError(f"keep must be at least 1, not {keep}")
    with _moving(root):
        try:
            served = current(root)
        except SnapshotError:
            return []  # with no pointer to trust, every one may be the last good one
        listed = list_generations(root)
        spared = [
            each.id
            for each in listed
            if spare_model and each.manifest and each.manifest.fingerprint == spare_model
        ][:1]
        # One that cannot be read is none to go back to, and takes nobody's place.
        kept = [each.id for each in listed if each.manifest][:keep]
        oldest = min([*kept, served])
        removed = [each.id for each in listed if each.id < oldest and each.id not in spared]
        for each in removed:
            remove(root / each)
    return removed


def remove(directory: Path) -> None:
    """Remove a folder so that no reader finds a part of it under its name."""
    aside = directory.with_name(directory.name + _REMOVED)
    directory.rename(aside)
    fsync_directory(directory.parent)
    shutil.rmtree(aside)


def set_aside(root: Path, generation_id: str) -> Path:
    """Rename a damaged generation, so that nobody opens it and it can be looked into.

    For the holder of the build lock only.
    """
    with _moving(root):
        aside = root / f"{generation_id}{_DAMAGED}"
        shutil.rmtree(aside, ignore_errors=True)
        (root / generation_id).rename(aside)
        fsync_directory(root)
    return aside


def repoint(root: Path) -> str | None:
    """See to it that the pointer names a generation whose folder is there.

    Returns:
        None where it does already; else the generation that it was moved to, which is the
        one to go back to, or nothing where none is left and the pointer was removed.
    """
    with _moving(root):
        try:
            if (root / current(root)).is_dir():
                return None
        except NoGenerationError:
            if not _ids(root):
                return None
        except SnapshotError:
            pass
        chosen = next(iter(_to_go_back_to(root)), "")
        if chosen:
            _point(root, chosen)
        else:
            (root / POINTER).unlink(missing_ok=True)
            fsync_directory(root)
        return chosen


def sweep(root: Path) -> None:
    """Clear what killed builds and prunes left. For the holder of the build lock only."""
    for path in _folders(root):
        if path.suffix in (PARTIAL, _REMOVED):
            shutil.rmtree(path, ignore_errors=True)
    with _moving(root):
        for name in (POINTER, CONFIRMED):
            for path in root.glob(f".{name}.*.partial"):
                path.unlink(missing_ok=True)


@contextmanager
def _moving(root: Path) -> Iterator[None]:
    with exclusive(root / "pointer.lock", "Moving the pointer", wait=True):
        yield


def _point(root: Path, generation_id: str) -> None:
    read_manifest(folder(root, generation_id))
    with replacing(root / POINTER) as file:
        file.write(generation_id.encode("ascii"))


def _next_older(root: Path) -> str:
    """Find the newest whole one that is older than the one in service, checking all of it."""
    served = current(root)
    older = sorted((each for each in _ids(root) if each < served), reverse=True)
    for name in older:
        try:
            IndexSnapshot(root / name).close()
        except SnapshotError as error:
            log.warning("not gone back to: %s", error)
        else:
            return name
    if older:
        raise SnapshotError(
            f"No generation older than {served} is whole: {', '.join(older)}. Mend the index "
            "with `vitrine index repair`."
        )
    raise SnapshotError(f"There is no generation older than {served} to go back to.")


def _tell_of_stand_in(generation_id: str, error: SnapshotError) -> None:
    """Tell that another generation is used than the pointer names, and what to do."""
    if isinstance(error, NoGenerationError):
        # A build that was killed just before its first publishing leaves one, and no damage.
        log.warning(
            "No generation has been put in service; %s, which is whole, is used until the next "
            "`vitrine index build` ends.", generation_id,
        )  # fmt: skip
    else:
        log.error(
            "The generation %s is used instead of the one in service, until "
            "`vitrine index repair` has mended the index: %s", generation_id, error,
        )  # fmt: skip


def _to_go_back_to(root: Path) -> list[str]:
    """List what may stand in for the generation in service: the older ones first, newest first."""
    try:
        served = current(root)
    except SnapshotError:
        served = ""
    ids = [each for each in _ids(root) if each != served]
    return sorted(ids, key=lambda each: (each < served, each), reverse=True)


def _ids(root: Path) -> list[str]:
    return [path.name for path in _folders(root) if not path.suffix]


def _folders(root: Path) -> list[Path]:
    """List generations and their remains; the names are ours alone, others' are left alone."""
    if not root.is_dir():
        return []
    return [path for path in root.iterdir() if _ID.match(path.name) and path.is_dir()]


def _format_id(moment: datetime) -> str:
    return moment.strftime(_ID_FORMAT).replace(".", "-")


def _parse_id(text: str) -> datetime:
    return datetime.strptime(text.replace("-", "."), _ID_FORMAT).replace(tzinfo=UTC)
