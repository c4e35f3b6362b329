"""Recognising a language's product words in a query, and the English ones in their stead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from catalog.lexicon.english import english_words
from catalog.lexicon.folding import fold
from catalog.lexicon.languages import Language, Part, Sense, languages
from indexer.lexical import CatalogueWords

Uses = Callable[[str], bool]
"""Whether the catalogue itself uses a folded word."""

MIN_FRONT, MIN_HEAD, MIN_HEAD_ALONE = 3, 3, 5
"""Letters of a compound's halves; of its head where the front is not known."""

PERSONS = ("men", "women", "children", "boys", "girls")

SPEAKS = 0.1
"""A catalogue with a word of a language in one product of ten is asked in that language."""

_WORD = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_JOINT = re.compile(r"\s*|-")
_LINKS = ("of", "in", "from")
_GLUE = ("", "s", "n", "es", "en")
"""What German puts between the halves of a compound."""


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase of a language in a text."""

    start: int
    end: int
    words: tuple[str, ...]
    """As written, folded."""
    sense: Sense

    @property
    def is_other(self) -> bool:
        """Whether it is of a product and English says it in another way."""
        return _is_other(self.words, self.sense)


@dataclass(frozen=True, slots=True)
class Replacement:
    """English in the stead of a stretch of a text."""

    start: int
    end: int
    english: str


def foreign_to(words: CatalogueWords, products: int) -> tuple[Language, ...]:
    """Pick the languages that a catalogue is not written in."""

    def uses(language: Language) -> int:
        return sum(
            words.count(phrase[0])
            for phrase, sense in language.senses.items()
            if len(phrase) == 1 and _is_other(phrase, sense) and _is_telling(phrase, sense)
        )

    return tuple(each for each in languages() if uses(each) <= SPEAKS * products)


def translate(text: str, foreign: Sequence[Language], uses: Uses) -> list[Replacement]:
    """Find what to write in English, in the order of the text; nothing where it is English.

    A language is recognised by a word of a product that neither the catalogue nor English
    has, or by several where the text has no others: ``robe rouge`` is no dressing gown.
    """
    readings = [read(text, language, uses) for language in foreign]
    known = [found for found in readings if _is_recognised(text, found, uses)]
    if not known:
        return []
    most = max(known, key=lambda found: sum(each.end - each.start for each in found))
    return list(_joined(text, most))


def read(text: str, language: Language, uses: Uses) -> list[Found]:
    """Find a language's phrases from left to right, the longest first; they do not overlap."""
    return list(_by_words(text, language, uses) if language.spaces else _by_signs(text, language))


def _by_words(text: str, language: Language, uses: Uses) -> Iterator[Found]:
    tokens = [(match.start(), match.end(), fold(match[0])) for match in _WORD.finditer(text)]
    at = 0
    while at < len(tokens):
        for count in range(min(language.longest, len(tokens) - at), 0, -1):
            words = tuple(word for _, _, word in tokens[at : at + count])
            if sense := language.senses.get(words) or (
                _compound(words[0], language, uses) if count == 1 else None
            ):
                yield Found(tokens[at][0], tokens[at + count - 1][1], words, sense)
                break
        at += count if sense else 1


def _by_signs(text: str, language: Language) -> Iterator[Found]:
    lowered = text.lower()
    if len(lowered) != len(text) or not _HAN.search(text):
        return
    at = 0
    while at < len(text):
        for count in range(min(language.longest, len(text) - at), 0, -1):
            sign = lowered[at : at + count]
            if (sense := language.senses.get((sign,))) and _HAN.search(sign):
                yield Found(at, at + count, (sign,), sense)
                break
        else:
            count = 1
        at += count


def _compound(word: str, language: Language, uses: Uses) -> Sense | None:
    """Read a compound by its head, the longest that is known: ``Lederschuhe``."""
    if not language.fronts or uses(word) or word in english_words():
        return None
    for at in range(MIN_FRONT, len(word) - MIN_HEAD + 1):
        head = language.senses.get((word[at:],))
        if head is None or head.part is not Part.KIND:
            continue
        if front := _front(word[:at], language):
            english = (
                f"{head.english} for {front}" if front in PERSONS else f"{front} {head.english}"
            )
            return Sense(english, Part.KIND)
        if len(word) - at >= MIN_HEAD_ALONE and word[at:] not in english_words():
            return head
    return None


def _front(front: str, language: Language) -> str:
    for glue in _GLUE:
        if front.endswith(glue):
            bare = front.removesuffix(glue) if glue else front
            sense = language.senses.get((bare,))
            if english := language.fronts.get(bare) or (sense.english if sense else ""):
                return english
    return ""


def _is_recognised(text: str, found: Sequence[Found], uses: Uses) -> bool:
    told = [each for each in found if each.is_other]
    if any(not all(map(uses, each.words)) and _is_telling(each.words, each.sense) for each in told):
        return True
    covered = sum(len(_WORD.findall(text[each.start : each.end])) for each in found)
    return len(told) > 1 and covered == len(_WORD.findall(text))


def _is_telling(words: tuple[str, ...], sense: Sense) -> bool:
    """Tell whether a phrase is of a product, and none that English has."""
    if sense.part is Part.GRAMMAR:
        return False
    # "sac à dos" is of three words that English has, and yet none of its phrases.
    return len(words) > 2 or any(word not in english_words() for word in words)


def _is_other(words: tuple[str, ...], sense: Sense) -> bool:
    """Tell whether a phrase is of a product and English says it in another way."""
    return sense.part is not Part.GRAMMAR and _bare("".join(words)) != _bare(sense.english)


def _bare(text: str) -> str:
    return fold(text).replace("-", "").replace(" ", "").rstrip("s")


def _joined(text: str, found: list[Found]) -> Iterator[Replacement]:
    """Translate neighbours together, in the order that English has."""
    waiting = list(found)
    while waiting:
        group = [waiting.pop(0)]
        while waiting and _JOINT.fullmatch(text, group[-1].end, waiting[0].start):
            group.append(waiting.pop(0))
        start, end = group[0].start, group[-1].end
        said = " ".join(_in_english_order([each.sense for each in group]))
        if _bare(text[start:end]) != _bare(said):
            yield Replacement(start, end, said)


def _in_english_order(senses: list[Sense]) -> list[str]:
    """Put colours and traits before their kind, and whom it is for at the end.

    >>> shoes, red = Sense("shoes", Part.KIND), Sense("red", Part.COLOUR)
    >>> _in_english_order([shoes, red, Sense("of", Part.GRAMMAR), Sense("women", Part.TRAIT)])
    ['red', 'shoes', 'for', 'women']
    """
    has_kind = any(sense.part is Part.KIND for sense in senses)
    ordered: list[str] = []
    persons: list[str] = []
    start = kind_at = -1
    waiting = list(senses)
    while waiting:
        sense = waiting.pop(0)
        if kind_at >= 0 and _is_link(sense, waiting):
            continue
        if has_kind and sense.english in PERSONS:
            persons += ["and" if persons else "for", sense.english]
        elif kind_at >= 0 and sense.part in (Part.COLOUR, Part.TRAIT):
            ordered.insert(start if sense.part is Part.COLOUR else kind_at, sense.english)
            kind_at += 1
        else:
            start = kind_at = len(ordered) if sense.part is Part.KIND else -1
            ordered.append(sense.english)
    return [each for each in (*ordered, *persons) if each]


def _is_link(sense: Sense, following: Sequence[Sense]) -> bool:
    """Tell whether a word only leads to what describes the kind: shoes "of" leather."""
    if sense.part is not Part.GRAMMAR or not following:
        return False
    described = following[0]
    if described.english == "the":
        return sense.english in _LINKS
    if described.english in PERSONS:
        return sense.english in (*_LINKS, "for", "the")
    return described.part in (Part.COLOUR, Part.TRAIT) and sense.english in _LINKS
