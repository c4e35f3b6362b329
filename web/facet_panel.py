"""The panel of filters: facets into links, each of which is the page with one choice changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.records import CATEGORY_SEPARATOR
from search.facets import Facet, FacetValue
from search.filters import CATEGORY, FLAG_FIELDS, NUMBER_FIELDS, PRICE, In, Range, top_level
from search.filters_arguments import FILTER, MAX_CHARS, to_arguments
from web.field_names import field_name, plain_number, value_name
from web.listing import Listing, Pair

SHOWN_VALUES = 8
"""Of one facet; the rest waits behind "more", which most shoppers never need."""

SHOWN_CATEGORIES = 14
"""A tree lists the way down to what is chosen, and what is beside it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet."""

    label: str
    count: int
    selected: bool
    url: str
    """The page with it chosen, or lifted where it is."""
    level: int = 1
    """How deep it stands in a tree, from 1 for the widest."""


@dataclass(frozen=True, slots=True)
class PriceForm:
    """Two fields for bounds of one's own."""

    minimum: str
    """What is chosen; empty where nothing is."""
    maximum: str
    lowest: str
    """Among the hits."""
    highest: str
    carried: tuple[Pair, ...]
    action: str


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """One facet as the panel shows it."""

    id: str
    name: str
    choices: tuple[Choice, ...]
    more: tuple[Choice, ...]
    left_out: int
    """Values that are not even behind "more"."""
    clear_url: str
    """Empty where nothing is chosen."""
    price: PriceForm | None = None


def facet_panel(facets: Sequence[Facet], listing: Listing, currency: str) -> list[FacetGroup]:
    """Show the facets that say something: those with a choice to make or to take back."""
    return [
        _group(f"facet-{number}", facet, listing, currency)
        for number, facet in enumerate(facets, 1)
        if len(facet.values) > 1 or any(each.selected for each in facet.values)
    ]


def _group(id: str, facet: Facet, listing: Listing, currency: str) -> FacetGroup:
    # An address does not take longer ones.
    values = [each for each in facet.values if len(each.value) <= MAX_CHARS]
    if facet.field in FLAG_FIELDS:
        values.sort(key=lambda each: each.value != "true")
    is_tree = facet.field == CATEGORY
    choose = _category_choice if is_tree else _choice
    choices = [choose(facet, each, listing, currency) for each in values]
    if is_tree:
        shown, more = choices[:SHOWN_CATEGORIES], choices[SHOWN_CATEGORIES:]
    else:
        shown, more = _shown_first(choices)
    chosen = any(each.selected for each in choices)
    return FacetGroup(
        id=id,
        name=field_name(facet.field),
        choices=tuple(shown),
        more=tuple(more),
        left_out=facet.left_out + len(facet.values) - len(values),
        clear_url=listing.without_field(facet.field).url if chosen else "",
        price=_price_form(facet, listing) if facet.field == PRICE else None,
    )


def _shown_first(choices: list[Choice]) -> tuple[list[Choice], list[Choice]]:
    """Part a list where it becomes long; what is chosen is never behind "more"."""
    head = [each for at, each in enumerate(choices) if at < SHOWN_VALUES or each.selected]
    return head, [each for each in choices if each not in head]


def _choice(facet: Facet, value: FacetValue, listing: Listing, currency: str) -> Choice:
    field = facet.field
    as_range = (FILTER + field, value.value)
    (as_word,) = to_arguments(In(field, frozenset({value.value})))
    # A word may look like a range, which only facets of numbers have.
    of_numbers = field in NUMBER_FIELDS or facet.minimum is not None
    if of_numbers or (value.selected and as_word not in listing.filter_pairs):
        pair, label = as_range, value_name(field, value.value, currency)
    else:
        pair, label = as_word, value_name(field, as_word[1], currency)
    changed = listing.without_pair(pair) if value.selected else listing.with_pair(pair)
    return Choice(label, value.count, value.selected, changed.url)


def _category_choice(facet: Facet, value: FacetValue, listing: Listing, currency: str) -> Choice:
    """Walk the tree: choosing leaves what was chosen before, taking back goes one level up."""
    field, path = facet.field, value.value.split(CATEGORY_SEPARATOR)
    if not value.selected:
        changed = listing.choosing(In(field, frozenset({value.value})))
    elif above := CATEGORY_SEPARATOR.join(path[:-1]):
        changed = listing.choosing(In(field, frozenset({above})))
    else:
        changed = listing.without_field(field)
    return Choice(path[-1], value.count, value.selected, changed.url, len(path))


def _price_form(facet: Facet, listing: Listing) -> PriceForm:
    chosen = [
        part
        for part in top_level(listing.filter)
        if isinstance(part, Range) and part.field == facet.field
    ]
    only = chosen[0] if len(chosen) == 1 else None
    return PriceForm(
        minimum=plain_number(only.minimum) if only else "",
        maximum=plain_number(only.maximum) if only else "",
        lowest=plain_number(facet.minimum),
        highest=plain_number(facet.maximum),
        carried=listing.without_field(facet.field).form_pairs(),
        action=listing.path,
    )
