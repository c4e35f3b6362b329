"""One generation in service: its snapshot, and a vector index over each of its fields."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from catalog.records import ProductRecord
from core.errors import ProductNotFoundError
from core.vectors import Embeddings, Mask
from indexer.faiss_index import open_vector_index
from indexer.snapshot import IndexSnapshot
from search.collapse import Groups
from search.distinct import distinct_rows
from search.ranking import ProductScores, best_per_product
from search.reading import Reader
from search.results import Explanation, SearchHit
from search.tuning import Tuning


class ServedGeneration:
    """What one generation answers. Scores on the worker's thread; look-ups on any.

    Args:
        snapshot: The open generation; closed together with this.
        kind: Which vector index, as in the settings.
        threads: How many threads the index may use.
        tuning: How its model ranks its catalogue; None is the defaults, which suit any.
    """

    def __init__(
        self, snapshot: IndexSnapshot, kind: str, threads: int, tuning: Tuning | None = None
    ) -> None:
        self.snapshot = snapshot
        self.columns = snapshot.columns
        self.tuning = tuning or Tuning(fingerprint=snapshot.manifest.fingerprint)
        self.reader = Reader(snapshot)
        self._groups = {collapse: Groups(snapshot.columns, collapse) for collapse in (True, False)}
        # Plain values, so that they can still be told of a generation that has been closed.
        self.id = snapshot.id
        self.fingerprint = snapshot.manifest.fingerprint
        self.products = len(snapshot.documents)
        self.images = len(snapshot.image_embeddings)
        self._image_index = open_vector_index(kind, snapshot.image_embeddings, threads)
        texts, self._text_of_row = distinct_rows(snapshot.text_embeddings)
        self._text_index = open_vector_index(kind, texts, threads)
        self.index = self._image_index.name if self.images else self._text_index.name
        self._image_starts = _starts(snapshot.image_products, self.products)
        self._text_starts = _starts(snapshot.text_products, self.products)

    def retune(self, tuning: Tuning) -> None:
        """Rank by another tuning of the same model from the next query on."""
        self.tuning = tuning

    def score_images(self, probes: Embeddings) -> NDArray[np.float32]:
        """Score every picture for each probe: shape (probes, images)."""
        return self._image_index.scores(probes)

    def score_texts(self, probes: Embeddings) -> NDArray[np.float32]:
        """Score every text row for each probe: shape (probes, texts)."""
        scores = self._text_index.scores(probes)
        return scores if self._text_of_row is None else scores.take(self._text_of_row, axis=1)

    def by_image(self, scores: NDArray[np.float32]) -> ProductScores:
        """Give each product the score of its best picture; the mean where it has none."""
        absent = float(scores.mean()) if scores.size else 0.0
        return best_per_product(scores, self._image_starts, absent)

    def by_text(self, scores: NDArray[np.float32], own_only: bool = False) -> ProductScores:
        """Give each product the score of its best text; the mean where it has none.

        Args:
            scores: One score per text row: products' own, then one of each kind.
            own_only: Leave out shoppers' words for a kind: all products of it share them,
                so that they say nothing about which two are alike.
        """
        own, kinds = np.split(scores, [len(self.snapshot.text_products)])
        heard = own if own_only else scores
        best = best_per_product(own, self._text_starts, -np.inf)
        if kinds.size and not own_only:
            # The last is for products without a kind, whose number is -1.
            np.maximum(best, np.append(kinds, np.float32(-np.inf))[self.snapshot.kinds], out=best)
        best[best == -np.inf] = heard.mean() if heard.size else 0.0
        return best

    def embeddings_of(self, position: int) -> tuple[Embeddings, Embeddings]:
        """Look up the embeddings of a product's pictures and of its own text.

        Either may be of shape (0, dim). Shoppers' words for its kind are not its own.
        """
        images = slice(*self._image_starts[position : position + 2])
        texts = slice(*self._text_starts[position : position + 2])
        return self.snapshot.image_embeddings[images], self.snapshot.text_embeddings[texts]

    def score_words(self, words: str) -> NDArray[np.float32]:
        """Score every product by the words it has in common, from 0 to 1: shape (products,)."""
        return self.snapshot.lexical.scores(words)

    def groups(self, collapse: bool) -> Groups:
        """Tell which products are variants of each other; none where they are not collapsed."""
        return self._groups[collapse]

    def shown_embeddings(
        self, positions: NDArray[np.int64], image_scores: NDArray[np.float32] | None
    ) -> Embeddings:
        """Look up the embedding of the picture that each product would be shown with.

        Zeros where it has none. Shape (positions, dim).
        """
        starts, ends = self._image_starts[positions], self._image_starts[positions + 1]
        rows = starts.copy()
        if image_scores is not None:
            for place in np.flatnonzero(ends - starts > 1).tolist():
                rows[place] += image_scores[starts[place] : ends[place]].argmax()
        pictured = ends > starts
        found = np.zeros((len(rows), self.snapshot.manifest.dim), dtype=np.float32)
        found[pictured] = self.snapshot.image_embeddings[rows[pictured]]
        return found

    def hit(
        self,
        position: int,
        score: float,
        image_scores: NDArray[np.float32] | None = None,
        group_size: int = 1,
        explanation: Explanation | None = None,
    ) -> SearchHit:
        """Make a hit of a product; the picture shown is the best by ``image_scores``."""
        product = self.snapshot.documents[position]
        row = self._shown_row(position, image_scores)
        image = None if row is None else product.images[int(self.snapshot.image_positions[row])]
        return SearchHit(product, score, image, group_size, explanation)

    def _shown_row(self, position: int, image_scores: NDArray[np.float32] | None) -> int | None:
        start, end = self._image_starts[position : position + 2].tolist()
        if start == end:
            return None
        if image_scores is None or end - start == 1:
            return int(start)
        return int(start + image_scores[start:end].argmax())

    def named(self, text: str) -> int | None:
        """Find the product whose id a text is; None where there is none."""
        return self.snapshot.documents.position(text) if text else None

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

    def showcase(self, limit: int, hidden: Mask | None = None) -> tuple[SearchHit, ...]:
        """Pick products with pictures, one of each narrow category in turn."""
        spread = self._spread if hidden is None else self._spread[~hidden[self._spread]]
        return tuple(self.hit(int(position), 0.0) for position in spread[:limit])

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
