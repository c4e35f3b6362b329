"""One line of a feed, whatever its format: as it was read, and once it is validated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.records import ProductRecord

MAX_SHOWN_CHARS = 120
"""How much of an offending value a ledger repeats."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What was wrong with a row; ``code`` is stable, ``hint`` says what to do about it."""

    code: str
    hint: str
    value: str = ""

    def __post_init__(self) -> None:
        """Shorten the value, and keep what no database stores out of it."""
        shown = "".join(
            c if c.isprintable() else "\N{REPLACEMENT CHARACTER}"
            for c in self.value[: MAX_SHOWN_CHARS + 1]
        )
        if len(shown) > MAX_SHOWN_CHARS:
            shown = shown[: MAX_SHOWN_CHARS - 1] + "…"
        object.__setattr__(self, "value", shown)


@dataclass(frozen=True, slots=True)
class RawRow:
    """The values of one row under the feed's own column names."""

    line: int
    """Physical line on which it starts, from 1."""
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot become a product."""

    line: int
    problem: Problem
    product_id: str = ""


@dataclass(frozen=True, slots=True)
class WithheldRow:
    """A product that the feed itself keeps from shoppers (a draft, unpublished, adult).

    It is not taken, and where the catalogue has it, it leaves.
    """

    line: int
    product_id: str
    problem: Problem
    group_id: str = ""


@dataclass(frozen=True, slots=True)
class ImageReference:
    """Where a feed says that a picture is: a path below the image folder, or a URL."""

    location: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One validated line of a feed: a product whose pictures are still references."""

    line: int
    product: ProductRecord
    """Without pictures: those are looked for next."""
    images: tuple[ImageReference, ...] = ()
    mended: tuple[Problem, ...] = ()
