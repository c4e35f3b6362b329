"""From a catalogue to examples: which picture goes with which words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from catalog.records import ProductRecord
from training.phrases import facts_of

VALIDATION_SHARE = 20
"""One title in this many is held out."""


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """One picture with its product's title and facts."""

    product_id: str
    image: str
    """Content hash of the picture."""
    title: str
    facts: tuple[str, ...]


def is_held_out(title: str) -> bool:
    """Tell whether a title, and so every product that bears it, is in the validation split."""
    return int(hashlib.sha256(title.encode()).hexdigest(), 16) % VALIDATION_SHARE == 0


def examples_from(
    products: Iterable[ProductRecord],
) -> tuple[list[TrainingExample], list[TrainingExample]]:
    """Turn products with pictures into (training, held-out) examples, one per picture."""
    training: list[TrainingExample] = []
    held_out: list[TrainingExample] = []
    for product in products:
        side = held_out if is_held_out(product.title) else training
        facts = facts_of(product)
        side.extend(
            TrainingExample(product.id, image.hash, product.title, facts)
            for image in product.images
        )
    return training, held_out
