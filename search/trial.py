"""Models tried on the catalogue beside the service: same products, same queries, same ranking.

A trial embeds through the ordinary build into the ordinary embedding store, so that nothing
is embedded twice and the first index build with a promoted model finds its work done. Its
generation lies apart and goes again; the one in service is not touched.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import EvaluationError
from core.lock import exclusive
from core.metrics import ndcg_at, precision_at, recall_at, reciprocal_rank_at
from core.settings import Settings
from core.terminal import Progress
from core.vectors import Mask
from encoder import loading
from encoder.base import DualEncoder
from encoder.learned import Learned, read_learned
from encoder.reference import ModelReference, Source
from encoder.registry import NAME_CHARS
from indexer import generations
from indexer.jobs import catalogue_products, job_from
from indexer.reindex import build_index
from search.evaluation import DEPTH, JudgedQuery, rank_queries
from search.generation import ServedGeneration
from search.held_out import FoundQueries, find_held_out_titles
from training.gate.comparison import SegmentComparison, compare
from training.gate.segments import QueryTraits, most_common, segments_of

MEASURE = "ndcg@10"
"""Judges by the whole first page: how many answers are on it, and how high."""

_MEASURES: Mapping[str, tuple[Callable[..., float], int]] = {
    "recall@1": (recall_at, 1),
    "recall@10": (recall_at, DEPTH),
    "mrr@10": (reciprocal_rank_at, DEPTH),
    "precision@10": (precision_at, DEPTH),
    MEASURE: (ndcg_at, DEPTH),
}
_GENERATIONS = "index"

Scores = Mapping[str, NDArray[np.float64]]
"""Measure to one score per query."""


@dataclass(frozen=True, slots=True)
class TriedModel:
    """A model to be measured; its encoder is loaded once, when something needs it."""

    name: str
    fingerprint: str
    load: Callable[[], DualEncoder]
    learned: Learned | None = None
    """Which pictures it learned from, where that is recorded."""

    @classmethod
    def named(cls, settings: Settings, name: str = "") -> TriedModel:
        """Find a model by its name, by default the one that the settings name.

        Raises:
            ModelError: there is no such model, or its record of what it learned is damaged.
        """
        pinned = loading.pin_model(settings, name)
        reference = ModelReference.parse(pinned.model)
        is_folder = reference.source is Source.DIRECTORY
        return cls(
            name=pinned.model,
            fingerprint=loading.model_fingerprint(pinned),
            load=cache(partial(loading.load_encoder, pinned)),
            learned=read_learned(Path(reference.name)) if is_folder else None,
        )


@dataclass(frozen=True, slots=True)
class QuerySet:
    """Queries to measure with, and by which documents."""

    name: str
    documents: str
    """``image`` (the pictures alone) or ``product`` (as the shop ranks)."""
    find: Callable[[ServedGeneration, Sequence[Learned]], FoundQueries]
    """Finds them, given the catalogue as a generation and what the models learned from."""
    avoids_learned: bool = False
    """Whether it leaves out what a model learned from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialReport:
    """What one set of queries said of a model, and of another beside it."""

    queries_from: str
    documents: str
    products: int
    queries: int
    skipped: int
    """Queries none of whose products the catalogue holds; they measure nothing."""
    repeated: int
    """Queries that came again; each is asked once."""
    learned: int
    """Held-out titles that are not asked: a model learned from pictures of theirs."""
    unrecorded: tuple[str, ...]
    """Fingerprints of models that may have learned from the pictures; it is not recorded."""
    fingerprint: str
    against: str
    """The other model's fingerprint; empty where there is none."""
    means: Mapping[str, float]
    means_against: Mapping[str, float]
    measure: str
    """Of the segments."""
    segments: tuple[SegmentComparison, ...]

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return asdict(self)


def try_model(
    settings: Settings,
    model: TriedModel,
    against: TriedModel | None,
    sets: Sequence[QuerySet],
    progress: Progress,
) -> list[TrialReport]:
    """Measure a model, and another beside it, on every set of queries over the catalogue.

    Raises:
        EvaluationError: a set has no query that this catalogue can answer, or the catalogue
            changed between the two models.
        SnapshotError: the catalogue is empty.
        BusyError: another trial is running.
    """
    with exclusive(settings.trials / "trial.lock", "A trial of a model"):
        with _tried(settings, model, progress) as generation:
            catalogue = generation.snapshot.manifest.catalogue
            models = (model,) if against is None else (model, against)
            asked = [_Asked.of(each, generation, models) for each in sets]
            scores = [each.score(generation, model, progress) for each in asked]
            products = generation.products
        others: list[Scores | None] = [None] * len(asked)
        if against is not None:
            with _tried(settings, against, progress) as generation:
                if generation.snapshot.manifest.catalogue != catalogue:
                    raise EvaluationError(
                        "The catalogue changed while the models were being measured. Try again."
                    )
                others = [each.score(generation, against, progress) for each in asked]
    return [
        each.report(products, (model, against), one, other)
        for each, one, other in zip(asked, scores, others, strict=True)
    ]


def judged_queries(queries: Sequence[JudgedQuery], name: str, documents: str) -> QuerySet:
    """Measure with queries whose answers people judged."""
    return QuerySet(name, documents, lambda generation, learned: FoundQueries(list(queries)))


def held_out_titles() -> QuerySet:
    """Measure with titles that no training has seen: which picture do they belong to?

    Pictures alone are ranked. With the products' texts a title would find itself.
    """
    return QuerySet("held-out titles", "image", find_held_out_titles, avoids_learned=True)


@contextmanager
def _tried(settings: Settings, model: TriedModel, progress: Progress) -> Iterator[ServedGeneration]:
    """Embed the catalogue with a model and open it; what is not in the store goes again."""
    root = settings.trials / model.fingerprint[:NAME_CHARS] / _GENERATIONS
    job = replace(
        job_from(settings, (model.fingerprint, model.load)),
        generations=root,
        model=model.name,
        keep=1,
        spare_model="",
    )
    with ExitStack() as stack:
        stack.callback(_remove, root)
        build_index(partial(catalogue_products, settings), job, progress)
        snapshot = generations.open_current(root)
        generation = ServedGeneration(snapshot, settings.index, settings.compute_threads)
        stack.callback(generation.close)
        yield generation


def _remove(root: Path) -> None:
    """Remove a trial's generations, and their folder unless a report lies in it."""
    shutil.rmtree(root, ignore_errors=True)
    with suppress(OSError):
        root.parent.rmdir()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A set of queries over one catalogue, those that it cannot answer left out."""

    source: QuerySet
    queries: tuple[JudgedQuery, ...]
    skipped: int
    repeated: int
    learned: int
    unrecorded: tuple[str, ...]
    segments: Mapping[str, Mask]

    @classmethod
    def of(
        cls, source: QuerySet, generation: ServedGeneration, models: Sequence[TriedModel]
    ) -> _Asked:
        recorded = [each.learned for each in models if each.learned is not None]
        found = source.find(generation, recorded)
        distinct = _merged(found.queries)
        held = [each for each in distinct if _categories(each, generation)]
        if not held:
            reason = _why_none(found)
            raise EvaluationError(f"{source.name}: {reason}, so nothing can be measured with them.")
        traits = [
            QueryTraits(
                category=most_common(_categories(each, generation)),
                words=len(each.query.split()),
                relevant=len(each.relevant),
                weight=each.weight,
            )
            for each in held
        ]
        silent = [each.fingerprint for each in models if each.learned is None]
        return cls(
            source=source,
            queries=tuple(held),
            skipped=len(distinct) - len(held),
            repeated=len(found.queries) - len(distinct),
            learned=found.learned,
            unrecorded=tuple(silent) if source.avoids_learned else (),
            segments=segments_of(traits),
        )

    def score(self, generation: ServedGeneration, model: TriedModel, progress: Progress) -> Scores:
        """Rank every query and score its ranking."""
        ranked = rank_queries(
            self.queries, generation, model.load(), self.source.documents, progress
        )
        pairs = list(zip(ranked, self.queries, strict=True))
        return {
            name: np.array([measure(ids, each.relevant, k) for ids, each in pairs])
            for name, (measure, k) in _MEASURES.items()
        }

    def report(
        self,
        products: int,
        models: tuple[TriedModel, TriedModel | None],
        scores: Scores,
        others: Scores | None,
    ) -> TrialReport:
        model, against = models
        return TrialReport(
            queries_from=self.source.name,
            documents=self.source.documents,
            products=products,
            queries=len(self.queries),
            skipped=self.skipped,
            repeated=self.repeated,
            learned=self.learned,
            unrecorded=self.unrecorded,
            fingerprint=model.fingerprint,
            against=against.fingerprint if against else "",
            means=_means(scores),
            means_against=_means(others) if others else {},
            measure=MEASURE,
            segments=compare(scores[MEASURE], others[MEASURE] if others else None, self.segments),
        )


def _merged(queries: Sequence[JudgedQuery]) -> list[JudgedQuery]:
    """Make one of queries with the same words: asked again, one says nothing new."""
    merged: dict[str, JudgedQuery] = {}
    for each in queries:
        if (known := merged.get(each.query)) is not None:
            weights = [one.weight for one in (known, each) if one.weight is not None]
            relevant = known.relevant | each.relevant
            each = JudgedQuery(each.query, relevant, sum(weights) if weights else None)
        merged[each.query] = each
    return list(merged.values())


def _why_none(found: FoundQueries) -> str:
    if found.learned:
        return f"A model learned from the pictures of all {found.learned} of them"
    if not found.queries:
        return "None of the catalogue's titles is held out"
    return "None of their products is in the catalogue"


def _categories(judged: JudgedQuery, generation: ServedGeneration) -> list[str]:
    """List the widest category of each of its products that the catalogue holds."""
    documents = generation.snapshot.documents
    positions = [documents.position(each) for each in judged.relevant]
    products = [documents[each] for each in positions if each is not None]
    return [product.category[0] if product.category else "" for product in products]


def _means(scores: Scores) -> dict[str, float]:
    return {name: float(values.mean()) for name, values in scores.items()}
