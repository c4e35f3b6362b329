"""The indexer's test shop, in a folder where writing thousands of files costs little."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.indexer.conftest import Shop, shop

__all__ = ["empty_shop", "shop"]

_MEMORY = Path("/dev/shm")


@pytest.fixture
def empty_shop() -> Iterator[Shop]:
    """Make a shop without products; its home is in memory, where there is such a place."""
    place = _MEMORY if os.access(_MEMORY, os.W_OK) else None
    home = Path(tempfile.mkdtemp(prefix="vitrine-shop-", dir=place))
    yield Shop(home)
    shutil.rmtree(home, ignore_errors=True)
