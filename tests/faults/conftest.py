"""The jobs of the crash matrix, each with the home that it starts from."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import shim
from tests.faults.jobs import Jobs
from tests.faults.matrix import Runners, Tally
from tests.faults.shop import picture_server

_FAST = Path("/dev/shm")
"""In memory, where an fsync costs nothing: the model decides what it saves, not the disk."""


@pytest.fixture(scope="session")
def workplace() -> Iterator[Path]:
    """Make a folder whose files are quick to sync."""
    fast = _FAST if os.access(_FAST, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="vitrine-faults-", dir=fast)).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def library(workplace: Path) -> Path:
    """Compile the shim."""
    if reason := shim.unavailable():
        pytest.skip(reason)
    return shim.compile_shim(workplace)


@pytest.fixture(scope="session")
def runners(library: Path, workplace: Path) -> Iterator[Runners]:
    """Start one warmed process for each core, two at most."""
    started = Runners(library, workplace, min(2, os.cpu_count() or 1))
    yield started
    started.close()


@pytest.fixture(scope="session")
def jobs(runners: Runners, workplace: Path) -> Iterator[Jobs]:
    """Make the jobs; their homes are grown as they are asked for."""
    with picture_server(workplace / "feeds") as server:
        yield Jobs(runners, workplace, server)


@pytest.fixture(scope="session")
def record() -> Iterator[dict[str, Tally]]:
    """Gather what was tried; print it, and write it where ``FAULTS_JSON`` says."""
    told: dict[str, Tally] = {}
    yield told
    if not told:
        return
    whole = Tally()
    for tally in told.values():
        whole.take(tally)
    figures = {"all": whole.as_json(), **{name: each.as_json() for name, each in told.items()}}
    text = json.dumps(figures, indent=1)
    print(f"\nCrash matrix: {text}")
    if path := os.environ.get("FAULTS_JSON"):
        Path(path).write_text(text + "\n", encoding="utf-8")
