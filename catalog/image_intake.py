"""From a feed's image reference to a checked picture in the store."""

from __future__ import annotations

import re
import stat
from pathlib import Path, PureWindowsPath
from typing import NamedTuple

from catalog.image_store import ImageStore
from catalog.images import ImageLimits, image_hash, probe_image, read_image
from catalog.records import ImageRecord
from catalog.rows import ImageReference, Problem, ProductRow, RefusedRow
from core.errors import ImageError

# One letter is a Windows drive, which is refused as an absolute path.
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+:|//")
_SMALLEST = (1, 1)


class TakenImages(NamedTuple):
    """What became of one row's pictures."""

    images: tuple[ImageRecord, ...] = ()
    problems: tuple[Problem, ...] = ()
    stored: int = 0
    reused: int = 0


class ImageIntake:
    """Takes pictures below one folder into the store; safe for several threads."""

    def __init__(self, root: Path, store: ImageStore, limits: ImageLimits) -> None:
        self._root = root.resolve()
        self._store = store
        self._limits = limits

    def take(self, row: ProductRow | RefusedRow) -> TakenImages:
        """Take all of a row's pictures; one that cannot be used is a problem, never an error."""
        if isinstance(row, RefusedRow):
            return TakenImages()
        taken: dict[str, ImageRecord] = {}
        problems: list[Problem] = []
        stored = 0
        for reference in row.images:
            try:
                image, is_new = self._take_one(reference)
            except ImageError as error:
                problems.append(_problem(error, reference.location))
            else:
                stored += is_new
                taken.setdefault(image.hash, image)
        images = tuple(taken.values())
        return TakenImages(images, tuple(problems), stored, len(images) - stored)

    def _take_one(self, reference: ImageReference) -> tuple[ImageRecord, bool]:
        data = self._read(self._resolve(reference.location))
        info = probe_image(data, self._limits)
        hash = image_hash(data)
        if not self._store.has(hash):
            # Only decoding finds out that a file ends too early; the smallest size
            # still goes through all of it.
            read_image(data, self._limits, target=_SMALLEST)
        is_new = self._store.add(hash, data)
        return ImageRecord(hash, reference.alt, info.width, info.height), is_new

    def _resolve(self, location: str) -> Path:
        """Find a picture's file; neither ``..`` nor a symlink leads out of the folder."""
        if _URL.match(location):
            raise ImageError("url_images_off", "Give a path; pictures are not fetched from URLs.")
        if location.startswith(("/", "\\")) or PureWindowsPath(location).drive:
            raise ImageError("path_absolute", "Give a path relative to the image folder.")
        try:
            path = (self._root / location.replace("\\", "/")).resolve()
        except (OSError, ValueError, RuntimeError) as error:  # a loop, a NUL, too long a name
            raise ImageError("unreadable", f"The path cannot be used ({error}).") from error
        if not path.is_relative_to(self._root):
            raise ImageError("outside_root", "The path leads out of the image folder.")
        return path

    def _read(self, path: Path) -> bytes:
        """Read a regular file; a pipe or a device might never end."""
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                raise ImageError("not_a_file", "The path is no regular file.")
            with path.open("rb") as file:
                return file.read(self._limits.max_bytes + 1)
        except FileNotFoundError as error:
            raise ImageError("missing", "There is no such file in the image folder.") from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise ImageError("unreadable", f"The file cannot be read ({reason}).") from error


def _problem(error: ImageError, location: str) -> Problem:
    code = error.code if error.code == "url_images_off" else f"image_{error.code}"
    return Problem(code, str(error), location)
