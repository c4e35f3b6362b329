"""What a query asks of each field: one vector per field, words, and what is left out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.vectors import Embeddings, normalize
from encoder.base import DualEncoder
from search.exclusion import concept_texts, distance
from search.fusion import Weights
from search.generation import ServedGeneration
from search.off_catalogue import nearness
from search.query import SearchQuery, SimilarQuery
from search.reading import Reading

Vector = NDArray[np.float32]
"""Shape (dim,), of L2 norm 1."""


@dataclass(frozen=True, slots=True)
class Negative:
    """A concept that products are not to show, where no column tells."""

    words: str
    alone: Vector
    together: Vector
    """With what is asked for."""
    distance: float
    """How far the concept moves what is asked for."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A query as the fields see it; None where it asks nothing of a field."""

    image: Vector | None
    text: Vector | None
    weights: Weights
    words: str = ""
    """What products are to have in common with it, by the letter."""
    negatives: tuple[Negative, ...] = ()
    """What is to be pushed away by likeness, in the reading's order."""
    excluded: tuple[int, ...] = ()
    """Positions of products that are not to be found."""
    own_texts_only: bool = False
    """Whether products are known by their own texts alone, not by the words for their kind."""
    off_catalogue: float | None = None
    """How near a sentence is to what the shop does not sell; None where that is not known."""


TEXT_AMONG_PICTURES = 2.5
"""How much more a text counts where it is added to pictures or products.

Pictures lie far nearer to each other than to any text, so that at equal lengths "in blue" beside a
red bag moves nothing. At 2 to 3 the first ten are blue and still bags; at 5 the bag is lost.
"""

LIKENESS = Weights(image=0.7, text=0.3, lexical=0.0)
"""For "more like this": looks first, but a lamp stays with lamps."""


def encode_queries(
    queries: Sequence[SearchQuery],
    readings: Sequence[Reading],
    generation: ServedGeneration,
    encoder: DualEncoder,
) -> list[Probe]:
    """Turn queries into probes; all their texts, and all their pictures, in one batch.

    Punctuation alone asks for nothing: an encoder would answer it with noise.

    Raises:
        ProductNotFoundError: a query wishes for a product that the generation does not hold.
    """
    texts = sorted(
        {
            text
            for query, reading in zip(queries, readings, strict=True)
            for text in _texts(query, reading)
            if _says_something(text)
        }
    )
    vectors = dict(zip(texts, encoder.encode_texts(texts), strict=True))
    pictures = iter(encoder.encode_images([each for query in queries for each in _images(query)]))
    return [
        _probe(query, reading, vectors, pictures, generation)
        for query, reading in zip(queries, readings, strict=True)
    ]


def probe_products(generation: ServedGeneration, query: SimilarQuery) -> Probe:
    """Ask for what products are like, from their stored embeddings: nothing is encoded.

    Raises:
        ProductNotFoundError: one is not in this generation.
    """
    positions = [generation.position(each) for each in query.product_ids]
    stored = [generation.embeddings_of(position) for position in positions]
    image, text = (_centre(np.concatenate(each)) for each in zip(*stored, strict=True))
    return Probe(image, text, LIKENESS, excluded=tuple(positions), own_texts_only=True)


def _texts(query: SearchQuery, reading: Reading) -> Iterator[str]:
    understanding = reading.understanding
    yield understanding.positive
    for negative in understanding.negatives:
        yield from concept_texts(understanding.positive, negative)
    yield from (wish.text for wish in query.wishes if wish.text)


def _images(query: SearchQuery) -> Iterator[Image.Image]:
    if query.image is not None:
        yield query.image
    yield from (wish.image for wish in query.wishes if wish.image is not None)


def _says_something(text: str) -> bool:
    """Tell whether a text has a letter, a digit or a pictograph (emoji mean something)."""
    return any((kind := unicodedata.category(char)) == "So" or kind[0] in "LMN" for char in text)


def _probe(
    query: SearchQuery,
    reading: Reading,
    vectors: Mapping[str, Vector],
    pictures: Iterator[Vector],
    generation: ServedGeneration,
) -> Probe:
    sentence = vectors.get(reading.understanding.positive)
    negatives = tuple(_negatives(reading, vectors))
    picture = next(pictures) if query.image is not None else None
    if not query.pictured and not query.wishes:
        return Probe(
            sentence,
            sentence,
            generation.tuning.weights,
            words=reading.understanding.positive if sentence is not None else "",
            negatives=negatives,
            off_catalogue=_nearness(sentence, generation),
        )
    among = picture is not None or any(not wish.text for wish in query.wishes)
    spoken = TEXT_AMONG_PICTURES if among else 1.0
    images = [(1.0, picture)] if picture is not None else []
    # What a filter already sees to need not be pressed for at the cost of likeness.
    pressed = spoken if reading.says_more else 1.0
    texts = [(pressed, sentence)] if sentence is not None else []
    images += texts
    excluded = []
    for wish in query.wishes:
        if wish.product_id:
            excluded.append(position := generation.position(wish.product_id))
            shown, said = map(_centre, generation.embeddings_of(position))
        elif wish.image is not None:
            shown, said = next(pictures), None
        else:
            shown = said = vectors.get(wish.text)
        weight = wish.weight * (spoken if wish.text else 1.0)
        images += [] if shown is None else [(weight, shown)]
        texts += [] if said is None else [(weight, said)]
    return Probe(_sum(images), _sum(texts), LIKENESS, negatives=negatives, excluded=tuple(excluded))


def _negatives(reading: Reading, vectors: Mapping[str, Vector]) -> Iterator[Negative]:
    positive = vectors.get(reading.understanding.positive)
    for words in reading.understanding.negatives:
        alone, together = map(vectors.get, concept_texts(reading.understanding.positive, words))
        if alone is not None and together is not None:
            moved = 0.0 if positive is None else distance(positive, together)
            yield Negative(words, alone, together, moved)


def _nearness(sentence: Vector | None, generation: ServedGeneration) -> float | None:
    if sentence is None:
        return None
    found = nearness(sentence[None], generation.tuning.off_catalogue)
    return None if found is None else float(found[0])


def _sum(weighed: Iterable[tuple[float, Vector]]) -> Vector | None:
    """Take the direction of a weighed sum; None where nothing is left of it."""
    total: Vector | None = None
    for weight, vector in weighed:
        part = np.float32(weight) * vector
        total = part if total is None else total + part
    if total is None or not np.any(total):
        return None
    direction: Vector = normalize(total[None])[0]
    return direction


def _centre(vectors: Embeddings) -> Vector | None:
    """Take the direction of the mean; None of nothing."""
    if len(vectors) == 0:
        return None
    mean = np.asarray(vectors).mean(axis=0, keepdims=True)
    if not np.any(mean):  # opposite vectors have no mean direction
        return np.asarray(vectors[0], dtype=np.float32)
    centre: Vector = normalize(mean)[0]
    return centre
