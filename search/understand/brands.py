"""The catalogue's brands, and names that no word may be torn out of."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from indexer.attributes import CodedColumn, Columns
from search.understand import english
from search.understand.chips import ChipKind
from search.understand.meanings import Meaning, Meanings
from search.understand.tokens import Key, key_of

FIELD = "brand"


def brand_meanings(columns: Columns, words: Collection[Key]) -> Meanings:
    """List what brands are called; of several spellings the most common names them all.

    A brand of one word that means something else, too (Next, Gap, Boots, Red), is meant for
    sure only behind "by" or "from".

    Args:
        columns: The catalogue's columns.
        words: What else single words of the catalogue mean: colours, kinds, materials.
    """
    brands = Meanings()
    column = columns.coded.get(FIELD)
    for value in _common_first(column) if column is not None else ():
        one = frozenset({value})
        for key in _keys(value):
            known = brands.get(key)
            values = known.asked | one if known else one
            sure = len(key) > 1 or (key not in words and not _is_common(key[0]))
            label = known.label if known else value
            brands.add(key, Meaning(ChipKind.BRAND, FIELD, label, values, values, sure))
    return brands


def _common_first(column: CodedColumn) -> list[str]:
    """List a column's words by how many products have them."""
    counts = column.counts()
    return [column.values[at] for at in (-counts).argsort(kind="stable")]


def protected_names(names: Iterable[str] = ()) -> Meanings:
    """List names and turns of phrase that stay in the text as they are."""
    book = Meanings()
    for name in (*english.NAMES, *english.FIXED, *names):
        nothing: frozenset[str] = frozenset()
        book.add(key_of(name), Meaning(ChipKind.BRAND, "", name, nothing, nothing, sure=False))
    return book


def _keys(value: str) -> list[Key]:
    key = key_of(value)
    shorter = [key[1:]] if key[:1] == ("the",) and len(key) > 2 else []
    return [key, *shorter] if key else []


def _is_common(word: str) -> bool:
    return len(word) < 3 or word.isdigit() or word in _GRAMMAR


_GRAMMAR = frozenset(
    word
    for phrases in (
        english.EXCLUDING, english.AT_MOST, english.AT_LEAST, english.NEAR, english.CHEAP,
        english.EXPENSIVE, english.ON_SALE, english.IN_STOCK, english.OPENING, english.MODIFIERS,
        english.SHADES, english.THINGS, english.ENDS_EXCLUSION, english.BEFORE_COMPLEMENT,
        english.SKIPPED_IN_EXCLUSION, english.MEASURES, english.AGED, english.OR, english.AND,
        english.BUT, english.SIZE_WORDS, english.CURRENCY_WORDS, english.COMMON,
    )
    for phrase in phrases
    for word in key_of(phrase)
)  # fmt: skip
"""Words that a sentence has for other reasons than to name a brand."""
