"""The titles of a catalogue that no model has been trained on, as queries for their pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from catalog.records import ProductRecord
from encoder.learned import Learned, holds_any
from search.evaluation import JudgedQuery
from search.generation import ServedGeneration


@dataclass(frozen=True, slots=True)
class FoundQueries:
    """Queries to ask, and what was left out for honesty's sake."""

    queries: list[JudgedQuery]
    learned: int = 0
    """Titles that are not asked since a model learned from a picture of theirs."""


@dataclass(slots=True)
class _Bearers:
    """The products of one title."""

    ids: set[str] = field(default_factory=set)
    pictures: list[str] = field(default_factory=list)


def find_held_out_titles(generation: ServedGeneration, learned: Sequence[Learned]) -> FoundQueries:
    """Find the titles that training on this catalogue holds out, and ask for their pictures.

    They are those of the split that training makes. A title of whose pictures any was learned
    from all the same, from another catalogue or under other words, is left out.

    Args:
        generation: The catalogue.
        learned: What the models that are measured learned from, where that is recorded.
    """
    from training.pairs import NO_FACTS, TrainingExample, WeightedText
    from training.split import split

    examples = [
        TrainingExample(
            product.id, image, (WeightedText(product.title, 1.0),), NO_FACTS, product.group_id
        )
        for product in _titled(generation)
        for image in dict.fromkeys(each.hash for each in product.images)
    ]
    _, held_out = split(examples)
    bearers = {example.title: _Bearers() for example in held_out}
    for example in examples:
        if example.title in bearers:
            bearers[example.title].ids.add(example.product_id)
            bearers[example.title].pictures.append(example.image)
    asked = [
        JudgedQuery(title, frozenset(each.ids))
        for title, each in bearers.items()
        if not any(holds_any(one, each.pictures) for one in learned)
    ]
    return FoundQueries(asked, len(bearers) - len(asked))


def _titled(generation: ServedGeneration) -> Iterator[ProductRecord]:
    for product in generation.snapshot.documents:
        if product.title.strip() and product.images:
            yield product
