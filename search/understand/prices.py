"""Prices, stock and sales as shoppers ask for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from search.filters import PRICE, Filter, Range
from search.understand import english
from search.understand.chips import ChipKind
from search.understand.claims import Claim, Sentence
from search.understand.tokens import PhraseBook, plain, tokenize
from search.understand.vocabulary import Vocabulary

NEAR_SHARE = Decimal("0.2")
"""Around 30 is from 24 to 36. Chosen."""

MAX_DIGITS = 9
"""A longer number is a code."""


def words_of(phrase: str) -> tuple[str, ...]:
    """Give a grammar phrase's words; unlike the catalogue's words, in the very form."""
    return tuple(token.word for token in tokenize(phrase) if token.is_word)


def grammar(**lists: Iterable[str]) -> PhraseBook[str]:
    """Make a book of what phrases of the grammar do."""
    return PhraseBook((words_of(phrase), does) for does, all_ in lists.items() for phrase in all_)


_BEFORE = grammar(
    at_most=english.AT_MOST, at_least=english.AT_LEAST, near=english.NEAR, price=english.FOR_A_PRICE
)
_AFTER = grammar(at_most=english.AT_MOST_AFTER, at_least=english.AT_LEAST_AFTER)
_STATES = grammar(
    cheap=english.CHEAP,
    expensive=english.EXPENSIVE,
    on_sale=english.ON_SALE,
    in_stock=english.IN_STOCK,
    out_of_stock=english.OUT_OF_STOCK,
)
_NOT_BEFORE_DESCRIPTION = plain("available")
"""What is available in red may be out of stock."""


@dataclass(frozen=True, slots=True)
class _Amount:
    value: Decimal
    currency: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Found:
    minimum: Decimal | None
    maximum: Decimal | None
    label: str
    currency: str | None
    start: int
    end: int


def claim_prices(sentence: Sentence, vocabulary: Vocabulary) -> None:
    """Claim what is said of prices, sales and stock."""
    at = 0
    while at < len(sentence):
        claim = _state(sentence, at, vocabulary) or _price(sentence, at, vocabulary)
        if claim is None:
            at += 1
            continue
        sentence.add(claim)
        at = claim.spans[-1][1]


def _state(sentence: Sentence, at: int, vocabulary: Vocabulary) -> Claim | None:
    """Read "in stock", "on sale", "cheap"."""
    found = _STATES.match(sentence.words, at, len(sentence))
    if found is None or not sentence.are_free(at, found[1]):
        return None
    does, end = found
    if sentence.words[at:end] == (_NOT_BEFORE_DESCRIPTION,) and end < len(sentence):
        following = sentence.words[end]
        if following in english.BEFORE_COMPLEMENT or following in english.IN:
            return None
    said = " ".join(sentence.words[at:end])
    spans = (sentence.with_links((at, end)),)
    if does in ("cheap", "expensive"):
        return Claim(ChipKind.PRICE, does, None, spans, level=does)
    if does == "on_sale":
        return Claim(ChipKind.PRICE, said, vocabulary.on_sale, spans)
    if does == "in_stock":
        return Claim(ChipKind.STOCK, "in stock", vocabulary.in_stock, spans)
    return Claim(ChipKind.STOCK, "out of stock", vocabulary.out_of_stock, spans)


def _price(sentence: Sentence, at: int, vocabulary: Vocabulary) -> Claim | None:
    readings: tuple[Callable[[Sentence, int], _Found | None], ...] = (_between, _bounded, _alone)
    for read in readings:
        if (found := read(sentence, at)) and sentence.are_free(found.start, found.end):
            break
    else:
        return None
    wanted: Filter | None = None
    if vocabulary.prices.known:
        price = Range(PRICE, found.minimum, found.maximum)
        wanted = vocabulary.prices.in_currency(price, found.currency)
    label = found.label if found.currency is None else f"{found.label} {found.currency}"
    span = sentence.with_links((found.start, found.end))
    return Claim(ChipKind.PRICE, label, wanted, (span,))


def _between(sentence: Sentence, at: int) -> _Found | None:
    """Read "between 20 and 40", "20-40 €", "$20 to $40"."""
    marked = sentence.words[at] in english.BETWEEN
    low = _amount(sentence, at + marked)
    if low is None or low.end >= len(sentence):
        return None
    if sentence.words[low.end] not in english.RANGE_WORDS:
        return None
    high = _amount(sentence, low.end + 1)
    if high is None or (sentence.words[low.end] == "and" and not marked):
        return None
    currency = low.currency or high.currency
    if currency is None and not (marked and sentence.words[at] not in english.NEEDS_CURRENCY):
        return None
    least, most = sorted((low.value, high.value))
    return _Found(least, most, f"from {least} to {most}", currency, at, high.end)


def _bounded(sentence: Sentence, at: int) -> _Found | None:
    """Read "under 50", "at least 20 €", "around 30", "for $50"."""
    found = _BEFORE.match(sentence.words, at, len(sentence))
    amount = found and _amount(sentence, found[1])
    if not found or not amount:
        return None
    does, said = found[0], " ".join(sentence.words[at : found[1]])
    if amount.currency is None and (
        does == "price"
        or said in english.NEEDS_CURRENCY
        or (at and sentence.words[at - 1] in _of_age(does))
    ):
        return None
    value = amount.value
    if does == "near":
        share = value * NEAR_SHARE
        return _Found(
            value - share, value + share, f"around {value}", amount.currency, at, amount.end
        )
    if does == "at_least":
        return _Found(value, None, f"over {value}", amount.currency, at, amount.end)
    return _Found(None, value, f"under {value}", amount.currency, at, amount.end)


def _of_age(does: str) -> frozenset[str]:
    return english.YOUNG if does == "at_most" else english.AGED


def _alone(sentence: Sentence, at: int) -> _Found | None:
    """Read "$50", "50 bucks", "50 or less", "~30"."""
    near = sentence.words[at] == "~"
    amount = _amount(sentence, at + near)
    if amount is None:
        return None
    value, currency = amount.value, amount.currency
    if near:
        share = value * NEAR_SHARE
        return _Found(value - share, value + share, f"around {value}", currency, at, amount.end)
    if after := _AFTER.match(sentence.words, amount.end, len(sentence)):
        does, end = after
        said = sentence.words[amount.end : end]
        if does == "at_most" and (currency or len(said) > 1 or said == ("max",)):
            return _Found(None, value, f"under {value}", currency, at, end)
        if does == "at_least" and currency:
            return _Found(value, None, f"over {value}", currency, at, end)
    if currency is None:
        return None
    return _Found(None, value, f"under {value}", currency, at, amount.end)


def _amount(sentence: Sentence, at: int) -> _Amount | None:
    """Read a number with or without a currency; None where it measures something else."""
    start, size = at, len(sentence)
    currency = None
    if at < size and (currency := english.CURRENCY_SIGNS.get(sentence.words[at])):
        at += 1
    if at >= size or not sentence.tokens[at].is_number or sentence.tokens[at].glued:
        return None
    value = number(sentence.tokens[at].text)
    at += 1
    if at < size and sentence.tokens[at].glued:
        return None
    if at < size and currency is None:
        word = sentence.words[at]
        currency = english.CURRENCY_SIGNS.get(word) or english.CURRENCY_WORDS.get(word)
        at += currency is not None
    if value is None or (currency is None and _is_measure(sentence, at)):
        return None
    return _Amount(value, currency, start, at)


def _is_measure(sentence: Sentence, at: int) -> bool:
    """Tell whether a word after a number says what it measures.

    "In" does where nothing follows that could be in it: a bag under 20 in red has a price.
    """
    if at >= len(sentence) or sentence.words[at] not in english.MEASURES:
        return False
    if sentence.words[at] not in english.IN or at + 1 >= len(sentence):
        return True
    following = sentence.tokens[at + 1]
    return not following.is_word or following.is_number or following.word in english.EXTENTS


def number(said: str) -> Decimal | None:
    """Read a number in English or continental writing; None where it is a code.

    >>> [str(number(said)) for said in ("1,000", "49.99", "49,9", "1.234,50", "1,234.5")]
    ['1000', '49.99', '49.9', '1234.50', '1234.5']
    """
    whole, _, decimals = said.replace(",", ".").rpartition(".")
    if not whole or len(decimals) > 2:  # no mark, or one between thousands
        whole, decimals = whole + decimals, "0"
    digits = whole.replace(".", "")
    if len(digits) > MAX_DIGITS:
        return None
    return Decimal(f"{digits}.{decimals}") if decimals.strip("0") else Decimal(digits)
