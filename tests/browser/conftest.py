"""A real Chromium in front of the real server, with the fake engine behind it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    sync_playwright,
)

from core.settings import Settings
from tests.web.fake_engine import sample_engine
from tests.web.page_shop import open_shop
from web.app import create_app
from web.server import WebServer

CHROMIUM = (
    os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
)

# A sandbox needs rights that containers lack; the rest keeps the browser off the network.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TIMEOUT_MS = 15_000

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = Settings(home=tmp_path_factory.mktemp("home"), max_image_bytes=200_000)
    engine, images = sample_engine()
    app = create_app(settings, engine, images)
    with WebServer(app, settings, "127.0.0.1", 0) as server:
        yield server.url.rstrip("/")


@pytest.fixture(scope="session")
def shop_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site over a real engine, whose filters, counts and suggestions are true."""
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    with open_shop(tmp_path_factory.mktemp("shop")) as (engine, images):
        app = create_app(settings, engine, images)
        with WebServer(app, settings, "127.0.0.1", 0) as server:
            yield server.url.rstrip("/")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium: set CHROMIUM, or install `chromium`")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(site: str, browser: Browser) -> Iterator[OpenPage]:
    """Open pages of the site over the fake engine."""
    yield from _opener(site, browser)


@pytest.fixture
def open_shop_page(shop_site: str, browser: Browser) -> Iterator[OpenPage]:
    """Open pages of the site over the real engine."""
    yield from _opener(shop_site, browser)


def _opener(site: str, browser: Browser) -> Iterator[OpenPage]:
    """Open pages in contexts of their own; what the console complained about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def hear_error(error: Error) -> None:
        complaints.append(str(error))

    def hear(message: ConsoleMessage) -> None:
        # A page that is itself an error is reported as a resource that failed.
        own = message.page is not None and message.location["url"] == message.page.url
        expected = own and message.text.startswith("Failed to load resource")
        if message.type in ("error", "warning") and not expected:
            complaints.append(message.text)

    def open_one(path: str = "/", width: int = 1280, **options: Any) -> Page:
        phone = width < 600
        context = browser.new_context(
            viewport={"width": width, "height": 844 if phone else 900},
            has_touch=phone,
            is_mobile=phone,
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        page.on("pageerror", hear_error)
        page.on("console", hear)
        page.goto(site + path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []
