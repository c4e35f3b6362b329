"""Pictures by path below one folder, and nothing outside it."""

from __future__ import annotations

import re
import stat
from pathlib import Path, PureWindowsPath

from catalog.images import ImageLimits
from core.errors import ImageError

# One letter is a Windows drive, which is refused as an absolute path.
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+:|//")


def is_url(location: str) -> bool:
    """Tell whether a location is of the web and not of the folder."""
    return _URL.match(location) is not None


class ImageFolder:
    """Finds and reads pictures below ``root``; safe for several threads."""

    def __init__(self, root: Path, limits: ImageLimits) -> None:
        self.root = root.resolve()
        self._limits = limits

    def resolve(self, location: str) -> Path:
        """Find a picture's file; neither ``..`` nor a symlink leads out of the folder.

        Raises:
            ImageError: The location is a URL, an absolute path, or leads out of the folder.
        """
        if is_url(location):
            raise ImageError("url_images_off", "Give a path; pictures are not fetched from URLs.")
        if location.startswith(("/", "\\")) or PureWindowsPath(location).drive:
            raise ImageError("path_absolute", "Give a path relative to the image folder.")
        try:
            path = (self.root / location.replace("\\", "/")).resolve()
        except (OSError, ValueError, RuntimeError) as error:  # a loop, a NUL, too long a name
            raise ImageError("unreadable", f"The path cannot be used ({error}).") from error
        if not path.is_relative_to(self.root):
            raise ImageError("outside_root", "The path leads out of the image folder.")
        return path

    def read(self, path: Path) -> bytes:
        """Read a regular file, one byte past the limit at most; a pipe might never end.

        Raises:
            ImageError: There is no such file, or it cannot be read.
        """
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
