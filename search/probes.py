"""What a query asks of each field: one vector per field, and what is left out."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.vectors import Embeddings, normalize
from encoder.base import DualEncoder
from search.generation import ServedGeneration
from search.query import Page, SearchQuery

Vector = NDArray[np.float32]
"""Shape (dim,), of L2 norm 1."""


@dataclass(frozen=True, slots=True)
class SimilarQuery:
    """More like this one."""

    product_id: str
    page: Page


@dataclass(frozen=True, slots=True)
class Probe:
    """A query as the fields see it; None where it asks nothing of a field."""

    image: Vector | None
    text: Vector | None
    image_weight: float
    """From 0 to 1; the text field has the rest."""
    excluded: int | None = None
    """Position of a product that is not to be found."""
    own_texts_only: bool = False
    """Whether products are known by their own texts alone, not by the words for their kind."""


SENTENCE_IMAGE_WEIGHT = 0.5
"""Share of the pictures when people ask in words; the products' texts have the rest.

The best of eight on 40 natural queries over 41,323 products: precision@10 is 0.690 at 0, 0.785
here, 0.615 at 1 (docs/real-run.md).
"""

LIKENESS_IMAGE_WEIGHT = 0.7
"""Share of the pictures in "more like this": looks first, but a lamp stays with lamps."""


def encode_queries(encoder: DualEncoder, queries: Sequence[SearchQuery]) -> list[Probe]:
    """Turn sentences and pictures into probes, all of a batch in one go.

    Punctuation alone asks for nothing: an encoder would answer it with noise.
    """
    words = sorted({query.text for query in queries if _says_something(query.text)})
    vectors = dict(zip(words, encoder.encode_texts(words), strict=True))
    images = [query.image for query in queries if query.image is not None]
    pictures = iter(encoder.encode_images(images))
    return [
        _probe(
            next(pictures) if query.image is not None else None,
            vectors.get(query.text),
        )
        for query in queries
    ]


def probe_product(generation: ServedGeneration, product_id: str) -> Probe:
    """Ask for what a product is like, from its stored embeddings: nothing is encoded.

    Raises:
        ProductNotFoundError: it is not in this generation.
    """
    position = generation.position(product_id)
    images, texts = generation.embeddings_of(position)
    image, text = _centre(images), _centre(texts)
    weight = LIKENESS_IMAGE_WEIGHT if text is not None else 1.0
    return Probe(image, text, weight if image is not None else 0.0, position, own_texts_only=True)


def _says_something(text: str) -> bool:
    """Tell whether a text has a letter, a digit or a pictograph (emoji mean something)."""
    return any((kind := unicodedata.category(char)) == "So" or kind[0] in "LMN" for char in text)


def _probe(image: Vector | None, text: Vector | None) -> Probe:
    if image is None:
        return Probe(text, text, SENTENCE_IMAGE_WEIGHT)
    if text is None:
        return Probe(image, None, 1.0)
    both = _centre(np.stack([image, text]))
    return Probe(both, text, LIKENESS_IMAGE_WEIGHT)


def _centre(vectors: Embeddings) -> Vector | None:
    """Take the direction of the mean; None of nothing."""
    if len(vectors) == 0:
        return None
    mean = np.asarray(vectors).mean(axis=0, keepdims=True)
    if not np.any(mean):  # opposite vectors have no mean direction
        return np.asarray(vectors[0], dtype=np.float32)
    centre: Vector = normalize(mean)[0]
    return centre
