"""The engine over real generations, with the encoder that is computable by hand."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from catalog.records import ProductRecord
from core.errors import (
    FingerprintMismatchError,
    NoGenerationError,
    NotReadyError,
    ProductNotFoundError,
    VitrineError,
)
from encoder.fake import COLOURS
from indexer.snapshot import IndexSnapshot
from search.answering import Question, answer
from search.engine import SearchEngine
from search.generation import ServedGeneration
from search.query import Page, SearchQuery, SimilarQuery
from search.results import SearchResults
from search.scoring import Fields
from search.sorting import Sort
from tests.indexer.conftest import Shop, png

TOP = Page(size=3)


def titles(results: SearchResults) -> list[str]:
    return [hit.product.title for hit in results.hits]


def test_a_sentence_finds_the_product_it_names(engine: SearchEngine) -> None:
    for colour in ("red", "blue", "green", "yellow"):
        assert titles(engine.search(SearchQuery(colour, page=TOP)))[0] == f"{colour} thing"


def test_a_picture_finds_the_product_it_looks_like(engine: SearchEngine) -> None:
    for colour in ("red", "blue", "purple"):
        picture = Image.new("RGB", (40, 20), COLOURS[colour])
        results = engine.search(SearchQuery(image=picture, page=TOP))
        assert titles(results)[0] == f"{colour} thing"


def standardized(scores: list[float]) -> NDArray[np.float64]:
    return np.asarray((np.array(scores) - np.mean(scores)) / np.std(scores), dtype=np.float64)


def test_scores_are_those_of_a_brute_force_ranking(
    generation: ServedGeneration, shop: Shop
) -> None:
    query = shop.encoder.encode_texts(["red thing"])[0]
    snapshot = generation.snapshot
    images, texts = [], []
    for position in range(len(snapshot.documents)):
        rows = np.flatnonzero(snapshot.image_products == position)
        images.append(max(float(snapshot.image_embeddings[row] @ query) for row in rows))
        texts.append(float(snapshot.text_embeddings[position] @ query))
    words = snapshot.lexical.scores("red thing")
    expected = 0.4 * standardized(images) + 0.6 * standardized(texts) + 2.0 * words
    asked = SearchQuery("red thing", sort=Sort.RELEVANCE, understand=False)
    (results,) = answer([asked], generation, shop.encoder)
    assert isinstance(results, SearchResults)
    best_first = [snapshot.documents[at].id for at in np.argsort(-expected, kind="stable").tolist()]
    found = [hit.product.id for hit in results.hits]
    assert found == best_first[: len(found)]
    assert results.total == len(found) >= 1
    for hit in results.hits:
        position = generation.position(hit.product.id)
        assert hit.score == pytest.approx(expected[position], abs=1e-4)


def test_pictures_alone_can_be_measured(generation: ServedGeneration, shop: Shop) -> None:
    asked = SearchQuery("thing", explain=True, understand=False)
    (results,) = answer([asked], generation, shop.encoder, Fields(texts=False, words=False))
    assert isinstance(results, SearchResults)
    query = shop.encoder.encode_texts(["thing"])[0]
    best = float((generation.snapshot.image_embeddings @ query).max())
    explanation = results.hits[0].explanation
    assert explanation is not None
    assert explanation.image == pytest.approx(best, abs=1e-4)
    assert (explanation.text, explanation.lexical) == (None, None)


def test_the_picture_shown_is_the_one_that_matched(engine: SearchEngine) -> None:
    two_pictures = engine.product("p00")
    assert len(two_pictures.images) == 2
    dark = engine.search(SearchQuery(image=Image.new("RGB", (8, 8), (9, 9, 9)), page=TOP))
    shown = {hit.product.id: hit.image for hit in dark.hits}
    assert shown["p00"] == two_pictures.images[1]


def test_similar_products_leave_the_product_itself_out(engine: SearchEngine) -> None:
    results = engine.similar(SimilarQuery(("p03",), Page(size=100)))
    assert "p03" not in [hit.product.id for hit in results.hits]
    assert results.total == engine.status().products - 1


def test_similar_is_by_likeness(empty_shop: Shop, start: Callable[..., SearchEngine]) -> None:
    empty_shop.add("a", "crimson lamp", png((250, 10, 10)))
    empty_shop.add("b", "scarlet lamp", png((240, 20, 20), 3))
    empty_shop.add("c", "azure chair", png((10, 10, 250)))
    empty_shop.build()
    results = start().similar(SimilarQuery(("a",), TOP))
    assert [hit.product.id for hit in results.hits] == ["b", "c"]


def test_an_unknown_product_is_named_and_spares_its_batch(
    engine: SearchEngine, generation: ServedGeneration, shop: Shop
) -> None:
    with pytest.raises(ProductNotFoundError, match="nowhere"):
        engine.similar(SimilarQuery(("nowhere",), TOP))
    with pytest.raises(ProductNotFoundError, match="nowhere"):
        engine.product("nowhere")

    asked: list[Question] = [
        SearchQuery("red", page=TOP), SimilarQuery(("nowhere",), TOP), SimilarQuery(("p00",), TOP)
    ]  # fmt: skip
    first, second, third = answer(asked, generation, shop.encoder)
    assert isinstance(first, SearchResults)
    assert titles(first)[0] == "red thing"
    assert isinstance(second, ProductNotFoundError)
    assert isinstance(third, SearchResults)


def test_a_batch_answers_as_its_queries_alone(generation: ServedGeneration, shop: Shop) -> None:
    red = Image.new("RGB", (9, 9), COLOURS["red"])
    asked = [
        SearchQuery("blue", page=TOP),
        SearchQuery(image=red, page=TOP),
        SearchQuery("blue", image=red, page=TOP),
        SearchQuery("blue", page=Page(2, 3)),
    ]
    together = answer(asked, generation, shop.encoder)
    alone = [answer([query], generation, shop.encoder)[0] for query in asked]
    for one, other in zip(together, alone, strict=True):
        assert isinstance(one, SearchResults)
        assert isinstance(other, SearchResults)
        assert [(hit.product, hit.image) for hit in one.hits] == [
            (hit.product, hit.image) for hit in other.hits
        ]
        np.testing.assert_allclose(
            [hit.score for hit in one.hits], [hit.score for hit in other.hits], atol=1e-6
        )


def test_a_product_without_a_picture_is_found_by_its_words(
    empty_shop: Shop, start: Callable[..., SearchEngine]
) -> None:
    empty_shop.add("bare", "umbrella stand")
    empty_shop.add("shown", "red vase", png((255, 0, 0)))
    empty_shop.build()
    hit = start().search(SearchQuery("umbrella", page=TOP)).hits[0]
    assert (hit.product.id, hit.image) == ("bare", None)


def test_a_catalogue_without_pictures_answers_sentences_and_finds_nothing_by_picture(
    empty_shop: Shop, start: Callable[..., SearchEngine]
) -> None:
    empty_shop.add("bare", "umbrella stand")
    empty_shop.build()
    engine = start()
    assert titles(engine.search(SearchQuery("umbrella"))) == ["umbrella stand"]
    results = engine.search(SearchQuery(image=Image.new("RGB", (4, 4))))
    assert (results.hits, results.total) == ((), 0)


@pytest.mark.parametrize("text", ["?!", "...", "€ + =", "«»"])
def test_punctuation_alone_finds_nothing(engine: SearchEngine, text: str) -> None:
    results = engine.search(SearchQuery(text))
    assert (results.hits, results.total, results.pages) == ((), 0, 0)


@pytest.mark.parametrize("text", ["7", "红", "👟", "é"])
def test_a_letter_a_digit_or_a_pictograph_is_a_query(engine: SearchEngine, text: str) -> None:
    results = engine.search(SearchQuery(text))
    assert results.hits or results.nearest


def test_showcase_takes_turns_between_categories(engine: SearchEngine, shop: Shop) -> None:
    shown = engine.showcase(len(COLOURS))
    assert len({hit.product.category for hit in shown}) == len(COLOURS)
    assert all(hit.image for hit in shown)
    assert engine.categories() == (("Things", len(shop.products)),)


def test_answers_name_their_generation_and_stages(engine: SearchEngine) -> None:
    results = engine.search(SearchQuery("red"))
    assert results.generation == engine.status().generation
    assert set(results.timings_ms) == {
        "queue", "read", "encode", "scan", "fuse", "select", "documents"
    }  # fmt: skip


def test_a_new_generation_is_served_when_the_pointer_moves(
    engine: SearchEngine, shop: Shop
) -> None:
    before = engine.status().generation
    assert engine.refresh() is False
    shop.add("new", "turquoise thing", png((0, 200, 200)))
    report = shop.build()
    assert engine.refresh() is True
    assert engine.status().generation == report.generation != before
    assert engine.product("new").title == "turquoise thing"


def test_the_watcher_moves_by_itself(shop: Shop, start: Callable[..., SearchEngine]) -> None:
    shop.build()
    engine = start(refresh_s=0.01)
    shop.add("new", "turquoise thing", png((0, 200, 200)))
    expected = shop.build().generation
    deadline = threading.Event()
    for _ in range(1000):
        if engine.status().generation == expected:
            break
        deadline.wait(0.01)
    assert engine.status().generation == expected


def test_a_damaged_generation_leaves_the_old_one_in_service(
    engine: SearchEngine, shop: Shop, flip: Callable[[Path, int], None],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    before = engine.status().generation
    shop.add("new", "turquoise thing", png((0, 200, 200)))
    damaged = shop.build().generation
    flip(shop.generations / damaged / "image.embeddings.npy", 300)
    assert engine.refresh() is False
    assert engine.status().generation == before
    assert damaged in caplog.text
    assert titles(engine.search(SearchQuery("red", page=TOP)))[0] == "red thing"
    caplog.clear()
    assert engine.refresh() is False
    assert caplog.text == "", "the same failure is told once"


def test_a_slow_move_to_a_generation_is_waited_for(
    shop: Shop, start: Callable[..., SearchEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.build()
    engine = start(timeout_s=0.05)
    shop.add("new", "turquoise thing", png((0, 200, 200)))
    expected = shop.build().generation
    serve = engine._source.serve

    def serve_slowly(snapshot: IndexSnapshot) -> ServedGeneration:
        threading.Event().wait(0.3)
        return serve(snapshot)

    monkeypatch.setattr(engine._source, "serve", serve_slowly)
    assert engine.refresh() is True
    assert engine.status().generation == expected
    assert len(engine.showcase(3)) == 3


def test_a_generation_that_cannot_be_loaded_fails_no_query_and_is_told_once(
    engine: SearchEngine, shop: Shop, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    before = engine.status().generation
    shop.add("new", "turquoise thing", png((0, 200, 200)))
    shop.build()

    def run_out_of_memory(snapshot: IndexSnapshot) -> ServedGeneration:
        raise MemoryError("the index does not fit")

    monkeypatch.setattr(engine._source, "serve", run_out_of_memory)
    assert engine.refresh() is False
    assert "the index does not fit" in caplog.text
    assert titles(engine.search(SearchQuery("red", page=TOP)))[0] == "red thing"
    assert engine.status().generation == before
    caplog.clear()
    assert engine.refresh() is False
    assert caplog.text == ""


def test_a_generation_of_another_encoder_is_refused_at_start_and_at_refresh(
    engine: SearchEngine, shop: Shop, start: Callable[..., SearchEngine]
) -> None:
    before = engine.status().generation
    shop.build(fingerprint="f" * 64, encoder=lambda: Renamed(shop))
    assert engine.refresh() is False
    assert engine.status().generation == before
    with pytest.raises(FingerprintMismatchError, match="vitrine index build"):
        start()


class Renamed:
    """The fake encoder under another fingerprint."""

    def __init__(self, shop: Shop) -> None:
        self._encoder = shop.encoder

    fingerprint = "f" * 64

    def __getattr__(self, name: str) -> object:
        return getattr(self._encoder, name)


def test_no_generation_is_one_clear_sentence(start: Callable[..., SearchEngine]) -> None:
    with pytest.raises(NoGenerationError, match="vitrine index build"):
        start()


def test_a_closed_engine_refuses(shop: Shop, start: Callable[..., SearchEngine]) -> None:
    shop.build()
    engine = start()
    engine.close()
    with pytest.raises(NotReadyError):
        engine.search(SearchQuery("red"))
    assert engine.status().ready is False


def test_queries_during_many_swaps_all_answer_from_one_whole_generation(
    shop: Shop, start: Callable[..., SearchEngine]
) -> None:
    shop.build()
    # Kept answers would be given so fast that the builds hardly had a turn.
    engine = start(cached_answers=0)
    errors: list[VitrineError] = []
    sizes: dict[str, set[int]] = {}
    stop = threading.Event()

    def shop_around() -> None:
        while not stop.is_set():
            try:
                results = engine.search(SearchQuery("thing", page=Page(size=100)))
                sizes.setdefault(results.generation, set()).add(results.total)
                product: ProductRecord = engine.product("p05")
                assert product.title
            except VitrineError as error:
                errors.append(error)

    threads = [threading.Thread(target=shop_around) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(12):
        shop.add(f"new{number}", "turquoise thing", png((0, 200, 200), number))
        shop.build()
        assert engine.refresh() is True
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert all(len(totals) == 1 for totals in sizes.values()), "a generation never changes"
