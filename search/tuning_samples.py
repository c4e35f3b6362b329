"""What the fields say of sentences whose place is known: in the catalogue or outside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from catalog.records import CATEGORY_SEPARATOR
from catalog.thesaurus import kind_of, phrases_of_kind
from core.terminal import Progress
from core.vectors import Embeddings, Mask, empty
from encoder.base import DualEncoder
from search.cutoff import Level
from search.evaluation import JudgedQuery
from search.fusion import Evidence, Weights
from search.generation import ServedGeneration
from search.off_catalogue import off_catalogue_sentences
from search.ranking import ProductScores

MAX_PHRASES = 200
FEWEST_PHRASES = 20
"""With fewer, the kinds are hardly those of the thesaurus, and the categories speak for them."""
MAX_JUDGED = 400
"""More queries move the fit less than their own noise, and take a minute."""
_BATCH = 32
_SEED = 20_260_101

LexicalScorer = Callable[[str], ProductScores]


@dataclass(frozen=True, slots=True)
class Reach:
    """How high the best product of each sentence comes, before anything is held against it."""

    levels: NDArray[np.float64]
    """Shape (sentences,); of the catalogue alone."""
    embeddings: Embeddings
    mass: NDArray[np.float64]
    """How much is lost when the sentence is refused; shape (sentences,)."""
    groups: NDArray[np.int64]
    """Sentences of a group are never on both sides of a held-out split."""
    words: NDArray[np.float64]
    """What the product that has most words in common with it has, from 0 to 1."""

    def __len__(self) -> int:
        return len(self.levels)

    def only(self, mask: Mask) -> Reach:
        """Take some of the sentences."""
        return Reach(
            self.levels[mask],
            self.embeddings[mask],
            self.mass[mask],
            self.groups[mask],
            self.words[mask],
        )


@dataclass(frozen=True, slots=True)
class Sampler:
    """Scores sentences as the shop does: every row of every field of one generation."""

    generation: ServedGeneration
    encoder: DualEncoder
    lexical: LexicalScorer | None
    """None where the generation has no lexical index."""

    def level(self, weights: Weights) -> Level:
        """Give the level that goes with weights, of the fields that this generation has."""
        level = Level.fitting(weights)
        return replace(
            level,
            image=level.image if self.generation.images else 0.0,
            text=level.text if len(self.generation.snapshot.text_embeddings) else 0.0,
            lexical=level.lexical if self.lexical is not None else 0.0,
        )

    def embed(self, sentences: Sequence[str]) -> Embeddings:
        """Embed sentences, in order."""
        batches = [
            self.encoder.encode_texts(sentences[start : start + _BATCH])
            for start in range(0, len(sentences), _BATCH)
        ]
        return np.concatenate(batches) if batches else empty(self.encoder.dim)

    def evidence(
        self, sentences: Sequence[str], embeddings: Embeddings, own_texts_only: bool = False
    ) -> Iterator[Evidence]:
        """Score sentences, a batch at a time.

        Args:
            sentences: The words.
            embeddings: Of the same sentences.
            own_texts_only: Leave out the shoppers' words that the index adds for each kind.
        """
        served = self.generation
        for start in range(0, len(sentences), _BATCH):
            probes = embeddings[start : start + _BATCH]
            images, texts = served.score_images(probes), served.score_texts(probes)
            for at, sentence in enumerate(sentences[start : start + _BATCH]):
                yield Evidence(
                    image=served.by_image(images[at]) if images.shape[1] else None,
                    text=served.by_text(texts[at], own_texts_only) if texts.shape[1] else None,
                    lexical=None if self.lexical is None else self.lexical(sentence),
                )


def reach_off_catalogue(sampler: Sampler, level: Level, progress: Progress) -> Reach:
    """See how high the best product comes for sentences that ask for something else.

    Their fields of life are the groups.
    """
    fields = off_catalogue_sentences()
    sentences = [sentence for each in fields.values() for sentence in each]
    groups = np.repeat(np.arange(len(fields)), [len(each) for each in fields.values()])
    return _reach(sampler, level, sentences, groups, False, progress, "Off-catalogue sentences")


def reach_phrases(sampler: Sampler, level: Level, progress: Progress) -> Reach:
    """See how high it comes for what shoppers call the kinds that the catalogue has.

    The index puts these very words beside each product, and the plainest one stands in most
    titles. Real queries are not so lucky, so that only the others are asked, and only of
    the products' own texts.
    """
    phrases = wanted_phrases(sampler.generation)
    order = np.random.default_rng(_SEED).permutation(len(phrases))[:MAX_PHRASES]
    chosen = [phrases[at] for at in sorted(order.tolist())]
    groups = np.random.default_rng(_SEED).permutation(len(chosen))
    return _reach(sampler, level, chosen, groups, True, progress, "Phrases of its kinds")


def wanted_phrases(generation: ServedGeneration) -> list[str]:
    """List what shoppers call the kinds that the catalogue has, and say themselves.

    A shop whose kinds the thesaurus does not know is asked for its categories: what a
    category is called must be found, however near it is to what other shops sell.
    """
    kinds = sorted({kind_of(product) for product in generation.snapshot.documents} - {""})
    phrases = [phrase for kind in kinds for phrase in phrases_of_kind(kind)[1:]]
    if len(phrases) >= FEWEST_PHRASES:
        return phrases
    paths = (path for level in generation.columns.category_levels for path in level.values)
    return sorted({*phrases, *(path.split(CATEGORY_SEPARATOR)[-1].lower() for path in paths)})


def pick_judged(queries: Sequence[JudgedQuery], generation: ServedGeneration) -> list[JudgedQuery]:
    """Choose the queries to fit on: each once, with products that are there, not too many."""
    documents = generation.snapshot.documents
    merged: dict[str, frozenset[str]] = {}
    for each in queries:
        known = {one for one in each.relevant if documents.position(one) is not None}
        if known:
            merged[each.query] = merged.get(each.query, frozenset()) | known
    found = [JudgedQuery(query, relevant) for query, relevant in merged.items()]
    order = np.random.default_rng(_SEED).permutation(len(found))[:MAX_JUDGED]
    return [found[at] for at in sorted(order.tolist())]


def _reach(
    sampler: Sampler,
    level: Level,
    sentences: Sequence[str],
    groups: NDArray[np.int64],
    own_texts_only: bool,
    progress: Progress,
    stage: str,
) -> Reach:
    levels, words = np.empty(len(sentences)), np.empty(len(sentences))
    with progress.stage(stage, len(sentences), "sentences") as tick:
        embeddings = sampler.embed(sentences)
        for at, evidence in enumerate(sampler.evidence(sentences, embeddings, own_texts_only)):
            best = level.best_in_catalogue(evidence)
            assert best is not None, "the level is of the fields that there are"
            levels[at] = best
            # Phrases stand for queries whose words no product has.
            words[at] = 0.0 if own_texts_only else evidence.most_words
            tick(1)
    return Reach(levels, embeddings, np.ones(len(sentences)), groups, words)
