"""What can be suggested: past queries, categories, brands and titles, each once."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from catalog.lexicon.folding import fold
from catalog.records import CATEGORY_SEPARATOR, ProductRecord
from indexer.attributes import Columns
from indexer.lexical import LexicalIndex
from indexer.lexical_words import compounds, is_han
from search.collapse import Groups
from search.filters import CATEGORY, Filter, In
from search.spelling import Speller

MAX_QUERIES = 20_000
"""Past queries that are kept, the most clicked of them."""
MAX_QUERY_CHARS = 80
MIN_CLICKS = 3
"""What hardly anybody has searched for may be about somebody: a name, a number."""
MAX_TITLES = 500_000
"""Different titles that are kept, the first of the catalogue: some 50 bytes each."""


class SuggestionKind(Enum):
    """What is suggested, in the order in which it is listed."""

    QUERY = "query"
    CATEGORY = "category"
    BRAND = "brand"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Entry:
    """A past query, a category or a brand."""

    text: str
    count: int
    """Clicks of a query; else hits, variants collapsed."""
    path: tuple[str, ...] = ()
    """Of a category, from the widest to itself."""
    filter: Filter | None = None


@dataclass(frozen=True, slots=True)
class Titles:
    """Different titles, those of most products first, then in the catalogue's order."""

    positions: NDArray[np.int32]
    """The first product of each."""
    counts: NDArray[np.int32]
    """How many products have it."""


def past_queries(clicked: Mapping[str, int], lexical: LexicalIndex) -> list[Entry]:
    """List the queries that had clicks, the most clicked first; spellings of one together.

    One with a word that neither the catalogue nor English has is left out: it is mistyped, or
    asks for what is no longer there.
    """
    speller = Speller(lexical, ())
    spellings: dict[str, list[tuple[int, str]]] = {}
    for text, clicks in clicked.items():
        shown = " ".join(text.split())
        if 0 < len(shown) <= MAX_QUERY_CHARS and shown.isprintable() and clicks > 0:
            spellings.setdefault(fold(shown), []).append((-clicks, shown))
    entries = [
        Entry(min(each)[1], clicks)
        for each in spellings.values()
        if (clicks := -sum(fewer for fewer, _ in each)) >= MIN_CLICKS
    ]
    known = (entry for entry in _by_count(entries) if _is_known(entry.text, speller))
    return [entry for entry, _ in zip(known, range(MAX_QUERIES), strict=False)]


def categories(columns: Columns, groups: Groups) -> list[Entry]:
    """List the categories of all levels, those with most hits first.

    One that holds all of what the one above it does, under the same name, is left out.
    """
    every = groups.hits(np.ones(columns.products, dtype=np.bool_))
    counts: dict[str, int] = {}
    entries: list[Entry] = []
    for level in columns.category_levels:
        for path, count in zip(level.values, every.count_words(level).tolist(), strict=True):
            counts[path] = count
            above, _, name = path.rpartition(CATEGORY_SEPARATOR)
            same_name = fold(above.rpartition(CATEGORY_SEPARATOR)[2]) == fold(name)
            if not (same_name and counts.get(above) == count):
                told = tuple(path.split(CATEGORY_SEPARATOR))
                entries.append(Entry(name, count, told, In(CATEGORY, frozenset({path}))))
    return _by_count(entries)


def brands(columns: Columns, groups: Groups) -> list[Entry]:
    """List the brands, those with most hits first; spellings of one (NIKE, Nike) together."""
    column = columns.coded.get("brand")
    if column is None:
        return []
    every = groups.hits(np.ones(columns.products, dtype=np.bool_))
    spellings: dict[str, list[tuple[int, str]]] = {}
    for brand, count in zip(column.values, every.count_words(column).tolist(), strict=True):
        spellings.setdefault(fold(brand), []).append((-count, brand))
    return _by_count(
        Entry(
            text=min(each)[1],
            count=-sum(fewer for fewer, _ in each),
            filter=In("brand", frozenset(brand for _, brand in each)),
        )
        for each in spellings.values()
    )


def titles(products: Iterable[ProductRecord]) -> tuple[Titles, Iterator[str]]:
    """List the different titles, and give their texts in the same order; one pass over them.

    Titles that differ in capitals, accents or spaces alone count as one.
    """
    numbers: dict[str, int] = {}
    positions, counts = array("i"), array("i")
    for position, product in enumerate(products):
        folded = " ".join(fold(product.title).split())
        number = numbers.get(folded)
        if number is not None:
            counts[number] += 1
        elif folded and len(numbers) < MAX_TITLES:
            numbers[folded] = len(numbers)
            positions.append(position)
            counts.append(1)
    found = np.array(counts, dtype=np.int32)
    order = np.argsort(-found, kind="stable")
    texts = list(numbers)
    kept = Titles(np.array(positions, dtype=np.int32)[order], found[order])
    return kept, (texts[number] for number in order.tolist())


def _by_count(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (-entry.count, entry.path, entry.text))


def _is_known(text: str, speller: Speller) -> bool:
    """Tell whether each word is one; numbers, sizes and Han are taken as they are."""
    words = ("".join(parts) for parts in compounds(text))
    return all(not word.isalpha() or is_han(word) or speller.knows(word) for word in words)
