"""The command that serves the site."""

from __future__ import annotations

import gc
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import click

from core.errors import NoGenerationError
from core.settings import Settings
from core.terminal import emit, json_option

if TYPE_CHECKING:
    from search.engine import Engine
    from web.starting import StartingEngine


log = logging.getLogger(__name__)

TIDY_S = 60


@click.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes any.")
@json_option
@click.pass_obj
def serve(settings: Settings, host: str | None, port: int | None, as_json: bool) -> None:
    """Serve the site and the API until stopped.

    The address answers at once; searches are answered when the engine is open and warm,
    which is when the address is printed.
    """
    # Imported here: other commands start faster without a web server.
    from catalog.image_store import ImageStore
    from web.app import create_app
    from web.backstage import backstage_of
    from web.metrics import listening_for_metrics
    from web.presenters import present_status
    from web.server import WebServer
    from web.services import services_of
    from web.starting import StartingEngine

    settings.ensure_home()
    starting = StartingEngine()
    app = create_app(settings, starting, ImageStore(settings.images))
    host = settings.host if host is None else host
    port = settings.port if port is None else port
    with (
        _until_stopped(),
        closing(backstage_of(app)) as backstage,
        listening_for_metrics(app, settings, host),
        WebServer(app, settings, host, port, backstage.ring.admits_feed) as server,
    ):
        announce(server.url)
        with _opened_engine(settings, starting) as engine:
            starting.use(engine)
            emit(
                {"url": server.url, **present_status(engine.status()).model_dump()},
                f"{settings.shop_name} is ready at {server.url} (Ctrl+C stops it)",
                as_json,
            )
            try:
                wait_for_signal(services_of(app).uploads.forget)
            finally:
                # Requests being answered still need the engine.
                server.stop()


@contextmanager
def _opened_engine(settings: Settings, starting: StartingEngine) -> Iterator[Engine]:
    """Open the engine; where nothing has been published yet, wait until something is."""
    from search import bootstrap

    with ExitStack() as stack:
        waiting = False
        while True:
            try:
                engine = stack.enter_context(bootstrap.open_engine(settings))
                break
            except NoGenerationError as error:
                starting.wait_for_generation(settings.generations)
                if not waiting:
                    click.echo(f"{error} The site waits for it.", err=True)
                waiting = True
            pause(settings.refresh_s)
        yield engine


def pause(seconds: float) -> None:
    """Let time pass; a signal's handler may raise."""
    threading.Event().wait(seconds)


def announce(url: str) -> None:
    """Tell a person who waits what is going on."""
    click.echo(f"Opening the search engine; {url} will answer in a moment.", err=True)


def wait_for_signal(tidy: Callable[[], None]) -> None:
    """Wait until a signal's handler raises, tidying up every ``TIDY_S`` seconds."""
    # All that is loaded stays until the end; looking through it for garbage once more
    # took 1.2 of the 1.5 seconds that stopping lasted.
    gc.freeze()
    while True:
        try:
            tidy()
        except OSError as error:  # a full or read-only disk is no reason to stop serving
            log.warning("old uploads cannot be removed: %s", error)
        pause(TIDY_S)


@contextmanager
def _until_stopped() -> Iterator[None]:
    """Turn SIGINT and SIGTERM into an orderly end; a second signal ends at once."""

    def stop(number: int, frame: FrameType | None) -> None:
        for each, handler in before.items():
            signal.signal(each, handler)
        raise KeyboardInterrupt

    before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
