"""Variants of one model become one hit: the best of them that was found, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.vectors import Mask
from indexer.attributes import CodedColumn, Columns

GROUP = "group_id"

Positions = NDArray[np.int64]
"""Positions of products in the catalogue's order."""


@dataclass(frozen=True, slots=True)
class Collapsed:
    """The hits of a ranking, one of each group; not yet sorted."""

    positions: Positions
    """The product shown for each hit, rising."""
    sizes: NDArray[np.int64]
    """How many found products each hit stands for, itself included."""


class Groups:
    """Which products are variants of each other. Immutable; made once per generation.

    A product without a group is one of its own. Most catalogues have few groups, so that
    products on their own are counted and passed on without being looked at again.
    """

    def __init__(self, columns: Columns, collapse: bool = True) -> None:
        """Number the groups of several products; none where they are not to be collapsed."""
        column = columns.coded.get(GROUP)
        if column is None or not collapse:
            column = CodedColumn(np.full(columns.products, -1, dtype=np.int32), ())
        sizes = np.append(column.counts(), 0)
        self.alone: Mask = sizes[column.codes] <= 1
        """Shape (products,): whether a product has no variants."""
        members = np.flatnonzero(~self.alone)
        groups, numbers = np.unique(column.codes[members], return_inverse=True)
        order = np.argsort(numbers, kind="stable")
        self.members: Positions = members[order]
        """The products of groups of several, group by group."""
        self.member_numbers: NDArray[np.int64] = numbers[order]
        """The group's number of each of ``members``."""
        self.count = len(groups)
        """How many groups there are of several products."""
        self.numbers: NDArray[np.int64] = np.full(columns.products, -1, dtype=np.int64)
        """Shape (products,): the group's number from 0; -1 for a product on its own."""
        self.numbers[members] = numbers
        self._pairs: dict[int, tuple[CodedColumn, WordPairs]] = {}

    def hits(self, found: Mask) -> Hits:
        """Prepare found products to be counted as hits."""
        return Hits(self, found)

    def total(self, found: Mask) -> int:
        """Count the hits that found products make."""
        if not self.count:
            return int(np.count_nonzero(found))
        alone = int(np.count_nonzero(found & self.alone))
        return alone + len(_run_begins(self.member_numbers[found[self.members]]))

    def representatives(self, scores: NDArray[Any], found: Mask) -> Collapsed:
        """Choose the best product of each group among those found; of equals, the first.

        Args:
            scores: Shape (products,), any numbers, higher is better: the relevance, or what
                else is sorted by, so that a sort by price shows the cheapest variant.
            found: Shape (products,).
        """
        alone = np.flatnonzero(found & self.alone if self.count else found)
        places = np.flatnonzero(found[self.members])
        if not places.size:
            return Collapsed(alone, np.ones(len(alone), dtype=np.int64))
        members = self.members[places]
        begins = _run_begins(self.member_numbers[places])
        sizes = np.diff(np.append(begins, len(members)))
        reached = scores[members]
        best = np.repeat(np.maximum.reduceat(reached, begins), sizes)
        candidates = np.flatnonzero(reached == best)
        # The first candidate at or after each group's begin is its first of the best.
        shown = members[candidates[np.searchsorted(candidates, begins)]]
        positions = np.concatenate((alone, shown))
        order = np.argsort(positions)
        stands_for = np.concatenate((np.ones(len(alone), dtype=np.int64), sizes))
        return Collapsed(positions[order], stands_for[order])

    def variants(self, position: int) -> Positions:
        """List the products of a product's group, itself included, in the catalogue's order."""
        number = int(self.numbers[position])
        if number < 0:
            return np.array([position], dtype=np.int64)
        begin, end = np.searchsorted(self.member_numbers, (number, number + 1))
        return self.members[begin:end]

    def pairs_of(self, column: CodedColumn) -> WordPairs:
        """Prepare a column's pairs of group and word, once; the column is kept with them."""
        kept = self._pairs.get(id(column))
        if kept is None:
            kept = self._pairs[id(column)] = (column, WordPairs(self, column))
        return kept[1]


class WordPairs:
    """The distinct pairs of group and word in a column: what is counted is one of these, once."""

    def __init__(self, groups: Groups, column: CodedColumn) -> None:
        # One word more, for members that have none.
        words = len(column.values) + 1
        shifted = column.codes[groups.members].astype(np.int64) + 1
        pairs, which = np.unique(groups.member_numbers * words + shifted, return_inverse=True)
        self._words = words
        self._of_member = which.astype(np.int32)
        self._word = pairs % words

    def count(self, found_members: Positions) -> NDArray[np.int64]:
        """Count the groups of each word; the first is for those without."""
        seen = np.zeros(len(self._word), dtype=np.bool_)
        seen[self._of_member.take(found_members)] = True
        return np.bincount(self._word[seen], minlength=self._words)


class Hits:
    """Found products, to be counted as hits: a group once, products on their own one by one."""

    def __init__(self, groups: Groups, found: Mask) -> None:
        self.found = found
        """Shape (products,)."""
        self._groups = groups
        self._alone = np.flatnonzero(found & groups.alone if groups.count else found)
        self._members = np.flatnonzero(found[groups.members])
        """Places in ``groups.members``."""

    def count_words(self, column: CodedColumn) -> NDArray[np.int64]:
        """Count the hits of each word of a column, in the vocabulary's order.

        A group counts once for each word that one of its found variants has.
        """
        shifted = column.codes.take(self._alone).astype(np.intp)
        shifted += 1  # the code for no word becomes 0, and is left out of the counts
        counts = np.bincount(shifted, minlength=len(column.values) + 1)
        if self._members.size:
            counts += self._groups.pairs_of(column).count(self._members)
        return counts[1:]

    def count_ranges(
        self, numbers: NDArray[np.int64], known: Mask, edges: Sequence[int]
    ) -> list[int]:
        """Count the hits below the first edge, from each edge to the next, and from the last.

        Products whose number is not known count nowhere.
        """
        alone = self.found & known
        if self._groups.count:
            alone &= self._groups.alone
        amounts = numbers[alone]
        reached = [len(amounts), *(int(np.count_nonzero(amounts >= edge)) for edge in edges), 0]
        counts = [more - less for more, less in pairwise(reached)]
        if self._members.size:
            grouped = self._count_grouped(numbers, known, edges)
            counts = [count + int(more) for count, more in zip(counts, grouped, strict=True)]
        return counts

    def _count_grouped(
        self, numbers: NDArray[np.int64], known: Mask, edges: Sequence[int]
    ) -> NDArray[np.intp]:
        """Count the groups in each range; a group counts in each that a found variant is in."""
        positions = self._groups.members.take(self._members)
        telling = known.take(positions)
        bins = _bins(numbers.take(positions[telling]), edges)
        groups = self._groups.member_numbers.take(self._members[telling])
        seen = np.zeros((len(edges) + 1, self._groups.count), dtype=np.bool_)
        seen[bins, groups] = True
        return np.asarray(np.count_nonzero(seen, axis=1))


def _bins(numbers: NDArray[np.int64], edges: Sequence[int]) -> NDArray[np.uint8]:
    """Tell how many edges each number has reached; faster than a search where they are few."""
    bins = np.zeros(len(numbers), dtype=np.uint8)
    for edge in edges:
        bins += numbers >= edge
    return bins


def _run_begins(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Tell where each run of equal numbers begins."""
    begins = np.ones(len(numbers), dtype=np.bool_)
    begins[1:] = numbers[1:] != numbers[:-1]
    return np.flatnonzero(begins)
