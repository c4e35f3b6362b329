"""Whether the model holds on a catalogue that it was not taught: BM25 beside it, same queries.

    python benchmarks/out_of_domain.py --home HOME QUERIES.jsonl [--json]

HOME has an index in service. Queries are JSON lines of {"query": …, "relevant": [ids]}; with a
"kind" on each line, every kind is also told by itself.

BM25 (Lucene's, k1 1.5, b 0.75) reads title, category, brand and attributes as a shop's word search
would: in lower case, without English stop words; once plain and once with Snowball's English stems.
A product that shares no word with the query is not found by it. Differences are "served" minus the
other, averaged over queries, with a 95 % interval from a bootstrap over queries (paired).
"""

import argparse
import json
import logging
import platform
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from core.settings import Settings, prepare_process

prepare_process()

import bm25s  # noqa: E402 - after the process is prepared
import numpy as np  # noqa: E402
import Stemmer  # noqa: E402

from catalog.records import ProductRecord  # noqa: E402
from core.errors import FingerprintMismatchError  # noqa: E402
from core.metrics import ndcg_at, precision_at, recall_at  # noqa: E402
from core.terminal import emit, table  # noqa: E402
from encoder.base import DualEncoder  # noqa: E402
from encoder.loading import load_encoder  # noqa: E402
from search.answering import Fields, answer  # noqa: E402
from search.bootstrap import open_generation  # noqa: E402
from search.evaluation import DEPTH, JudgedQuery, read_queries  # noqa: E402
from search.generation import ServedGeneration  # noqa: E402
from search.query import Page, SearchQuery  # noqa: E402

MEASURES = {
    "precision@10": precision_at,
    "precision@10 of possible": lambda ranked, relevant, k: (
        precision_at(ranked, relevant, k) * k / min(k, len(relevant))
    ),
    "ndcg@10": ndcg_at,
    "recall@10": recall_at,
}
"""The second divides by what can be reached: by the relevant, where there are fewer than ten."""
SERVED = "served"
ALL = "all"
RESAMPLES = 10_000
BATCH = 64

Rankings = list[list[str]]
Scores = dict[str, dict[str, np.ndarray]]
"""Ranker to measure to one value a query."""


class WordSearch:
    """BM25 over the words of a catalogue."""

    def __init__(self, products: Sequence[ProductRecord], stem: bool) -> None:
        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it tells each step as it debugs
        self._ids = [product.id for product in products]
        self._stemmer = Stemmer.Stemmer("english") if stem else None
        self._index = bm25s.BM25()
        self._index.index(self._tokens([words_of(each) for each in products]), show_progress=False)

    def rank(self, query: str) -> list[str]:
        """Rank the products that share a word with the query; equals keep the catalogue's order."""
        (words,) = self._tokens([query])
        if not any(word in self._index.vocab_dict for word in words):
            return []
        scores = self._index.get_scores(words)
        best = np.argsort(-scores, kind="stable")[:DEPTH]
        return [self._ids[position] for position in best if scores[position] > 0]

    def _tokens(self, texts: list[str]) -> list[list[str]]:
        return bm25s.tokenize(
            texts, stopwords="en", stemmer=self._stemmer, return_ids=False, show_progress=False
        )


def words_of(product: ProductRecord) -> str:
    return " ".join([product.title, *product.category, product.brand, *product.attributes.values()])


def rank_by_likeness(
    queries: Sequence[JudgedQuery],
    generation: ServedGeneration,
    encoder: DualEncoder,
    fields: Fields,
) -> Rankings:
    """Rank as the engine does, by the fields named."""
    rankings: Rankings = []
    for start in range(0, len(queries), BATCH):
        batch = queries[start : start + BATCH]
        asked = [SearchQuery(each.query, page=Page(size=DEPTH)) for each in batch]
        for results in answer(asked, generation, encoder, fields):
            rankings.append([hit.product.id for hit in results.hits])
    return rankings


def rank_all(
    queries: Sequence[JudgedQuery], generation: ServedGeneration, encoder: DualEncoder
) -> dict[str, Rankings]:
    products = list(generation.snapshot.documents)
    rankings = {}
    for name, stem in (("bm25", False), ("bm25, stems", True)):
        words = WordSearch(products, stem)
        rankings[name] = [words.rank(each.query) for each in queries]
    for name, fields in (
        (SERVED, Fields()),
        ("pictures alone", Fields(texts=False)),
        ("texts alone", Fields(images=False)),
    ):
        rankings[name] = rank_by_likeness(queries, generation, encoder, fields)
    return rankings


def measure(
    queries: Sequence[JudgedQuery], rankings: Rankings, of: Callable[..., float]
) -> np.ndarray:
    pairs = zip(rankings, queries, strict=True)
    return np.array([of(ranked, judged.relevant, DEPTH) for ranked, judged in pairs])


def paired_interval(differences: np.ndarray) -> dict[str, float]:
    """The mean, and the middle 95 % of the means of queries drawn with replacement."""
    chance = np.random.default_rng(0)
    draws = chance.integers(0, len(differences), size=(RESAMPLES, len(differences)))
    low, high = np.quantile(differences[draws].mean(axis=1), [0.025, 0.975])
    return {"mean": float(differences.mean()), "low": float(low), "high": float(high)}


def read_kinds(path: Path) -> list[str]:
    """The kind of each query, in the order of ``read_queries``; "" where a line names none."""
    lines = path.read_text(encoding="utf-8-sig").split("\n")
    return [str(json.loads(line).get("kind", "")) for line in lines if line.strip()]


def tell_segment(scores: Scores, chosen: np.ndarray) -> dict[str, object]:
    """The means of the chosen queries, and how far the served ranking is from the others."""
    return {
        "queries": int(chosen.sum()),
        "means": {
            ranker: {name: float(values[chosen].mean()) for name, values in measured.items()}
            for ranker, measured in scores.items()
        },
        "served_minus": {
            ranker: {
                name: paired_interval((scores[SERVED][name] - values)[chosen])
                for name, values in measured.items()
            }
            for ranker, measured in scores.items()
            if ranker != SERVED
        },
    }


def report_on(settings: Settings, path: Path) -> dict[str, object]:
    queries, kinds = read_queries(path), np.array(read_kinds(path))
    encoder = load_encoder(settings)
    with open_generation(settings) as generation:
        if encoder.fingerprint != generation.fingerprint:
            raise FingerprintMismatchError(
                f"The generation {generation.id}", encoder.fingerprint, generation.fingerprint
            )
        rankings = rank_all(queries, generation, encoder)
        told = {
            "machine": platform.processor() or platform.machine(),
            "commit": commit(),
            "model": settings.model,
            "fingerprint": generation.fingerprint,
            "generation": generation.id,
            "products": generation.products,
            "pictures": generation.images,
            "fewer than ten relevant": sum(len(each.relevant) < DEPTH for each in queries),
        }
    scores: Scores = {
        ranker: {name: measure(queries, ranked, of) for name, of in MEASURES.items()}
        for ranker, ranked in rankings.items()
    }
    segments = {ALL: np.ones(len(queries), dtype=bool)}
    segments |= {kind: kinds == kind for kind in dict.fromkeys(kinds.tolist()) if kind}
    told["segments"] = {name: tell_segment(scores, chosen) for name, chosen in segments.items()}
    return told


def commit() -> str:
    return subprocess.check_output(["git", "rev-parse", "--short", "HEAD"], text=True).strip()


def as_text(report: dict[str, object]) -> str:
    facts = [(name, value) for name, value in report.items() if name != "segments"]
    parts = [table(facts)]
    for name, segment in report["segments"].items():
        rows = [
            [ranker, *(f"{means[measure]:.3f}" for measure in MEASURES)]
            for ranker, means in segment["means"].items()
        ]
        rows += [
            [f"{SERVED} - {ranker}", *(interval_text(each[measure]) for measure in MEASURES)]
            for ranker, each in segment["served_minus"].items()
        ]
        parts.append(table(rows, (f"{name} ({segment['queries']} queries)", *MEASURES)))
    return "\n\n".join(parts)


def interval_text(interval: dict[str, float]) -> str:
    return "{mean:+.3f} [{low:+.3f}, {high:+.3f}]".format(**interval)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("queries_file", type=Path)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--model", help="as VITRINE_MODEL; the index must be made by it")
    parser.add_argument("--json", action="store_true", dest="as_json")
    options = parser.parse_args()
    chosen = {"home": options.home} | ({"model": options.model} if options.model else {})
    report = report_on(Settings.load(options=chosen), options.queries_file)
    emit(report, as_text(report), options.as_json)


if __name__ == "__main__":
    main()
