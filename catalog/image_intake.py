"""From a feed's image reference to a checked picture in the store."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from catalog.image_folder import ImageFolder
from catalog.image_store import ImageStore
from catalog.images import ImageLimits, image_hash, probe_image, read_image
from catalog.records import ImageRecord
from catalog.rows import ImageReference, Problem, ProductRow, RefusedRow
from core.errors import ImageError

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
        self._folder = ImageFolder(root, limits)
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
        data = self._folder.read(self._folder.resolve(reference.location))
        info = probe_image(data, self._limits)
        hash = image_hash(data)
        if not self._store.has(hash):
            # Only decoding finds out that a file ends too early; the smallest size
            # still goes through all of it.
            read_image(data, self._limits, target=_SMALLEST)
        is_new = self._store.add(hash, data)
        return ImageRecord(hash, reference.alt, info.width, info.height), is_new


def _problem(error: ImageError, location: str) -> Problem:
    code = error.code if error.code == "url_images_off" else f"image_{error.code}"
    return Problem(code, str(error), location)
