"""A small home as a shop has it: catalogue, pictures, stored embeddings and an index."""

from __future__ import annotations

import io
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from catalog import repository
from catalog.database import open_catalog
from catalog.image_store import ImageStore
from catalog.records import ImageRecord, ProductRecord
from core.settings import Settings
from encoder.base import DualEncoder
from encoder.fake import COLOURS, FakeEncoder
from indexer.jobs import catalogue_products, job_from
from indexer.reindex import IndexJob, build_index
from indexer.repair import IndexRepair, repair_index
from indexer.report import BuildReport

NAMES = sorted(COLOURS)


class Home:
    """Twelve products, each of another colour with a picture of its own."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.path = settings.home
        self.encoder = FakeEncoder()

    @property
    def loads(self) -> int:
        return self.encoder.images_encoded + self.encoder.texts_encoded

    def add(self, name: str, colour: str, number: int = 0) -> None:
        """Import one product."""
        store = ImageStore(self.settings.images)
        picture = Image.new("RGB", (16, 16), COLOURS[colour])
        picture.putpixel((number % 16, number // 16 % 16), (number % 251, 7, 9))
        buffer = io.BytesIO()
        picture.save(buffer, "PNG")
        image = ImageRecord(store.put(buffer.getvalue()), colour, 16, 16)
        store.flush()
        product = ProductRecord(
            name, f"{colour} lamp {name}", category=("Lamps",), images=(image,), brand="Acme"
        )
        database = open_catalog(self.settings)
        with database.write() as session:
            repository.upsert(session, [product], datetime.now(UTC))
        database.close()

    def build(self, force: bool = False) -> BuildReport:
        """Build the index with the fake encoder."""
        return build_index(lambda: catalogue_products(self.settings), self._job(force=force))

    def repair(self) -> IndexRepair:
        """Mend the index with the fake encoder."""
        return repair_index(lambda: catalogue_products(self.settings), self._job())

    def _job(self, force: bool = False) -> IndexJob:
        def load() -> DualEncoder:
            return self.encoder

        job = job_from(self.settings, (self.encoder.fingerprint, load))
        return replace(job, force=force)


def run_command(command: click.Command, settings: Settings, arguments: list[str]) -> Result:
    # With the program's names of help: a command remembers those that it is first run with.
    return CliRunner().invoke(command, arguments, obj=settings, help_option_names=["-h", "--help"])


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a home once; tests get copies of it."""
    folder = tmp_path_factory.mktemp("template") / "home"
    home = Home(Settings(home=folder, index="numpy", threads=1))
    for number, colour in enumerate(NAMES):
        home.add(f"p{number:02}", colour, number)
    home.build()
    return folder


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Home:
    path = tmp_path / "shop" / "home"
    shutil.copytree(template, path)
    return Home(Settings(home=path, index="numpy", threads=1))
