"""Shoppers' words for a product's kind: they find it, and change nothing else."""

from collections.abc import Callable

import numpy as np
import pytest

from catalog.thesaurus import phrases_of_kind
from indexer import product_text
from search.bootstrap import PublishedGenerations
from search.engine import SearchEngine
from search.query import Page, SearchQuery, SimilarQuery
from search.results import SearchResults
from tests.indexer.conftest import Shop, png


@pytest.fixture
def kitchen(empty_shop: Shop) -> Shop:
    """A kettle whose title does not say so, and neighbours without a kind or any words."""
    empty_shop.add("bare", "", png((30, 200, 30)))
    empty_shop.add("kettle", "Whistler", png((200, 30, 30)), category=("Kitchen", "Kettles"))
    empty_shop.add("board", "Whistler notice board", png((190, 40, 30)))
    empty_shop.add("boiler", "Kettle water boiler", png((30, 30, 200)))
    empty_shop.add("filter", "Kettle water filter", png((30, 30, 190)))
    return empty_shop


def ranked(results: SearchResults) -> list[tuple[str, float]]:
    return [(hit.product.id, hit.score) for hit in results.hits]


def test_a_query_in_words_that_only_the_thesaurus_knows_finds_the_product(
    kitchen: Shop, start: Callable[..., SearchEngine]
) -> None:
    kitchen.products = [each for each in kitchen.products if each.id != "boiler"]
    kitchen.build()
    assert "tea kettle" in phrases_of_kind("kettles")
    hits = start().search(SearchQuery("tea kettle", page=Page(size=1))).hits
    assert [hit.product.id for hit in hits] == ["kettle"]


def test_a_products_own_words_find_it_as_before(
    kitchen: Shop, start: Callable[..., SearchEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = SearchQuery("whistler kitchen kettles")
    with_words = _engine(kitchen, start).search(asked).hits[0]
    monkeypatch.setattr(product_text, "phrases_of_kind", lambda kind: ())
    without = _engine(kitchen, start).search(asked).hits[0]
    assert with_words.product.id == without.product.id


def test_likeness_is_what_it_is_without_the_words(
    kitchen: Shop, start: Callable[..., SearchEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = _engine(kitchen, start)
    with_words = {
        each.id: ranked(engine.similar(SimilarQuery((each.id,)))) for each in kitchen.products
    }
    assert engine.status().products == 5
    monkeypatch.setattr(product_text, "phrases_of_kind", lambda kind: ())
    engine = _engine(kitchen, start)
    for product in kitchen.products:
        assert ranked(engine.similar(SimilarQuery((product.id,)))) == with_words[product.id]


def test_texts_score_with_the_words_and_own_texts_score_without(kitchen: Shop) -> None:
    kitchen.build()
    source = PublishedGenerations(kitchen.generations, "numpy", 1)
    generation = source.serve(source.open())
    encode = kitchen.encoder.encode_texts
    own = encode([product_text.product_text(each) for each in kitchen.products[1:]])
    words = encode([", ".join(phrases_of_kind("kettles"))])
    query = encode(["tea kettle"])

    own_scores = (own @ query[0]).tolist()
    best = [max(own_scores[0], float(words[0] @ query[0])), *own_scores[1:]]
    (scores,) = generation.score_texts(query)
    everything = [*own_scores, float(words[0] @ query[0])]
    np.testing.assert_allclose(
        generation.by_text(scores), [np.mean(everything), *best], rtol=1e-5, atol=1e-6
    )
    np.testing.assert_allclose(
        generation.by_text(scores, own_only=True),
        [np.mean(own_scores), *own_scores],
        rtol=1e-5,
        atol=1e-6,
    )
    for position, expected in enumerate([own[:0], own[:1], own[1:2], own[2:3], own[3:4]]):
        np.testing.assert_array_equal(generation.embeddings_of(position)[1], expected)
    generation.close()


def _engine(shop: Shop, start: Callable[..., SearchEngine]) -> SearchEngine:
    shop.build()
    return start()
