"""One generation in service: its snapshot, and a vector index over each of its fields."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from catalog.records import ProductRecord
from core.errors import ProductNotFoundError
from core.vectors import Embeddings
from indexer.faiss_index import open_vector_index
from indexer.snapshot import IndexSnapshot
from search.ranking import ProductScores, best_per_product
from search.results import SearchHit


class ServedGeneration:
    """What one generation answers. Scores on the worker's thread; look-ups on any.

    Args:
        snapshot: The open generation; closed together with this.
        kind: Which vector index, as in the settings.
        threads: How many threads the index may use.
    """

    def __init__(self, snapshot: IndexSnapshot, kind: str, threads: int) -> None:
        self.snapshot = snapshot
        # Plain values, so that they can still be told of a generation that has been closed.
        self.id = snapshot.id
        self.fingerprint = snapshot.manifest.fingerprint
        self.products = len(snapshot.documents)
        self.images = len(snapshot.image_embeddings)
        self._image_index = open_vector_index(kind, snapshot.image_embeddings, threads)
        self._text_index = open_vector_index(kind, snapshot.text_embeddings, threads)
        self.index = self._image_index.name if self.images else self._text_index.name
        self._image_starts = _starts(snapshot.image_products, self.products)
        self._text_starts = _starts(snapshot.text_products, self.products)
        # A product's own text is its first row.
        self._own_texts = self._text_starts[:-1][np.diff(self._text_starts) > 0]
        self._own_text_starts = _starts(snapshot.text_products[self._own_texts], self.products)

    def score_images(self, probes: Embeddings) -> NDArray[np.float32]:
        """Score every picture for each probe: shape (probes, images)."""
        return self._image_index.scores(probes)

    def score_texts(self, probes: Embeddings) -> NDArray[np.float32]:
        """Score every product text for each probe: shape (probes, texts)."""
        return self._text_index.scores(probes)

    def by_image(self, scores: NDArray[np.float32]) -> ProductScores:
        """Give each product the score of its best picture; the mean where it has none."""
        absent = float(scores.mean()) if scores.size else 0.0
        return best_per_product(scores, self._image_starts, absent)

    def by_text(self, scores: NDArray[np.float32], own_only: bool = False) -> ProductScores:
        """Give each product the score of its best text; the mean where it has none.

        Args:
            scores: One score per text row.
            own_only: Leave out shoppers' words for a kind: all products of it share them,
                so that they say nothing about which two are alike.
        """
        starts = self._text_starts
        if own_only:
            scores, starts = scores[self._own_texts], self._own_text_starts
        absent = float(scores.mean()) if scores.size else 0.0
        return best_per_product(scores, starts, absent)

    def embeddings_of(self, position: int) -> tuple[Embeddings, Embeddings]:
        """Look up the embeddings of a product's pictures and of its own text.

        Either may be of shape (0, dim). Shoppers' words for its kind are not its own.
        """
        images = slice(*self._image_starts[position : position + 2])
        texts = self._own_texts[slice(*self._own_text_starts[position : position + 2])]
        return self.snapshot.image_embeddings[images], self.snapshot.text_embeddings[texts]

    def hit(
        self, position: int, score: float, image_scores: NDArray[np.float32] | None = None
    ) -> SearchHit:
        """Make a hit of a product; the picture shown is the best by ``image_scores``."""
        product = self.snapshot.documents[position]
        start, end = self._image_starts[position : position + 2]
        if start == end:
            return SearchHit(product, score, None)
        row = start if image_scores is None else start + int(image_scores[start:end].argmax())
        return SearchHit(product, score, product.images[int(self.snapshot.image_positions[row])])

    def position(self, product_id: str) -> int:
        """Find a product.

        Raises:
            ProductNotFoundError: it is not in this generation.
        """
        position = self.snapshot.documents.position(product_id)
        if position is None:
            raise ProductNotFoundError(product_id)
        return position

    def product(self, product_id: str) -> ProductRecord:
        """Look a product up.

        Raises:
            ProductNotFoundError: it is not in this generation.
        """
        return self.snapshot.documents[self.position(product_id)]

    def showcase(self, limit: int) -> tuple[SearchHit, ...]:
        """Pick products with pictures, one of each narrow category in turn."""
        return tuple(self.hit(int(position), 0.0) for position in self._spread[:limit])

    @cached_property
    def categories(self) -> tuple[tuple[str, int], ...]:
        """The widest categories and their product counts, largest first."""
        levels = self.snapshot.columns.category_levels
        if not levels:
            return ()
        counted = zip(levels[0].values, levels[0].counts().tolist(), strict=True)
        return tuple(sorted(counted, key=lambda each: (-each[1], each[0])))

    @cached_property
    def _spread(self) -> NDArray[np.int64]:
        """Positions of products with pictures, categories taking turns, large ones first."""
        pictured = np.flatnonzero(np.diff(self._image_starts))
        narrow = np.full(self.products, -1, dtype=np.int32)
        for level in self.snapshot.columns.category_levels:
            narrow = np.where(level.codes >= 0, level.codes + (narrow.max() + 1), narrow)
        groups = narrow[pictured]
        order = np.argsort(groups, kind="stable")
        _, first, sizes = np.unique(groups[order], return_index=True, return_counts=True)
        turn = np.empty(len(groups), dtype=np.int64)
        turn[order] = np.arange(len(groups)) - np.repeat(first, sizes)
        size = np.empty(len(groups), dtype=np.int64)
        size[order] = np.repeat(sizes, sizes)
        return np.asarray(pictured[np.lexsort((groups, -size, turn))], dtype=np.int64)

    def close(self) -> None:
        """Give the vector indexes' memory back and let the snapshot close."""
        self._image_index.close()
        self._text_index.close()
        self.snapshot.close()


def _starts(row_products: NDArray[np.int64], products: int) -> NDArray[np.int64]:
    """Tell where each product's rows start, and the end: shape (products + 1,)."""
    return np.searchsorted(row_products, np.arange(products + 1)).astype(np.int64)
