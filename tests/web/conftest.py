from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.settings import Settings
from tests.web.conformance import CheckingClient
from tests.web.fake_engine import FakeEngine, FakeImages, sample_engine
from web.app import create_app


@pytest.fixture(scope="session")
def sample() -> tuple[FakeEngine, FakeImages]:
    return sample_engine()


@pytest.fixture
def engine(sample: tuple[FakeEngine, FakeImages]) -> FakeEngine:
    return sample[0]


@pytest.fixture
def images(sample: tuple[FakeEngine, FakeImages]) -> FakeImages:
    return sample[1]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, max_image_bytes=200_000, max_image_pixels=4_000_000)


@pytest.fixture
def app(settings: Settings, engine: FakeEngine, images: FakeImages) -> Flask:
    app = create_app(settings, engine, images)
    app.test_client_class = CheckingClient
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
