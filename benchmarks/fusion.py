"""What each field finds alone and all of them together, and what the cut-off keeps and refuses.

    python benchmarks/fusion.py --home HOME QUERIES.jsonl [--off FILE.txt] [--out FILE.json]

Ranks the whole catalogue by the generation in service with its tuning in force, from the same
scores for every row of the table. Tune first, with or without judged queries: `vitrine tune`.
"""

import argparse
import json
import platform
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from statistics import fmean, median

from core.settings import Settings, prepare_process

prepare_process()

import numpy as np  # noqa: E402 - after the process is prepared

from core.metrics import ndcg_at, precision_at  # noqa: E402
from core.terminal import table  # noqa: E402
from encoder.loading import encoder_for  # noqa: E402
from search.answering import answer  # noqa: E402
from search.bootstrap import open_generation  # noqa: E402
from search.evaluation import DEPTH, read_queries  # noqa: E402
from search.fusion import Weights, fuse  # noqa: E402
from search.off_catalogue import nearness  # noqa: E402
from search.query import Page, SearchQuery  # noqa: E402
from search.tuning_ranking import prepare  # noqa: E402
from search.tuning_samples import Sampler, pick_judged  # noqa: E402

BATCH = 16
OFF = Path(__file__).with_name("off_catalogue_queries.txt")


def rankings(weights: Weights) -> dict:
    return {
        "pictures alone": lambda e: e.image,
        "texts alone": lambda e: e.text,
        "words alone": lambda e: e.lexical,
        "pictures and texts": lambda e: fuse(replace(e, lexical=None), weights),
        "fused": lambda e: fuse(e, weights),
    }


def first_page(scores) -> list[str]:
    return [str(at) for at in np.argsort(-scores, kind="stable")[:DEPTH]]


def quality(judged, sampler, weights) -> dict:
    figures = {name: ([], []) for name in rankings(weights)}
    for relevant, evidence in judged.asked(sampler):
        for name, score in rankings(weights).items():
            ranked = first_page(score(evidence))
            figures[name][0].append(precision_at(ranked, relevant, DEPTH))
            figures[name][1].append(ndcg_at(ranked, relevant, DEPTH))
    return {
        name: {"precision@10": fmean(precision), "ndcg@10": fmean(ndcg)}
        for name, (precision, ndcg) in figures.items()
    }


ALONE = {"collapse": False}
SERVED = {
    "as served, each variant a hit": ALONE,
    "… near-duplicates not deferred": {**ALONE, "repeats": True},
    "… to the letter": {**ALONE, "understand": False},
    "as served, variants one hit": {},
}
"""Judgements name products, so that a page of one hit per model counts as fewer of them."""


def served(queries, generation, encoder) -> dict:
    """Ask through everything that a shopper's sentence goes through."""
    figures = {}
    for name, options in SERVED.items():
        precision, ndcg = [], []
        for start in range(0, len(queries), BATCH):
            batch = queries[start : start + BATCH]
            asked = [SearchQuery(each.query, page=Page(size=DEPTH), **options) for each in batch]
            for judged, found in zip(batch, answer(asked, generation, encoder), strict=True):
                ranked = [hit.product.id for hit in (*found.hits, *found.nearest)[:DEPTH]]
                precision.append(precision_at(ranked, judged.relevant, DEPTH))
                ndcg.append(ndcg_at(ranked, judged.relevant, DEPTH))
        figures[name] = {"precision@10": fmean(precision), "ndcg@10": fmean(ndcg)}
    return figures


def with_nearness(sampler, sentences, embeddings):
    near = nearness(embeddings, sampler.generation.tuning.off_catalogue)
    for at, evidence in enumerate(sampler.evidence(sentences, embeddings)):
        yield evidence if near is None else replace(evidence, off_catalogue=float(near[at]))


def kept(judged, sampler) -> dict:
    tuning = sampler.generation.tuning
    found = kept_results = 0
    ratios, unanswered, times = [], [], {"fuse": [], "cut-off": []}
    asked = with_nearness(sampler, judged.sentences, judged.embeddings)
    for sentence, relevant, evidence in zip(judged.sentences, judged.relevant, asked, strict=True):
        start = time.perf_counter()
        fused = fuse(evidence, tuning.weights)
        middle = time.perf_counter()
        mask = tuning.cutoff.relevant(evidence, fused)
        times["cut-off"].append((time.perf_counter() - middle) * 1000)
        times["fuse"].append((middle - start) * 1000)
        right = [int(at) for at in first_page(fused) if at in relevant]
        found, kept_results = found + len(right), kept_results + int(mask[right].sum())
        ratios.append(int(mask.sum()) / len(relevant))
        if not mask.any():
            unanswered.append(sentence)
    return {
        "relevant first results kept": kept_results / max(1, found),
        "total / judged relevant, quartiles": np.quantile(ratios, (0.25, 0.5, 0.75)).tolist(),
        "judged queries refused": unanswered,
        "median_ms": {name: median(values) for name, values in times.items()},
    }


def refused(off: Path, sampler) -> dict:
    sentences = [line for line in off.read_text(encoding="utf-8").splitlines() if line]
    asked = with_nearness(sampler, sentences, sampler.embed(sentences))
    cutoff = sampler.generation.tuning.cutoff
    answered = [
        each for each, evidence in zip(sentences, asked, strict=True) if cutoff.fits(evidence)
    ]
    share = 1 - len(answered) / len(sentences)
    return {"off-catalogue queries": len(sentences), "refused": share, "answered": answered}


def measure(settings: Settings, queries: Path, off: Path) -> dict:
    with open_generation(settings) as generation:
        encoder = encoder_for(settings, generation.fingerprint, f"generation {generation.id}")
        sampler = Sampler(generation, encoder, generation.score_words)
        picked = pick_judged(read_queries(queries), generation)
        judged = prepare(picked, sampler)
        return {
            "machine": f"{platform.processor() or platform.machine()}, {settings.compute_threads}",
            "commit": subprocess.run(
                ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
            ).stdout.strip(),
            "products": generation.products,
            "queries": len(judged),
            "tuning": generation.tuning.as_json(),
            "quality": {
                **quality(judged, sampler, generation.tuning.weights),
                **served(picked, generation, encoder),
            },
            **kept(judged, sampler),
            **refused(off, sampler),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("queries", type=Path)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--off", type=Path, default=OFF)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    settings = Settings.load(options={"home": arguments.home})
    result = measure(settings, arguments.queries, arguments.off)
    rows = [
        (name, *(f"{figure:.3f}" for figure in figures.values()))
        for name, figures in result["quality"].items()
    ]
    print(table(rows, ("ranked by", "precision@10", "nDCG@10")))
    print(json.dumps({k: v for k, v in result.items() if k not in ("quality", "tuning")}, indent=1))
    if arguments.out:
        arguments.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
