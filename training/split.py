"""Which examples are learned from, and which are held out to measure with.

Examples that share a title, a product, a picture or a variant group belong together, and so
do theirs in turn; no product is on both sides. The titles that ``is_held_out`` names are a
published validation split, so none of them is ever trained on, and:

- Where no variant group is involved, neither are their pictures: the held-out titles are held
  out, and what belongs to them by a shared picture is left out of both sides. (Of 41,323
  fashion products, that was 65. To let one title decide for the others that share its picture
  would have changed which titles are held out.)
- A variant group is held out as a whole if its smallest title is. In the others the held-out
  titles are left out, and their variants are trained on. To leave out or hold out every group
  that has such a title would cost a shop with 20 titles a group two thirds of its data.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from enum import Enum

from training.pairs import TrainingExample
from training.skipped import Skipped

VALIDATION_SHARE = 20
"""One title in this many is held out."""

MAX_PRODUCTS_OF_PICTURE = 20
"""A picture of more products than this shows none of them: a size chart, a placeholder.
Joining by it would put the whole shop on one side."""


class _Side(Enum):
    TRAINING = "training"
    HELD_OUT = "held_out"
    # Neither, and why.
    SHARED = "shares_picture_with_held_out"
    TITLE_OF_GROUP = "held_out_title_of_trained_group"


def is_held_out(title: str) -> bool:
    """Tell whether a title is in the validation split."""
    return int(hashlib.sha256(title.encode()).hexdigest(), 16) % VALIDATION_SHARE == 0


def split(
    examples: Iterable[TrainingExample],
    held_out_titles: Iterable[str] = (),
    skipped: Skipped | None = None,
) -> tuple[list[TrainingExample], list[TrainingExample]]:
    """Part examples into (training, held-out) so that no product is on both sides.

    Args:
        examples: In any order; each side keeps it.
        held_out_titles: More titles to hold out, whatever their case and spaces: importing a
            catalogue folds double spaces, after which a published title's hash is another.
        skipped: Counts what is left out of both sides: examples, and those other texts of
            training examples that are a held-out title.
    """
    skipped = Skipped() if skipped is None else skipped
    named = {_fold(title) for title in held_out_titles}
    everything = list(examples)
    forbidden = named | {_fold(each.title) for each in everything if is_held_out(each.title)}
    kept = _without_common_pictures(everything, skipped)
    held = [is_held_out(each.title) or _fold(each.title) in named for each in kept]
    sides: dict[int, _Side] = {}
    for component in _components(kept):
        sides.update(zip(component, _sides(component, kept, held), strict=True))
    parts: dict[_Side, list[TrainingExample]] = {side: [] for side in _Side}
    for row, example in enumerate(kept):
        parts[sides[row]].append(example)
    for reason in (_Side.SHARED, _Side.TITLE_OF_GROUP):
        for example in parts[reason]:
            skipped.add(reason.value, f"product {example.product_id}")
    held_out = parts[_Side.HELD_OUT]
    forbidden |= {_fold(each.title) for each in held_out}
    return list(_without_texts(parts[_Side.TRAINING], forbidden, skipped)), held_out


def _sides(
    component: Sequence[int], examples: Sequence[TrainingExample], held: Sequence[bool]
) -> list[_Side]:
    """Say for each row of a component where it goes."""
    if not any(held[row] for row in component):
        return [_Side.TRAINING] * len(component)
    if not any(examples[row].group for row in component):
        return [_Side.HELD_OUT if held[row] else _Side.SHARED for row in component]
    if held[min(component, key=lambda row: examples[row].title)]:
        return [_Side.HELD_OUT] * len(component)
    return [_Side.TITLE_OF_GROUP if held[row] else _Side.TRAINING for row in component]


def _components(examples: Sequence[TrainingExample]) -> list[list[int]]:
    """Gather the rows that belong together, directly or through others."""
    parents = list(range(len(examples)))

    def root(row: int) -> int:
        while parents[row] != row:
            parents[row] = parents[parents[row]]
            row = parents[row]
        return row

    first: dict[tuple[str, str], int] = {}
    for row, example in enumerate(examples):
        for key in _keys(example):
            parents[root(row)] = root(first.setdefault(key, row))
    components: dict[int, list[int]] = defaultdict(list)
    for row in range(len(examples)):
        components[root(row)].append(row)
    return list(components.values())


def _keys(example: TrainingExample) -> Iterator[tuple[str, str]]:
    yield "title", _fold(example.title)
    yield "product", example.product_id
    yield "picture", example.image
    if example.group:
        yield "group", example.group


def _fold(title: str) -> str:
    """Bring titles together that differ in case and spaces alone."""
    return " ".join(title.split()).casefold()


def _without_common_pictures(
    examples: Sequence[TrainingExample], skipped: Skipped
) -> list[TrainingExample]:
    bearers: dict[str, set[str]] = defaultdict(set)
    for example in examples:
        bearers[example.image].add(example.group or _fold(example.title))
    kept = []
    for example in examples:
        if len(bearers[example.image]) > MAX_PRODUCTS_OF_PICTURE:
            skipped.add("picture_of_many_products", f"product {example.product_id}")
        else:
            kept.append(example)
    return kept


def _without_texts(
    examples: Iterable[TrainingExample], forbidden: Collection[str], skipped: Skipped
) -> Iterator[TrainingExample]:
    """Take the texts out that are a held-out title: a query, or another's description."""
    for example in examples:
        texts = tuple(each for each in example.texts if _fold(each.text) not in forbidden)
        if texts == example.texts:
            yield example
        elif not texts:
            skipped.add("no_text_but_held_out_titles", f"product {example.product_id}")
        else:
            skipped.add("text_is_held_out_title", f"product {example.product_id}")
            title = "" if texts[0].text == example.title else example.title
            yield replace(example, texts=texts, product_title=title)
