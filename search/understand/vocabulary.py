"""All that words of a sentence can mean in one generation's catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer.attributes import Columns
from search.filters import FLAGS, IN_STOCK, ON_SALE, In
from search.understand.brands import brand_meanings, protected_names
from search.understand.categories import category_meanings
from search.understand.colours import colour_meanings
from search.understand.levels import PriceLevels
from search.understand.meanings import Meaning, Meanings
from search.understand.traits import size_meanings, trait_meanings


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A catalogue's words and what they mean. Immutable; built once for a generation."""

    brands: Meanings
    names: Meanings
    """Names and turns of phrase that are kept whole."""
    categories: Meanings
    colours: Meanings
    traits: Meanings
    sizes: Meanings
    prices: PriceLevels
    in_stock: In | None
    """What passes in stock; None where no product says."""
    out_of_stock: In | None
    on_sale: In | None

    @classmethod
    def of(cls, columns: Columns, names: Iterable[str] = ()) -> Vocabulary:
        """Read a catalogue's words out of its columns.

        Args:
            columns: Of the generation; kept, for what "cheap" means in it.
            names: Names with common words in them that no column has (Red Tape).
        """
        colours = colour_meanings(columns)
        categories = category_meanings(columns, colours)
        traits = trait_meanings(columns)
        others = {*colours, *categories, *traits}
        available, gone = _stock(columns)
        return cls(
            brands=brand_meanings(columns, others),
            names=protected_names(names),
            categories=categories,
            colours=colours,
            traits=traits,
            sizes=size_meanings(columns),
            prices=PriceLevels(columns),
            in_stock=available,
            out_of_stock=gone,
            on_sale=In(ON_SALE, frozenset({FLAGS[0]})) if ON_SALE in columns.coded else None,
        )

    def meaning_at(self, stems: Sequence[str], at: int, end: int) -> tuple[Meaning, int] | None:
        """Find the longest kind, colour or trait at a place, and where it ends.

        Of equally long ones a kind counts before a colour.
        """
        return _longest((self.categories, self.colours, self.traits), stems, at, end)

    def excluded_at(
        self, stems: Sequence[str], at: int, end: int, by_brand: bool
    ) -> tuple[Meaning, int] | None:
        """Find the same where it is excluded, brands included: behind "by" they come first."""
        others = (self.categories, self.colours, self.traits)
        books = (self.brands, *others) if by_brand else (*others, self.brands)
        return _longest(books, stems, at, end)


def _longest(
    books: Iterable[Meanings], stems: Sequence[str], at: int, end: int
) -> tuple[Meaning, int] | None:
    found = [each for book in books if (each := book.match(stems, at, end))]
    return max(found, key=lambda each: each[1], default=None)


def _stock(columns: Columns) -> tuple[In, In] | tuple[None, None]:
    """Give the filters of what is in stock and what is not, where products say."""
    stock = columns.numbers.get("stock")
    if IN_STOCK not in columns.coded and (stock is None or not stock.known.any()):
        return None, None
    yes, no = (In(IN_STOCK, frozenset({flag})) for flag in FLAGS)
    return yes, no
