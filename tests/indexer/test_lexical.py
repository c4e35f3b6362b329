from __future__ import annotations

import json
import math
import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from catalog.records import ProductRecord
from core.errors import SnapshotError
from indexer.arrays import save_array
from indexer.lexical import LexicalIndex
from indexer.lexical_words import compounds, indexed_words, stem
from indexer.lexical_writer import (
    K1,
    MAX_WORDS,
    PRODUCTS,
    STARTS,
    VOCABULARY,
    WEIGHTS,
    WORDS,
    B,
    LexicalWriter,
)

SHOP = (
    ProductRecord("0", "Nike Men Blue Running Shoes", brand="Nike", category=("Shoes",)),
    ProductRecord("1", "Acme Red Watch", brand="Acme", attributes={"strap": "leather"}),
    ProductRecord("2", "Crème T-Shirt", category=("Tshirts",)),
    ProductRecord("3", "Blue Sunglasses", description="Worn on the beach; the beach is sunny."),
    ProductRecord("4", "Gizmo 2.5 MK2"),
    ProductRecord("5", ""),
    ProductRecord("6", "红色连衣裙"),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    return index_of(tmp_path_factory.mktemp("lexical"), SHOP)


def index_of(directory: Path, products: Sequence[ProductRecord]) -> LexicalIndex:
    writer = LexicalWriter(directory)
    for product in products:
        writer.add(product)
    writer.finish()
    index = LexicalIndex(directory)
    index.check(len(products))
    return index


def found(index: LexicalIndex, text: str, last_is_prefix: bool = False) -> set[int]:
    return set(np.flatnonzero(index.scores(text, last_is_prefix)).tolist())


@pytest.mark.parametrize(
    ("text", "products"),
    [
        ("shoe", {0}),
        ("WATCHES", {1}),
        ("creme", {2}),
        ("crème", {2}),
        ("tshirt", {2}),
        ("t-shirt", {2}),
        ("t shirt", {2}),
        ("sun glasses", {3}),
        ("beach", {3}),
        ("leather", {1}),
        ("2.5", {4}),
        ("mk2", {4}),
        ("men's blue", {0, 3}),
        ("连衣裙", {6}),
        ("timepiece", {1}),
        ("locomotive", set()),
        ("", set()),
        ("!?", set()),
    ],
)
def test_word_finds_the_products_that_have_it_in_any_form(
    index: LexicalIndex, text: str, products: set[int]
) -> None:
    assert found(index, text) == products


def test_score_is_the_share_of_what_a_product_could_reach(index: LexicalIndex) -> None:
    assert index.scores("acme red watch")[1] == pytest.approx(1, abs=1e-6)
    both, one = index.scores("blue shoes"), index.scores("blue")
    assert both[0] == pytest.approx(both.max())
    assert 0 < both[3] < both[0] <= 1
    assert one.max() == pytest.approx(1, abs=1e-6)
    assert 0 < one[3] < one[0]  # whose text is shorter


def test_weights_are_those_of_bm25(tmp_path: Path) -> None:
    products = [
        ProductRecord("0", "zig zig zag"),
        ProductRecord("1", "zag"),
        ProductRecord("2", "zag zog zog zog"),
    ]
    index = index_of(tmp_path, products)
    lengths = np.array([3, 1, 4])
    norm = K1 * (1 - B + B * lengths / lengths.mean())

    def weigh(times: list[int]) -> NDArray[np.float64]:
        counts = np.array(times)
        has = np.count_nonzero(counts)
        rarity = math.log(1 + (3 - has + 0.5) / (has + 0.5))
        return np.asarray(rarity * counts / (counts + norm), dtype=np.float64)

    zig, zag = weigh([2, 0, 0]), weigh([1, 1, 1])
    expected = (zig + zag) / (zig.max() + zag.max())
    assert index.scores("zig zag") == pytest.approx(expected, abs=1e-6)


def bm25_by_hand(titles: Sequence[list[str]], query: list[str]) -> list[float]:
    """Score titles by the formula, term by term: slow and obvious."""
    usual = sum(map(len, titles)) / len(titles)
    scores, possible = [0.0] * len(titles), 0.0
    for word in query:
        having = sum(word in title for title in titles)
        rarity = math.log(1 + (len(titles) - having + 0.5) / (having + 0.5))
        weights = []
        for title in titles:
            times = title.count(word)
            weights.append(rarity * times / (times + K1 * (1 - B + B * len(title) / usual)))
        possible += max(weights) if having else math.log1p(len(titles))
        scores = [score + weight for score, weight in zip(scores, weights, strict=True)]
    return [score / possible for score in scores]


def test_every_score_of_random_shops_is_what_the_formula_gives(tmp_path: Path) -> None:
    chance = random.Random(7)
    words = ["zig", "zag", "zog", "zeg", "zug", "zyg", "zab", "zib"]
    for shop in range(8):
        titles = [chance.choices(words[:-1], k=chance.randrange(12)) for _ in range(30)]
        (tmp_path / str(shop)).mkdir()
        index = index_of(
            tmp_path / str(shop),
            [ProductRecord(str(at), " ".join(title)) for at, title in enumerate(titles)],
        )
        for _ in range(25):
            query = chance.choices(words, k=chance.randrange(1, 6))
            expected = bm25_by_hand(titles, query)
            assert index.scores(" ".join(query)) == pytest.approx(expected, abs=1e-5)


def test_unknown_words_leave_little_for_the_rest(index: LexicalIndex) -> None:
    known, half = index.scores("blue"), index.scores("blue locomotive")
    assert half[3] == pytest.approx(known[3] * 0.2, rel=0.5)
    assert half[3] < 0.4 * known[3]


def test_function_words_count_only_among_themselves(tmp_path: Path) -> None:
    index = index_of(tmp_path, [ProductRecord("0", "Just For You"), ProductRecord("1", "Red Hat")])
    assert found(index, "a hat for you") == {1}
    assert found(index, "for you") == {0}


def test_unfinished_word_finds_what_begins_with_it(index: LexicalIndex) -> None:
    assert found(index, "blue sungl") == {0, 3}
    assert index.scores("sungl")[3] == 0
    assert index.scores("sungl", last_is_prefix=True)[3] == pytest.approx(1, abs=1e-6)
    assert found(index, "sungl ", last_is_prefix=True) == {3}
    assert index.scores("blue s", last_is_prefix=True).argmax() in (0, 3)


def test_unfinished_word_counts_as_the_best_that_it_may_become(tmp_path: Path) -> None:
    titles = ("shirt shirt shirt short", "short", "shirt")
    products = [ProductRecord(str(at), title) for at, title in enumerate(titles)]
    index = index_of(tmp_path, products)
    best = np.maximum(index.scores("shirt"), index.scores("short"))
    assert index.scores("sh", last_is_prefix=True) == pytest.approx(best, abs=1e-6)


def test_word_of_a_prefix_is_not_lost_beside_others(index: LexicalIndex) -> None:
    assert found(index, "shoes", last_is_prefix=True) == {0}


def test_shoppers_words_find_but_are_not_the_catalogues_own(index: LexicalIndex) -> None:
    assert found(index, "timepiece") == {1}
    assert index.knows("timepiece")
    assert index.words.find("timepiece") is None
    assert index.words.count("blue") == 2
    assert index.words.count("beach") == 1


def test_words_beginning_with_a_prefix_come_commonest_first(index: LexicalIndex) -> None:
    listed = [index.words.words[at] for at in index.words.beginning_with("b", 2)]
    assert listed == ["blue", "beach"]


def test_grammar_of_descriptions_is_not_indexed(index: LexicalIndex) -> None:
    assert index.words.find("the") is None
    assert index.words.find("sunny") is not None


def test_memory_of_one_product_is_bounded(tmp_path: Path) -> None:
    writer = LexicalWriter(tmp_path)
    writer.add(ProductRecord("0", " ".join(f"w{at}" for at in range(3 * MAX_WORDS))))
    writer.finish()
    index = LexicalIndex(tmp_path)
    index.check(1)
    assert len(index.words) == MAX_WORDS
    assert found(index, f"w{MAX_WORDS - 1}") == {0}
    assert found(index, f"w{MAX_WORDS}") == set()


@pytest.mark.parametrize("products", [[], [ProductRecord("0", "")]])
def test_catalogue_without_words_scores_nothing(
    tmp_path: Path, products: list[ProductRecord]
) -> None:
    index = index_of(tmp_path, products)
    assert index.scores("red", last_is_prefix=True).tolist() == [0.0] * len(products)


def test_same_products_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        index_of(tmp_path / name, SHOP)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def changed(path: Path, change: Callable[[np.ndarray[Any, Any]], object]) -> None:
    array = np.load(path)
    change(array)
    save_array(path, array)


def test_numbers_that_lead_outside_are_refused(tmp_path: Path) -> None:
    def set_last(value: float) -> Callable[[np.ndarray[Any, Any]], object]:
        return lambda array: array.__setitem__((..., -1), value)

    def repeat_one(array: np.ndarray[Any, Any]) -> None:
        first = int(np.flatnonzero(np.diff(starts) > 1)[0])  # a term of several products
        array[starts[first] + 1] = array[starts[first]]

    index_of(tmp_path, SHOP)
    starts = np.load(tmp_path / STARTS)
    damage = {
        STARTS: [set_last(0), lambda array: array.__setitem__(1, 0)],
        PRODUCTS: [set_last(len(SHOP)), set_last(-1), repeat_one],
        WEIGHTS: [set_last(np.nan), set_last(-1), set_last(0)],
        WORDS: [set_last(100_000), set_last(-1), lambda array: array.__setitem__((0, 0), 0)],
    }
    kept = tmp_path / "kept"
    kept.mkdir()
    for name, changes in damage.items():
        for change in changes:
            shutil.copy(tmp_path / name, kept / name)
            changed(tmp_path / name, change)
            with pytest.raises(SnapshotError, match=name.split(".npy")[0]):
                LexicalIndex(tmp_path).check(len(SHOP))
            shutil.copy(kept / name, tmp_path / name)
    LexicalIndex(tmp_path).check(len(SHOP))


@pytest.mark.parametrize(
    "told",
    [
        [],
        {"products": 7, "terms": []},
        {"products": "7", "terms": [], "words": []},
        {"products": 7, "terms": [1], "words": []},
        {"products": 7, "terms": [], "words": []},
    ],
)
def test_vocabulary_that_is_none_is_refused(tmp_path: Path, told: object) -> None:
    index_of(tmp_path, SHOP)
    (tmp_path / VOCABULARY).write_text(json.dumps(told))
    with pytest.raises(SnapshotError):
        LexicalIndex(tmp_path)


def test_index_of_other_products_or_unsorted_is_refused(tmp_path: Path) -> None:
    index_of(tmp_path, SHOP)
    with pytest.raises(SnapshotError, match="7 products, not 8"):
        LexicalIndex(tmp_path).check(8)
    told = json.loads((tmp_path / VOCABULARY).read_bytes())
    told["words"].reverse()
    (tmp_path / VOCABULARY).write_text(json.dumps(told))
    with pytest.raises(SnapshotError, match="not sorted"):
        LexicalIndex(tmp_path).check(len(SHOP))


def test_words_are_folded_and_stemmed() -> None:
    assert compounds("Men's Ärmel-T‑Shirt, Größe XL") == [
        ("men",), ("armel", "t", "shirt"), ("grosse",), ("xl",),
    ]  # fmt: skip
    assert list(indexed_words("L'Oréal")) == ["loreal", "l", "oreal"]
    assert stem("shoes") == stem("shoe") == "shoe"
    assert stem("mk2s") == "mk2s"
    assert compounds("x" * 41) == []
