"""Small shops as plain lists, and what filters and counts mean for them: slow and obvious."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st

from catalog.money import exponent
from catalog.records import CATEGORY_SEPARATOR, ProductRecord
from indexer.attributes import Columns, ColumnsWriter
from search.collapse import Groups
from search.filters import AllOf, AnyOf, Filter, In, Not, Range

BRANDS = ("", "Acme", "Nike", "Zeta")
PATHS = ((), ("Men",), ("Men", "Shoes"), ("Men", "Shoes", "Boots"), ("Women", "Shoes"))
COLOURS = ("", "Blue", "Red")
SIZES = ("", "9", "42", "42.5", "XL")
CURRENCIES = ("EUR", "JPY", "KWD", "")
PRICES = (None, 0, 5, 999, 1000, 2000, 2001, 50_000)


@contextmanager
def columns_of(products: Iterable[ProductRecord]) -> Iterator[Columns]:
    with TemporaryDirectory() as directory:
        writer = ColumnsWriter(Path(directory))
        for product in products:
            writer.add(product)
        writer.finish()
        yield Columns(Path(directory))


@dataclass(frozen=True)
class PlainShop:
    products: tuple[ProductRecord, ...]
    columns: Columns
    groups: Groups


@lru_cache
def plain_shop(size: int) -> PlainShop:
    """Make a shop of every sort of product, always the same of a size."""
    draw = random.Random(size)
    products = tuple(
        ProductRecord(
            id=str(number),
            title="t",
            brand=draw.choice(BRANDS),
            category=draw.choice(PATHS),
            price_minor=draw.choice(PRICES),
            currency=draw.choice(CURRENCIES),
            stock=draw.choice((None, 0, 1, 2)),
            added_on=draw.choice((None, date(2026, 1, 1), date(2026, 1, 2))),
            # Shops of odd sizes have no groups; in the others most products have one.
            group_id="" if size % 2 else draw.choice(("", "g1", "g2", f"g{number // 3}")),
            attributes={"colour": draw.choice(COLOURS), "size": draw.choice(SIZES)},
        )
        for number in range(size)
    )
    with columns_of(products) as columns:
        return PlainShop(products, columns, Groups(columns))


def shops() -> st.SearchStrategy[PlainShop]:
    """Strategies of shops of several sizes; what is drawn anew is what they are asked."""
    return st.sampled_from((0, 1, 2, 5, 12, 41, 60)).map(plain_shop)


def words(field: str, values: Sequence[str]) -> st.SearchStrategy[Filter]:
    sets = st.sets(st.sampled_from(values), min_size=1, max_size=3)
    return sets.map(lambda chosen: In(field, frozenset(chosen)))


def ranges(field: str, bounds: Sequence[str]) -> st.SearchStrategy[Filter]:
    pairs = st.tuples(*[st.none() | st.sampled_from(bounds).map(Decimal)] * 2)
    proper = pairs.filter(lambda pair: pair != (None, None))
    return proper.map(lambda pair: _range(field, *pair))


def _range(field: str, one: Decimal | None, other: Decimal | None) -> Range:
    if one is not None and other is not None:
        one, other = min(one, other), max(one, other)
    return Range(field, one, other)


def conditions() -> st.SearchStrategy[Filter]:
    """Strategies of single conditions, each on a field that every small shop can be asked."""
    return st.one_of(
        words("brand", ("Acme", "Nike", "Zeta", "Unheard")),
        words("category", ("Men", "Men > Shoes", "Men > Shoes > Boots", "Women > Shoes", "Pets")),
        words("currency", ("EUR", "JPY")),
        words("group_id", ("g1", "g2")),
        words("in_stock", ("true", "false")),
        ranges("price", ("0", "0.05", "9.99", "10", "20.00", "20.01", "500", "2000")),
        ranges("stock", ("0", "1", "2")),
    )


def filters() -> st.SearchStrategy[Filter]:
    return st.recursive(
        conditions(),
        lambda inner: st.one_of(
            inner.map(Not),
            st.lists(inner, max_size=3).map(lambda each: AllOf(tuple(each))),
            st.lists(inner, max_size=3).map(lambda each: AnyOf(tuple(each))),
        ),
        max_leaves=4,
    )


def passes(product: ProductRecord, wanted: Filter) -> bool:
    """Tell whether a product passes, by the words of docs alone."""
    if isinstance(wanted, Not):
        return not passes(product, wanted.filter)
    if isinstance(wanted, AllOf):
        return all(passes(product, each) for each in wanted.filters)
    if isinstance(wanted, AnyOf):
        return any(passes(product, each) for each in wanted.filters)
    if isinstance(wanted, In):
        return not wanted.values.isdisjoint(_words_of(product, wanted.field))
    number = _number_of(product, wanted.field)
    return (
        number is not None
        and (wanted.minimum is None or number >= wanted.minimum)
        and (wanted.maximum is None or number <= wanted.maximum)
    )


def count_hits(products: Iterable[ProductRecord]) -> int:
    """Count products, variants of one group once."""
    return len({product.group_id or f"alone {product.id}" for product in products})


def _words_of(product: ProductRecord, field: str) -> set[str]:
    if field == "category":
        path = product.category
        return {CATEGORY_SEPARATOR.join(path[:level]) for level in range(1, len(path) + 1)}
    if field == "in_stock":
        return set() if product.stock is None else {"true" if product.stock > 0 else "false"}
    if field.startswith("attribute."):
        word = product.attributes.get(field.removeprefix("attribute."), "")
    else:
        word = str(getattr(product, field))
    return {word} - {""}


def _number_of(product: ProductRecord, field: str) -> Decimal | None:
    if field == "price":
        minor = product.price_minor
        return None if minor is None else Decimal(minor) / 10 ** exponent(product.currency)
    return None if product.stock is None else Decimal(product.stock)
