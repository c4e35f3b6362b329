"""From settings to an index build over the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from catalog.database import open_catalog
from catalog.image_store import ImageStore
from catalog.images import ImageLimits, read_image
from catalog.records import ProductRecord
from catalog.repository import stream_products
from core.settings import Settings
from encoder import loading
from encoder.base import DualEncoder
from encoder.registry import ModelRegistry
from indexer.reindex import IndexJob


def job_from(
    settings: Settings, model: tuple[str, Callable[[], DualEncoder]] | None = None
) -> IndexJob:
    """Describe a build with the model that the settings name, which is fingerprinted now.

    Args:
        settings: Where everything is.
        model: Fingerprint and loader of another model; the settings' own where None.

    Raises:
        ModelError: there is no such model.
    """
    limits = ImageLimits(settings.max_image_bytes, settings.max_image_pixels)
    if model is None:
        model = loading.model_fingerprint(settings), partial(loading.load_encoder, settings)
    return IndexJob(
        generations=settings.generations,
        embeddings=settings.embeddings,
        images=ImageStore(settings.images),
        decode=lambda data, target: read_image(data, limits, target),
        encoder=model[1],
        fingerprint=model[0],
        model=settings.model,
        index_kind=settings.index,
        threads=settings.compute_threads,
        batch=settings.encode_batch,
        spare_model=ModelRegistry(settings.models).previous(),
    )


def catalogue_products(settings: Settings) -> Iterator[ProductRecord]:
    """Stream the catalogue's products in their order."""
    database = open_catalog(settings)
    try:
        with database.read() as session:
            yield from stream_products(session)
    finally:
        database.close()
