"""A small shop whose index is built with the fake encoder, and an engine over it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.errors import FingerprintMismatchError
from encoder.base import DualEncoder
from search.bootstrap import PublishedGenerations
from search.engine import EngineLimits, SearchEngine
from search.generation import ServedGeneration
from tests.indexer.conftest import Shop, empty_shop, flip, shop

__all__ = ["empty_shop", "flip", "shop"]


@pytest.fixture
def generation(shop: Shop) -> Iterator[ServedGeneration]:
    shop.build()
    source = PublishedGenerations(shop.generations, "numpy", 1)
    generation = source.serve(source.open())
    yield generation
    generation.close()


@pytest.fixture
def start(empty_shop: Shop) -> Iterator[Callable[..., SearchEngine]]:
    """Start engines over the shop's published generations; closed at the end."""
    engines: list[SearchEngine] = []

    def start_engine(**limits: float) -> SearchEngine:
        source = PublishedGenerations(empty_shop.generations, "numpy", 1)
        chosen = EngineLimits(**{"refresh_s": 3600, **limits})  # type: ignore[arg-type]
        engines.append(SearchEngine(encoders, source, chosen))
        return engines[-1]

    def encoders(fingerprint: str, where: str) -> DualEncoder:
        if fingerprint == empty_shop.encoder.fingerprint:
            return empty_shop.encoder
        raise FingerprintMismatchError(where, empty_shop.encoder.fingerprint, fingerprint)

    yield start_engine
    for engine in engines:
        engine.close()


@pytest.fixture
def engine(shop: Shop, start: Callable[..., SearchEngine]) -> SearchEngine:
    shop.build()
    return start()


@pytest.fixture
def pointer(shop: Shop) -> Path:
    return shop.generations / "current"
