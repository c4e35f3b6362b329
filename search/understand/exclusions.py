"""What a sentence excludes: "without laces or buckles", "but not by Acme", "-leather"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from search.filters import Filter, In, Not
from search.understand import english
from search.understand.chips import ChipKind
from search.understand.claims import Claim, Sentence
from search.understand.meanings import Meaning, every
from search.understand.prices import grammar
from search.understand.tokens import BREAK, DASH, MINUS
from search.understand.vocabulary import Vocabulary

MAX_EXCLUSIONS = 12
"""In one sentence; further ones stay in the text, so that no sentence is slow to understand."""

MAX_WORDS = 5
"""Most words of one excluded thing; what stands further is asked for again."""

_BEGINS = grammar(excluding=english.EXCLUDING, lacking=english.LACKING)
LACKING = "lacking"
EXCLUDING = "excluding"


@dataclass(frozen=True, slots=True)
class _Item:
    """One excluded thing."""

    start: int
    end: int
    meanings: tuple[Meaning, ...]
    """What it means in the catalogue's data; empty where nothing does."""

    @property
    def kinds(self) -> frozenset[ChipKind]:
        return frozenset(meaning.kind for meaning in self.meanings)


def claim_exclusions(sentence: Sentence, vocabulary: Vocabulary) -> None:
    """Claim all exclusions of a sentence."""
    at = 0
    left = MAX_EXCLUSIONS
    while at < len(sentence) and left > 0:
        if sentence.is_free(at) and (found := _begins(sentence, at)):
            does, first, one = found
            whole = does == LACKING
            items = tuple(islice(_items(sentence, first, one, whole, vocabulary), left))
            if items:
                left -= len(items)
                _claim(sentence, at, items, does)
                at = items[-1].end
                continue
        if _is_free_of(sentence, at, vocabulary):
            at += 1
        at += 1


def begins_exclusion(sentence: Sentence, at: int) -> bool:
    """Tell whether words begin an exclusion."""
    return sentence.is_free(at) and _begins(sentence, at) is not None


def _begins(sentence: Sentence, at: int) -> tuple[str, int, bool] | None:
    """Find what begins here: what it does, where the excluded is, and whether it is one word."""
    if sentence.stems[at] == MINUS:
        return EXCLUDING, at + 1, True
    found = _BEGINS.match(sentence.words, at, len(sentence))
    if found is None or not sentence.are_free(at, found[1]):
        return None
    does, end = found
    return does, end, sentence.words[at] in english.EXCLUDING_ONE


def _items(
    sentence: Sentence, at: int, one: bool, whole: bool, vocabulary: Vocabulary
) -> Iterator[_Item]:
    """Read the things that one "without" excludes."""
    first = item = _item(sentence, at, one, vocabulary, whole)
    while item is not None:
        yield item
        assert first is not None
        item = None if one else _next_item(sentence, item.end, first, vocabulary)


def _next_item(sentence: Sentence, at: int, first: _Item, vocabulary: Vocabulary) -> _Item | None:
    """Read a further excluded thing: after "or", after "and" for one of its like, in a list."""
    if at + 1 >= len(sentence) or not sentence.is_free(at):
        return None
    if sentence.words[at + 1] in english.BEFORE_COMPLEMENT:
        return None  # "without laces and with buckles"
    word = sentence.words[at]
    if word in english.OR:
        return _item(sentence, at + 1, False, vocabulary)
    if word in english.AND:
        item = _item(sentence, at + 1, False, vocabulary)
        return item if item and item.kinds == first.kinds else None
    if sentence.stems[at] == BREAK and sentence.tokens[at].text == ",":
        item = _item(sentence, at + 1, False, vocabulary)
        if item is None or item.kinds != first.kinds:
            return None
        return item if _list_goes_on(sentence, item.end, first, vocabulary) else None
    return None


def _list_goes_on(sentence: Sentence, at: int, first: _Item, vocabulary: Vocabulary) -> bool:
    """Tell whether a comma was one of a list: an "or" (or an "and" of its like) ends it."""
    for _ in range(MAX_EXCLUSIONS):
        if at >= len(sentence) or not sentence.is_free(at):
            return False
        if sentence.words[at] in english.OR:
            return True
        if sentence.words[at] in english.AND:
            return _next_item(sentence, at, first, vocabulary) is not None
        if sentence.stems[at] != BREAK or at + 1 >= len(sentence):
            return False
        item = _item(sentence, at + 1, False, vocabulary)
        if item is None or item.kinds != first.kinds:
            return False
        at = item.end
    return False


def _item(
    sentence: Sentence, at: int, one: bool, vocabulary: Vocabulary, whole: bool = False
) -> _Item | None:
    """Read one excluded thing; None where nothing that could be one follows.

    Args:
        sentence: In which it stands.
        at: Where it begins.
        one: Whether it is one word.
        whole: Whether a colour belongs to the noun behind it: "without a black strap".
        vocabulary: What words mean.
    """
    while (
        at < len(sentence)
        and sentence.is_free(at)
        and sentence.words[at] in english.SKIPPED_IN_EXCLUSION
        and at not in sentence.sizes
    ):
        at += 1
    if at >= len(sentence) or sentence.is_taken(at) or begins_exclusion(sentence, at):
        return None
    if at in sentence.named or at in sentence.sizes:
        meaning, end = sentence.named.get(at) or sentence.sizes[at]
        return _Item(at, end, (meaning,) if meaning.field else ())
    end = _end_of_run(sentence, at, 1 if one else MAX_WORDS)
    if end == at or sentence.tokens[at].is_number:
        return None
    return _in_run(sentence, at, end, vocabulary, whole)


def _end_of_run(sentence: Sentence, at: int, most: int) -> int:
    """Find how far the words of one excluded thing can go."""
    end = at
    while end < len(sentence) and end - at < most:
        word = sentence.words[end]
        if (
            not sentence.is_free(end)
            or sentence.stems[end] in (BREAK, MINUS, DASH)
            or word in english.ENDS_EXCLUSION
            or word in english.OR
            or word in english.AND
            or (end > at and end in sentence.sizes)
            or end == sentence.sought
            or (end > at and _begins(sentence, end))
        ):
            break
        end += 1
    return end


def _in_run(sentence: Sentence, at: int, end: int, vocabulary: Vocabulary, whole: bool) -> _Item:
    """Find where a thing's noun is, and whether data knows all of its words."""
    meanings: list[Meaning] = []
    known = True
    place = at
    while place < end:
        found = _meaning_at(sentence, place, end, vocabulary)
        if found is not None:
            meaning, place = found
            meanings.append(meaning)
            # "Without a belt loop": a singular before another word only describes it.
            describes = whole and place < end and not _ends_like_a_noun(sentence, place - 1)
            if meaning.kind is ChipKind.CATEGORY and not describes:
                break
            continue
        known = known and sentence.words[place] in english.SHADES
        place += 1
        if _ends_like_a_noun(sentence, place - 1):
            break
    noun = place < end or _ends_like_a_noun(sentence, end - 1)
    colour_first = bool(meanings) and meanings[0].kind is ChipKind.COLOUR
    has_head = ChipKind.CATEGORY in {meaning.kind for meaning in meanings} or noun
    if colour_first and not known and not has_head and not whole:
        # "Not black long sleeve": an adjective without a noun stands for itself.
        found = _meaning_at(sentence, at, end, vocabulary)
        if found is not None:
            return _Item(at, found[1], (found[0],))
    return _Item(at, place, tuple(meanings) if known else ())


def _meaning_at(
    sentence: Sentence, at: int, end: int, vocabulary: Vocabulary
) -> tuple[Meaning, int] | None:
    by_brand = at > 0 and sentence.words[at - 1] in english.BY
    return vocabulary.excluded_at(sentence.stems, at, end, by_brand)


def _ends_like_a_noun(sentence: Sentence, at: int) -> bool:
    """Tell whether a word looks like a plural, which in English ends what it names."""
    word = sentence.words[at]
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return plural and word not in english.PLURAL_MODIFIERS


def _is_free_of(sentence: Sentence, at: int, vocabulary: Vocabulary) -> bool:
    """Claim "leather-free"; not "hands-free", which is a word of its own."""
    after = at + 1
    if after >= len(sentence) or not sentence.are_free(at, after + 1):
        return False
    if sentence.words[after] != english.FREE or not sentence.tokens[after].glued:
        return False
    if sentence.words[at] in english.NOT_FREE_OF:
        return False
    found = _meaning_at(sentence, at, after, vocabulary)
    item = _Item(at, after, (found[0],) if found else ())
    spans = (sentence.with_links((at, after + 1)),)
    sentence.add(_chip(sentence, item, EXCLUDING, spans, spans))
    return True


def _claim(sentence: Sentence, start: int, items: tuple[_Item, ...], does: str) -> None:
    """Claim a group of excluded things, a chip for each."""
    begin, end = sentence.with_links((start, items[-1].end))
    claims = []
    for number, item in enumerate(items):
        before = begin if number == 0 else items[number - 1].end
        after = end if number == len(items) - 1 else item.end
        own = (before, after)
        # "Without laces or" buckles: the marker stays for the others.
        first_of_many = number == 0 and len(items) > 1
        removed = (item.start, items[1].start) if first_of_many else own
        claims.append(_chip(sentence, item, does, (own,), (removed,)))
    for claim in claims:
        sentence.add(claim)


def _chip(
    sentence: Sentence,
    item: _Item,
    does: str,
    spans: tuple[tuple[int, int], ...],
    removed: tuple[tuple[int, int], ...],
) -> Claim:
    words = sentence.slice(item.start, item.end)
    unwanted: Filter | None = Not(every(item.meanings)) if item.meanings else None
    said = " ".join(meaning.label for meaning in item.meanings) if item.meanings else words
    # A dress without a belt is no belt: a kind that is lacking can be a part of another.
    part = does == LACKING and item.kinds == {ChipKind.CATEGORY}
    negative = words if unwanted is None or part or not _is_known(item) else ""
    label = f"without {said}" if does == LACKING and (unwanted is None or part) else f"not {said}"
    return Claim(ChipKind.EXCLUSION, label, unwanted, spans, negative, removed=removed)


def _is_known(item: _Item) -> bool:
    """Tell whether data decides alone: else products that lack a value are judged by likeness."""
    return all(meaning.kind is not ChipKind.ATTRIBUTE or meaning.sure for meaning in item.meanings)


def excluded_kinds(claim: Claim) -> frozenset[str]:
    """Give the categories that an exclusion is of."""
    if isinstance(claim.filter, Not) and isinstance(claim.filter.filter, In):
        return claim.filter.filter.values
    return frozenset()
