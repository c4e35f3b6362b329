"""Scores of products, and which stand out."""

import numpy as np

from search.ranking import ALWAYS_FOUND, best_per_product, standing_out


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
    assert np.flatnonzero(standing_out(scores.astype(np.float32))).tolist() == list(
        range(5000, 5200)
    )


def test_where_nothing_stands_out_the_best_are_found_all_the_same() -> None:
    scores = np.linspace(0.5, 0.51, 1000, dtype=np.float32)
    assert int(standing_out(scores).sum()) >= ALWAYS_FOUND


def test_small_catalogues_are_found_whole_but_for_what_is_excluded() -> None:
    scores = np.full(ALWAYS_FOUND, 0.5, dtype=np.float32)
    scores[3] = -np.inf
    assert np.flatnonzero(~standing_out(scores)).tolist() == [3]
