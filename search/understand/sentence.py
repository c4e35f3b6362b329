"""Understand a shopper's sentence: its text to search for, and its chips.

Each step claims words for what it knows surely, and leaves the others to the next: names first,
so that no word is torn out of one; prices and stock, whose phrases hold negations ("no more
than 50"); sizes; exclusions; and last what is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from search.filters import AllOf, Filter, Not, all_of
from search.understand.chips import Chip, ChipKind, Understanding
from search.understand.claims import Claim, Sentence
from search.understand.exclusions import claim_exclusions, excluded_kinds
from search.understand.prices import claim_prices
from search.understand.sizes import claim_sizes, find_sizes
from search.understand.sought import sought_behind_exclusions
from search.understand.tokens import Token, tokenize
from search.understand.vocabulary import Vocabulary
from search.understand.wishes import claim_wishes


def understand(text: str, vocabulary: Vocabulary) -> Understanding:
    """Take a sentence apart. Never raises; what is not understood stays in the text.

    Cost: about 0.1 ms for a usual sentence, and linear in its length.
    """
    tokens = tokenize(text)
    sentence = _without_unwanted(text, tokens, vocabulary)
    if (sought := sought_behind_exclusions(sentence, vocabulary)) is not None:
        sentence = _without_unwanted(text, tokens, vocabulary, sought)
    claim_sizes(sentence)
    claim_wishes(sentence, vocabulary)
    claims = _settled(sentence, vocabulary)
    positive = sentence.without(span for claim in claims if not claim.stays for span in claim.spans)
    return Understanding(
        text,
        positive or _of_exclusions(sentence, claims),
        tuple(_chip(sentence, claim) for claim in claims),
    )


def _without_unwanted(
    text: str, tokens: Sequence[Token], vocabulary: Vocabulary, sought: int | None = None
) -> Sentence:
    """Claim prices, stock and exclusions; sizes are noted, because an exclusion may be of one."""
    sentence = Sentence(text, tokens, sought)
    _name(sentence, vocabulary)
    claim_prices(sentence, vocabulary)
    find_sizes(sentence, vocabulary)
    claim_exclusions(sentence, vocabulary)
    return sentence


def _name(sentence: Sentence, vocabulary: Vocabulary) -> None:
    """Keep brands and other names whole; the longest at a place counts."""
    at = 0
    while at < len(sentence):
        brand = vocabulary.brands.match(sentence.stems, at, len(sentence))
        name = vocabulary.names.match(sentence.stems, at, len(sentence))
        if name and sentence.stems[at : name[1]] in vocabulary.colours:
            name = None  # "rose gold", where the catalogue has that colour
        found = brand if brand and brand[0].sure else None
        if name and (found is None or name[1] > found[1]):
            found = name
        if found is None:
            at += 1
            continue
        meaning, end = found
        sentence.name(meaning, at, end)
        at = end


def _settled(sentence: Sentence, vocabulary: Vocabulary) -> list[Claim]:
    """Settle what depends on the rest of the sentence; in the sentence's order."""
    wanted = [claim for claim in sentence.claims if claim.stays]
    asked: frozenset[str] = frozenset()
    for claim in wanted:
        if claim.kind is ChipKind.CATEGORY and claim.filter is not None:
            asked |= getattr(claim.filter, "values", frozenset())
    settled = []
    for claim in sentence.claims:
        if claim.level:
            level = _level(claim, wanted, vocabulary)
            if level is None:
                continue
            claim = level
        if claim.negative and excluded_kinds(claim) & asked:
            # Among shoes, sneakers are no part of something but shoes: data decides.
            claim = replace(claim, negative="", label=claim.label.replace("without", "not", 1))
        settled.append(claim)
    return sorted(settled, key=lambda claim: claim.start)


def _level(claim: Claim, wanted: Sequence[Claim], vocabulary: Vocabulary) -> Claim | None:
    """Give "cheap" its bounds among what is asked for; None leaves the word in the text.

    Without a known kind it is not said what is cheap: a cheap sofa costs more than most socks.
    """
    if not any(each.kind is ChipKind.CATEGORY for each in wanted):
        return None
    among = all_of(each.filter for each in wanted)
    cheap = claim.level == "cheap"
    levels = vocabulary.prices
    price = levels.cheap(among) if cheap else levels.expensive(among)
    if price is None:
        return None
    bound = price.maximum if cheap else price.minimum
    return replace(
        claim, filter=price, label=f"{claim.level} ({'under' if cheap else 'over'} {bound})"
    )


def _of_exclusions(sentence: Sentence, claims: Sequence[Claim]) -> str:
    """Find something to search for where all is excluded: "not black shoes" looks for shoes."""
    for claim in claims:
        if isinstance(claim.filter, Not) and isinstance(claim.filter.filter, AllOf):
            start, end = claim.spans[-1]
            said = [at for at in range(start, end) if sentence.tokens[at].is_word]
            return sentence.slice(said[-1], said[-1] + 1)
    return ""


def _chip(sentence: Sentence, claim: Claim) -> Chip:
    filter_: Filter | None = claim.filter
    return Chip(
        kind=claim.kind,
        label=claim.label,
        words=sentence.joined(claim.spans),
        filter=filter_,
        negative=claim.negative,
        without=sentence.without(claim.removed or claim.spans),
    )
