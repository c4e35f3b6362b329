"""What a word of a sentence can mean in a catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from search.filters import AllOf, Filter, In
from search.understand.chips import ChipKind
from search.understand.tokens import PhraseBook

_PARTS = re.compile(r"\s*(?:[,/|;+&]|\band\b)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Meaning:
    """Values of one field that a phrase stands for."""

    kind: ChipKind
    field: str
    label: str
    asked: frozenset[str]
    """All that a shopper who asks for it may be shown: dark blue is blue. None where too many
    products lack the field to narrow by it."""
    excluded: frozenset[str]
    """All that a shopper who does not want it may not be shown."""
    sure: bool = True
    """Whether the phrase alone shows that this is meant; else it narrows nothing by itself."""
    noun_words: int = 0
    """How many of its last words it is that are asked for; 0 is all. A summer dress is asked for
    as a dress, and which of them are for summer no filter tells."""

    def wanted(self) -> Filter:
        """Give the filter of asking for it."""
        return In(self.field, self.asked)

    def unwanted(self) -> Filter:
        """Give what passes where it is meant; to be negated."""
        return In(self.field, self.excluded)


Meanings = PhraseBook[Meaning]


def every(meanings: Iterable[Meaning]) -> Filter:
    """Give what passes where all of a phrase's words are meant together: black shoes."""
    filters = tuple(meaning.unwanted() for meaning in meanings)
    return filters[0] if len(filters) == 1 else AllOf(filters)


def merged(meanings: Iterable[Meaning]) -> Meaning:
    """Make one meaning of alternatives in one field: red or blue.

    >>> red, blue = (Meaning(ChipKind.COLOUR, "c", each, frozenset({each}), frozenset())
    ...              for each in ("Red", "Blue"))
    >>> merged([red, blue]).label
    'Red or Blue'
    """
    first, *others = dict.fromkeys(meanings)
    if not others:
        return first
    alternatives = (first, *others)
    return Meaning(
        first.kind,
        first.field,
        " or ".join(dict.fromkeys(each.label for each in alternatives)),
        frozenset().union(*(each.asked for each in alternatives)),
        frozenset().union(*(each.excluded for each in alternatives)),
        all(each.sure for each in alternatives),
    )


def parts_of(value: str) -> Iterator[str]:
    """Give the values that a feed put into one: ``Black/White``, ``Ties and Cufflinks``.

    >>> list(parts_of("Black/White")), list(parts_of("Navy Blue"))
    (['Black', 'White'], ['Navy Blue'])
    """
    return (part for part in _PARTS.split(value) if part)
