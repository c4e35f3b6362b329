"""What a run learns from: a picture and the texts that go with it."""

from __future__ import annotations

from dataclasses import dataclass

from training.phrases import FACTS

NO_FACTS = ("",) * len(FACTS)
"""The facts of a picture of which nothing is known but its texts."""


@dataclass(frozen=True, slots=True)
class WeightedText:
    """One text of an example."""

    text: str
    weight: float
    """How often this text is drawn among the example's own; above 0."""


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """One picture with its texts and facts."""

    product_id: str
    image: str
    """Content hash of the picture: SHA-256, in hex."""
    texts: tuple[WeightedText, ...]
    """Never empty, and none of them is."""
    facts: tuple[str, ...]
    """As ``facts_of`` gives them; ``NO_FACTS`` where they are unknown."""
    group: str
    """Variant group, or empty."""
    weight: float = 1.0
    """Importance of the pair in the loss."""
    product_title: str = ""
    """The product's title where it is none of the texts; empty where it is the first."""

    @property
    def title(self) -> str:
        """What the split and the held-out measure go by."""
        return self.product_title or self.texts[0].text
