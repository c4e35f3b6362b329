"""Pictures that lie beside a file of pairs, each looked at once."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from catalog.image_folder import ImageFolder
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
        self._folder = ImageFolder(root, limits)
        self._limits = limits
        self._known: dict[str, FoundPicture | str] = {}

    def find(self, location: str) -> FoundPicture | str:
        """Give a picture, or the code of the reason why it can't be used."""
        if location not in self._known:
            try:
                self._known[location] = self._look(location)
            except ImageError as error:
                self._known[location] = (
                    error.code if error.code == "url_images_off" else f"image_{error.code}"
                )
        return self._known[location]

    def _look(self, location: str) -> FoundPicture:
        path = self._folder.resolve(location)
        data = self._folder.read(path)
        # Only decoding finds out that a file ends too early; the smallest size still goes
        # through all of it, and one bad picture must not end a run hours later.
        read_image(data, self._limits, target=_SMALLEST)
        return FoundPicture(image_hash(data), path, path.relative_to(self._folder.root).as_posix())
