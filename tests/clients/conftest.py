"""A really running server with a real engine, and the Python client before it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from vitrine_client import VitrineClient

from catalog.image_store import ImageStore
from core.settings import Settings
from search.bootstrap import PublishedGenerations
from search.engine import EngineLimits, SearchEngine
from tests.operations.conftest import Home, template
from tests.web.api_shop import served_shop
from tests.web.conftest import app, engine, images, sample, settings
from web.app import create_app
from web.server import WebServer

__all__ = ["app", "engine", "images", "sample", "settings", "template"]


@pytest.fixture(scope="session")
def server(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = tmp_path_factory.mktemp("clients") / "home"
    shutil.copytree(template, path)
    home = Home(Settings(home=path, index="numpy", threads=1))
    source = PublishedGenerations(home.settings.generations, "numpy", 1)
    served = SearchEngine(lambda *_: home.encoder, source, EngineLimits(refresh_s=3600))
    site = create_app(home.settings, served, ImageStore(home.settings.images))
    with WebServer(site, home.settings, "127.0.0.1", 0) as running:
        yield running.url
    served.close()


@pytest.fixture
def shop_server(tmp_path: Path) -> Iterator[str]:
    """Run a server before the shop of docs/api.md."""
    settings = Settings(home=tmp_path / "shop", index="numpy", threads=1)
    with served_shop(settings) as served:
        site = create_app(settings, served, ImageStore(settings.images))
        with WebServer(site, settings, "127.0.0.1", 0) as running:
            yield running.url


@pytest.fixture
def client(server: str) -> Iterator[VitrineClient]:
    with VitrineClient(server) as client:
        yield client
