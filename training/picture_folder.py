"""Pictures that lie beside a file of pairs, each looked at once."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import NamedTuple

from catalog.images import ImageLimits, image_hash, read_image
from core.errors import ImageError

_SMALLEST = (1, 1)


class FoundPicture(NamedTuple):
    """A picture that can be decoded."""

    hash: str
    path: Path
    name: str
    """Its path below the folder, with forward slashes."""


class PictureFolder:
    """Finds pictures below one folder; neither ``..`` nor a symlink leads out of it."""

    def __init__(self, root: Path, limits: ImageLimits) -> None:
        self._root = root.resolve()
        self._limits = limits
        self._known: dict[str, FoundPicture | str] = {}

    def find(self, location: str) -> FoundPicture | str:
        """Give a picture, or the code of the reason why it can't be used."""
        if location not in self._known:
            try:
                self._known[location] = self._look(location)
            except ImageError as error:
                self._known[location] = f"image_{error.code}"
        return self._known[location]

    def _look(self, location: str) -> FoundPicture:
        path = self._resolve(location)
        data = self._read(path)
        # Only decoding finds out that a file ends too early; the smallest size still goes
        # through all of it, and one bad picture must not end a run hours later.
        read_image(data, self._limits, target=_SMALLEST)
        return FoundPicture(image_hash(data), path, path.relative_to(self._root).as_posix())

    def _resolve(self, location: str) -> Path:
        try:
            path = (self._root / location.replace("\\", "/")).resolve()
        except (OSError, ValueError, RuntimeError) as error:  # a loop, a NUL, too long a name
            raise ImageError("unreadable", f"The path cannot be used ({error}).") from error
        if not path.is_relative_to(self._root):
            raise ImageError("outside_root", "The path leads out of the folder of the pairs.")
        return path

    def _read(self, path: Path) -> bytes:
        """Read a regular file; a pipe or a device might never end."""
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise ImageError("not_a_file", "The path is no regular file.")
            with path.open("rb") as file:
                return file.read(self._limits.max_bytes + 1)
        except FileNotFoundError as error:
            raise ImageError("missing", "There is no such file.") from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise ImageError("unreadable", f"The file cannot be read ({reason}).") from error
