"""Fit weights and share on judged queries, and judge the fit by queries it has not seen."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.metrics import ndcg_at
from core.terminal import Progress
from core.vectors import Embeddings
from search.cutoff import Cutoff
from search.evaluation import DEPTH, JudgedQuery
from search.fusion import Evidence, Weights, fuse
from search.ranking import ProductScores
from search.tuning_samples import Reach, Sampler

FOLDS = 5
_SEED = 20_260_102

WEIGHTS = tuple(
    Weights(image=image, text=round(1 - image, 1), lexical=lexical)
    for image in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
    for lexical in (0.0, 0.5, 1.0, 2.0, 4.0)
)
"""What is tried. Between neighbours lies less than 20 queries can tell apart."""

SHARES = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)
KEPT = 0.985
"""Share of the relevant results of first pages that a share must keep, if one can: with what the
boundary of the catalogue may cost, .97 are left."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Judged queries, ready to be asked."""

    sentences: tuple[str, ...]
    embeddings: Embeddings
    relevant: tuple[frozenset[str], ...]
    """Positions, written as the measures want ids."""

    def __len__(self) -> int:
        return len(self.sentences)

    def asked(self, sampler: Sampler) -> Iterator[tuple[frozenset[str], Evidence]]:
        """Score each query by every field."""
        scored = sampler.evidence(self.sentences, self.embeddings)
        return zip(self.relevant, scored, strict=True)


@dataclass(frozen=True, slots=True)
class Shown:
    """What each share of one ranking shows of each query; arrays of (queries, shares)."""

    kept: NDArray[np.int64]
    """Relevant products of the first page that are above the cut-off."""
    totals: NDArray[np.int64]
    hits: NDArray[np.int64]
    """Relevant products above the cut-off."""
    first_page: NDArray[np.int64]
    """Relevant products of the first page; shape (queries,)."""
    judged: NDArray[np.int64]
    """All relevant products; shape (queries,)."""

    def f1(self, columns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Balance what is shown wrongly and what is missing, per query and its share."""
        rows = np.arange(len(self.judged))
        both = self.totals[rows, columns] + self.judged
        return np.asarray(2 * self.hits[rows, columns] / both, dtype=np.float64)

    def only_shares(self, count: int) -> Shown:
        """Take the first of the shares."""
        return replace(
            self,
            kept=self.kept[:, :count],
            totals=self.totals[:, :count],
            hits=self.hits[:, :count],
        )


def prepare(queries: Sequence[JudgedQuery], sampler: Sampler) -> Judged:
    """Embed judged queries and look their products up."""
    documents = sampler.generation.snapshot.documents
    relevant = (
        frozenset(str(at) for one in each.relevant if (at := documents.position(one)) is not None)
        for each in queries
    )
    sentences = tuple(each.query for each in queries)
    return Judged(sentences, sampler.embed(sentences), tuple(relevant))


def score_weights(
    judged: Judged, sampler: Sampler, candidates: Sequence[Weights], progress: Progress
) -> NDArray[np.float64]:
    """Measure nDCG@10 of every query by every candidate: shape (queries, candidates)."""
    measured = np.empty((len(judged), len(candidates)))
    with progress.stage("Weights", len(judged), "queries") as tick:
        for row, (relevant, evidence) in enumerate(judged.asked(sampler)):
            for column, weights in enumerate(candidates):
                ranked = _first_page(fuse(evidence, weights))
                measured[row, column] = ndcg_at(ranked, relevant, DEPTH)
            tick(1)
    return measured


def hold_out_weights(measured: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give each query what the weights score that the other folds' queries chose."""
    folds = folds_of(len(measured))
    held = np.empty(len(measured))
    for fold in range(FOLDS):
        unseen = folds == fold
        if unseen.any() and not unseen.all():
            held[unseen] = measured[unseen, best_weights(measured[~unseen])]
    return held


def best_weights(measured: NDArray[np.float64]) -> int:
    """Choose the candidate of the highest mean, unless the first one may be as good.

    Of many candidates one is always best by chance, and forty queries chose weights that lost
    .056 on forty others. So the first, which is in force, stays within two standard
    errors of the paired difference.
    """
    best = int(measured.mean(axis=0).argmax())
    gains = measured[:, best] - measured[:, 0]
    if len(gains) < 2:
        return 0
    error = float(gains.std(ddof=1)) / math.sqrt(len(gains))
    return best if gains.mean() > 2 * error else 0


def count_shown(
    judged: Judged, sampler: Sampler, weights: Weights, shares: Sequence[float], progress: Progress
) -> tuple[Shown, Reach]:
    """See what each share would show of each query, and how high its best product comes."""
    size = (len(judged), len(shares))
    kept, totals, hits = (np.empty(size, dtype=np.int64) for _ in range(3))
    first_page = np.empty(len(judged), dtype=np.int64)
    levels, words = np.empty(len(judged)), np.empty(len(judged))
    cutoffs, level = [Cutoff(share=share) for share in shares], sampler.level(weights)
    with progress.stage("Cut-off", len(judged), "queries") as tick:
        for row, (relevant, evidence) in enumerate(judged.asked(sampler)):
            fused = fuse(evidence, weights)
            scores = fused[[int(each) for each in sorted(relevant)]]
            on_page = [int(each) for each in _first_page(fused) if each in relevant]
            for column, cutoff in enumerate(cutoffs):
                threshold = cutoff.threshold(fused)
                totals[row, column] = np.count_nonzero(fused >= threshold)
                hits[row, column] = np.count_nonzero(scores >= threshold)
                kept[row, column] = np.count_nonzero(fused[on_page] >= threshold)
            first_page[row] = len(on_page)
            levels[row] = level.best_in_catalogue(evidence)
            words[row] = evidence.most_words
            tick(1)
    counted = np.array([len(each) for each in judged.relevant], dtype=np.int64)
    shown = Shown(kept, totals, hits, first_page, counted)
    mass = first_page.astype(np.float64)
    return shown, Reach(levels, judged.embeddings, mass, folds_of(len(judged)), words)


def fit_share(shown: Shown, rows: NDArray[np.int64]) -> int:
    """Choose a share by some of the queries: the best F1, as far as first pages are kept."""
    kept = shown.kept[rows].sum(axis=0) / max(1, shown.first_page[rows].sum())
    both = shown.totals[rows] + shown.judged[rows, None]
    f1 = (2 * shown.hits[rows] / both).mean(axis=0)
    f1[kept < min(KEPT, kept.max())] = -np.inf
    return int(f1.argmax())


def hold_out_share(shown: Shown) -> NDArray[np.int64]:
    """Give each query the share that the other folds' queries chose: shape (queries,)."""
    folds = folds_of(len(shown.judged))
    chosen = np.zeros(len(folds), dtype=np.int64)
    for fold in range(FOLDS):
        unseen = folds == fold
        if unseen.any() and not unseen.all():
            chosen[unseen] = fit_share(shown, np.flatnonzero(~unseen))
    return chosen


def folds_of(count: int) -> NDArray[np.int64]:
    """Deal queries to folds, as evenly as can be; alike in every run."""
    order = np.random.default_rng(_SEED).permutation(count)
    return np.asarray(order % FOLDS, dtype=np.int64)


def _first_page(fused: ProductScores) -> list[str]:
    """List the positions of the best, equal ones in the catalogue's order."""
    count = min(DEPTH, len(fused))
    worst = np.partition(fused, len(fused) - count)[len(fused) - count]
    candidates = np.flatnonzero(fused >= worst)
    order = candidates[np.argsort(-fused[candidates], kind="stable")]
    return [str(position) for position in order[:count].tolist()]
