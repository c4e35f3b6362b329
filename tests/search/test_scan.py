"""What scans read: each text once, and the scores are the same."""

from collections.abc import Iterator

import numpy as np
import pytest

from core.vectors import Embeddings
from indexer.faiss_index import FaissFlatIndex
from indexer.product_text import product_texts
from search.bootstrap import PublishedGenerations
from search.generation import ServedGeneration
from tests.indexer.conftest import Shop, png

OPEN_INDEX = "search.generation.open_vector_index"


@pytest.fixture
def variants(empty_shop: Shop) -> Shop:
    """Two sizes of a kettle with one text, a lamp between them, and one without any words."""
    empty_shop.add("a", "Whistler", png((200, 30, 30)), category=("Kettles",))
    empty_shop.add("b", "Red lamp", png((30, 200, 30)))
    empty_shop.add("c", "Whistler", png((30, 30, 200)), category=("Kettles",))
    empty_shop.add("d", "", png((9, 9, 9)))
    empty_shop.build()
    return empty_shop


@pytest.fixture(params=[("numpy", 1), ("faiss-cpu", 2)], ids=["numpy", "faiss"])
def generation(request: pytest.FixtureRequest, variants: Shop) -> Iterator[ServedGeneration]:
    source = PublishedGenerations(variants.generations, *request.param)
    served = source.serve(source.open())
    yield served
    served.close()


def test_rows_of_equal_texts_have_their_scores_though_it_is_scanned_once(
    generation: ServedGeneration, variants: Shop
) -> None:
    probes = variants.encoder.encode_texts(["whistling kettle", "lamp"])
    stored = generation.snapshot.text_embeddings
    assert len(stored) == 4  # three own texts and the kettles' words
    np.testing.assert_allclose(generation.score_texts(probes), probes @ stored.T, atol=1e-6)


def test_equal_texts_are_held_once(variants: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[int] = []

    def open_counted(kind: str, embeddings: Embeddings, threads: int) -> FaissFlatIndex:
        held.append(len(embeddings))
        return FaissFlatIndex(embeddings)

    monkeypatch.setattr(OPEN_INDEX, open_counted)
    source = PublishedGenerations(variants.generations, "faiss-cpu", 1)
    source.serve(source.open()).close()
    texts = {text for each in variants.products for text in product_texts(each)}
    assert held == [4, len(texts)] == [4, 3]
