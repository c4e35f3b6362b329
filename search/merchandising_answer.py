"""Merchandising rules on one question: when they hold for it, and what they do to its scores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from search.filters import CATEGORY, Filter, In, top_level
from search.merchandising import Merchandised, RulesInService
from search.merchandising_book import Occasion
from search.reading import Reading
from search.scoring import Scored


@dataclass(frozen=True, slots=True)
class Heeded:
    """The rules in service at one moment."""

    rules: RulesInService
    now: datetime

    def apply(
        self, reading: Reading | None, said: Filter | None, chosen: Filter | None, scored: Scored
    ) -> Merchandised:
        """Apply the rules that hold for a question.

        Args:
            reading: Of its sentence; None where it is asked what is like a product.
            said: What the question itself lets through, such as the chips of a sentence.
            chosen: What is chosen beside it.
            scored: What the question says of every product.
        """
        categories = tuple(category_choices(said))
        occasion = Occasion(
            now=self.now,
            texts=() if reading is None else texts_of(reading),
            categories=(*categories, *category_choices(chosen)),
            said=len(categories),
            likeness=reading is None,
        )
        return self.rules.apply(occasion, scored.scores, scored.relevant)


def texts_of(reading: Reading) -> tuple[str, ...]:
    """List what rules' queries are compared with.

    The sentence as it was typed, as it was mended or translated, and without what became
    conditions: a rule for "red dress" holds for "red dress under 50".
    """
    meant = reading.understanding
    return tuple(dict.fromkeys((reading.text, meant.text, meant.positive)))


def category_choices(wanted: Filter | None) -> Iterator[frozenset[str]]:
    """List the categories that a filter narrows an answer to, one condition after the other."""
    for part in top_level(wanted):
        if isinstance(part, In) and part.field == CATEGORY:
            yield part.values
