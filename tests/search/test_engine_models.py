"""An engine whose generations are of two models: a query never meets a mixed pair."""

import threading
import weakref
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from core.errors import VitrineError
from core.vectors import Embeddings
from encoder.base import DualEncoder, PreparedImages
from encoder.fake import FakeEncoder
from search.bootstrap import PublishedGenerations
from search.engine import EngineLimits, SearchEngine
from search.query import Page, SearchQuery
from search.results import SearchResults
from tests.indexer.conftest import Shop

TOP = Page(size=3)


def titles(results: SearchResults) -> list[str]:
    return [hit.product.title for hit in results.hits]


class Mirrored(FakeEncoder):
    """Another model: its space is the fake encoder's with its sides exchanged."""

    def __init__(self) -> None:
        super().__init__("mirrored")

    def encode_prepared(self, images: PreparedImages) -> Embeddings:
        return np.ascontiguousarray(super().encode_prepared(images)[:, ::-1])

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        return np.ascontiguousarray(super().encode_texts(texts)[:, ::-1])


class Encoders:
    """Knows both models, and counts how often each was loaded."""

    def __init__(self, shop: Shop) -> None:
        self.known: dict[str, FakeEncoder] = {
            each.fingerprint: each for each in (shop.encoder, Mirrored())
        }
        self.loaded: list[str] = []

    def __call__(self, fingerprint: str, where: str) -> DualEncoder:
        self.loaded.append(fingerprint)
        return self.known[fingerprint]


def publish_with(shop: Shop, encoder: FakeEncoder) -> str:
    shop.encoder = encoder
    return shop.build(force=True).generation


@pytest.fixture
def two_models(shop: Shop) -> Iterator[tuple[SearchEngine, Encoders]]:
    """An engine that serves with the fake encoder and knows the mirrored one as well."""
    shop.build()
    encoders = Encoders(shop)
    source = PublishedGenerations(shop.generations, "numpy", 1)
    engine = SearchEngine(encoders, source, EngineLimits(refresh_s=3600))
    yield engine, encoders
    engine.close()


def test_a_generation_of_another_model_is_answered_with_that_model(
    shop: Shop, two_models: tuple[SearchEngine, Encoders]
) -> None:
    engine, encoders = two_models
    first, second = encoders.known.values()
    assert engine.search(SearchQuery("red")).fingerprint == first.fingerprint
    published = publish_with(shop, second)
    assert engine.status().fingerprint == first.fingerprint, "nothing moves until it is loaded"
    assert engine.refresh() is True
    results = engine.search(SearchQuery("red", page=TOP))
    assert (results.generation, results.fingerprint) == (published, second.fingerprint)
    assert titles(results)[0] == "red thing"


def test_the_encoder_stays_where_a_new_generation_is_of_the_same_model(
    shop: Shop, two_models: tuple[SearchEngine, Encoders]
) -> None:
    engine, encoders = two_models
    publish_with(shop, shop.encoder)
    assert engine.refresh() is True
    assert encoders.loaded == [shop.encoder.fingerprint]


def test_the_old_encoder_is_let_go_of(
    shop: Shop, two_models: tuple[SearchEngine, Encoders]
) -> None:
    engine, encoders = two_models
    old = weakref.ref(encoders.known.pop(shop.encoder.fingerprint))
    (second,) = encoders.known.values()
    publish_with(shop, second)
    assert engine.refresh() is True
    assert old() is None


def test_a_model_that_cannot_be_loaded_leaves_the_old_pair_in_service_and_is_told_once(
    shop: Shop, two_models: tuple[SearchEngine, Encoders], caplog: pytest.LogCaptureFixture
) -> None:
    engine, encoders = two_models
    first, second = list(encoders.known.values())
    del encoders.known[second.fingerprint]
    published = publish_with(shop, second)
    assert engine.refresh() is False
    results = engine.search(SearchQuery("red", page=TOP))
    assert (results.fingerprint, titles(results)[0]) == (first.fingerprint, "red thing")
    caplog.clear()
    assert engine.refresh() is False
    assert caplog.text == ""
    assert published != engine.status().generation


def test_a_model_that_fails_its_first_sentence_is_not_put_in_service(
    shop: Shop, two_models: tuple[SearchEngine, Encoders], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, encoders = two_models
    first, second = encoders.known.values()
    publish_with(shop, second)

    def fail(texts: Sequence[str]) -> Embeddings:
        raise MemoryError("the model does not fit")

    monkeypatch.setattr(second, "encode_texts", fail)
    assert engine.refresh() is False
    assert engine.search(SearchQuery("red")).fingerprint == first.fingerprint


def test_under_load_no_query_meets_the_model_of_another_generation(
    shop: Shop, two_models: tuple[SearchEngine, Encoders]
) -> None:
    engine, encoders = two_models
    seen: set[str] = set()
    wrong: list[str] = []
    stop = threading.Event()

    def shop_around(colour: str) -> None:
        while not stop.is_set():
            try:
                results = engine.search(SearchQuery(colour, page=TOP))
            except VitrineError as error:
                wrong.append(str(error))
                continue
            seen.add(results.fingerprint)
            if titles(results)[0] != f"{colour} thing":
                wrong.append(f"{results.generation} answered {colour} with {titles(results)[0]}")

    threads = [
        threading.Thread(target=shop_around, args=(each,)) for each in ("red", "blue", "white")
    ]
    for thread in threads:
        thread.start()
    for _ in range(6):
        for encoder in reversed(encoders.known.values()):
            publish_with(shop, encoder)
            assert engine.refresh() is True
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert seen == set(encoders.known)
