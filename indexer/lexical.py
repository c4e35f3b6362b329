"""The lexical index of a generation: BM25 over the words of its products."""

from __future__ import annotations

import json
import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias, cast

import bm25s
import numpy as np
from numpy.typing import NDArray

from catalog.lexicon.english import function_words
from core.errors import SnapshotError
from indexer.arrays import open_array
from indexer.lexical_words import compounds, han_pairs, is_han, stem
from indexer.lexical_writer import PRODUCTS, STARTS, VOCABULARY, WEIGHTS, WORDS

LexicalScores: TypeAlias = NDArray[np.float32]
"""Shape (products,), from 0 to 1."""

MAX_QUERY_WORDS = 64
MAX_PREFIX_WORDS = 64
"""Of the words that begin with an unfinished one, the commonest count."""

_Terms: TypeAlias = tuple[int, ...]
_Alternatives: TypeAlias = tuple[_Terms, ...]
"""What one word of a query may match, each wholly: ``t-shirt`` or ``t`` and ``shirt``."""


@dataclass(frozen=True, slots=True)
class CatalogueWords:
    """The words that the catalogue's own texts use, sorted."""

    words: Sequence[str]
    counts: NDArray[np.int32]
    """How many products have each."""

    def __len__(self) -> int:
        return len(self.words)

    def find(self, word: str) -> int | None:
        """Find a folded word; None where no product has it."""
        at = bisect_left(self.words, word)
        return at if at < len(self.words) and self.words[at] == word else None

    def count(self, word: str) -> int:
        """Count the products that have a word, as it stands."""
        return 0 if (at := self.find(word)) is None else int(self.counts[at])

    def beginning_with(self, prefix: str, limit: int) -> list[int]:
        """List the commonest words that begin with a prefix, the commonest first."""
        start = bisect_left(self.words, prefix)
        end = bisect_left(self.words, f"{prefix}\U0010ffff")
        order = np.argsort(-self.counts[start:end], kind="stable")[:limit]
        return [int(at) + start for at in order]


class LexicalIndex:
    """BM25 of every product. Immutable, memory-mapped, safe in any number of threads."""

    def __init__(self, directory: Path) -> None:
        """Open the index in a generation's folder.

        Raises:
            SnapshotError: a file is missing, no such array, or does not fit the others.
        """
        self._directory = directory
        self.products, self._terms, words = _read_vocabulary(directory / VOCABULARY)
        self._starts: NDArray[np.int64] = open_array(directory / STARTS, "<i8", 1)
        self._products: NDArray[np.int32] = open_array(directory / PRODUCTS, "<i4", 1)
        self._weights: NDArray[np.float32] = open_array(directory / WEIGHTS, "<f4", 1)
        of_words: NDArray[np.int32] = open_array(directory / WORDS, "<i4", 2)
        postings = self._products.shape == self._weights.shape
        shapes = (self._starts.shape, of_words.shape)
        if not postings or shapes != ((len(self._terms) + 1,), (2, len(words))):
            raise SnapshotError(f"The lexical files in {directory} do not fit each other.")
        self.words = CatalogueWords(words, of_words[0])
        self._term_of_word = of_words[1]
        self._bm25 = bm25s.BM25()
        self._bm25.scores = {
            "data": self._weights,
            "indices": self._products,
            "indptr": self._starts,
            "num_docs": self.products,
        }
        self._bm25.nonoccurrence_array = None  # of other kinds of BM25 than Lucene's

    def scores(self, text: str, last_is_prefix: bool = False) -> LexicalScores:
        """Score every product: BM25 as a share of what a product could reach at best.

        A word that no product has counts as one that a single product has, so that little
        is reached by who matches only the rest. Function words count only among themselves.

        Args:
            text: A query; its words beyond the first ``MAX_QUERY_WORDS`` are not read.
            last_is_prefix: Whether the last word may be unfinished, as while it is typed.
        """
        single: list[int] = []
        total = np.zeros(self.products, dtype=np.float32)
        possible = 0.0
        for alternatives in self._alternatives(text, last_is_prefix):
            if len(alternatives) == 1 and len(alternatives[0]) == 1:
                single += alternatives[0]
            elif alternatives:
                worth = max(map(self._best, alternatives))
                total += np.float32(worth) * self._either(alternatives)
                possible += worth
            else:
                possible += math.log1p(self.products)
        if single:
            total += self._sum(single)
            possible += self._best(single)
        return total / np.float32(possible) if possible else total

    def knows(self, word: str) -> bool:
        """Tell whether a folded word, or a form of it, finds a product."""
        return self._term(stem(word)) != -1

    def _either(self, alternatives: _Alternatives) -> LexicalScores:
        """Give each product the best share that it reaches of any alternative."""
        best = np.zeros(self.products, dtype=np.float32)
        for terms in alternatives:
            worth = np.float32(self._best(terms))
            if len(terms) == 1:  # as most are, and a prefix has many: only its own products
                products, weights = self._postings(terms[0])
                best[products] = np.maximum(best[products], weights / worth)
            else:
                np.maximum(best, self._sum(terms) / worth, out=best)
        return best

    def _postings(self, term: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        own = slice(int(self._starts[term]), int(self._starts[term + 1]))
        return self._products[own], self._weights[own]

    def _sum(self, terms: Sequence[int]) -> LexicalScores:
        return cast(LexicalScores, self._bm25.get_scores_from_ids(list(terms)))

    def _best(self, terms: Sequence[int]) -> float:
        """Bound what a product can get for these terms."""
        return sum(float(self._postings(term)[1].max()) for term in terms)

    def _alternatives(self, text: str, last_is_prefix: bool) -> list[_Alternatives]:
        """Read a query: what each of its words may match; nothing for an unknown one."""
        words = compounds(text)[:MAX_QUERY_WORDS]
        unfinished = words[-1] if words and last_is_prefix and len(words[-1]) == 1 else None
        telling = [word for word in words if word[0] not in function_words() or len(word) > 1]
        read: list[_Alternatives] = []
        waiting = telling or words
        while waiting:
            word, *waiting = waiting
            if word is unfinished and not waiting:
                read.append(self._prefixed(word[0]))
            elif is_han(word[0]):
                read += [self._known((pair,)) for pair in han_pairs(word[0])]
            elif len(word) > 1:
                read.append(self._known(word, ("".join(word),)))
            elif waiting and self.words.find(joined := word[0] + "".join(waiting[0])) is not None:
                read.append(self._known((word[0], *waiting.pop(0)), (joined,)))
            else:
                read.append(self._known(word))
        return read

    def _known(self, *spellings: tuple[str, ...]) -> _Alternatives:
        """Keep the spellings all of whose words the catalogue has, as terms."""
        found = ([self._term(stem(word)) for word in spelling] for spelling in spellings)
        return tuple(tuple(terms) for terms in found if -1 not in terms)

    def _prefixed(self, prefix: str) -> _Alternatives:
        """Take a word as it is and as the beginning of others."""
        begun = self.words.beginning_with(prefix, MAX_PREFIX_WORDS)
        terms = dict.fromkeys(int(self._term_of_word[at]) for at in begun)
        whole = self._known((prefix,))
        return whole + tuple((term,) for term in terms if (term,) not in whole)

    def _term(self, stemmed: str) -> int:
        at = bisect_left(self._terms, stemmed)
        return at if at < len(self._terms) and self._terms[at] == stemmed else -1

    def check(self, products: int) -> None:
        """See that every number leads into the file that it points to, and weights are weights.

        Raises:
            SnapshotError: one does not.
        """
        starts, postings = self._starts, len(self._products)
        if self.products != products:
            raise SnapshotError(
                f"{self._directory / VOCABULARY} is of {self.products} products, not {products}."
            )
        ends = (int(starts[0]), int(starts[-1])) == (0, postings)
        if not ends or (starts[1:] <= starts[:-1]).any():  # a term that no product has is none
            raise SnapshotError(f"{self._directory / STARTS} does not fit {PRODUCTS}.")
        if not _within(self._products, 0, products - 1):
            raise SnapshotError(f"{self._directory / PRODUCTS} does not fit {products} products.")
        falls = np.flatnonzero(self._products[1:] <= self._products[:-1]) + 1
        if not np.isin(falls, starts).all():
            raise SnapshotError(f"{self._directory / PRODUCTS} has a term's products out of order.")
        if not np.isfinite(self._weights).all() or not (self._weights > 0).all():
            raise SnapshotError(f"{self._directory / WEIGHTS} has weights that no index gives.")
        counts, terms = self.words.counts, self._term_of_word
        if not _within(counts, 1, products) or not _within(terms, 0, len(self._terms) - 1):
            raise SnapshotError(f"{self._directory / WORDS} does not fit {VOCABULARY}.")
        if not _rising(self._terms) or not _rising(self.words.words):
            raise SnapshotError(f"{self._directory / VOCABULARY} is not sorted.")


def _read_vocabulary(path: Path) -> tuple[int, Sequence[str], Sequence[str]]:
    """Read the number of products, the terms and the words.

    Raises:
        SnapshotError: it is something else.
    """
    try:
        told = json.loads(path.read_bytes())
        products, terms, words = told["products"], tuple(told["terms"]), tuple(told["words"])
    except OSError as error:
        raise SnapshotError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SnapshotError(f"{path} does not describe words ({error!r}).") from error
    if type(products) is not int or not all(isinstance(word, str) for word in (*terms, *words)):
        raise SnapshotError(f"{path} has a word that is not text, or no number of products.")
    return products, terms, words


def _within(values: NDArray[np.int32], lowest: int, highest: int) -> bool:
    return bool(not len(values) or (values.min() >= lowest and values.max() <= highest))


def _rising(words: Sequence[str]) -> bool:
    return all(one < another for one, another in pairwise(words))
