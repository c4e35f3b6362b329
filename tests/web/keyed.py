"""An application with keys on record, and clients that ask with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from catalog import api_keys
from catalog.api_keys import Scope
from catalog.database import open_catalog
from core.settings import Settings
from search.engine import Engine
from tests.web.conformance import CheckingClient, Document
from tests.web.fake_engine import FakeEngine, FakeImages
from web.app import create_app
from web.backstage import backstage_of
from web.media import ImageSource

PUBLIC = "9.9.9.9"
"""An address that rates are held against; the test client's own is this machine."""


def make_key(settings: Settings, *scopes: Scope, name: str = "tests", **changes: Any) -> str:
    """Put a key on record."""
    with closing(open_catalog(settings)) as database, database.write() as session:
        key, _ = api_keys.make_key(session, name, scopes, datetime.now(UTC), **changes)
    return key


def bearing(key: str) -> dict[str, str]:
    """Give the header that bears a key."""
    return {"Authorization": f"Bearer {key}"}


@contextmanager
def opened_app(
    settings: Settings, engine: Engine, images: ImageSource, *, checks: bool = True
) -> Iterator[Flask]:
    """Make an application, and end what it began."""
    app = create_app(settings, engine, images)
    if checks:
        app.test_client_class = CheckingClient
    with closing(backstage_of(app)):
        yield app


def client_from(app: Flask, address: str) -> FlaskClient:
    """Make a client that asks from an address."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return client


def refusals(settings: Settings, engine: FakeEngine, images: FakeImages) -> Iterator[TestResponse]:
    """Provoke what every operation answers to a wrong key, a wrong scope, and too many requests.

    Whatever else is asked does not matter: it is not looked at.
    """
    wrong = {scope: make_key(settings, scope) for scope in (Scope.SEARCH, Scope.ADMIN)}
    settings = replace(settings, require_keys=True, rate_per_address=1)
    with opened_app(settings, engine, images, checks=False) as app:
        client = app.test_client()
        operations = [
            (method.upper(), re.sub(r"\{\w+\}", "1", path))
            for path, methods in Document(app).content["paths"].items()
            for method, operation in methods.items()
            if "401" in operation["responses"]
        ]
        for number, (method, path) in enumerate(operations):
            scope = Scope.SEARCH if path.startswith("/api/v1/catalogue/") else Scope.ADMIN
            yield client.open(path, method=method)
            yield client.open(path, method=method, headers=bearing(wrong[scope]))
            far = client_from(app, f"9.9.9.{number}")
            far.open(path, method=method)
            yield far.open(path, method=method)
