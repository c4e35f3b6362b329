"""Rows dealt to threads score what one plain product says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from core.vectors import Embeddings
from indexer import row_scan
from indexer.row_scan import RowScan


@pytest.fixture
def rows() -> Embeddings:
    return np.random.default_rng(3).standard_normal((1001, 24), dtype=np.float32)


@pytest.fixture(params=[1, 2, 3, 7])
def scan(
    rows: Embeddings, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RowScan]:
    monkeypatch.setattr(row_scan, "SHARE_BYTES", 1)
    scan = RowScan(rows, request.param)
    yield scan
    scan.close()


@pytest.mark.parametrize("count", [0, 1, 2, 9])
def test_all_rows_have_their_scores_however_many_threads_share_them(
    scan: RowScan, rows: Embeddings, count: int
) -> None:
    queries = np.random.default_rng(4).standard_normal((count, 24), dtype=np.float32)
    found = scan.scores(queries)
    assert found.shape == (count, 1001)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, queries @ rows.T, atol=1e-5)


def test_few_rows_have_no_threads(rows: Embeddings) -> None:
    assert RowScan(rows, 8)._others is None


def test_no_rows_have_no_scores() -> None:
    empty = RowScan(np.empty((0, 24), dtype=np.float32), 4)
    assert empty.scores(np.ones((2, 24), dtype=np.float32)).shape == (2, 0)


def test_a_share_that_fails_is_told(rows: Embeddings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_scan, "SHARE_BYTES", 1)
    scan = RowScan(rows, 2)
    whole = scan._score

    def fail_on_the_second(queries: Embeddings, share: slice, found: Embeddings) -> None:
        if share.start:
            raise MemoryError("no room for the product")
        whole(queries, share, found)

    monkeypatch.setattr(scan, "_score", fail_on_the_second)
    with pytest.raises(MemoryError):
        scan.scores(rows[:2])
    scan.close()
