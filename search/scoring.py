"""What one query says of every product: evidence from each field, one score, and the relevant ones.

Nothing in here knows of filters, orders or pages: so totals and facets, which do, are all
counted from the same products.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.vectors import Embeddings, Mask
from search.exclusion import Concept, Likeness, steer
from search.fusion import Evidence, fuse
from search.generation import ServedGeneration
from search.probes import Probe, Vector
from search.ranking import ProductScores, standing_out

RowScores = NDArray[np.float32] | None
"""Scores of one field's rows for one query; None where the query asks nothing of it."""


@dataclass(frozen=True, slots=True)
class Fields:
    """Which fields are scored: all as the shop does, or the pictures alone to measure them."""

    images: bool = True
    texts: bool = True
    words: bool = True


@dataclass(frozen=True, slots=True)
class Scans:
    """The scores of one query's rows."""

    images: RowScores
    texts: RowScores
    concepts: tuple[tuple[RowScores, RowScores, RowScores, RowScores], ...] = ()
    """For each negative: pictures alone and together, then texts alone and together."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One query's view of the whole catalogue."""

    evidence: Evidence
    scores: ProductScores
    """Higher is better; 0 everywhere where nothing was asked but filters."""
    relevant: Mask
    images: RowScores
    """Of every picture, to choose the one to show."""

    def with_first(self, position: int) -> Scored:
        """Put one product before all others: the one whose id was typed."""
        scores, relevant = self.scores.copy(), self.relevant.copy()
        scores[position] = scores.max() + 1
        relevant[position] = True
        return replace(self, scores=scores, relevant=relevant)


def scan(
    probes: Sequence[Probe], generation: ServedGeneration, fields: Fields = Fields()
) -> list[Scans]:
    """Score all rows of each field, for all queries in one matrix product."""
    concepts = [vector for probe in probes for each in probe.negatives
                for vector in (each.alone, each.together)]  # fmt: skip
    pictured = [*(probe.image for probe in probes), *concepts]
    worded = [*(probe.text for probe in probes), *concepts]
    images, texts = _scan(
        pictured if fields.images else [None] * len(pictured),
        worded if fields.texts else [None] * len(worded),
        generation,
    )
    shown, said = iter(images[len(probes) :]), iter(texts[len(probes) :])
    return [
        Scans(
            images[at],
            texts[at],
            tuple((next(shown), next(shown), next(said), next(said)) for _ in probe.negatives),
        )
        for at, probe in enumerate(probes)
    ]


def score(
    probe: Probe,
    scans: Scans,
    generation: ServedGeneration,
    everything: bool,
    words: bool = True,
    sought: Mask | None = None,
) -> Scored:
    """Join a query's evidence and find what is relevant.

    Args:
        probe: The query.
        scans: Its scores of rows.
        generation: Whose rows they are.
        everything: Whether all products are relevant, because filters alone decide.
        words: Whether words in common count.
        sought: What the sentence's own filters let through, where it excludes by likeness too.
    """
    images, texts = scans.images, scans.texts
    evidence = Evidence(
        image=generation.by_image(images) if images is not None and images.size else None,
        text=(
            generation.by_text(texts, probe.own_texts_only)
            if texts is not None and texts.size
            else None
        ),
        lexical=generation.score_words(probe.words) if words and probe.words else None,
        off_catalogue=probe.off_catalogue,
    )
    if evidence.image is None and evidence.text is None and evidence.lexical is None:
        scores = np.zeros(generation.products, dtype=np.float32)
        # Who only says what not to show is shown all the rest.
        relevant = np.full(len(scores), everything or bool(probe.negatives))
    else:
        scores = fuse(evidence, probe.weights)
        relevant = _relevant(probe, evidence, scores, generation, everything)
    if probe.negatives:
        steered = steer(scores, _concepts(probe, scans, generation), sought)
        scores, relevant = steered.scores, relevant & ~steered.shown
    return Scored(evidence, scores, relevant, images)


def _concepts(probe: Probe, scans: Scans, generation: ServedGeneration) -> list[Concept]:
    """Gather what is known of what products are not to show."""
    concepts = []
    by_own_text = partial(generation.by_text, own_only=True)
    for negative, rows in zip(probe.negatives, scans.concepts, strict=True):
        shown_alone, shown_together, said_alone, said_together = rows
        image = _likeness(scans.images, shown_alone, shown_together, generation.by_image)
        text = _likeness(scans.texts, said_alone, said_together, by_own_text)
        words = generation.score_words(negative.words)
        concepts.append(Concept(image, text, negative.distance, words))
    return concepts


def _likeness(
    positive: RowScores,
    alone: RowScores,
    together: RowScores,
    by_product: Callable[[NDArray[np.float32]], ProductScores],
) -> Likeness | None:
    if alone is None or together is None or not alone.size:
        return None
    return Likeness(
        positive=None if positive is None else by_product(positive),
        alone=by_product(alone),
        together=by_product(together),
    )


def _relevant(
    probe: Probe,
    evidence: Evidence,
    scores: ProductScores,
    generation: ServedGeneration,
    everything: bool,
) -> Mask:
    if everything:
        relevant = np.ones(len(scores), dtype=np.bool_)
    elif probe.words:
        relevant = generation.tuning.cutoff.relevant(evidence, scores)
    else:
        # The cut-off is fitted on sentences. Likeness to a picture has no "nothing fits".
        relevant = standing_out(scores)
    if probe.excluded:
        relevant[list(probe.excluded)] = False
    return relevant


def _scan(
    images: Sequence[Vector | None], texts: Sequence[Vector | None], generation: ServedGeneration
) -> tuple[list[RowScores], list[RowScores]]:
    """Score the rows of both fields for the vectors that ask for them."""
    dim = generation.snapshot.manifest.dim
    asked = [_stack([each for each in field if each is not None], dim) for field in (images, texts)]
    by_image, by_text = (
        iter(generation.score_images(asked[0])),
        iter(generation.score_texts(asked[1])),
    )
    return (
        [None if each is None else next(by_image) for each in images],
        [None if each is None else next(by_text) for each in texts],
    )


def _stack(vectors: Sequence[Vector], dim: int) -> Embeddings:
    return np.stack(vectors) if vectors else np.empty((0, dim), dtype=np.float32)
