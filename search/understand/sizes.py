"""Sizes as shoppers write them, where the catalogue has them."""

from __future__ import annotations

from search.understand import english
from search.understand.claims import Claim, Sentence
from search.understand.meanings import Meaning, merged
from search.understand.tokens import Key
from search.understand.traits import size_key
from search.understand.vocabulary import Vocabulary

MAX_WORDS = 3


def find_sizes(sentence: Sentence, vocabulary: Vocabulary) -> None:
    """Note the sizes of a sentence: "size 42", "UK 9", "XL"; whether wanted is seen later."""
    at = 0
    while at < len(sentence):
        found = _size(sentence, at, vocabulary)
        if found is None or not sentence.are_free(at, found[1]):
            at += 1
            continue
        sentence.sizes[at] = found
        at = found[1]
        # "Size 40 or 41": the word is said once.
        while at + 1 < len(sentence) and sentence.words[at] in english.OR:
            further = _longest(sentence, at + 1, vocabulary)
            if further is None or not sentence.are_free(at, further[1]):
                break
            sentence.sizes[at + 1] = further
            at = further[1]


def claim_sizes(sentence: Sentence) -> None:
    """Claim the sizes that nothing excludes; several are alternatives."""
    left = {at: found for at, found in sentence.sizes.items() if sentence.are_free(at, found[1])}
    if not left:
        return
    meaning = merged(found[0] for found in left.values())
    ends = {found[1] for found in left.values()}
    spans = tuple(
        # An "or" between two sizes goes with the second.
        sentence.with_links((at - (at - 1 in ends), found[1]))
        for at, found in sorted(left.items())
    )
    sentence.add(Claim(meaning.kind, meaning.label, meaning.wanted(), spans))


def _size(sentence: Sentence, at: int, vocabulary: Vocabulary) -> tuple[Meaning, int] | None:
    if sentence.words[at] in english.SIZE_WORDS:
        return _longest(sentence, at + 1, vocabulary)
    key: Key = size_key(sentence.words[at])
    if sentence.words[at] in english.LETTER_SIZES:
        meaning = vocabulary.sizes.get(key)
        return (meaning, at + 1) if meaning else None
    if sentence.words[at] in english.SIZE_SYSTEMS:
        found = _longest(sentence, at, vocabulary)
        return found if found and found[1] > at + 1 else None
    return None


def _longest(sentence: Sentence, at: int, vocabulary: Vocabulary) -> tuple[Meaning, int] | None:
    for end in range(min(at + MAX_WORDS, len(sentence)), at, -1):
        meaning = vocabulary.sizes.get(size_key(" ".join(sentence.words[at:end])))
        if meaning:
            return meaning, end
    return None
