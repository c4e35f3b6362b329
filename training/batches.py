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
    """Rows of the examples that meet in one step, and a phrase for each."""

    rows: NDArray[np.int64]
    phrases: tuple[Phrase, ...]


def batches(
    examples: Sequence[TrainingExample], size: int, epoch: int, seed: int, book: Phrasebook
) -> Iterator[Batch]:
    """Deal all examples once, in an order and with phrases that seed and epoch decide.

    The last, smaller batch is left out: its few negatives would make another loss of it.
    """
    order = np.random.default_rng((seed, epoch)).permutation(len(examples))
    chance = random.Random(f"{seed}/{epoch}")
    for start in range(0, len(order) - size + 1, size):
        rows = order[start : start + size]
        phrases = tuple(book.compose(examples[row].facts, chance) for row in rows)
        yield Batch(rows, phrases)


class Codes:
    """Numbers for titles, pictures and facts, so that a batch compares them at once."""

    def __init__(self, examples: Sequence[TrainingExample]) -> None:
        self.titles = _number([example.title for example in examples])
        self.images = _number([example.image for example in examples])
        self._values: dict[str, int] = {"": -1}
        self._facts = torch.tensor([self._encode(example.facts) for example in examples])

    def _encode(self, facts: tuple[str, ...]) -> list[int]:
        return [self._values.setdefault(fact, len(self._values)) for fact in facts]

    def fulfilled(self, batch: Batch) -> torch.Tensor:
        """Mark (i, j), i != j, where picture i shows all that phrase j states: (n, n)."""
        shown = self._facts[torch.from_numpy(batch.rows)]
        stated = torch.tensor([self._encode(phrase.facts) for phrase in batch.phrases])
        agrees = (stated[None] == -1) | (stated[None] == shown[:, None])
        return agrees.all(dim=2).fill_diagonal_(False)


def _number(values: Sequence[str]) -> torch.Tensor:
    numbers: dict[str, int] = {}
    return torch.tensor([numbers.setdefault(value, len(numbers)) for value in values])
