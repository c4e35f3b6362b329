"""Which examples meet in which batch, and with which words."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from training.pairs import TrainingExample
from training.phrases import Phrase, Phrasebook


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of the examples that meet in one step, and the words that each comes with."""

    rows: NDArray[np.int64]
    texts: tuple[str, ...]
    """One of each example's own, drawn by weight."""
    phrases: tuple[Phrase, ...]
    weights: NDArray[np.float32]
    """Importance of each pair in the loss."""


def batches(
    examples: Sequence[TrainingExample],
    size: int,
    epoch: int,
    seed: int,
    book: Phrasebook,
    neighbourhoods: NDArray[np.int64] | None = None,
    start: int = 0,
) -> Iterator[Batch]:
    """Deal all examples once, in an order and with words that seed and epoch decide.

    The last, smaller batch is left out: its few negatives would make another loss of it.

    Args:
        examples: What the batches' rows are rows of.
        size: Examples in a batch.
        epoch: Which time round, from 0.
        seed: The run's.
        book: Makes the phrases.
        neighbourhoods: A cluster number per example. Members of one come one after the
            other, so that a batch is made of a few clusters and its negatives are hard.
        start: The first batch to deal; those before it cost nothing.
    """
    rng = np.random.default_rng((seed, epoch))
    order = rng.permutation(len(examples))
    if neighbourhoods is not None:
        order = _by_neighbourhood(order, neighbourhoods, rng)
    dealt = order[: len(order) - len(order) % size].reshape(-1, size)
    if neighbourhoods is not None:
        # Parts of a cluster larger than a batch would follow each other otherwise.
        dealt = rng.permutation(dealt)
    for number in range(start, len(dealt)):
        rows = dealt[number]
        words = [words_of(examples[row], book, seed, epoch, int(row)) for row in rows]
        weights = np.array([examples[row].weight for row in rows], dtype=np.float32)
        yield Batch(
            rows, tuple(text for text, _ in words), tuple(phrase for _, phrase in words), weights
        )


def words_of(
    example: TrainingExample, book: Phrasebook, seed: int, epoch: int, row: int
) -> tuple[str, Phrase]:
    """Draw one of an example's own texts by weight, and make it a phrase.

    Its chance is the row's own, so that neither the order nor a resumed run changes them.
    """
    chance = random.Random(f"{seed}/{epoch}/{row}")
    phrase = book.compose(example.facts, chance)
    text = chance.choices(example.texts, [each.weight for each in example.texts])[0].text
    return text, phrase


def _by_neighbourhood(
    order: NDArray[np.int64], neighbourhoods: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Bring the rows of each cluster together, the clusters in a random order."""
    _, clusters = np.unique(neighbourhoods, return_inverse=True)
    places = rng.permutation(len(order))[clusters]
    return order[np.argsort(places[order], kind="stable")]


class Codes:
    """Knows of every two examples whether they are alike, so that a batch compares them fast."""

    def __init__(self, examples: Sequence[TrainingExample]) -> None:
        self._texts = [tuple(each.text for each in example.texts) for example in examples]
        self._images = _number([example.image for example in examples])
        self._products = _number([example.product_id for example in examples])
        self._values: dict[str, int] = {"": -1}
        self._facts = np.array([self._encode(example.facts) for example in examples])

    def same(self, batch: Batch) -> torch.Tensor:
        """Mark (i, j), i != j, where text j is true of picture i: boolean (n, n).

        That is where the two share their product or their picture, or where text j is any
        of i's own texts, drawn this time or not: half of a batch of shirts may own the line
        "Shirts, Topwear". Variants of a group with other texts stay negatives.
        """
        rows = torch.from_numpy(batch.rows)
        images, products = self._images[rows], self._products[rows]
        same = images[:, None] == images[None]
        same |= products[:, None] == products[None]
        same |= self._owned(batch)
        return same.fill_diagonal_(False)

    def fulfilled(self, batch: Batch) -> torch.Tensor:
        """Mark (i, j), i != j, where picture i shows all that phrase j states: (n, n)."""
        encoded = np.array([self._encode(phrase.facts) for phrase in batch.phrases])
        # Many of a large batch show or state the same; each kind is compared once.
        shown, picture = np.unique(self._facts[batch.rows], axis=0, return_inverse=True)
        stated, phrase = np.unique(encoded, axis=0, return_inverse=True)
        agrees = ((stated[None] == -1) | (stated[None] == shown[:, None])).all(axis=2)
        return torch.from_numpy(agrees[picture][:, phrase]).fill_diagonal_(False)

    def _owned(self, batch: Batch) -> torch.Tensor:
        """Mark (i, j) where text j is one of example i's own."""
        columns: dict[str, int] = {}
        drawn = [columns.setdefault(text, len(columns)) for text in batch.texts]
        # A row per text: whole rows are copied many times faster than columns.
        owners = np.zeros((len(columns), len(batch.rows)), dtype=np.bool_)
        for i, row in enumerate(batch.rows):
            owners[[columns[text] for text in self._texts[row] if text in columns], i] = True
        return torch.from_numpy(owners[drawn]).T

    def _encode(self, facts: tuple[str, ...]) -> list[int]:
        return [self._values.setdefault(fact, len(self._values)) for fact in facts]


def _number(values: Sequence[str]) -> torch.Tensor:
    numbers: dict[str, int] = {}
    return torch.tensor([numbers.setdefault(value, len(numbers)) for value in values])
