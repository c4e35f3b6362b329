"""FAISS behind the protocol of a vector index. The only file that knows it.

All scores come from BLAS over the index's own storage, not from FAISS. Best of 36 runs,
41,323 random rows, 2 AMD EPYC cores that other work kept busy, faiss-cpu 1.15.1 set as
below (finds the best 24 rows) against numpy 2.4 (gives all scores), in ms:

| dim | queries | FAISS | FAISS, 30 % mask | BLAS, 1 thread | BLAS, 2 threads |
|-----|---------|-------|------------------|----------------|-----------------|
| 256 | 1       | 7.1   | 1.7              | 3.8            | 2.0             |
| 256 | 8       | 12.9  | 5.2              | 7.6            | 8.8             |
| 256 | 64      | 21.5  | 40               | 18.4           | 28.0            |
| 512 | 1       | 14.6  | 3.3              | 9.1            | 16.0            |
| 512 | 8       | 23.3  | 22               | 19.3           | 18.5            |
| 512 | 64      | 39.5  | 232              | 38.1           | 46.1            |

FAISS wins only for few queries with a mask, where it gathers rows instead of multiplying
all; with many it is far slower. Two BLAS threads wait for each other on busy cores, so that
rows are dealt to threads of one BLAS thread each (indexer/row_scan.py).
"""

from __future__ import annotations

import logging
from typing import Any

import faiss
import numpy as np

from core.memory import use_large_pages
from core.vectors import Embeddings, Mask, Scores, normalize
from indexer.row_scan import RowScan
from indexer.vector_index import (
    PADDING_SCORE,
    Neighbours,
    NumpyIndex,
    VectorIndex,
    best,
    check_queries,
    check_search,
)

log = logging.getLogger(__name__)

_SELECTOR_QUERIES = 8
"""With a selector FAISS scores row by row: 8 queries cost as much as BLAS takes for all rows."""

_GPU_MAX_K = 2048
"""FAISS's selection kernels on a GPU end here (its wiki, "Faiss on the GPU")."""


def configure_faiss(threads: int) -> None:
    """Set FAISS's process-wide switches; called wherever an index is opened.

    Below ``distance_compute_blas_threshold`` (20) queries FAISS multiplies vector by vector
    and not as a matrix; always using BLAS made 64 queries on 44k × 512 ten times faster
    together with passive OpenMP waiting (core.settings.prepare_process). The number of
    threads is FAISS's alone and does not bind BLAS's own.
    """
    faiss.omp_set_num_threads(threads)
    faiss.cvar.distance_compute_blas_threshold = 1


class FaissFlatIndex:
    """An exact scan on the CPU. Holds its own copy of the embeddings."""

    name = "faiss-cpu"

    def __init__(self, embeddings: Embeddings, threads: int = 1) -> None:
        self._dim = int(embeddings.shape[1])
        self._index: Any = faiss.IndexFlatIP(self._dim)
        self._index.add(np.ascontiguousarray(embeddings, dtype=np.float32))
        self._stored: Embeddings = _storage(self._index, self._dim)
        use_large_pages(self._stored)
        self._scan = RowScan(self._stored, threads)

    @property
    def count(self) -> int:
        """How many rows it holds."""
        return len(self._stored)

    @property
    def dim(self) -> int:
        """Length of its embeddings."""
        return self._dim

    def search(self, queries: Embeddings, k: int, mask: Mask | None = None) -> Neighbours:
        """Find the k best rows for each query, among those that the mask lets through."""
        check_queries(queries, self._dim)
        check_search(k, mask, self.count)
        if mask is not None and len(queries) > _SELECTOR_QUERIES:
            return best(self.scores(queries), k, mask)
        allowed = self.count if mask is None else int(np.count_nonzero(mask))
        # One more than wanted, to see whether a row that ties with the last was left out.
        asked = min(k + 1, allowed)
        if asked == 0 or len(queries) == 0:
            return _pad(Neighbours(*_nothing(len(queries))), k)
        found = Neighbours(*self._index.search(_native(queries), asked, params=_selector(mask)))
        return self._settle_ties(queries, found, k, mask)

    def scores(self, queries: Embeddings) -> Scores:
        """Score every row for every query: shape (queries, count)."""
        check_queries(queries, self._dim)
        return self._scan.scores(queries)

    def close(self) -> None:
        """Give memory back; the index answers no more."""
        self._scan.close()
        self._stored = np.empty((0, self._dim), dtype=np.float32)
        self._scan = RowScan(self._stored, 1)
        self._index = faiss.IndexFlatIP(self._dim)

    def _settle_ties(
        self, queries: Embeddings, found: Neighbours, k: int, mask: Mask | None
    ) -> Neighbours:
        """Order equal scores by row: FAISS leaves open which of them it keeps, and where."""
        order = np.lexsort((found.rows, -found.scores))
        scores = np.take_along_axis(found.scores, order, axis=1)
        rows = np.take_along_axis(found.rows, order, axis=1)
        settled = _pad(Neighbours(scores[:, :k], rows[:, :k]), k)
        if scores.shape[1] > k:
            for query in np.flatnonzero(scores[:, k - 1] == scores[:, k]).tolist():
                exact = best(self.scores(queries[query : query + 1]), k, mask)
                settled.scores[query], settled.rows[query] = exact.scores[0], exact.rows[0]
        return settled


class FaissGpuIndex:
    """An exact scan on an NVIDIA GPU. Must stay in one thread, even for reading.

    Masks, large k and whole score rows are answered on the CPU from the embeddings it was
    made of: selectors have been silently ignored on GPUs (faiss #3924, #3114), k ends at
    2,048, and copying every score back costs as much as computing it here.
    """

    name = "faiss-gpu"

    def __init__(self, embeddings: Embeddings) -> None:
        self._exact = FaissFlatIndex(embeddings)
        self._resources: Any = faiss.StandardGpuResources()
        self._index: Any = faiss.GpuIndexFlatIP(self._resources, self._exact.dim)
        self._index.add(_native(embeddings))

    @property
    def count(self) -> int:
        """How many rows it holds."""
        return self._exact.count

    @property
    def dim(self) -> int:
        """Length of its embeddings."""
        return self._exact.dim

    def search(self, queries: Embeddings, k: int, mask: Mask | None = None) -> Neighbours:
        """Find the k best rows for each query, among those that the mask lets through."""
        check_queries(queries, self.dim)
        check_search(k, mask, self.count)
        asked = min(k + 1, self.count)
        if mask is not None or asked > _GPU_MAX_K or asked == 0 or len(queries) == 0:
            return self._exact.search(queries, k, mask)
        found = Neighbours(*self._index.search(_native(queries), asked))
        return self._exact._settle_ties(queries, found, k, None)

    def scores(self, queries: Embeddings) -> Scores:
        """Score every row for every query: shape (queries, count)."""
        return self._exact.scores(queries)

    def close(self) -> None:
        """Give memory back; the index answers no more."""
        self._exact.close()
        self._index = self._resources = None


def open_vector_index(kind: str, embeddings: Embeddings, threads: int) -> VectorIndex:
    """Open the index that was asked for, or the best that works here.

    Args:
        kind: ``numpy``, ``faiss-cpu``, ``faiss-gpu``, or ``auto``: the GPU where the
            installed FAISS and the machine have one, else the CPU.
        embeddings: of shape (rows, dim).
        threads: that a scan may use.
    """
    if kind == "numpy" or len(embeddings) == 0:
        return NumpyIndex(embeddings)
    configure_faiss(threads)
    if kind == "faiss-gpu" or (kind == "auto" and gpu_count() > 0):
        try:
            self_test_gpu()
            return FaissGpuIndex(embeddings)
        except Exception as error:  # native code raises what it likes: no kernel, no memory
            log.warning("FAISS cannot use a GPU here (%s); the index is on the CPU", error)
    return FaissFlatIndex(embeddings, threads)


def gpu_count() -> int:
    """Count the GPUs that the installed FAISS can use; 0 for a build without them."""
    return int(faiss.get_num_gpus()) if hasattr(faiss, "StandardGpuResources") else 0


def self_test_gpu() -> None:
    """Hold a small GPU index to the numpy oracle, with and without a mask.

    Raises:
        RuntimeError: there is no GPU, or its answers are not the oracle's.
    """
    if gpu_count() == 0:
        raise RuntimeError("the installed FAISS finds no GPU")
    rng = np.random.default_rng(7)
    embeddings = normalize(rng.standard_normal((1000, 64)))
    mask = rng.random(1000) < 0.3
    index, oracle = FaissGpuIndex(embeddings), NumpyIndex(embeddings)
    for tried in (None, mask):
        found = index.search(embeddings[:8], 10, tried)
        expected = oracle.search(embeddings[:8], 10, tried)
        if not np.allclose(found.scores, expected.scores, atol=1e-3):
            raise RuntimeError("its scores differ from the exact ones")
        if tried is not None and not tried[found.rows].all():
            raise RuntimeError("it returns rows that the filter excludes")
    index.close()


def _storage(index: Any, dim: int) -> Embeddings:
    """View a flat index's own memory as an array, without a copy; valid while the index is."""
    if index.ntotal == 0:
        return np.empty((0, dim), dtype=np.float32)
    flat = faiss.rev_swig_ptr(index.get_xb(), index.ntotal * dim)
    return np.asarray(flat, dtype=np.float32).reshape(-1, dim)


def _selector(mask: Mask | None) -> Any:
    if mask is None:
        return None
    # FAISS takes bits, the first row lowest. SearchParameters and the selector keep what
    # they were made of alive (faiss/python/class_wrappers.py: referenced_objects).
    bits = np.packbits(mask, bitorder="little")
    wrapped: Any = faiss  # its stubs tell the C++ signatures, not the Python ones
    return wrapped.SearchParameters(sel=wrapped.IDSelectorBitmap(bits))


def _native(queries: Embeddings) -> Embeddings:
    return np.ascontiguousarray(queries, dtype=np.float32)


def _nothing(queries: int) -> tuple[Scores, Any]:
    return np.empty((queries, 0), dtype=np.float32), np.empty((queries, 0), dtype=np.int64)


def _pad(found: Neighbours, k: int) -> Neighbours:
    lacking = ((0, 0), (0, k - found.rows.shape[1]))
    return Neighbours(
        scores=np.pad(found.scores, lacking, constant_values=PADDING_SCORE),
        rows=np.pad(found.rows, lacking, constant_values=-1),
    )
