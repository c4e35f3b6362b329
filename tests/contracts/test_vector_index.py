"""What every vector index promises, run against every implementation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.vectors import Embeddings, normalize
from indexer.faiss_index import FaissFlatIndex, FaissGpuIndex, configure_faiss, gpu_count
from indexer.vector_index import NumpyIndex, VectorIndex, best

Opener = Callable[[Embeddings], VectorIndex]

_needs_gpu = pytest.mark.skipif(gpu_count() == 0, reason="the installed FAISS finds no GPU")


@pytest.fixture(
    params=[
        pytest.param(NumpyIndex, id="numpy"),
        pytest.param(FaissFlatIndex, id="faiss-cpu"),
        pytest.param(FaissGpuIndex, id="faiss-gpu", marks=[pytest.mark.gpu, _needs_gpu]),
    ]
)
def open_index(request: pytest.FixtureRequest) -> Opener:
    configure_faiss(threads=2)
    opener: Opener = request.param
    return opener


def _embeddings(count: int, dim: int, seed: int) -> Embeddings:
    return normalize(np.random.default_rng(seed).standard_normal((count, dim)))


def _tied_embeddings(count: int, seed: int) -> Embeddings:
    """Few distinct directions along the axes, so that many scores are exactly equal."""
    return np.eye(4, dtype=np.float32)[np.random.default_rng(seed).integers(0, 4, count)]


def _slow_best(scores: list[float], k: int, allowed: list[int]) -> list[int]:
    return sorted(allowed, key=lambda row: (-scores[row], row))[:k]


def test_stored_vector_finds_itself_first_with_score_1(open_index: Opener) -> None:
    embeddings = _embeddings(500, 48, seed=1)
    found = open_index(embeddings).search(embeddings, 3)
    assert found.rows[:, 0].tolist() == list(range(500))
    assert np.allclose(found.scores[:, 0], 1, atol=1e-3)


def test_scores_fall_along_each_row(open_index: Opener) -> None:
    found = open_index(_embeddings(300, 16, seed=2)).search(_embeddings(9, 16, seed=3), 50)
    assert np.all(np.diff(found.scores, axis=1) <= 0)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(
    count=st.integers(1, 70),
    queries=st.integers(1, 12),
    k=st.integers(1, 80),
    seed=st.integers(0, 2**32 - 1),
    selectivity=st.sampled_from([None, 0.0, 0.05, 0.5, 1.0]),
)
@pytest.mark.parametrize("opener", [NumpyIndex, FaissFlatIndex], ids=["numpy", "faiss-cpu"])
def test_rows_are_those_of_a_slow_sort_also_where_scores_tie(
    opener: Opener, count: int, queries: int, k: int, seed: int, selectivity: float | None
) -> None:
    embeddings = _tied_embeddings(count, seed)
    asked = _tied_embeddings(queries, seed + 1)
    rng = np.random.default_rng(seed)
    mask = None if selectivity is None else rng.random(count) < selectivity
    allowed = list(range(count)) if mask is None else np.flatnonzero(mask).tolist()

    found = opener(embeddings).search(asked, k, mask)

    exact = (asked @ embeddings.T).tolist()
    for query in range(queries):
        expected = _slow_best(exact[query], k, allowed)
        padding = k - len(expected)
        assert found.rows[query].tolist() == expected + [-1] * padding
        told = [exact[query][row] for row in expected] + [-np.inf] * padding
        assert found.scores[query].tolist() == told


@pytest.mark.parametrize("queries", [1, 8, 9, 70])
@pytest.mark.parametrize("selectivity", [None, 0.003, 0.4])
def test_answers_equal_the_oracles(
    open_index: Opener, queries: int, selectivity: float | None
) -> None:
    embeddings, asked = _embeddings(2000, 64, seed=4), _embeddings(queries, 64, seed=5)
    mask = None if selectivity is None else np.random.default_rng(6).random(2000) < selectivity
    expected = NumpyIndex(embeddings).search(asked, 20, mask)
    found = open_index(embeddings).search(asked, 20, mask)
    assert np.allclose(found.scores, expected.scores, atol=1e-5)
    exact = np.pad(asked @ embeddings.T, ((0, 0), (0, 1)), constant_values=-np.inf)
    # Two sums of the same products may differ in the last bit and swap neighbours.
    assert np.allclose(np.take_along_axis(exact, found.rows, axis=1), expected.scores, atol=1e-5)


def test_masked_rows_are_never_returned(open_index: Opener) -> None:
    embeddings = _embeddings(400, 32, seed=7)
    mask = np.random.default_rng(8).random(400) < 0.1
    found = open_index(embeddings).search(embeddings[:5], 400, mask)
    for rows in found.rows:
        assert sorted(rows[rows >= 0].tolist()) == np.flatnonzero(mask).tolist()


def test_a_mask_that_lets_nothing_through_pads_everything(open_index: Opener) -> None:
    embeddings = _embeddings(10, 8, seed=9)
    found = open_index(embeddings).search(embeddings[:2], 3, np.zeros(10, dtype=np.bool_))
    assert found.rows.tolist() == [[-1] * 3] * 2
    assert found.scores.tolist() == [[-np.inf] * 3] * 2


def test_more_neighbours_than_rows_are_padded(open_index: Opener) -> None:
    embeddings = np.eye(3, dtype=np.float32)
    found = open_index(embeddings).search(embeddings[1:2], 5)
    assert found.rows.tolist() == [[1, 0, 2, -1, -1]]
    assert found.scores.tolist() == [[1, 0, 0, -np.inf, -np.inf]]


def test_more_neighbours_than_a_gpu_selects_are_found(open_index: Opener) -> None:
    embeddings = _embeddings(3000, 8, seed=10)
    found = open_index(embeddings).search(embeddings[:1], 2500)
    assert len(set(found.rows[0].tolist())) == 2500
    assert found.rows[0, 0] == 0


def test_scores_are_the_cosines_of_all_rows(open_index: Opener) -> None:
    embeddings = _embeddings(50, 24, seed=11)
    index = open_index(embeddings)
    for count in (1, 3):
        asked = _embeddings(count, 24, seed=12)
        scores = index.scores(asked)
        assert scores.dtype == np.float32
        assert scores.shape == (count, 50)
        for query in range(count):
            for row in (0, 49):
                cosine = sum(
                    float(a) * float(b) for a, b in zip(asked[query], embeddings[row], strict=True)
                )
                assert scores[query, row] == pytest.approx(cosine, abs=1e-6)


def test_no_queries_give_no_neighbours(open_index: Opener) -> None:
    index = open_index(_embeddings(4, 8, seed=13))
    nothing = np.empty((0, 8), dtype=np.float32)
    assert index.search(nothing, 2).rows.shape == (0, 2)
    assert index.scores(nothing).shape == (0, 4)


def test_count_and_dim_are_those_of_the_embeddings(open_index: Opener) -> None:
    index = open_index(_embeddings(7, 12, seed=14))
    assert (index.count, index.dim) == (7, 12)


def test_queries_of_another_dim_are_refused(open_index: Opener) -> None:
    index = open_index(_embeddings(4, 8, seed=15))
    with pytest.raises(ValueError, match=r"shape \(n, 8\)"):
        index.search(np.ones((1, 9), dtype=np.float32), 1)
    with pytest.raises(ValueError, match=r"shape \(n, 8\)"):
        index.scores(np.ones((1, 9), dtype=np.float32))


@pytest.mark.parametrize(
    "mask", [np.ones(3, dtype=np.bool_), np.ones(4, dtype=np.int64), np.ones((1, 4), np.bool_)]
)
def test_a_mask_that_is_not_one_truth_value_a_row_is_refused(
    open_index: Opener, mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
) -> None:
    index = open_index(_embeddings(4, 8, seed=16))
    with pytest.raises(ValueError, match="bool mask"):
        index.search(_embeddings(1, 8, seed=17), 1, mask)


def test_k_below_1_is_refused(open_index: Opener) -> None:
    index = open_index(_embeddings(4, 8, seed=18))
    with pytest.raises(ValueError, match="at least 1"):
        index.search(_embeddings(1, 8, seed=19), 0)


def test_the_embeddings_may_be_closed_while_the_index_lives(open_index: Opener) -> None:
    embeddings = _embeddings(100, 16, seed=20)
    index = open_index(embeddings)
    if index.name != "numpy":  # the oracle is a view by design
        kept = embeddings.copy()
        embeddings[:] = 0
        assert np.allclose(index.search(kept[:1], 1).scores, 1, atol=1e-3)


@settings(deadline=None, max_examples=100, derandomize=True)
@given(
    scores=st.lists(st.sampled_from([0.0, 0.25, 0.5, -1.0]), min_size=1, max_size=40),
    k=st.integers(1, 45),
)
def test_best_takes_what_a_full_sort_would(scores: list[float], k: int) -> None:
    found = best(np.array([scores], dtype=np.float32), k)
    expected = _slow_best(scores, k, list(range(len(scores))))
    assert found.rows[0, : len(expected)].tolist() == expected
