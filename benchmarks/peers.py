"""Other programs over the same vectors and texts, each set as well as its makers advise.

Every peer answers one query at a time with its best ``LIMIT`` and nothing else: no reading of the
sentence, no totals, no facets. Milvus is left out where it is not installed.
"""

import logging
from pathlib import Path

import bm25s
import faiss
import numpy as np
import Stemmer

from indexer.faiss_index import configure_faiss
from indexer.product_text import product_texts
from indexer.snapshot import IndexSnapshot

LIMIT = 24

USUAL_THRESHOLD = 20
"""``distance_compute_blas_threshold`` as FAISS comes."""


class FaissPeer:
    """``IndexFlatIP`` over pictures, and over texts: the exact scan.

    Tuned as indexer/faiss_index.py says, and as FAISS comes for comparison: which of the two
    is faster for one query depends on the machine, so that both are shown.
    """

    def __init__(self, snapshot: IndexSnapshot, threads: int) -> None:
        configure_faiss(threads)
        self.pictures = _flat(snapshot.image_embeddings)
        self.texts = _flat(snapshot.text_embeddings)

    def search_pictures(self, query: str, vector: np.ndarray) -> None:
        self.pictures.search(vector[None], LIMIT)

    def search_both(self, query: str, vector: np.ndarray) -> None:
        self.pictures.search(vector[None], LIMIT)
        self.texts.search(vector[None], LIMIT)

    def search_untuned(self, query: str, vector: np.ndarray) -> None:
        tuned = faiss.cvar.distance_compute_blas_threshold
        faiss.cvar.distance_compute_blas_threshold = USUAL_THRESHOLD
        self.search_both(query, vector)
        faiss.cvar.distance_compute_blas_threshold = tuned


class Bm25sPeer:
    """bm25s alone, with Snowball's stems, over the texts that products are embedded by."""

    def __init__(self, snapshot: IndexSnapshot) -> None:
        documents = snapshot.documents
        texts = [". ".join(product_texts(documents[at])) for at in range(len(documents))]
        logging.getLogger("bm25s").setLevel(logging.WARNING)
        self._stemmer = Stemmer.Stemmer("english")
        self._retriever = bm25s.BM25()
        self._retriever.index(self._tokens(texts), show_progress=False)

    def search(self, query: str, vector: np.ndarray) -> None:
        self._retriever.retrieve(self._tokens([query]), k=LIMIT, show_progress=False)

    def _tokens(self, texts: list[str]):
        return bm25s.tokenize(texts, stemmer=self._stemmer, stopwords="en", show_progress=False)


class MilvusPeer:
    """milvus-lite in this process's machine: a collection of pictures and one of texts."""

    def __init__(self, snapshot: IndexSnapshot, folder: Path) -> None:
        from pymilvus import MilvusClient  # absent for most people

        # Its client asks the embedded server for what it lacks, and the server logs a traceback.
        logging.getLogger("grpc").setLevel(logging.CRITICAL)
        self._client = MilvusClient(str(folder / "milvus.db"))
        self._fill("pictures", snapshot.image_embeddings)
        self._fill("texts", snapshot.text_embeddings)

    def search_pictures(self, query: str, vector: np.ndarray) -> None:
        self._search("pictures", vector)

    def search_both(self, query: str, vector: np.ndarray) -> None:
        self._search("pictures", vector)
        self._search("texts", vector)

    def close(self) -> None:
        self._client.close()

    def _fill(self, name: str, vectors: np.ndarray) -> None:
        settings = self._client.prepare_index_params()
        settings.add_index("vector", index_type="FLAT", metric_type="IP")
        self._client.create_collection(
            name, vectors.shape[1], metric_type="IP", index_params=settings
        )
        for start in range(0, len(vectors), 2000):
            rows = vectors[start : start + 2000]
            self._client.insert(
                name, [{"id": start + at, "vector": row} for at, row in enumerate(rows)]
            )
        self._client.flush(name)
        self._client.load_collection(name)

    def _search(self, name: str, vector: np.ndarray) -> None:
        asked = {"metric_type": "IP"}
        self._client.search(name, [vector], limit=LIMIT, search_params=asked, output_fields=["id"])


def _flat(vectors: np.ndarray):
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors))
    return index
