"""From a feed's image reference to a checked picture in the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from catalog.fetch.pictures import PictureFetcher
from catalog.fetch.remembered import RememberedPicture
from catalog.image_folder import ImageFolder, is_url
from catalog.image_store import ImageStore
from catalog.images import ImageLimits, image_hash, probe_image, read_image
from catalog.records import ImageRecord
from catalog.rows import ImageReference, Problem, ProductRow, RefusedRow, WithheldRow
from core.errors import ImageError

_SMALLEST = (1, 1)


class TakenImages(NamedTuple):
    """What became of one row's pictures."""

    images: tuple[ImageRecord, ...] = ()
    problems: tuple[Problem, ...] = ()
    stored: int = 0
    reused: int = 0
    fetched: tuple[RememberedPicture, ...] = ()
    """To be noted with the products, once the store was flushed."""


@dataclass(slots=True)
class _Gathered:
    """One row's pictures while they are taken, each once."""

    images: dict[str, ImageRecord] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    stored: int = 0
    fetched: list[RememberedPicture] = field(default_factory=list)


class ImageIntake:
    """Takes pictures into the store, from below one folder or by URL; safe for several threads."""

    def __init__(
        self,
        root: Path,
        store: ImageStore,
        limits: ImageLimits,
        fetcher: PictureFetcher | None = None,
    ) -> None:
        """``fetcher`` gets pictures by URL; None means that they are a problem."""
        self._folder = ImageFolder(root, limits)
        self._store = store
        self._limits = limits
        self._fetcher = fetcher

    def take(self, row: ProductRow | RefusedRow | WithheldRow) -> TakenImages:
        """Take all of a row's pictures; one that cannot be used is a problem, never an error."""
        if not isinstance(row, ProductRow):
            return TakenImages()
        gathered = _Gathered()
        for reference in row.images:
            try:
                self._take_one(reference, gathered)
            except ImageError as error:
                gathered.problems.append(_problem(error, reference.location))
        return TakenImages(
            tuple(gathered.images.values()),
            tuple(gathered.problems),
            gathered.stored,
            len(gathered.images) - gathered.stored,
            tuple(gathered.fetched),
        )

    def _take_one(self, reference: ImageReference, gathered: _Gathered) -> None:
        if is_url(reference.location):
            self._fetch_one(reference, gathered)
        else:
            data = self._folder.read(self._folder.resolve(reference.location))
            self._keep(reference, data, gathered)

    def _fetch_one(self, reference: ImageReference, gathered: _Gathered) -> None:
        if self._fetcher is None:
            hint = "Pictures are fetched from URLs only where VITRINE_FETCH_IMAGES=1 is set."
            raise ImageError("url_images_off", hint)
        picture = self._fetcher.fetch(reference.location)
        try:
            self._keep(reference, picture.data, gathered)
        except ImageError as error:
            # An error page with the status 200, say: as with a server that is down.
            earlier = self._fetcher.earlier(reference.location)
            if earlier is None or earlier == picture.data:
                raise
            self._keep(reference, earlier, gathered)
            gathered.problems.append(_problem(error, reference.location))
            return
        if picture.remembered is not None:
            gathered.fetched.append(picture.remembered)
        if picture.problem is not None:
            gathered.problems.append(_problem(picture.problem, reference.location))

    def _keep(self, reference: ImageReference, data: bytes, gathered: _Gathered) -> None:
        info = probe_image(data, self._limits)
        hash = image_hash(data)
        if not self._store.has(hash):
            # Only decoding finds out that a file ends too early; the smallest size
            # still goes through all of it.
            read_image(data, self._limits, target=_SMALLEST)
        gathered.stored += self._store.add(hash, data)
        image = ImageRecord(hash, reference.alt, info.width, info.height)
        gathered.images.setdefault(hash, image)


def _problem(error: ImageError, location: str) -> Problem:
    code = error.code if error.code == "url_images_off" else f"image_{error.code}"
    return Problem(code, str(error), location)
