"""Where examples come from: the catalogue, a file of pairs, and logged searches."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from catalog.images import ImageLimits
from catalog.records import ProductRecord
from catalog.text import strip_controls
from core.errors import TrainingError
from core.terminal import NoProgress, Progress
from training.json_lines import read_objects
from training.pairs import NO_FACTS, TrainingExample, WeightedText
from training.phrases import facts_of
from training.picture_folder import FoundPicture, PictureFolder
from training.product_texts import FIELDS, texts_of
from training.skipped import Skipped

__all__ = [
    "FIELDS", "PairsFile", "Skipped", "catalogue_examples", "check_contrast", "read_pairs",
    "with_searches",
]  # fmt: skip

MAX_TEXT_CHARS = 2_000
"""Far beyond what any tokenizer keeps (CLIP: 77 tokens, a MiniLM: 128 to 512)."""

LEAST_WEIGHT, MOST_WEIGHT = 1e-6, 1e6
"""What a line may weigh. Beyond, sums of weights lose the small ones, or overflow."""


def catalogue_examples(
    products: Iterable[ProductRecord],
    text_weights: Mapping[str, float],
    skipped: Skipped | None = None,
) -> list[TrainingExample]:
    """Turn products into examples, one per picture, each with several weighted texts.

    Args:
        products: The catalogue; read once.
        text_weights: How often each of ``FIELDS`` is drawn; one of weight 0 or absent is not.
        skipped: Counts the products without a picture and those without a text.

    Raises:
        TrainingError: a name is no field, a weight no number from 0, or all of them are 0.
    """
    _check_weights(text_weights)
    skipped = Skipped() if skipped is None else skipped
    examples: list[TrainingExample] = []
    for product in products:
        texts = texts_of(product, text_weights)
        hashes = dict.fromkeys(image.hash for image in product.images)
        if not texts or not hashes:
            skipped.add("no_picture" if texts else "no_text", f"product {product.id}")
            continue
        facts = facts_of(product)
        title = "" if product.title == texts[0].text else product.title
        examples.extend(
            TrainingExample(product.id, hash, texts, facts, product.group_id, product_title=title)
            for hash in hashes
        )
    return examples


@dataclass(frozen=True, slots=True)
class PairsFile:
    """What a file of pairs holds."""

    examples: list[TrainingExample]
    paths: Mapping[str, Path]
    """Where each picture lies, by its content hash."""
    skipped: Skipped


def read_pairs(path: Path, limits: ImageLimits, progress: Progress | None = None) -> PairsFile:
    """Read JSON Lines of ``{"image", "text", "weight"?, "group"?}``; images lie beside the file.

    Lines of one picture (by its content) become one example. Its texts are drawn by the
    weights of their lines, the first is its title, and it weighs in the loss as its best
    line does, so that a weak line more does not make it count less. Its product id is the
    picture's path. A line that cannot be used is counted and left out.

    Raises:
        TrainingError: the file cannot be read, a line is no JSON object, or there is nothing
            to contrast: no usable line, or all of one picture or one text.
    """
    folder = PictureFolder(path.parent, limits)
    skipped = Skipped()
    gathered: dict[str, _Gathered] = {}
    with (progress or NoProgress()).stage("Pairs", None, "lines") as tick:
        for number, values in read_objects(path):
            tick(1)
            line = _read_line(values, folder)
            if isinstance(line, _Line):
                known = gathered.setdefault(line.picture.hash, _Gathered(line.picture))
                line = known.take(line)
            if line:
                skipped.add(line, f"line {number}{_shown(values.get('image'))}")
    examples = [each.as_example() for each in gathered.values()]
    if not examples:
        raise TrainingError(
            f"{path} holds no pair that can be used ({skipped}). Give lines of "
            '{"image": "path beside the file", "text": "words"}.'
        )
    check_contrast(examples, str(path))
    return PairsFile(examples, {key: each.picture.path for key, each in gathered.items()}, skipped)


def check_contrast(examples: Sequence[TrainingExample], source: str) -> None:
    """Make sure that there are two different pictures and two different texts.

    Raises:
        TrainingError: all examples of ``source`` are of one, and there is nothing to contrast.
    """
    for name, found in (
        ("picture", {example.image for example in examples}),
        ("text", {each.text for example in examples for each in example.texts}),
    ):
        if len(found) == 1:
            raise TrainingError(
                f"{source} holds only one {name} ({min(found)[:80]!r}), so there is nothing to "
                f"tell it from. Add pairs with another {name}."
            )


def with_searches(
    examples: Sequence[TrainingExample], path: Path
) -> tuple[list[TrainingExample], Skipped]:
    """Add logged searches, lines of ``{"query", "product_id", "weight"?}``, to the examples.

    A query becomes one more text of every picture of its product, drawn by the sum of its
    lines' weights. A line that cannot be used, or whose product is unknown, is counted.

    Raises:
        TrainingError: the file cannot be read, or a line is no JSON object.
    """
    skipped = Skipped()
    queries: dict[str, dict[str, float]] = {example.product_id: {} for example in examples}
    for number, values in read_objects(path):
        product_id, query = _name(values.get("product_id")), _text(values.get("query"))
        weight = _weight(values.get("weight"))
        if not query or weight is None:
            skipped.add("bad_weight" if query else "empty_query", f"line {number}")
        elif product_id not in queries:
            skipped.add("unknown_product", f"line {number}{_shown(product_id)}")
        else:
            known = queries[product_id]
            known[query] = known.get(query, 0.0) + weight
    return [_with_texts(example, queries[example.product_id]) for example in examples], skipped


class _Line(NamedTuple):
    picture: FoundPicture
    text: str
    weight: float
    group: str


@dataclass(slots=True)
class _Gathered:
    """One picture's lines so far."""

    picture: FoundPicture
    texts: dict[str, float] = field(default_factory=dict)
    group: str = ""
    weight: float = 0.0

    def take(self, line: _Line) -> str:
        """Add a line, or give the reason why it can't be used."""
        if self.group and line.group and line.group != self.group:
            # Both groups would have to be on one side of the split; a picture names one.
            return "other_group_than_before"
        self.group = self.group or line.group
        self.weight = max(self.weight, line.weight)
        self.texts[line.text] = self.texts.get(line.text, 0.0) + line.weight
        return ""

    def as_example(self) -> TrainingExample:
        texts = tuple(WeightedText(text, weight) for text, weight in self.texts.items())
        picture = self.picture
        return TrainingExample(picture.name, picture.hash, texts, NO_FACTS, self.group, self.weight)


def _read_line(values: Mapping[str, object], folder: PictureFolder) -> _Line | str:
    """Read one line, or give the reason why it can't be used."""
    location, text = values.get("image"), _text(values.get("text"))
    weight, group = _weight(values.get("weight")), _name(values.get("group", ""))
    if not isinstance(location, str) or not location.strip():
        return "no_image"
    if not text:
        return "empty_text"
    if weight is None:
        return "bad_weight"
    if group is None:
        return "bad_group"
    picture = folder.find(location)
    return picture if isinstance(picture, str) else _Line(picture, text, weight, group)


def _text(value: object) -> str:
    """Take a text as it is written, for the split goes by its every character."""
    # A lone surrogate or a control character can be neither hashed nor tokenized.
    text = strip_controls(value)[:MAX_TEXT_CHARS] if isinstance(value, str) else ""
    return text if text.strip() else ""


def _weight(value: object) -> float | None:
    if value is None:
        return 1.0
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    weight = float(value)
    return weight if LEAST_WEIGHT <= weight <= MOST_WEIGHT else None


def _name(value: object) -> str | None:
    """Take an id, which some logs write as a number."""
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        return None
    return "" if value is None else strip_controls(str(value))


def _shown(value: object) -> str:
    return f" ({value[:80]})" if isinstance(value, str) and value else ""


def _with_texts(example: TrainingExample, more: Mapping[str, float]) -> TrainingExample:
    if not more:
        return example
    texts = {each.text: each.weight for each in example.texts}
    for text, weight in more.items():
        texts[text] = texts.get(text, 0.0) + weight
    return replace(example, texts=tuple(WeightedText(*each) for each in texts.items()))


def _check_weights(text_weights: Mapping[str, float]) -> None:
    for name, weight in text_weights.items():
        if name not in FIELDS:
            raise TrainingError(f"There is no text field {name!r}; there are {', '.join(FIELDS)}.")
        if not (math.isfinite(weight) and weight >= 0):
            raise TrainingError(f"The weight of the text field {name} is {weight}; give 0 or more.")
    if not any(text_weights.values()):
        raise TrainingError(f"No text field has a weight above 0; weigh {', '.join(FIELDS)}.")
