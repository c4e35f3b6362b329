"""What narrows a page of results, as chips that can be taken off one by one."""

from __future__ import annotations

from dataclasses import dataclass

from search.filters import Range
from search.filters_arguments import format_range
from search.reading import Reading
from search.understand.chips import Chip
from web.field_names import pair_name, value_name
from web.listing import Listing


@dataclass(frozen=True, slots=True)
class RemovableChip:
    """One condition, and the page without it."""

    label: str
    url: str
    has_effect: bool = True
    """Whether the catalogue has data that answers it."""


@dataclass(frozen=True, slots=True)
class Rewording:
    """A sentence that was read in other words than it was typed in."""

    text: str
    """As it was read."""
    typed: str
    literal_url: str
    """The page for the words as they were typed."""
    is_translated: bool


def understood_chips(
    reading: Reading | None, listing: Listing, currency: str
) -> tuple[RemovableChip, ...]:
    """Show what the sentence was understood to say."""
    if reading is None:
        return ()
    return tuple(
        RemovableChip(
            _label(chip, currency),
            listing.reworded(chip.without).url,
            has_effect=chip.filter is not None or bool(chip.negative),
        )
        for chip in reading.understanding.chips
    )


def _label(chip: Chip, currency: str) -> str:
    """Name a chip; a price with the sign that the prices beside it have: ``cheap (up to €20)``."""
    if not currency or not isinstance(chip.filter, Range):
        return chip.label
    span = value_name(chip.filter.field, format_range(chip.filter), currency)
    level, bracket, _ = chip.label.partition(" (")
    return f"{level} ({span})" if bracket else span


def chosen_chips(listing: Listing, currency: str) -> tuple[RemovableChip, ...]:
    """Show what was chosen beside the sentence."""
    return tuple(
        RemovableChip(pair_name(pair, currency), listing.without_pair(pair).url)
        for pair in listing.filter_pairs
    )


def rewording_of(reading: Reading | None, listing: Listing) -> Rewording | None:
    """Tell how the words were mended or translated; None where they were not."""
    if reading is None or not reading.rewrites:
        return None
    return Rewording(
        text=reading.understanding.text,
        typed=reading.text,
        literal_url=listing.reworded(listing.text, understand=False).url,
        is_translated=any(each.why == "language" for each in reading.rewrites),
    )
