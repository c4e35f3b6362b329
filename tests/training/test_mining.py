"""Neighbourhoods hold what is alike, each row once."""

import numpy as np
import pytest

from core.vectors import Embeddings, normalize
from training.mining import neighbourhoods


def around(centres: int, rows: int, spread: float) -> tuple[Embeddings, list[int]]:
    rng = np.random.default_rng(0)
    kinds = np.arange(rows) % centres
    middle = rng.normal(size=(centres, 32))
    return normalize(middle[kinds] + spread * rng.normal(size=(rows, 32))), kinds.tolist()


def test_a_neighbourhood_is_of_one_kind() -> None:
    embeddings, kinds = around(centres=8, rows=240, spread=0.1)
    clusters = neighbourhoods(embeddings, 30, seed=0)
    assert {(cluster, kind) for cluster, kind in zip(clusters.tolist(), kinds, strict=True)} == {
        (cluster, kinds[clusters.tolist().index(cluster)]) for cluster in range(8)
    }


@pytest.mark.parametrize(("rows", "size"), [(1, 1), (100, 7), (1000, 3), (10, 64), (640, 64)])
def test_every_row_is_in_one_cluster_of_the_size_asked_for(rows: int, size: int) -> None:
    embeddings, _ = around(centres=5, rows=rows, spread=1.0)
    counts = np.bincount(neighbourhoods(embeddings, size, seed=1)).tolist()
    assert sum(counts) == rows
    assert counts[:-1] == [size] * (len(counts) - 1)
    assert 0 < counts[-1] <= size


def test_the_seed_decides() -> None:
    embeddings, _ = around(centres=5, rows=300, spread=1.0)
    first, again, other = (neighbourhoods(embeddings, 10, seed) for seed in (4, 4, 5))
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


def test_equal_rows_are_parted_like_any() -> None:
    embeddings = normalize(np.ones((50, 4)))
    assert np.bincount(neighbourhoods(embeddings, 10, seed=0)).tolist() == [10] * 5


def test_a_row_that_is_no_number_does_not_keep_the_others_waiting() -> None:
    embeddings, _ = around(centres=5, rows=20, spread=1.0)
    embeddings[3] = np.nan
    clusters = neighbourhoods(embeddings, 5, seed=0)
    assert clusters.min() == 0


def test_nothing_has_no_neighbourhoods() -> None:
    assert neighbourhoods(np.empty((0, 8), dtype=np.float32), 4, seed=0).tolist() == []


def test_neighbours_are_nearer_than_a_random_batch() -> None:
    embeddings, _ = around(centres=40, rows=800, spread=0.8)
    clusters = neighbourhoods(embeddings, 16, seed=0)
    cosines = embeddings @ embeddings.T
    together = clusters[:, None] == clusters[None]
    np.fill_diagonal(together, False)
    assert cosines[together].mean() > cosines.mean() + 0.4
