"""Both databases that the catalogue supports, and small catalogues to put into them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from PIL import Image
from sqlalchemy import create_engine, text

from catalog.database import Database, migrate
from catalog.image_store import ImageStore
from catalog.records import ImageRecord, ProductRecord

settings.register_profile("vitrine", derandomize=True, deadline=None, max_examples=200)
settings.load_profile("vitrine")


def _emptied(postgres_url: str) -> str:
    """Empty the session's database: a new one for each test takes ten times as long."""
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return postgres_url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Name an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'catalogue.db'}"
    return _emptied(request.getfixturevalue("postgres_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Open a migrated database of each kind."""
    migrate(database_url)
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Database]:
    """Open a migrated SQLite database, where the kind does not matter."""
    url = f"sqlite:///{tmp_path / 'one.db'}"
    migrate(url)
    opened = Database(url)
    yield opened
    opened.close()


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    """Make an empty image store."""
    return ImageStore(tmp_path / "store")


@pytest.fixture
def make_product() -> Callable[..., ProductRecord]:
    """Make a product that has a value in every field."""

    def make(product_id: str = "a1", **changes: object) -> ProductRecord:
        values: dict[str, object] = {
            "id": product_id,
            "title": f"Shoe {product_id}",
            "description": "Soft.\nWarm.",
            "brand": "Acme",
            "category": ("Shoes", "Boots"),
            "price_minor": 2990,
            "currency": "EUR",
            "stock": 7,
            "group_id": "g1",
            "attributes": {"colour": "red", "größe": "42"},
            "images": (ImageRecord("ab" * 32, "A boot", 60, 80),),
        }
        return ProductRecord(**(values | changes))  # type: ignore[arg-type]

    return make


@pytest.fixture
def jpeg() -> Callable[..., bytes]:
    """Encode a plain picture of one colour."""

    def encode(colour: str = "red", size: tuple[int, int] = (12, 16), kind: str = "JPEG") -> bytes:
        buffer = io.BytesIO()
        Image.new("RGB", size, colour).save(buffer, kind)
        return buffer.getvalue()

    return encode
