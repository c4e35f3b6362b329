"""Gather what a run learns from: examples on two sides, and a way to their pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.database import open_catalog
from catalog.image_store import ImageStore
from catalog.images import ImageLimits, read_image
from catalog.repository import stream_products
from core.errors import TrainingError
from core.settings import Settings
from core.terminal import Progress
from encoder.openclip import pixel_transform
from training.config import TrainConfig
from training.json_lines import read_objects
from training.pairs import TrainingExample
from training.pictures import Pixels, cache_pictures
from training.skipped import Skipped
from training.sources import catalogue_examples, check_contrast, read_pairs, with_searches
from training.split import split


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a run's examples come from."""

    pairs: Path | None = None
    """A file of pairs; None means the catalogue."""
    searches: Path | None = None
    """Logged searches that teach, too."""
    hold_out: Path | None = None
    """Judged queries whose texts are never trained on, as titles or as anything else."""


@dataclass(frozen=True, slots=True)
class RunData:
    """Examples to learn from and to measure with, and where their pictures are."""

    training: list[TrainingExample]
    held_out: list[TrainingExample]
    paths: Mapping[str, Path]
    """Picture files by content hash; one that is not here is in the catalogue's store."""
    skipped: Skipped


def gather(
    settings: Settings, sources: Sources, config: TrainConfig, progress: Progress
) -> RunData:
    """Read all sources and part the examples into two sides.

    Raises:
        TrainingError: a file cannot be used, or there is nothing to learn from.
    """
    skipped = Skipped()
    paths: Mapping[str, Path] = {}
    if sources.pairs:
        file = read_pairs(sources.pairs, _limits(settings), progress)
        examples, paths = file.examples, file.paths
        skipped.merge(file.skipped)
    else:
        examples = _read_catalogue(settings, config, skipped)
    if sources.searches:
        examples, left_out = with_searches(examples, sources.searches)
        skipped.merge(left_out)
    named = _read_queries(sources.hold_out) if sources.hold_out else ()
    training, held_out = split(examples, named, skipped)
    if not training:
        by = f" (by their titles, or by {sources.hold_out})" if sources.hold_out else ""
        raise TrainingError(
            f"Nothing is left to learn from: {len(held_out)} of {len(examples)} examples are held "
            f"out{by}; {skipped}. Bring more products, or hold out fewer titles."
        )
    check_contrast(training, str(sources.pairs or "The catalogue"))
    return RunData(training, held_out, paths, skipped)


class PictureCache:
    """The pictures of examples in one model's geometry, decoded once and kept."""

    def __init__(
        self,
        settings: Settings,
        data: RunData,
        preprocess: dict[str, Any],
        folder: Path,
        progress: Progress,
    ) -> None:
        size = preprocess["size"]
        self._size: tuple[int, int] = (size, size) if isinstance(size, int) else tuple(size)
        self._resize = pixel_transform(preprocess)
        self._store = ImageStore(settings.images)
        self._limits = _limits(settings)
        self._data = data
        self._folder = folder
        self._progress = progress

    def load(self, examples: list[TrainingExample]) -> tuple[list[TrainingExample], Pixels]:
        """Give the examples whose pictures can be read, and those pictures, in order."""
        keys = list(dict.fromkeys(example.image for example in examples))
        cached = cache_pictures(keys, self._open, self._size, self._folder, self._progress)
        rows = {key: row for row, key in enumerate(keys) if row not in cached.refused}
        for row, reason in cached.refused.items():
            self._data.skipped.add("picture_cannot_be_read", f"{keys[row][:12]}: {reason}")
        kept = [example for example in examples if example.image in rows]
        chosen = [rows[example.image] for example in kept]
        if chosen == list(range(len(cached.pixels))):
            return kept, cached.pixels  # still on disk, read as it is needed
        return kept, cached.pixels[chosen]

    def _open(self, key: str) -> Pixels:
        path = self._data.paths.get(key)
        data = path.read_bytes() if path else self._store.read(key)
        height, width = self._size
        return self._resize(read_image(data, self._limits, (width, height)))


def _read_catalogue(
    settings: Settings, config: TrainConfig, skipped: Skipped
) -> list[TrainingExample]:
    database = open_catalog(settings)
    try:
        with database.read() as session:
            examples = catalogue_examples(stream_products(session), config.texts, skipped)
    finally:
        database.close()
    if not examples:
        raise TrainingError(
            f"The catalogue has no product with a picture and a text ({skipped}). Import some "
            "with `vitrine catalog import FILE`, or give --pairs FILE."
        )
    return examples


def _read_queries(path: Path) -> list[str]:
    found = [values.get("query") for _, values in read_objects(path)]
    titles = [each for each in found if isinstance(each, str) and each.strip()]
    if not titles:
        raise TrainingError(
            f'{path} holds no queries to hold out; give lines of {{"query": "title"}}.'
        )
    return titles


def _limits(settings: Settings) -> ImageLimits:
    return ImageLimits(settings.max_image_bytes, settings.max_image_pixels)
