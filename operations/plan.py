"""What an index of so many products takes on this machine: memory, disk and time.

Nothing here is a rule of thumb. The shop's own products are written the way a build writes
them and weighed; the configured model embeds a sample of them and is timed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from catalog import repository
from catalog.database import Database, migrate
from catalog.records import ProductRecord
from core.errors import CatalogueEmptyError
from core.memory import available_memory_bytes, keep_freed_memory
from core.settings import Settings
from core.terminal import Progress
from indexer.jobs import catalogue_products, job_from
from indexer.product_text import product_texts
from indexer.reindex import KEEP, IndexJob
from indexer.room import BuildSize, measure_products, model_dim
from operations.calibration import Calibration, calibrate
from operations.catalogue_view import sqlite_file
from operations.example_products import example_products
from operations.plan_report import DiskPlan, MemoryPlan, Plan, TimePlan

_MOST_READ = 50_000
"""Products of the shop that are weighed; more would say the same and take longer."""
_EXAMPLES = 2_000
_MOST_SAMPLED = 4_000
"""Texts and pictures to time with, of which those are taken that fit in the time."""
_PROBE_BYTES = 32 * 2**20


@dataclass(slots=True)
class _Sample:
    """What was seen of the products while they were weighed."""

    every: int
    texts: list[str] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)
    seen: int = 0

    def watch(self, products: Iterable[ProductRecord]) -> Iterator[ProductRecord]:
        """Pass products on, keeping the texts and pictures of one in ``every``."""
        for product in products:
            if self.seen % self.every == 0:
                self.texts += product_texts(product)
                self.hashes += [each.hash for each in product.images]
            self.seen += 1
            yield product


def make_plan(
    settings: Settings,
    products: int | None,
    images_per_product: float | None,
    progress: Progress,
) -> Plan:
    """Work out what an index of ``products`` takes; embeds a sample for some ten seconds.

    Args:
        settings: Name the model, the machine's threads, the index and the shop.
        products: How many there are to be; as many as the shop has where None.
        images_per_product: How many pictures each; as the shop has, or 1, where None.
        progress: Told what is being done.

    Raises:
        ModelError: the model cannot be loaded.
        DatabaseError: the catalogue cannot be read.
    """
    keep_freed_memory()
    count = _products_there(settings)
    if products is None and count == 0:
        raise CatalogueEmptyError
    products = products or count
    measured, sample, read_s = _weigh(settings, count, images_per_product, progress)
    job, stored, calibration = _measure_machine(settings, sample, progress)
    size = _scaled(measured, products, images_per_product, calibration.dim)
    return Plan(
        products=products,
        images=size.images,
        texts=size.texts,
        from_shop=bool(count),
        model=job.model,
        fingerprint=job.fingerprint,
        index=_index_kind(settings),
        threads=settings.compute_threads,
        calibration=calibration,
        time=_time_plan(settings, size, calibration, read_s),
        memory=_memory_plan(settings, size, calibration),
        disk=_disk_plan(settings, size, measured, stored, count),
    )


def _weigh(
    settings: Settings, count: int, images_per_product: float | None, progress: Progress
) -> tuple[BuildSize, _Sample, float]:
    """Weigh the shop's products, or examples where it has none.

    Gives their size, a sample of them, and the seconds that each took.
    """
    sample = _Sample(every=max(1, min(count or _EXAMPLES, _MOST_READ) * 2 // _MOST_SAMPLED))
    products: Iterable[ProductRecord] = (
        islice(catalogue_products(settings), _MOST_READ)
        if count
        else example_products(_EXAMPLES, images_per_product or 1.0)
    )
    with progress.stage("Weighing", None, "products") as step:
        began = time.perf_counter()
        measured = measure_products(sample.watch(products), _MOST_READ, model_dim(settings))
        seconds = time.perf_counter() - began
        assert measured is not None
        step(measured.products)
    return measured, sample, seconds / measured.products


def _measure_machine(
    settings: Settings, sample: _Sample, progress: Progress
) -> tuple[IndexJob, list[str], Calibration]:
    """Time the build of a sample: (what was timed, the sample's stored pictures, the times)."""
    job = job_from(settings)
    stored = [each for each in sample.hashes if (settings.home / _picture(each)).is_file()]
    with progress.stage("Measuring this machine", 1, "calibrations") as step:
        calibration = calibrate(job, sample.texts[:_MOST_SAMPLED], stored[:_MOST_SAMPLED])
        step(1)
    return job, stored, calibration


def _products_there(settings: Settings) -> int:
    """Count the shop's products; 0 where it has no database yet, which is not made here."""
    path = sqlite_file(settings)
    if path is not None and not path.is_file():
        return 0
    migrate(settings.database)
    database = Database(settings.database)
    try:
        with database.read() as session:
            return repository.count(session)
    finally:
        database.close()


def _scaled(
    measured: BuildSize,
    products: int,
    images_per_product: float | None,
    dim: int,
) -> BuildSize:
    """Give the size of a catalogue of so many products that is otherwise like the measured one."""
    size = measured.scaled_to(products)
    if images_per_product is not None:
        rows = round(products * images_per_product)
        different = measured.images / measured.image_rows if measured.image_rows else 1.0
        size = replace(size, image_rows=rows, images=round(rows * different))
    return replace(size, dim=dim)


def _time_plan(
    settings: Settings, size: BuildSize, calibration: Calibration, read_s: float
) -> TimePlan:
    write_s, hash_s = _disk_speed(settings)
    # Written and fsynced once; hashed for the manifest and again when it is verified.
    assemble = size.generation_bytes * (write_s + 2 * hash_s)
    stages = {
        "load model": calibration.load_s,
        "read": size.products * read_s,
        "encode texts": size.texts * calibration.text_s,
        "encode images": size.images * calibration.image_s,
        "assemble and verify": assemble + _verify_import_s(),
    }
    return TimePlan({name: round(spent, 2) for name, spent in stages.items()})


def _verify_import_s() -> float:
    began = time.perf_counter()
    import indexer.verify  # noqa: F401  (FAISS: what the first build of a process pays)

    return time.perf_counter() - began


def _memory_plan(settings: Settings, size: BuildSize, calibration: Calibration) -> MemoryPlan:
    copies = 0 if _index_kind(settings) == "numpy" else 1
    # What embedding freed is kept, and is where the copy of a field to verify goes.
    freed = max(0, calibration.peak_bytes - calibration.loaded_bytes)
    verifying = max(0, copies * size.largest_field_bytes - freed)
    building = calibration.peak_bytes + size.bookkeeping_bytes + verifying + size.mapped_bytes
    served = (1 + copies) * size.embedding_bytes
    return MemoryPlan(
        building=building,
        serving=calibration.loaded_bytes + served,
        serving_while_swapping=calibration.loaded_bytes + 2 * served,
        gpu=size.embedding_bytes if _index_kind(settings) == "faiss-gpu" else 0,
        free=available_memory_bytes(),
        reclaimable=size.mapped_bytes,
    )


def _disk_plan(
    settings: Settings, size: BuildSize, measured: BuildSize, stored: list[str], count: int
) -> DiskPlan:
    sizes = [(settings.home / _picture(each)).stat().st_size for each in stored]
    return DiskPlan(
        database=round(size.products * _database_bytes(settings, measured, count)),
        images=round(size.images * sum(sizes) / len(sizes)) if sizes else 0,
        images_known=bool(sizes),
        embeddings=size.store_bytes,
        generation=size.generation_bytes,
        keep=KEEP,
        free=shutil.disk_usage(_existing(settings.home)).free,
    )


def _database_bytes(settings: Settings, measured: BuildSize, count: int) -> float:
    """Bytes of the database per product: the shop's file, or a small one that is made to weigh."""
    path = sqlite_file(settings)
    if count and path is not None:
        return path.stat().st_size / count
    per_product = measured.image_rows / measured.products
    with tempfile.TemporaryDirectory(prefix="vitrine-plan-") as scratch:
        file = Path(scratch) / "weighed.db"
        migrate(f"sqlite:///{file}")
        empty = file.stat().st_size
        database = Database(f"sqlite:///{file}")
        with database.write() as session:
            repository.upsert(
                session, list(example_products(_EXAMPLES, per_product)), datetime.now(UTC)
            )
        database.close()  # the last to close moves the log into the file
        return (file.stat().st_size - empty) / _EXAMPLES


def _disk_speed(settings: Settings) -> tuple[float, float]:
    """Measure seconds per byte: to write durably where the index is, and to hash."""
    content = os.urandom(2**20)
    with tempfile.TemporaryFile(dir=settings.home if settings.home.is_dir() else None) as file:
        began = time.perf_counter()
        for _ in range(_PROBE_BYTES // len(content)):
            file.write(content)
        file.flush()
        os.fsync(file.fileno())
        write_s = time.perf_counter() - began
        file.seek(0)
        began = time.perf_counter()
        hashlib.file_digest(file, "sha256")
        hash_s = time.perf_counter() - began
    return write_s / _PROBE_BYTES, hash_s / _PROBE_BYTES


def _index_kind(settings: Settings) -> str:
    """Tell which index the setting comes to on this machine."""
    if settings.index != "auto":
        return settings.index
    from indexer.faiss_index import gpu_count

    return "faiss-gpu" if gpu_count() else "faiss-cpu"


def _picture(image_hash: str) -> Path:
    return Path("images") / image_hash[:2] / image_hash


def _existing(path: Path) -> Path:
    """Find the nearest folder that is there."""
    path = path.absolute()
    while not path.exists():
        path = path.parent
    return path
