"""Measure a ranking against queries whose answers are known."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean

from core.errors import EvaluationError
from core.metrics import ndcg_at, precision_at, recall_at, reciprocal_rank_at
from core.terminal import Progress
from encoder.base import DualEncoder
from search.answering import answer
from search.generation import ServedGeneration
from search.query import Page, SearchQuery, parse_text
from search.results import SearchResults
from search.scoring import Fields

DEPTH = 10
"""All measures look at ten results; recall@1 at the first of them."""
_BATCH = 64
FIELDS = {"image": Fields(texts=False, words=False), "product": Fields()}


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A sentence and the products that answer it."""

    query: str
    relevant: frozenset[str]
    weight: float | None = None
    """How often it is asked, in any unit; None where the file does not say."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Means over all queries, and what they were measured on."""

    queries: int
    documents: int
    fields: str
    """``image`` (the pictures alone) or ``product`` (as the shop ranks)."""
    fingerprint: str
    generation: str
    unknown_relevant: int
    """Relevant ids that the generation does not hold; they count as missed."""
    recall_at_1: float
    recall_at_10: float
    mrr_at_10: float
    precision_at_10: float
    ndcg_at_10: float

    def as_json(self) -> dict[str, object]:
        """Name the measures as the field does: recall@1 …."""
        return {name.replace("_at_", "@"): value for name, value in asdict(self).items()}


def read_queries(path: Path) -> list[JudgedQuery]:
    """Read JSON Lines of ``{"query": …, "relevant": [ids]}``, ``"weight"`` besides if known.

    Raises:
        EvaluationError: the file cannot be read, or a line (it says which) is of another form.
    """
    try:
        # Not splitlines(), which would also split at U+2028 inside a string.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"The queries {path} cannot be read: {error}") from error
    queries = [_parse(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not queries:
        raise EvaluationError(f"{path} holds no queries.")
    return queries


def evaluate(
    queries: Sequence[JudgedQuery],
    generation: ServedGeneration,
    encoder: DualEncoder,
    documents: str,
    progress: Progress,
) -> Evaluation:
    """Rank every query over the whole generation and average the measures."""
    rankings = rank_queries(queries, generation, encoder, documents, progress)
    return _average(queries, rankings, generation, documents)


def rank_queries(
    queries: Sequence[JudgedQuery],
    generation: ServedGeneration,
    encoder: DualEncoder,
    documents: str,
    progress: Progress,
) -> list[list[str]]:
    """List the ids of the first ``DEPTH`` products for every query, best first."""
    fields = FIELDS[documents]
    rankings: list[list[str]] = []
    with progress.stage("Queries", len(queries), "queries") as tick:
        for start in range(0, len(queries), _BATCH):
            batch = queries[start : start + _BATCH]
            asked = [
                SearchQuery(
                    each.query,
                    page=Page(size=DEPTH),
                    understand=fields.words,
                    # Judgements name products: a hit that stands for its variants hides some.
                    collapse=False,
                    repeats=not fields.words,
                )
                for each in batch
            ]
            for results in answer(asked, generation, encoder, fields):
                assert isinstance(results, SearchResults), "sentences name no product"
                rankings.append([hit.product.id for hit in results.hits])
            tick(len(batch))
    return rankings


def _average(
    queries: Sequence[JudgedQuery],
    rankings: Sequence[Sequence[str]],
    generation: ServedGeneration,
    documents: str,
) -> Evaluation:
    def mean(measure: Callable[[Sequence[str], frozenset[str], int], float], k: int) -> float:
        pairs = zip(rankings, queries, strict=True)
        return fmean(measure(ranked, judged.relevant, k) for ranked, judged in pairs)

    return Evaluation(
        queries=len(queries),
        documents=generation.products,
        fields=documents,
        fingerprint=generation.fingerprint,
        generation=generation.id,
        unknown_relevant=_count_unknown(queries, generation),
        recall_at_1=mean(recall_at, 1),
        recall_at_10=mean(recall_at, DEPTH),
        mrr_at_10=mean(reciprocal_rank_at, DEPTH),
        precision_at_10=mean(precision_at, DEPTH),
        ndcg_at_10=mean(ndcg_at, DEPTH),
    )


def _count_unknown(queries: Iterable[JudgedQuery], generation: ServedGeneration) -> int:
    ids = {product_id for judged in queries for product_id in judged.relevant}
    return sum(generation.snapshot.documents.position(each) is None for each in ids)


def _parse(path: Path, number: int, line: str) -> JudgedQuery:
    where = f"{path}, line {number}"
    try:
        value = json.loads(line)
    except ValueError as error:
        raise EvaluationError(f"{where} is not JSON: {error}") from error
    query = value.get("query") if isinstance(value, dict) else None
    relevant = value.get("relevant") if isinstance(value, dict) else None
    if not isinstance(query, str) or not query.strip():
        raise EvaluationError(f'{where} has no "query" of text.')
    if not isinstance(relevant, list) or not relevant:
        raise EvaluationError(f'{where} has no "relevant" list of product ids.')
    weight = value.get("weight")
    if weight is not None and not (_is_number(weight) and 0 <= weight < float("inf")):
        raise EvaluationError(f'{where} has a "weight" that is no number from 0 up.')
    text = parse_text(query, len(query))
    return JudgedQuery(text, frozenset(str(each) for each in relevant), weight)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
