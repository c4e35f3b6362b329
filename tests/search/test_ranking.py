"""Ranking against the obvious way to do it."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from search.ranking import ALWAYS_FOUND, best_per_product, count_found, rank


@settings(derandomize=True, deadline=None)
@given(
    scores=st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0, -1.0]), min_size=1, max_size=60),
    size=st.integers(1, 9),
)
def test_pages_together_are_the_stable_sort_whatever_ties_there_are(
    scores: list[float], size: int
) -> None:
    array = np.array(scores, dtype=np.float32)
    expected = sorted(range(len(scores)), key=lambda row: (-scores[row], row))
    pages = [
        rank(array, offset, size, len(scores)).positions.tolist()
        for offset in range(0, len(scores), size)
    ]
    assert [position for page in pages for position in page] == expected


def test_a_page_past_the_end_is_empty_and_keeps_the_total() -> None:
    ranking = rank(np.ones(5, dtype=np.float32), offset=5, size=5, total=5)
    assert (ranking.positions.tolist(), ranking.total) == ([], 5)


def test_a_total_below_the_products_ends_the_ranking() -> None:
    scores = np.array([0.1, 0.9, 0.5, 0.7], dtype=np.float32)
    assert rank(scores, offset=0, size=10, total=2).positions.tolist() == [1, 3]


def test_a_product_scores_what_its_best_picture_does() -> None:
    scores = np.array([0.2, 0.9, 0.4, 0.1], dtype=np.float32)
    starts = np.array([0, 2, 2, 3, 4, 4])
    np.testing.assert_allclose(
        best_per_product(scores, starts, absent=0.3), [0.9, 0.3, 0.4, 0.1, 0.3]
    )


def test_a_catalogue_without_rows_scores_absent_everywhere() -> None:
    scores = best_per_product(np.empty(0, dtype=np.float32), np.zeros(4, dtype=np.int64), 0.5)
    assert scores.tolist() == [0.5, 0.5, 0.5]


def test_what_stands_out_is_found_and_the_mass_is_not() -> None:
    rng = np.random.default_rng(0)
    scores = np.concatenate([rng.normal(0.1, 0.02, 5000), rng.normal(0.6, 0.02, 200)])
    assert count_found(scores.astype(np.float32)) == 200


def test_small_catalogues_are_found_whole_but_for_what_is_excluded() -> None:
    scores = np.full(ALWAYS_FOUND, 0.5, dtype=np.float32)
    scores[3] = -np.inf
    assert count_found(scores) == ALWAYS_FOUND - 1
