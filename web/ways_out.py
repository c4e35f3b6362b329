"""Ways out of an empty page: what to loosen, as links that find what they promise.

A condition that was chosen is changed in the address. One that the sentence made is taken out
of the sentence, or, where its words also say what is looked for ("red"), the sentence is put
into its parts: the words to the letter, and every other condition beside them. So the products
that are relevant stay the same, and with them the count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from search.filters import Filter, In, Not, Range, all_of, field_of, top_level
from search.filters_arguments import format_range, to_arguments
from search.reading import Reading
from search.relaxation import Relaxation
from search.results import SearchResults
from search.understand.chips import Chip, ChipKind
from web.field_names import field_name, pair_name, value_name
from web.listing import Listing

_OUT_OF_THE_SEARCH = frozenset({ChipKind.PRICE, ChipKind.STOCK, ChipKind.EXCLUSION})
"""Kinds of chips whose words are not searched for."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """One condition loosened."""

    count: int
    label: str
    """What the products are then: ``up to €45``, ``not only Red``."""
    url: str


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the conditions that must hold, and the chip that it comes from."""

    filter: Filter
    chip: Chip | None
    """None where it was chosen beside the sentence."""


def ways_out(results: SearchResults, listing: Listing, currency: str) -> tuple[WayOut, ...]:
    """Turn an answer's relaxations into links; one that no address can say is left out."""
    chosen = (_Part(part, None) for part in top_level(listing.filter))
    parts = [*_chip_parts(results.reading), *chosen]
    found = (
        _way(each, parts, listing, results.reading, currency)
        for each in results.relaxations
        if each.part < len(parts)
    )
    return tuple(way for way in found if way is not None)


def _chip_parts(reading: Reading | None) -> Iterator[_Part]:
    """Give the conditions one by one, in the order in which the engine numbers them."""
    for chip in reading.understanding.chips if reading else ():
        yield from (_Part(part, chip) for part in top_level(chip.filter))


def _way(
    way: Relaxation,
    parts: Sequence[_Part],
    listing: Listing,
    reading: Reading | None,
    currency: str,
) -> WayOut | None:
    part = parts[way.part]
    others = [each for each in parts if each is not part]
    loosened = _loosened(part, way.after, others, listing, reading)
    if loosened is None:
        return None
    try:
        return WayOut(way.count, _label(way, part, currency), loosened.url)
    except ValueError:  # an address cannot say every filter that a sentence can make
        return None


def _loosened(
    part: _Part,
    after: Filter | None,
    others: Sequence[_Part],
    listing: Listing,
    reading: Reading | None,
) -> Listing | None:
    chip = part.chip
    if chip is None or reading is None:
        kept = [each.filter for each in others if each.chip is None]
        return listing.narrowed(all_of([*kept, after]))
    siblings = [each.filter for each in others if each.chip is chip]
    # Where filters alone decide what is found, they still do without one of them.
    if chip.kind in _OUT_OF_THE_SEARCH or not reading.says_more:
        wanted = all_of([listing.filter, *siblings, after])
        return listing.reworded(chip.without).narrowed(wanted)
    if reading.understanding.negatives:
        return None
    wanted = all_of([*(each.filter for each in others), after])
    return listing.reworded(reading.understanding.positive, understand=False).narrowed(wanted)


def _label(way: Relaxation, part: _Part, currency: str) -> str:
    if isinstance(way.after, Range):
        return value_name(way.after.field, format_range(way.after), currency)
    if part.chip is not None and not isinstance(way.before, Not):
        return f"not only {part.chip.label}"
    if isinstance(way.before, Not):
        return f"{_shown(way.before.filter, currency)} included"
    field = field_of(way.before)
    return f"any {field_name(field).lower()}" if field else "without that condition"


def _shown(wanted: Filter, currency: str) -> str:
    if isinstance(wanted, In | Range):
        return " or ".join(pair_name(pair, currency) for pair in to_arguments(wanted))
    return "what was left out"
