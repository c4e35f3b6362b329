from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from catalog.records import ImageRecord, ProductRecord
from core.errors import ImageError
from encoder.base import DualEncoder
from encoder.fake import COLOURS, FakeEncoder
from indexer.basis import CatalogueBasis
from indexer.reindex import IndexJob, build_index
from indexer.report import BuildReport
from indexer.snapshot import IndexSnapshot


def png(colour: tuple[int, int, int], dot: int = 0) -> bytes:
    """Draw a plain picture; ``dot`` makes pictures of one colour different."""
    picture = Image.new("RGB", (16, 16), colour)
    picture.putpixel((dot % 16, dot // 16 % 16), (dot % 251, 7, 9))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def decode(data: bytes, target: tuple[int, int]) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data)).convert("RGB")
    except OSError as error:
        raise ImageError("not_an_image", "The file is no picture.") from error


@dataclass
class Shop:
    """A catalogue in memory, its pictures in a dictionary, and the index under ``home``."""

    home: Path
    products: list[ProductRecord] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    encoder: FakeEncoder = field(default_factory=FakeEncoder)
    loads: int = 0
    reads: int = 0
    """How often the products were read."""
    basis: CatalogueBasis = CatalogueBasis()
    """What the catalogue says of its state; a test that has one must change it itself."""

    @property
    def generations(self) -> Path:
        return self.home / "index"

    def read(self, hash: str, /) -> bytes:
        if hash not in self.pictures:
            raise ImageError("missing", "The store has no such picture.")
        return self.pictures[hash]

    def picture(self, data: bytes) -> ImageRecord:
        hash = hashlib.sha256(data).hexdigest()
        self.pictures[hash] = data
        return ImageRecord(hash, "", 16, 16)

    def add(self, id: str, title: str, *pictures: bytes, **fields: Any) -> ProductRecord:
        images = tuple(self.picture(each) for each in pictures)
        product = ProductRecord(id, title, images=images, **fields)
        self.products.append(product)
        return product

    def load(self) -> DualEncoder:
        self.loads += 1
        return self.encoder

    def job(self, **changes: Any) -> IndexJob:
        job = IndexJob(
            generations=self.generations,
            embeddings=self.home / "embeddings",
            images=self,
            decode=decode,
            encoder=self.load,
            fingerprint=self.encoder.fingerprint,
            model="fake",
            index_kind="numpy",
            threads=2,
            batch=4,
            basis=lambda: self.basis,
        )
        return replace(job, **changes)

    def build(self, **changes: Any) -> BuildReport:
        return build_index(self.read_products, self.job(**changes))

    def read_products(self) -> Iterator[ProductRecord]:
        self.reads += 1
        return iter(self.products)

    def open(self, generation: str) -> IndexSnapshot:
        return IndexSnapshot(self.generations / generation)


@pytest.fixture
def empty_shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "home")


@pytest.fixture
def shop(empty_shop: Shop) -> Shop:
    """Twelve products, one of each colour; the first has two pictures, all have prices."""
    for position, (name, colour) in enumerate(sorted(COLOURS.items())):
        pictures = [png(colour, position)] + ([png((9, 9, 9), 99)] if position == 0 else [])
        empty_shop.add(
            f"p{position:02d}",
            f"{name} thing",
            *pictures,
            category=("Things", name.title()),
            brand="Acme" if position % 2 else "",
            price_minor=100 * position if position else None,
            currency="EUR" if position else "",
            stock=position,
            attributes={"colour": name},
        )
    return empty_shop


@pytest.fixture
def flip() -> Callable[[Path, int], None]:
    """Flip the lowest bit of one byte of a file."""

    def flip_byte(path: Path, at: int) -> None:
        data = bytearray(path.read_bytes())
        data[at] ^= 1
        path.write_bytes(data)

    return flip_byte
