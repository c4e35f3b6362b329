"""How a sentence is read in the words of one catalogue: mended, then understood."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.lexicon.english import function_words
from indexer.snapshot import IndexSnapshot
from search.filters import Filter, all_of
from search.understand.chips import Understanding
from search.understand.sentence import understand
from search.understand.tokens import key_of
from search.understand.vocabulary import Vocabulary
from search.wording import Rewrite, Wording


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence, what was mended in it, and what it means here."""

    text: str
    """As it was asked."""
    rewrites: tuple[Rewrite, ...]
    understanding: Understanding

    @property
    def filter(self) -> Filter | None:
        """What its chips let through, all of them."""
        return all_of(chip.filter for chip in self.understanding.chips)

    @property
    def says_more(self) -> bool:
        """Whether it has a word that no filter stands for.

        Where it has none, the filters alone decide what is found: whoever types a brand
        wants all of it.
        """
        chips = self.understanding.chips
        filtered = {stem for chip in chips if chip.filter for stem in key_of(chip.words)}
        said = key_of(self.understanding.positive)
        return any(stem not in filtered and stem not in function_words() for stem in said)


class Reader:
    """Reads sentences for one generation. Immutable; safe in any number of threads."""

    def __init__(self, snapshot: IndexSnapshot) -> None:
        self._wording = Wording.of(snapshot.lexical)
        self._vocabulary = Vocabulary.of(snapshot.columns)

    def read(self, text: str) -> Reading:
        """Mend and understand a sentence. Never raises."""
        rewritten = self._wording.rewrite(text)
        return Reading(text, rewritten.changes, understand(rewritten.text, self._vocabulary))


def as_it_stands(text: str) -> Reading:
    """Read a sentence to the letter."""
    return Reading(text, (), Understanding(text, text, ()))
