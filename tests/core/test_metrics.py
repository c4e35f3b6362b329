"""The measures, computed by hand."""

import math

import pytest

from core.metrics import ndcg_at, precision_at, recall_at, reciprocal_rank_at

RANKED = ["a", "x", "b", "y", "c"]
RELEVANT = {"a", "b", "c", "d"}


def test_recall_divides_by_all_relevant() -> None:
    assert recall_at(RANKED, RELEVANT, 1) == 1 / 4
    assert recall_at(RANKED, RELEVANT, 5) == 3 / 4


def test_precision_divides_by_k_even_where_fewer_were_returned() -> None:
    assert precision_at(RANKED, RELEVANT, 3) == 2 / 3
    assert precision_at(["a"], RELEVANT, 10) == 1 / 10


def test_reciprocal_rank_is_of_the_first_hit_within_k() -> None:
    assert reciprocal_rank_at(["x", "y", "c"], RELEVANT, 10) == 1 / 3
    assert reciprocal_rank_at(["x", "y", "c"], RELEVANT, 2) == 0


def test_ndcg_by_hand() -> None:
    gained = 1 + 1 / math.log2(4)  # hits at ranks 1 and 3
    ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert ndcg_at(RANKED, RELEVANT, 3) == pytest.approx(gained / ideal)


def test_ndcg_of_a_perfect_ranking_is_1_where_few_are_relevant() -> None:
    assert ndcg_at(["b", "a", "x"], {"a", "b"}, 10) == pytest.approx(1)


@pytest.mark.parametrize("measure", [recall_at, ndcg_at])
def test_nothing_relevant_is_refused(measure: object) -> None:
    assert callable(measure)
    with pytest.raises(ValueError, match="at least one relevant"):
        measure(RANKED, set(), 10)


def test_k_below_1_is_refused() -> None:
    with pytest.raises(ValueError, match="k must be at least 1"):
        precision_at(RANKED, RELEVANT, 0)
