"""How much disk and memory a build takes, known before it starts.

Bytes follow from the formats (docs/formats.md); what depends on the shop's own words, as a
product's line and columns, is taken from its generation in service or from a sample that is
written the way a build writes it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from catalog.database import open_catalog
from catalog.records import ProductRecord
from catalog.repository import stats, stream_products
from core.errors import ModelError, NoRoomError, SnapshotError
from core.memory import available_memory_bytes
from core.settings import Settings
from encoder.checkpoint import Checkpoint
from encoder.loading import model_reference
from encoder.reference import Source
from indexer import generations
from indexer.draft import SnapshotDraft
from indexer.embedding_store import HEADER_BYTES, KEY_BYTES, ContentKind
from indexer.manifest import IndexManifest, read_manifest

_ROW_NUMBER_BYTES = 8
"""An int64: a row's product, and for a picture its position besides."""
_CRC_BYTES = 4
_SAMPLE_PRODUCTS = 500
_KEPT_ROW_BYTES = 1.125 * (KEY_BYTES + 2 * _ROW_NUMBER_BYTES)
"""A row's key, product and position while building; CPython grows arrays by an eighth."""
_KEPT_KEY_BYTES = 150
"""A stored embedding's key in the store's dictionary (measured: 112 beside an int of 32)."""
_PROGRAM_BYTES = 500 * 2**20
"""Resident with torch 2.13 and open_clip loaded, without weights and activations (measured)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSize:
    """What a build has to do with, counted or measured."""

    products: int
    image_rows: int
    images: int
    """Different pictures, each embedded once."""
    text_rows: int
    texts: int
    product_bytes: float
    """What a product takes in a generation besides its rows: line, columns, id."""
    dim: int

    def scaled_to(self, products: int) -> BuildSize:
        """Give the size of a catalogue like this one with another number of products."""
        factor = products / self.products

        def times(number: int) -> int:
            return round(number * factor)

        return replace(
            self,
            products=products,
            image_rows=times(self.image_rows),
            images=times(self.images),
            text_rows=times(self.text_rows),
            texts=times(self.texts),
        )

    @property
    def embedding_bytes(self) -> int:
        """Bytes of both fields' embeddings in a generation."""
        return (self.image_rows + self.text_rows) * self.dim * 4

    @property
    def largest_field_bytes(self) -> int:
        """Bytes of the larger field's embeddings: verifying holds a copy of one at a time."""
        return max(self.image_rows, self.text_rows) * self.dim * 4

    @property
    def generation_bytes(self) -> int:
        """Bytes of one generation on the disk."""
        rows = (2 * self.image_rows + self.text_rows) * _ROW_NUMBER_BYTES
        return self.embedding_bytes + rows + round(self.products * self.product_bytes)

    @property
    def store_bytes(self) -> int:
        """Bytes of the embedding stores once all is embedded."""
        return (self.images + self.texts) * record_bytes(self.dim)

    @property
    def bookkeeping_bytes(self) -> int:
        """Memory for rows and keys while building, that the system cannot take back."""
        rows = (self.image_rows + self.text_rows) * _KEPT_ROW_BYTES
        return round(rows + (self.images + self.texts) * _KEPT_KEY_BYTES)

    @property
    def verifying_bytes(self) -> int:
        """Memory that verifying needs and the system cannot take back: a field's copy."""
        return self.bookkeeping_bytes + self.largest_field_bytes

    @property
    def mapped_bytes(self) -> int:
        """Files that a build reads through mappings: counted as its memory, but given back."""
        return self.store_bytes + self.embedding_bytes


@dataclass(frozen=True, slots=True)
class Room:
    """What a build of so many products needs and what there is, in bytes."""

    products: int
    disk: int
    free_disk: int
    memory: int
    free_memory: int
    """0 where the system does not tell."""

    def check(self, home: Path) -> None:
        """Refuse a build that does not fit.

        Raises:
            NoRoomError: the disk or the memory is too small; it tells the figures.
        """
        needs = f"An index of {self.products:,} products needs"
        if self.disk > self.free_disk:
            raise NoRoomError(
                f"{needs} {_mb(self.disk)} on the disk of {home}, and {_mb(self.free_disk)} are "
                "free. Free some (`vitrine index prune --keep 1` removes old generations)"
            )
        if self.free_memory and self.memory > self.free_memory:
            raise NoRoomError(
                f"{needs} {_mb(self.memory)} of memory to build, and {_mb(self.free_memory)} are "
                "free. End other programs, or build on a larger machine"
            )


def record_bytes(dim: int) -> int:
    """Give the length of an embedding store's record."""
    return KEY_BYTES + 4 * dim + _CRC_BYTES


def require_room(settings: Settings) -> Room | None:
    """Refuse a build that would not fit this machine, before it starts.

    What is needed is told from below: a build that is let through may still fill the disk,
    if someone else writes to it. Costs a count of the catalogue, and a sample of it where
    there is no generation. None where the setting ``check_room`` is off, or where there is
    nothing to build, which the build itself says better.

    Raises:
        NoRoomError: the disk or the memory is too small; it tells the figures.
    """
    size = size_of_catalogue(settings) if settings.check_room else None
    if size is None:
        return None
    room = room_for(settings, size)
    room.check(settings.home)
    return room


def room_for(settings: Settings, size: BuildSize) -> Room:
    """Work out what a build takes beside what is on the disk already, and what is free."""
    missing = max(0, size.store_bytes - _stored_bytes(settings.embeddings))
    encoding = _PROGRAM_BYTES + _weights_bytes(settings) if missing else 0
    return Room(
        products=size.products,
        disk=size.generation_bytes + missing,
        free_disk=shutil.disk_usage(_existing(settings.home)).free,
        memory=max(encoding + size.bookkeeping_bytes, size.verifying_bytes),
        free_memory=available_memory_bytes(),
    )


def size_of_catalogue(settings: Settings) -> BuildSize | None:
    """Tell what a build of the catalogue has to do with; None where it is empty."""
    dim = model_dim(settings)
    database = open_catalog(settings)
    try:
        with database.read() as session:
            counted = stats(session)
            known = size_in_service(settings.generations) or measure_products(
                stream_products(session), _SAMPLE_PRODUCTS, dim
            )
    finally:
        database.close()
    if known is None or counted.products == 0:
        return None
    size = replace(
        known.scaled_to(counted.products),
        image_rows=counted.images,
        images=counted.distinct_images,
        dim=dim or known.dim,
    )
    return size if size.dim else None


def size_in_service(root: Path) -> BuildSize | None:
    """Measure the generation in service; None where there is none that can be read."""
    try:
        manifest = read_manifest(root / generations.current(root))
    except SnapshotError:
        return None
    return size_of(manifest) if manifest.products else None


def measure_products(products: Iterable[ProductRecord], limit: int, dim: int) -> BuildSize | None:
    """Measure the first products as a build would write them; None where there are none."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="vitrine-sample-") as scratch:
        draft = SnapshotDraft(Path(scratch), generations.new_id(Path(scratch)))
        try:
            for product in islice(products, limit):
                draft.add(product.sold_at(now))
            if len(draft) == 0:
                return None
            draft.close_products()
            written = sum(path.stat().st_size for path in draft.directory.iterdir())
            images, texts = draft.rows[ContentKind.IMAGE], draft.rows[ContentKind.TEXT]
            return BuildSize(
                products=len(draft),
                image_rows=len(images),
                images=images.distinct(),
                text_rows=len(texts),
                texts=texts.distinct(),
                product_bytes=written / len(draft),
                dim=dim,
            )
        finally:
            draft.discard()


def model_dim(settings: Settings) -> int:
    """Tell the length of the model's embeddings without loading it; 0 where that cannot be."""
    try:
        reference = model_reference(settings)
        if reference.source is not Source.DIRECTORY:
            return 0
        config = Checkpoint.open(Path(reference.name)).config["model_cfg"]
        return int(config["embed_dim"])
    except (ModelError, KeyError, TypeError, ValueError):
        return 0


def size_of(manifest: IndexManifest) -> BuildSize:
    """Measure a generation; contents that rows share cannot be told from it."""
    fields = {kind: manifest.fields.get(kind.value, 0) for kind in ContentKind}
    of_rows = tuple(f"{kind.value}." for kind in ContentKind)
    rest = sum(each.bytes for name, each in manifest.files.items() if not name.startswith(of_rows))
    return BuildSize(
        products=manifest.products,
        image_rows=fields[ContentKind.IMAGE],
        images=fields[ContentKind.IMAGE],
        text_rows=fields[ContentKind.TEXT],
        texts=0,  # what is stored is not embedded again; of what is not, pictures weigh most
        product_bytes=rest / manifest.products,
        dim=manifest.dim,
    )


def _stored_bytes(root: Path) -> int:
    """Bytes of the fullest model's stores: a build appends to one model's."""
    per_model: dict[str, int] = {}
    for path in root.glob("*/*.vectors"):
        size = max(0, path.stat().st_size - HEADER_BYTES)
        per_model[path.parent.name] = per_model.get(path.parent.name, 0) + size
    return max(per_model.values(), default=0)


def _weights_bytes(settings: Settings) -> int:
    try:
        reference = model_reference(settings)
        if reference.source is not Source.DIRECTORY:
            return 0
        return Checkpoint.open(Path(reference.name)).weights.stat().st_size
    except ModelError:
        return 0


def _existing(path: Path) -> Path:
    """Find the nearest folder that is there: a home is made by the job itself."""
    path = path.absolute()
    while not path.exists():
        path = path.parent
    return path


def _mb(size: int) -> str:
    return f"{size / 2**20:,.0f} MB"
