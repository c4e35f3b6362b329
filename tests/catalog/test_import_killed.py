"""An import that is killed at any moment is finished by the next one."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog import ledger, repository
from catalog.database import Database, migrate
from catalog.image_store import ImageStore
from catalog.importer import ImportOptions, import_feed
from catalog.models import ImportMode, RunStatus
from catalog.records import ProductRecord

ROWS = 120

# Imports in small batches, and kills itself without warning when it has made so many
# calls of the named step.
PROGRAM = """
import os, signal, sys
from pathlib import Path
from catalog import importer, image_store, ledger, repository
from catalog.database import Database
from catalog.models import ImportMode

url, store, feed, step, calls = sys.argv[1:]
importer.ROWS_PER_TRANSACTION = 10
owner, name = {
    "rename": (Path, "replace"),
    "flush": (image_store.ImageStore, "flush"),
    "upsert": (repository, "upsert"),
    "ledger": (ledger, "record_batch"),
    "withdraw": (repository, "withdraw_where"),
    "end": (ledger, "end_run"),
}[step]
real, left = getattr(owner, name), int(calls)

def counted(*arguments):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments)

setattr(owner, name, counted)
full = importer.ImportOptions(mode=ImportMode.FULL)
importer.import_feed(Database(url), image_store.ImageStore(Path(store)), Path(feed), full)
"""


GONE = [f"gone-{number}" for number in range(12)]


def had_before(url: str) -> None:
    """Put products into the catalogue that the feed does not name, and most that it does."""
    migrate(url)
    database = Database(url)
    named = [f"{number:03}" for number in range(ROWS)]
    with database.write() as session:
        now = datetime.now(UTC)
        repository.upsert(session, [ProductRecord(each, "Old") for each in GONE + named], now)
    database.close()


def shop(folder: Path, jpeg: Callable[..., bytes]) -> Path:
    folder.mkdir()
    lines = ["id,title,image"]
    for number in range(ROWS):
        (folder / f"{number}.jpg").write_bytes(jpeg("red", (8 + number, 8)))
        lines.append(f"{number:03},Boot {number},{number}.jpg")
    path = folder / "feed.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def kill_during(url: str, store: Path, feed: Path, step: str, calls: int) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", PROGRAM, url, str(store), str(feed), step, str(calls)],
        cwd=Path(__file__).parents[2],
        check=False,
        timeout=120,
    )
    assert killed.returncode == -signal.SIGKILL


def check_and_finish(url: str, store: ImageStore, feed: Path) -> None:
    """What is committed is whole; the next import completes it and the one after is idle."""
    database = Database(url)
    with database.read() as session:
        kept = list(repository.stream_products(session))
    assert [each.id for each in kept] == sorted({f"{n:03}" for n in range(ROWS)} | set(GONE))
    new = [each for each in kept if each.title != "Old"]
    assert len(new) % 10 == 0
    for product in new:
        assert store.read(product.images[0].hash)
    full = ImportOptions(mode=ImportMode.FULL)
    report = import_feed(database, store, feed, full)
    assert (report.taken, report.changed, report.unchanged) == (ROWS, ROWS - len(new), len(new))
    assert report.withdrawn == len(GONE)
    with database.read() as session:
        finished = list(repository.stream_products(session))
        first, latest = ledger.find_run(session, 1), ledger.find_run(session)
    assert [each.id for each in finished] == [f"{number:03}" for number in range(ROWS)]
    assert [store.has(each.images[0].hash) for each in finished] == [True] * ROWS
    assert first is not None
    assert first.status is RunStatus.INTERRUPTED
    assert latest is not None
    assert latest.status is RunStatus.DONE
    idle = import_feed(database, store, feed, full)
    assert (idle.unchanged, idle.withdrawn) == (ROWS, 0)
    database.close()


def test_killed_between_pictures_and_commit(tmp_path: Path, jpeg: Callable[..., bytes]) -> None:
    url = f"sqlite:///{tmp_path / 'catalogue.db'}"
    had_before(url)
    feed = shop(tmp_path / "feed", jpeg)
    kill_during(url, tmp_path / "store", feed, "ledger", 3)
    check_and_finish(url, ImageStore(tmp_path / "store"), feed)


@pytest.mark.fault
@pytest.mark.parametrize(
    ("step", "calls"),
    [
        *(("rename", calls) for calls in (0, 1, 37, 119)),
        *(("flush", calls) for calls in (0, 5, 11)),
        *(("upsert", calls) for calls in (0, 5, 11)),
        *(("ledger", calls) for calls in (0, 11)),
        ("withdraw", 0),
        ("end", 0),
    ],
)
def test_killed_at_any_step(
    database_url: str, tmp_path: Path, jpeg: Callable[..., bytes], step: str, calls: int
) -> None:
    had_before(database_url)
    feed = shop(tmp_path / "feed", jpeg)
    kill_during(database_url, tmp_path / "store", feed, step, calls)
    check_and_finish(database_url, ImageStore(tmp_path / "store"), feed)
