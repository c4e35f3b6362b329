"""From settings to an index build over the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial

from catalog.database import Database, open_catalog
from catalog.image_store import ImageStore
from catalog.images import ImageLimits, read_image
from catalog.records import ProductRecord
from catalog.repository import next_price_change, revision, stream_products
from core.reports import reported_run
from core.settings import Settings
from core.terminal import Progress
from encoder import loading
from encoder.base import DualEncoder
from encoder.registry import ModelRegistry
from indexer.basis import CatalogueBasis
from indexer.reindex import IndexJob, build_index
from indexer.repair import IndexRepair, repair_index
from indexer.report import BuildReport
from indexer.room import require_room
from indexer.watch import IndexWatch, KeptEncoder


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
        basis=partial(catalogue_basis, settings),
        limits=repr(limits),
    )


def catalogue_basis(settings: Settings, migrated: bool = False) -> CatalogueBasis:
    """Tell which state the catalogue is in, and until when its prices hold.

    Args:
        settings: Where the database is.
        migrated: Its schema is known to be the program's, as for who asks again and again.
    """
    database = Database(settings.database) if migrated else open_catalog(settings)
    try:
        with database.read() as session:
            now = datetime.now(UTC)
            state, change = revision(session), next_price_change(session, now)
    finally:
        database.close()
    return CatalogueBasis(
        revision=f"{state.instance}.{state.revision}",
        prices_until=change.isoformat() if change else "",
    )


def catalogue_products(settings: Settings) -> Iterator[ProductRecord]:
    """Stream the catalogue's products in their order, at the prices of this moment."""
    now = datetime.now(UTC)
    database = open_catalog(settings)
    try:
        with database.read() as session:
            for product in stream_products(session):
                yield product.sold_at(now)
    finally:
        database.close()


def watch_of(
    settings: Settings, every_s: float, keep: int, tell: Callable[[BuildReport], object]
) -> IndexWatch:
    """Describe a watch over the catalogue and over which model is in service."""
    encoders = KeptEncoder()
    migrated = False

    def state() -> Hashable:
        nonlocal migrated
        basis = catalogue_basis(settings, migrated)
        migrated = True
        return str(loading.model_reference(settings)), basis

    def build() -> BuildReport:
        pinned = loading.pin_model(settings)
        job = job_from(pinned)
        load = partial(encoders.load, job.fingerprint, job.encoder)
        return reported_build(pinned, replace(job, keep=keep, encoder=load))

    return IndexWatch(state, build, every_s, tell)


def reported_build(
    settings: Settings, job: IndexJob, progress: Progress | None = None
) -> BuildReport:
    """Build the index of the catalogue, and keep a report of it in the home folder.

    Raises:
        VitrineError: see ``build_index``; ``NoRoomError`` where it would not fit.
    """
    job = replace(job, room=partial(require_room, settings))
    with reported_run(settings.reports, "index-build") as run:
        report = build_index(partial(catalogue_products, settings), job, progress)
        run.result = asdict(report)
    return report


def reported_repair(
    settings: Settings, job: IndexJob, progress: Progress | None = None
) -> IndexRepair:
    """Mend the index of the catalogue, and keep a report of it in the home folder.

    Raises:
        VitrineError: see ``repair_index``.
    """
    with reported_run(settings.reports, "index-repair") as run:
        report = repair_index(partial(catalogue_products, settings), job, progress)
        run.result = asdict(report)
    return report
