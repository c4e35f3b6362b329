"""A job as the command line runs it, with the fake encoder, small batches and notes."""

from __future__ import annotations

import importlib
import io
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from catalog import database, importer
from catalog.database import Database
from catalog.fetch import retries
from cli import COMMANDS, vitrine
from core.errors import VitrineError
from core.settings import Settings
from core.vectors import Embeddings
from encoder import loading
from encoder.checkpoint import Checkpoint
from encoder.fake import FakeEncoder
from encoder.registry import ModelAction, ModelEvent, ModelRegistry
from indexer.embedding_store import EmbeddingStore
from indexer.jobs import watch_of
from indexer.reindex import KEEP
from indexer.report import BuildReport
from tests.faults.inspection import catalogue_digest
from tests.faults.shop import write_feeds

NotesTaker = Callable[[dict[str, Any]], None]

ENCODER = FakeEncoder()
"""Counts what it is asked for; a forked child counts from 0."""

_USED = ("catalog", "index", "backup", "restore")
_SETTINGS = {
    "VITRINE_INDEX": "numpy",
    "VITRINE_ENCODE_BATCH": "4",
    "VITRINE_THREADS": "2",
    "OPENBLAS_NUM_THREADS": "1",
}
_ROWS_PER_TRANSACTION = 4


def warm_up() -> None:
    """Import what the jobs import, and set what makes them small and repeatable.

    Two jobs are run to their end, since much is only made ready when it is first used.
    """
    os.environ.update(_SETTINGS)
    importer.ROWS_PER_TRANSACTION = _ROWS_PER_TRANSACTION
    database.BUSY_TIMEOUT_S, database.RETRY_FOR_S = 1, 1
    retries.FIRST_PAUSE_S = 0.01
    loading.load_encoder = lambda settings: ENCODER
    loading.model_fingerprint = lambda settings: ENCODER.fingerprint
    for name in _USED:
        if name in COMMANDS:
            importlib.import_module(COMMANDS[name][0].partition(":")[0])
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(io.StringIO()):
        feeds = write_feeds(Path(folder) / "feeds")
        for argv in (("catalog", "import", str(feeds.first)), ("index", "build")):
            assert _command(argv, Path(folder) / "home") == 0
    ENCODER.images_encoded = ENCODER.texts_encoded = 0


def run(argv: Sequence[str], home: Path, note: NotesTaker = lambda _: None) -> dict[str, Any]:
    """Run one job to its end; tell its exit status and what it had embedded."""
    _note_what_is_reported(note)
    match argv:
        case ["promote", folder]:
            status = _promote(Path(folder), home)
        case ["watch"]:
            status = _watch(home)
        case _:
            status = _command(argv, home)
    note({"done": status})
    return {
        "status": status,
        "encoded": {"image": ENCODER.images_encoded, "text": ENCODER.texts_encoded},
    }


def _command(argv: Sequence[str], home: Path) -> int:
    try:
        vitrine.main(["--home", str(home), *argv], prog_name="vitrine")
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


class _OneRound:
    """Time that ends a watch after its first look."""

    def now(self) -> float:
        return 0.0

    def wait(self, seconds: float) -> bool:
        return True


def _watch(home: Path) -> int:
    """Do what `vitrine index watch` does until it would wait: it tells a failure and goes on."""
    told: list[BuildReport] = []
    try:
        settings = Settings.load(os.environ | {"VITRINE_HOME": str(home)})
        settings.ensure_home()
        watch_of(settings, 1, KEEP, told.append).run(_OneRound())
    except (VitrineError, OSError) as error:
        print(f"vitrine: {error}")
    return 0 if told else 1


def _promote(folder: Path, home: Path) -> int:
    """Do what a promotion that passed the gate does; measuring takes too long for here."""
    checkpoint = Checkpoint.open(folder)
    registry = ModelRegistry(home / "models")
    fingerprint = checkpoint.fingerprint()
    try:
        with registry.changing():
            registry.keep(checkpoint, fingerprint)
            if registry.in_service() != fingerprint:
                registry.record(_event(fingerprint))
    except (VitrineError, OSError) as error:
        print(f"vitrine: {error}")
        return 1
    return 0


def _event(fingerprint: str) -> ModelEvent:
    return ModelEvent(
        action=ModelAction.PROMOTE,
        at="2026-01-01T00:00:00+00:00",
        fingerprint=fingerprint,
        reference="local-dir:model",
        previous="0" * 64,
    )


def _note_what_is_reported(note: NotesTaker) -> None:
    """Note each commit and each batch of embeddings once the job counts on them."""
    real_write, real_append = Database.write, EmbeddingStore.append

    @contextmanager
    def write(self: Database) -> Iterator[Session]:
        with real_write(self) as session:
            yield session
            session.flush()
            digest = catalogue_digest(session)
        note({"committed": digest})

    def append(self: EmbeddingStore, keys: Sequence[bytes], embeddings: Embeddings) -> None:
        real_append(self, keys, embeddings)
        note({"stored": self.path.stem, "count": len(keys)})

    Database.write = write  # type: ignore[method-assign]
    EmbeddingStore.append = append  # type: ignore[method-assign]
