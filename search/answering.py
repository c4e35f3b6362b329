"""Answer a batch of queries from one generation: encode, scan, fuse, rank, look up."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import ProductNotFoundError
from core.vectors import Embeddings
from encoder.base import DualEncoder
from search.generation import ServedGeneration
from search.probes import Probe, SimilarQuery, encode_queries, probe_product
from search.query import Page, SearchQuery
from search.ranking import ProductScores, count_found, rank
from search.results import SearchResults

Question = SearchQuery | SimilarQuery

RowScores = NDArray[np.float32] | None
"""Scores of one field's rows for one query; None where the query asks nothing of it."""


@dataclass(frozen=True, slots=True)
class Fields:
    """Which fields are scored: both as the shop does, or the pictures alone to measure them."""

    images: bool = True
    texts: bool = True


def answer(
    questions: Sequence[Question],
    generation: ServedGeneration,
    encoder: DualEncoder,
    fields: Fields = Fields(),
) -> list[SearchResults | ProductNotFoundError]:
    """Answer each question; one that names an unknown product gets the error as its answer."""
    watch = _Stopwatch()
    probes = _probes(questions, generation, encoder)
    watch.lap("encode")
    known = [probe for probe in probes if isinstance(probe, Probe)]
    images = _scan([p.image if fields.images else None for p in known], generation.score_images)
    texts = _scan([p.text if fields.texts else None for p in known], generation.score_texts)
    watch.lap("scan")
    scored = iter(zip(images, texts, strict=True))
    return [
        probe
        if isinstance(probe, ProductNotFoundError)
        else _results(question.page, probe, *next(scored), generation, watch.laps)
        for question, probe in zip(questions, probes, strict=True)
    ]


def more_like(product_id: str, page: Page, generation: ServedGeneration) -> SearchResults:
    """Rank the other products by likeness to one, without an encoder.

    Raises:
        ProductNotFoundError: it is not in this generation.
    """
    watch = _Stopwatch()
    probe = probe_product(generation, product_id)
    (images,) = _scan([probe.image], generation.score_images)
    (texts,) = _scan([probe.text], generation.score_texts)
    watch.lap("scan")
    return _results(page, probe, images, texts, generation, watch.laps)


def _probes(
    questions: Sequence[Question], generation: ServedGeneration, encoder: DualEncoder
) -> list[Probe | ProductNotFoundError]:
    encoded = iter(encode_queries(encoder, [q for q in questions if isinstance(q, SearchQuery)]))
    probes: list[Probe | ProductNotFoundError] = []
    for question in questions:
        if isinstance(question, SearchQuery):
            probes.append(next(encoded))
            continue
        try:
            probes.append(probe_product(generation, question.product_id))
        except ProductNotFoundError as error:
            probes.append(error)
    return probes


def _scan(
    vectors: Sequence[NDArray[np.float32] | None],
    score: Callable[[Embeddings], NDArray[np.float32]],
) -> list[RowScores]:
    """Score one field for all queries in one matrix product."""
    asked = [vector for vector in vectors if vector is not None]
    scores = iter(score(np.stack(asked)) if asked else ())
    return [None if vector is None else next(scores) for vector in vectors]


def _results(
    page: Page,
    probe: Probe,
    images: RowScores,
    texts: RowScores,
    generation: ServedGeneration,
    shared_laps: Mapping[str, float],
) -> SearchResults:
    watch = _Stopwatch(shared_laps)
    scores = _fuse(probe, images, texts, generation)
    if probe.excluded is not None:
        scores[probe.excluded] = -np.inf
    ranking = rank(scores, page.offset, page.size, count_found(scores))
    watch.lap("fuse")
    hits = tuple(
        generation.hit(int(position), float(scores[position]), images)
        for position in ranking.positions
    )
    watch.lap("documents")
    return SearchResults(
        hits=hits,
        total=ranking.total,
        page=page,
        generation=generation.id,
        fingerprint=generation.fingerprint,
        exact=True,
        timings_ms=watch.laps,
    )


def _fuse(
    probe: Probe, images: RowScores, texts: RowScores, generation: ServedGeneration
) -> ProductScores:
    """Weigh the fields that were scored; a product scores what its best picture and text do."""
    weighed = []
    if images is not None and images.size:
        weighed.append((probe.image_weight, generation.by_image(images)))
    if texts is not None and texts.size:
        by_text = generation.by_text(texts, probe.own_texts_only)
        weighed.append((1 - probe.image_weight, by_text))
    total = sum(weight for weight, _ in weighed)
    if not total:  # a catalogue without pictures, asked for a picture
        return np.full(generation.products, -np.inf, dtype=np.float32)
    return np.asarray(
        sum(scores * np.float32(weight / total) for weight, scores in weighed), dtype=np.float32
    )


class _Stopwatch:
    """Milliseconds of each stage, one after the other."""

    def __init__(self, before: Mapping[str, float] | None = None) -> None:
        self.laps = dict(before or {})
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        """End a stage."""
        now = time.perf_counter()
        self.laps[stage] = (now - self._last) * 1000
        self._last = now
