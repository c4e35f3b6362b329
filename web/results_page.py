"""A page of results as its templates show it; free of Flask and of any request."""

from __future__ import annotations

from dataclasses import dataclass

from search.filters import PRICE
from search.results import SearchResults
from search.sorting import Sort
from web.cards import Grid, grid_of
from web.chips import RemovableChip, Rewording, chosen_chips, rewording_of, understood_chips
from web.facet_panel import FacetGroup, facet_panel
from web.field_names import common_currency
from web.listing import Listing
from web.pagination import Pagination, paginate
from web.ways_out import WayOut, ways_out

SORT_NAMES = {
    Sort.RELEVANCE: "Best match",
    Sort.PRICE_ASCENDING: "Lowest price",
    Sort.PRICE_DESCENDING: "Highest price",
    Sort.NEWEST: "Newest",
}


@dataclass(frozen=True, slots=True)
class SortLink:
    """One order that can be chosen."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """One page of a ranking, and all that can be changed about it."""

    listing: Listing
    total: int
    number: int
    order: str
    """In words: ``best match first``."""
    grid: Grid
    pagination: Pagination
    facets: tuple[FacetGroup, ...]
    understood: tuple[RemovableChip, ...]
    chosen: tuple[RemovableChip, ...]
    clear_url: str
    """The same without anything that was chosen; empty where nothing was."""
    rewording: Rewording | None
    literal_url: str
    """The words to the letter, where they were understood as more; else empty."""
    sentence_url: str
    """The words as a sentence, where they were taken to the letter; else empty."""
    sorts: tuple[SortLink, ...]
    ways_out: tuple[WayOut, ...]
    nearest: Grid

    @property
    def title(self) -> str:
        """What it lists, for a heading and for the window."""
        if self.listing.text:
            return f"“{self.listing.text}”"
        if len(self.chosen) == 1:
            return self.chosen[0].label
        return "Your choice of products"


def results_page_of(listing: Listing, results: SearchResults, currency: str = "") -> ResultsPage:
    """Lay out an answer to a listing.

    Args:
        listing: What was asked.
        results: What was found.
        currency: Of bounds of prices, where nothing that is shown tells it.
    """
    shown = results.hits or results.nearest
    currency = common_currency(hit.product for hit in shown) if shown else currency
    understood = understood_chips(results.reading, listing, currency)
    return ResultsPage(
        listing=listing,
        total=results.total,
        number=results.page.number,
        order=f"{SORT_NAMES[listing.sort].lower()} first",
        grid=grid_of(results.hits, lambda group_id: listing.of_model(group_id).url),
        pagination=paginate(results, lambda page: listing.turned_to(page).url),
        facets=tuple(facet_panel(results.facets, listing, currency)),
        understood=understood,
        chosen=chosen_chips(listing, currency),
        clear_url=listing.cleared().url if listing.filter else "",
        rewording=rewording_of(results.reading, listing),
        literal_url=listing.reworded(listing.text, understand=False).url if understood else "",
        sentence_url="" if listing.understand else listing.reworded(listing.text).url,
        sorts=_sorts(results, listing),
        ways_out=ways_out(results, listing, currency),
        nearest=grid_of(results.nearest),
    )


def _sorts(results: SearchResults, listing: Listing) -> tuple[SortLink, ...]:
    """Offer the orders that make a difference here."""
    if results.total < 2:
        return ()
    has_prices = any(each.field == PRICE and each.minimum is not None for each in results.facets)
    return tuple(
        SortLink(name, listing.sorted_by(sort).url, sort is listing.sort)
        for sort, name in SORT_NAMES.items()
        if has_prices or sort is listing.sort or sort in (Sort.RELEVANCE, Sort.NEWEST)
    )
