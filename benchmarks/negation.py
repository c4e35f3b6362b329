"""How often what was excluded is shown: negation queries over a real catalogue.

    python -m benchmarks.negation --home HOME [--json]

The queries are made from the catalogue's own data: for each kind with enough products, things that
6 to 60 % of its products have. What counts as a violation is told by a column (colour, narrower
kind) or by a word in the title (stripes, leather, for women); that column is hidden from the
zero-shot method, and words of titles are compared by their embeddings alone. Titles do not name
all that a picture shows, which is the same for all methods.
"""

import argparse
import platform
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.settings import Settings, prepare_process

prepare_process()

import numpy as np  # noqa: E402 - after the process is prepared

from catalog.records import CATEGORY_SEPARATOR  # noqa: E402
from catalog.thesaurus import phrases_of_kind  # noqa: E402
from core.terminal import emit, table  # noqa: E402
from encoder.base import DualEncoder  # noqa: E402
from encoder.loading import load_encoder  # noqa: E402
from indexer.attributes import Columns, ColumnsWriter  # noqa: E402
from search.bootstrap import open_generation  # noqa: E402
from search.exclusion import Concept, Likeness, Steered, concept_texts, distance, steer  # noqa: E402
from search.filters import Filter, all_of, compile_filter  # noqa: E402
from search.generation import ServedGeneration  # noqa: E402
from search.understand.categories import category_meanings  # noqa: E402
from search.understand.chips import Understanding  # noqa: E402
from search.understand.colours import colour_field, colour_meanings  # noqa: E402
from search.understand.sentence import understand  # noqa: E402
from search.understand.tokens import key_of  # noqa: E402
from search.understand.vocabulary import Vocabulary  # noqa: E402

TOP = 10
FEWEST, SHARES = 150, (0.06, 0.6)
IMAGE_WEIGHT = 0.5
LAMBDAS = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
PER_CONCEPT = 5
PER_AUDIENCE = 3
FEWEST_SHOWING = 20

WORDS = (
    ("without stripes", r"strip(e|es|ed)"), ("with no prints", r"print(s|ed)?"),
    ("without checks", r"check(s|ed)?"), ("with no polo collar", r"polo"),
    ("without leather", r"leather"), ("not chronograph", r"chronograph"),
    ("but not digital", r"digital"), ("not analog", r"analog(ue)?"), ("not washed", r"washed"),
    ("no wedges", r"wedges?"), ("but not reversible", r"reversible"),
    ("not aviator", r"aviators?"), ("without a sling", r"sling"), ("not silk", r"silk"),
    ("not cotton", r"cotton"),
    ("without cartoons", r"disney|mickey|simpsons?|garfield|doodle|batman|superman|warner"),
    ("not for women", r"wom[ae]n"), ("not for men", r"men"), ("not for kids", r"kids?|kidswear"),
    ("not for girls", r"girls?"), ("not for boys", r"boys?"),
)  # fmt: skip
COLOURS = ("black", "white", "blue", "brown", "red", "green", "pink", "grey")
COLOUR_WORDING = ("{kind}, not {colour}", "{kind} but no {colour}", "{kind} -{colour}")
WIDE = (
    ("shoes", "Footwear > Shoes", ("heels", "flats", "sports shoes", "formal shoes")),
    ("bags", "Accessories > Bags", ("backpacks", "clutches", "handbags")),
    ("jewellery", "Accessories > Jewellery", ("earrings", "rings", "bangles", "pendants")),
    ("tops", "Apparel > Topwear", ("kurtas", "t-shirts", "sweaters")),
    ("trousers", "Apparel > Bottomwear", ("jeans", "shorts", "track pants")),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One query, and by the catalogue's own data what it asks for and what it refuses."""

    family: str
    query: str
    wanted: np.ndarray
    refused: np.ndarray


class Truth:
    """What products are by their columns and titles."""

    def __init__(self, generation: ServedGeneration) -> None:
        documents = list(generation.snapshot.documents)
        self.titles = [each.title.lower() for each in documents]
        self.kinds = np.array([each.category[-1] if each.category else "" for each in documents])
        self.paths = [CATEGORY_SEPARATOR.join(each.category) for each in documents]
        self.columns = generation.snapshot.columns
        self.large = [k for k in np.unique(self.kinds) if (self.kinds == k).sum() >= FEWEST]

    def has_word(self, pattern: str) -> np.ndarray:
        word = re.compile(rf"\b({pattern})\b")
        return np.array([bool(word.search(title)) for title in self.titles])

    def kinds_with(self, refused: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
        for kind in self.large:
            wanted = self.kinds == kind
            showing = refused[wanted]
            low, high = SHARES
            if low <= showing.mean() <= high and showing.sum() >= FEWEST_SHOWING:
                yield (phrases_of_kind(kind) or (kind.lower(),))[0], wanted


def make_cases(truth: Truth) -> list[Case]:
    return [*_by_words(truth), *_by_colours(truth), *_by_kinds(truth)]


def _by_words(truth: Truth) -> Iterator[Case]:
    for wording, pattern in WORDS:
        refused = truth.has_word(pattern)
        most = PER_AUDIENCE if wording.startswith("not for") else PER_CONCEPT
        for _, (kind, wanted) in zip(range(most), truth.kinds_with(refused), strict=False):
            yield Case("words", f"{kind} {wording}", wanted, refused)


def _by_colours(truth: Truth) -> Iterator[Case]:
    meanings, field = colour_meanings(truth.columns), colour_field(truth.columns)
    for turn, colour in enumerate(COLOURS):
        meaning = meanings.get(key_of(colour))
        if meaning is None or field is None:
            continue
        refused = truth.columns.coded[field].mask(meaning.excluded)
        kinds = list(truth.kinds_with(refused))
        start = turn * 7 % max(1, len(kinds))
        for kind, wanted in (kinds[start:] + kinds[:start])[:PER_CONCEPT]:
            wording = COLOUR_WORDING[turn % len(COLOUR_WORDING)]
            yield Case("colours", wording.format(kind=kind, colour=colour), wanted, refused)


def _by_kinds(truth: Truth) -> Iterator[Case]:
    kinds = category_meanings(truth.columns, colour_meanings(truth.columns))
    for wide, path, narrow in WIDE:
        wanted = np.array([each.startswith(path) for each in truth.paths])
        for name in narrow:
            if wanted.any() and (meaning := kinds.get(key_of(name))):
                refused = np.isin(truth.paths, list(meaning.excluded))
                yield Case("kinds", f"{wide} but no {name}", wanted, refused)


class Ranker:
    """Scores of texts, encoded once."""

    def __init__(
        self, generation: ServedGeneration, encoder: DualEncoder, texts: Sequence[str]
    ) -> None:
        self._generation = generation
        unique = sorted(set(texts) - {""})
        self._vectors: dict[str, np.ndarray] = dict(
            zip(unique, encoder.encode_texts(unique), strict=True)
        )

    def vector(self, text: str) -> np.ndarray:
        return self._vectors[text]

    def fields(self, text: str, own_only: bool) -> tuple[np.ndarray, np.ndarray]:
        probe = self._vectors[text][np.newaxis]
        images = self._generation.by_image(self._generation.score_images(probe)[0])
        texts = self._generation.by_text(self._generation.score_texts(probe)[0], own_only)
        return images, texts

    def fused(self, text: str) -> np.ndarray:
        images, texts = self.fields(text, own_only=False)
        return IMAGE_WEIGHT * images + (1 - IMAGE_WEIGHT) * texts

    def concept(self, positive: str, negative: str) -> Concept:
        alone, together = concept_texts(positive, negative)
        scored = [self.fields(text, own_only=True) for text in (positive, alone, together)]
        return Concept(
            images=Likeness(*(each[0] for each in scored)),
            texts=Likeness(*(each[1] for each in scored)),
            distance=distance(self.vector(positive), self.vector(together)),
        )


def texts_of(case: Case, understandings: Sequence[Understanding]) -> Iterator[str]:
    yield case.query
    for each in understandings:
        yield each.positive
        for negative in each.negatives:
            yield from concept_texts(each.positive, negative)


def ours(ranker: Ranker, understood: Understanding, columns: Columns) -> np.ndarray:
    concepts = [ranker.concept(understood.positive, each) for each in understood.negatives]
    wanted: Filter | None = all_of(chip.filter for chip in understood.chips)
    sought = None if wanted is None else compile_filter(wanted, columns)
    steered: Steered = steer(ranker.fused(understood.positive), concepts, sought)
    allowed = ~steered.shown if sought is None else sought & ~steered.shown
    return np.where(allowed, steered.scores, -np.inf)


def blind_vocabulary() -> Vocabulary:
    """A vocabulary that knows no column, so that everything is excluded by likeness."""
    with tempfile.TemporaryDirectory() as folder:
        ColumnsWriter(Path(folder)).finish()
        return Vocabulary.of(Columns(Path(folder)))


@dataclass
class Tally:
    """What the first ten of one method were."""

    violations: list[float]
    wanted: list[float]
    kept: list[float]

    def add(self, scores: np.ndarray, case: Case, best: set[int]) -> None:
        top = np.argsort(-scores, kind="stable")[:TOP]
        top = top[np.isfinite(scores[top])]
        self.violations.append(float(case.refused[top].sum()))
        self.wanted.append(float((case.wanted & ~case.refused)[top].sum()))
        self.kept.append(float(len(best & set(top.tolist()))))


def measure(
    cases: Sequence[Case], generation: ServedGeneration, encoder: DualEncoder
) -> dict[str, dict[str, dict[str, float]]]:
    columns = generation.snapshot.columns
    blind, seeing = blind_vocabulary(), Vocabulary.of(columns)
    understood = [(understand(c.query, blind), understand(c.query, seeing)) for c in cases]
    texts = [text for case, each in zip(cases, understood, strict=True)
             for text in texts_of(case, each)]  # fmt: skip
    ranker = Ranker(generation, encoder, texts)
    tallies: dict[str, Tally] = {}
    for case, (by_likeness, by_data) in zip(cases, understood, strict=True):
        positive = ranker.fused(by_likeness.positive)
        without = np.where(case.refused, -np.inf, positive)
        best = set(np.argsort(-without, kind="stable")[:TOP].tolist())
        negative = [ranker.fused(each) for each in by_likeness.negatives]
        scored = {
            "raw encoder, whole sentence": ranker.fused(case.query),
            "positive part alone": positive,
            **{f"positive - {share} x negative": positive - share * sum(negative)
               for share in LAMBDAS},
            "ours, likeness alone": ours(ranker, by_likeness, columns),
            "ours, with data": ours(ranker, by_data, columns),
        }  # fmt: skip
        for method, scores in scored.items():
            tallies.setdefault(method, Tally([], [], [])).add(scores, case, best)
    families = np.array([case.family for case in cases])
    segments = {"all": np.ones(len(cases), dtype=bool)}
    segments |= {name: families == name for name in dict.fromkeys(families.tolist())}
    return {
        segment: {
            method: {
                name: float(np.array(getattr(tally, name))[chosen].mean())
                for name in ("violations", "wanted", "kept")
            }
            for method, tally in tallies.items()
        }
        for segment, chosen in segments.items()
    }


def report_on(settings: Settings) -> dict[str, Any]:
    encoder = load_encoder(settings)
    with open_generation(settings) as generation:
        cases = make_cases(Truth(generation))
        segments = measure(cases, generation, encoder)
        return {
            "machine": platform.processor() or platform.machine(),
            "commit": subprocess.check_output(
                ["git", "rev-parse", "--short", "HEAD"], text=True
            ).strip(),
            "fingerprint": generation.fingerprint,
            "products": generation.products,
            "queries": [case.query for case in cases],
            "counts": {name: sum(c.family == name for c in cases)
                       for name in dict.fromkeys(c.family for c in cases)},
            "segments": segments,
        }  # fmt: skip


def as_text(report: dict[str, Any]) -> str:
    facts = [(name, value) for name, value in report.items() if name not in ("segments", "queries")]
    parts = [table(facts)]
    for segment, methods in report["segments"].items():
        rows = [
            [method, *(f"{values[name]:.2f}" for name in ("violations", "wanted", "kept"))]
            for method, values in methods.items()
        ]
        heading = (segment, "violations in 10", "right in 10", "of the best 10 kept")
        parts.append(table(rows, heading))
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--json", action="store_true", dest="as_json")
    options = parser.parse_args()
    report = report_on(Settings.load(options={"home": options.home}))
    emit(report, as_text(report), options.as_json)


if __name__ == "__main__":
    main()
