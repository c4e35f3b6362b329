from __future__ import annotations

import logging

import numpy as np
import pytest

from core.vectors import normalize
from indexer import faiss_index
from indexer.faiss_index import FaissFlatIndex, configure_faiss, gpu_count, open_vector_index

EMBEDDINGS = normalize(np.random.default_rng(0).standard_normal((40, 8)))


def test_numpy_is_used_where_it_is_asked_for() -> None:
    assert open_vector_index("numpy", EMBEDDINGS, 1).name == "numpy"


@pytest.mark.skipif(gpu_count() > 0, reason="there is a GPU")
def test_auto_means_the_cpu_where_there_is_no_gpu(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert open_vector_index("auto", EMBEDDINGS, 1).name == "faiss-cpu"
    assert caplog.text == ""


@pytest.mark.skipif(gpu_count() > 0, reason="there is a GPU")
def test_a_gpu_that_is_asked_for_and_missing_gives_the_cpu_and_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        assert open_vector_index("faiss-gpu", EMBEDDINGS, 1).name == "faiss-cpu"
    assert "finds no GPU" in caplog.text


def test_a_gpu_whose_filter_is_ignored_gives_the_cpu_and_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Ignoring(FaissFlatIndex):
        """Does what faiss #3924 did: takes the filter and returns all rows."""

        def search(self, queries, k, mask=None):  # type: ignore[no-untyped-def]
            return super().search(queries, k, None)

    monkeypatch.setattr(faiss_index, "gpu_count", lambda: 1)
    monkeypatch.setattr(faiss_index, "FaissGpuIndex", Ignoring)
    with caplog.at_level(logging.WARNING):
        assert open_vector_index("auto", EMBEDDINGS, 1).name == "faiss-cpu"
    assert "cannot use a GPU" in caplog.text


def test_no_rows_need_no_faiss() -> None:
    index = open_vector_index("auto", np.empty((0, 8), dtype=np.float32), 1)
    assert index.search(EMBEDDINGS[:1], 2).rows.tolist() == [[-1, -1]]


def test_configuring_sets_the_switches_that_make_the_scan_fast() -> None:
    configure_faiss(threads=2)
    faiss = vars(faiss_index)["faiss"]  # its one door
    assert faiss.omp_get_max_threads() == 2
    assert faiss.cvar.distance_compute_blas_threshold == 1


def test_scores_read_the_indexs_own_memory() -> None:
    index = FaissFlatIndex(EMBEDDINGS)
    # No second copy of the vectors: what is shared with native code owns no data here.
    assert not index._stored.flags.owndata
    assert np.array_equal(index._stored, EMBEDDINGS)
