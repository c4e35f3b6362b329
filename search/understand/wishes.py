"""What a sentence asks for in words that the catalogue's data knows: kinds, colours, brands.

Their words stay in the text that is searched. A filter can lose what was wanted, so a word
becomes one only where the sentence's build shows that it says what the thing itself is: in
"shirt with blue stripes" the shirt need not be blue, and a watch strap is no watch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from search.understand import english
from search.understand.categories import within
from search.understand.chips import ChipKind
from search.understand.claims import Claim, Sentence, Span
from search.understand.meanings import Meaning, merged
from search.understand.prices import grammar
from search.understand.tokens import BREAK
from search.understand.vocabulary import Vocabulary

_OPENING = grammar(opening=english.OPENING)


@dataclass(frozen=True, slots=True)
class _Wish:
    """Words that mean something, and with what they go when they are taken off."""

    meaning: Meaning
    span: Span
    removed: Span


def claim_wishes(sentence: Sentence, vocabulary: Vocabulary) -> None:
    """Claim kinds, colours, brands and materials; alternatives in one field are one chip."""
    wishes: dict[tuple[ChipKind, str], list[_Wish]] = defaultdict(list)
    for start, end in _segments(sentence):
        for wish in _in_segment(sentence, start, end, vocabulary):
            wishes[wish.meaning.kind, wish.meaning.field].append(wish)
    for (kind, _), found in wishes.items():
        meaning = merged(wish.meaning for wish in found)
        spans = tuple(wish.span for wish in found)
        removed = _with_joints(sentence, [wish.removed for wish in found])
        sentence.claims.append(
            Claim(kind, meaning.label, meaning.wanted(), spans, stays=True, removed=removed)
        )


def _segments(sentence: Sentence) -> Iterator[Span]:
    """Give the parts of a sentence between commas and what has been claimed."""
    start = 0
    for at in range(len(sentence) + 1):
        ends = at == len(sentence) or sentence.stems[at] == BREAK or sentence.is_taken(at)
        if ends:
            if start < at:
                yield start, at
            start = at + 1


def _in_segment(
    sentence: Sentence, start: int, end: int, vocabulary: Vocabulary
) -> Iterator[_Wish]:
    start = _after_opening(sentence, start, end)
    complement = next((at for at in range(start, end) if _begins_complement(sentence, at)), end)
    yield from _noun_phrase(sentence, start, complement, end, vocabulary)
    at = complement
    while at < end:
        following = next(
            (each for each in range(at + 1, end) if _begins_complement(sentence, each)), end
        )
        yield from _complement(sentence, at, following, vocabulary)
        at = following


def _after_opening(sentence: Sentence, start: int, end: int) -> int:
    while start < end and (found := _OPENING.match(sentence.words, start, end)):
        if not sentence.are_free(start, found[1]):
            break
        start = found[1]
    return start


def _begins_complement(sentence: Sentence, at: int) -> bool:
    word = sentence.words[at]
    return sentence.is_free(at) and (word in english.BEFORE_COMPLEMENT or word in english.IN)


def _noun_phrase(
    sentence: Sentence, start: int, end: int, segment_end: int, vocabulary: Vocabulary
) -> Iterator[_Wish]:
    """Read a thing with what is said before it: "red leather bag"."""
    found = list(_meanings(sentence, start, end, vocabulary))
    is_of = end < segment_end and sentence.words[end] in english.OF
    kinds = [] if is_of else _kinds(sentence, found, start, end)
    for wish in kinds:
        yield _of_audience(sentence, _noun_of(wish), start, end)
    for at, wish in enumerate(found):
        meaning = wish.meaning
        if meaning.kind is ChipKind.CATEGORY or _is_doubled(found, at):
            continue
        thing = meaning.kind is ChipKind.COLOUR and not meaning.sure
        is_meant = meaning.sure or (thing and kinds and meaning.asked)
        if is_meant and not _is_torn(sentence, wish.span):
            yield wish


def _meanings(sentence: Sentence, start: int, end: int, vocabulary: Vocabulary) -> Iterator[_Wish]:
    """Find the names and the catalogue's phrases between two places, from the left."""
    at = start
    while at < end:
        if at in sentence.named:
            meaning, after = sentence.named[at]
            if meaning.field:
                yield _Wish(meaning, (at, after), (at, after))
            at = after
            continue
        found = vocabulary.meaning_at(sentence.stems, at, end)
        if found is None or not sentence.are_free(at, found[1]):
            at += 1
            continue
        yield _Wish(found[0], (at, found[1]), (at, found[1]))
        at = found[1]


def _kinds(sentence: Sentence, found: list[_Wish], start: int, end: int) -> list[_Wish]:
    """Find the nouns of a phrase: the last word, and others that "or" or "and" tie to it."""
    kinds = [wish for wish in found if wish.meaning.kind is ChipKind.CATEGORY]
    end = _noun_end(sentence, found, start, end)
    if not kinds or kinds[-1].span[1] != end or not kinds[-1].meaning.sure:
        return []
    if not _are_plain(sentence, found, start, end):
        return []
    heads = [kinds[-1]]
    for wish in reversed(kinds[:-1]):
        after = wish.span[1]
        if sentence.words[after] not in english.OR | english.AND:
            continue
        if not wish.meaning.sure:
            return []
        heads.append(wish)
    return heads[::-1]


def _noun_end(sentence: Sentence, found: list[_Wish], start: int, end: int) -> int:
    """Find where a phrase's noun ends: before what data knows behind it ("shoes nike blue").

    A size that the shop does not have ends it, too: "shoes size 99".
    """
    ends = {wish.span[1]: wish for wish in found}
    whole = end
    while end > start:
        wish = ends.get(end)
        if wish is not None and wish.meaning.sure and wish.meaning.kind is not ChipKind.CATEGORY:
            end = wish.span[0]
        elif sentence.tokens[end - 1].is_number and _names_a_size(sentence, end - 2, start):
            end -= 2
        elif end < whole and sentence.words[end - 1] in english.OR | english.AND:
            end -= 1
        else:
            break
    return end


def _names_a_size(sentence: Sentence, at: int, start: int) -> bool:
    word = sentence.words[at] if at > start else ""
    return word in english.SIZE_WORDS or word in english.SIZE_SYSTEMS


def _is_doubled(found: list[_Wish], at: int) -> bool:
    """Tell whether a colour stands beside another, one of them a thing: white gold, red rose."""
    wish = found[at]
    if wish.meaning.kind is not ChipKind.COLOUR:
        return False
    beside = [
        other
        for other in (*found[max(0, at - 1) : at], *found[at + 1 : at + 2])
        if other.meaning.kind is ChipKind.COLOUR
        and (other.span[1] == wish.span[0] or wish.span[1] == other.span[0])
    ]
    return bool(beside) and not all(each.meaning.sure for each in (wish, *beside))


def _noun_of(wish: _Wish) -> _Wish:
    """Claim a phrase's noun alone where it is by that that the phrase is a kind."""
    start, end = wish.span
    noun = (
        (max(start, end - wish.meaning.noun_words), end) if wish.meaning.noun_words else wish.span
    )
    return replace(wish, span=noun, removed=noun)


def _are_plain(sentence: Sentence, found: list[_Wish], start: int, end: int) -> bool:
    """Tell whether nothing in a phrase could make its noun another thing."""
    known = {at for wish in found if _is_plain(wish.meaning) for at in range(*wish.span)}
    return all(
        at in known
        or not sentence.is_free(at)
        or sentence.words[at] in _PLAIN
        or sentence.stems[at] in _PLAIN
        for at in range(start, end)
    )


def _is_plain(meaning: Meaning) -> bool:
    """Tell whether a word leaves a noun what it is; a "party" shoe may be another shoe."""
    return meaning.sure or meaning.kind is not ChipKind.ATTRIBUTE


_PLAIN = english.MODIFIERS | english.SHADES | english.OR | english.AND


def _of_audience(sentence: Sentence, wish: _Wish, start: int, end: int) -> _Wish:
    """Keep the categories below a wider one that the phrase names: men's shoes."""
    words = {sentence.stems[at] for at in range(start, end)}
    kept = within(wish.meaning.asked, words - {sentence.stems[wish.span[0]]})
    return replace(wish, meaning=replace(wish.meaning, asked=kept))


def _is_torn(sentence: Sentence, span: Span) -> bool:
    """Tell whether a hyphen ties the words to others: black-tie."""
    start, end = span
    before = sentence.tokens[start].glued
    after = end < len(sentence) and sentence.tokens[end].glued
    return before or after


def _complement(
    sentence: Sentence, start: int, end: int, vocabulary: Vocabulary
) -> Iterator[_Wish]:
    """Read "in red", "for men", "by Acme": a description that is nothing but known words."""
    word = sentence.words[start]
    at = start + 1
    while at < end and sentence.words[at] in english.SKIPPED_IN_EXCLUSION | english.SHADES:
        at += 1
    if word in english.BY:
        found = vocabulary.brands.match(sentence.stems, at, end) if at < end else None
        if found and found[1] == end:
            yield _Wish(found[0], (at, found[1]), (start, end))
        return
    wishes = list(_meanings(sentence, at, end, vocabulary))
    known = {place for wish in wishes for place in range(*wish.span)}
    ties = english.OR | english.AND | english.MODIFIERS
    if not wishes or any(p not in known and sentence.words[p] not in ties for p in range(at, end)):
        return
    for wish in wishes:
        meaning = wish.meaning
        colour = meaning.kind is ChipKind.COLOUR and meaning.asked and word in english.IN
        trait = meaning.kind is ChipKind.ATTRIBUTE and meaning.sure
        if colour or (trait and (word in english.IN or word in english.FOR)):
            yield replace(wish, removed=(start, end))


def _with_joints(sentence: Sentence, spans: list[Span]) -> tuple[Span, ...]:
    """Join spans that only "and" or "or" stand between, so that they go together."""
    joined: list[Span] = []
    for start, end in sorted(set(spans)):
        if joined:
            last_start, last_end = joined[-1]
            between = sentence.words[last_end:start]
            if all(word in english.OR | english.AND | {BREAK} for word in between):
                joined[-1] = (last_start, max(end, last_end))
                continue
        joined.append((start, end))
    return tuple(joined)
