"""What a page of results asks: read from its address, and written into every link on it.

The address holds all of it, so that a page can be shared, reloaded and gone back to. Every
link on the page is this value with one thing changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from PIL import Image
from werkzeug.datastructures import MultiDict

from search.filters import CATEGORY, Filter, In, all_of, field_of, top_level
from search.filters_arguments import (
    EXCLUDE,
    FILTER,
    MAX_ARGUMENTS,
    SPAN,
    parse_filters,
    to_arguments,
)
from search.query import Page, SearchQuery, Wish, parse_text
from search.sorting import Sort

GROUP = "group_id"
PRICE_FROM, PRICE_TO = "price_from", "price_to"
"""Fields of the price form, which an address holds as one range."""

Pair = tuple[str, str]
"""One argument of an address."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A ranking that a shopper looks at, and which page of it."""

    text: str = ""
    filter: Filter | None = None
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    understand: bool = True
    collapse: bool = True
    like: str = ""
    """A product's id that hits are to be like."""
    upload: str = ""
    """A kept picture's token that hits are to look like."""

    @classmethod
    def parse(cls, arguments: MultiDict[str, str], max_chars: int, upload: str = "") -> Listing:
        """Read an address; arguments that are not ours come from newsletters and are passed over.

        Raises:
            InvalidQueryError: a value cannot be used; it names the argument and the reason.
        """
        page = Page.parse({"page": arguments.get("page", "")})
        return cls(
            text=parse_text(arguments.get("q", ""), max_chars),
            filter=parse_filters(arguments.items(multi=True)),
            sort=Sort.parse(arguments.get("sort", "")),
            page=page.number,
            understand=arguments.get("understand") != "0",
            collapse=arguments.get("collapse") != "0",
            like="" if upload else arguments.get("like", ""),
            upload=upload,
        )

    @property
    def asks_nothing(self) -> bool:
        """Whether there is nothing to look for."""
        return not (self.text or self.filter or self.like or self.upload)

    @property
    def filter_pairs(self) -> tuple[Pair, ...]:
        """What is chosen beside the sentence, one condition each, as addresses have it."""
        return tuple(to_arguments(self.filter))

    @property
    def path(self) -> str:
        """The address without its arguments."""
        return f"/search/image/{quote(self.upload, safe='')}" if self.upload else "/search"

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The arguments of the address, without what goes without saying."""
        said = (
            ("q", self.text),
            ("like", self.like),
            *self.filter_pairs,
            ("sort", "" if self.sort is Sort.RELEVANCE else self.sort.value),
            ("understand", "" if self.understand else "0"),
            ("collapse", "" if self.collapse else "0"),
            ("page", str(self.page) if self.page > 1 else ""),
        )
        return tuple((name, value) for name, value in said if value)

    @property
    def url(self) -> str:
        """The address; the first page's where there is nothing left to look for."""
        if self.asks_nothing:
            return "/"
        pairs = self.pairs
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    def form_pairs(self, *own: str) -> tuple[Pair, ...]:
        """Give what a form must carry along, besides the fields that are its own."""
        first = replace(self, page=1)
        return tuple((name, value) for name, value in first.pairs if name not in own)

    def to_query(self, image: Image.Image | None = None) -> SearchQuery:
        """Ask for this page.

        Raises:
            InvalidQueryError: it asks nothing.
        """
        return SearchQuery(
            text=self.text,
            image=image,
            page=Page(self.page),
            filter=self.filter,
            sort=self.sort,
            facets=None,
            wishes=(Wish(product_id=self.like),) if self.like else (),
            understand=self.understand,
            collapse=self.collapse,
        )

    def turned_to(self, page: int) -> Listing:
        """Go to another page of the same."""
        return replace(self, page=page)

    def sorted_by(self, sort: Sort) -> Listing:
        """Order the same in another way."""
        return replace(self, sort=sort, page=1)

    def reworded(self, text: str, understand: bool = True) -> Listing:
        """Ask in other words, with the same choices."""
        return replace(self, text=text, understand=understand, page=1)

    def narrowed(self, wanted: Filter | None) -> Listing:
        """Choose otherwise beside the same sentence."""
        return replace(self, filter=wanted, page=1)

    def cleared(self) -> Listing:
        """Lift every choice."""
        return replace(self, filter=None, collapse=True, page=1)

    def without_field(self, field: str) -> Listing:
        """Lift what is chosen in one field."""
        kept = [part for part in top_level(self.filter) if field_of(part) != field]
        return self.narrowed(all_of(kept))

    def choosing(self, wanted: Filter) -> Listing:
        """Choose this alone in its field, all others as they are."""
        field = field_of(wanted)
        others = self if field is None else self.without_field(field)
        return self.narrowed(all_of([others.filter, wanted]))

    def with_pair(self, pair: Pair) -> Listing:
        """Choose one value more; of one field any chosen value will do.

        An address that holds as many as it may stays as it is.
        """
        pairs = (*self.filter_pairs, pair)
        return self.narrowed(parse_filters(pairs) if len(pairs) <= MAX_ARGUMENTS else self.filter)

    def without_pair(self, pair: Pair) -> Listing:
        """Lift one value; where it was one model's variants, models are one hit again."""
        kept = [each for each in self.filter_pairs if each != pair]
        lifted = self.narrowed(parse_filters(kept))
        return replace(lifted, collapse=True) if pair[0] == FILTER + GROUP else lifted

    def of_model(self, group_id: str) -> Listing:
        """Show the variants of one model, each by itself, that this listing finds."""
        chosen = self.choosing(In(GROUP, frozenset({group_id})))
        return replace(chosen, collapse=False)

    def with_price_form(self, arguments: MultiDict[str, str]) -> Listing | None:
        """Take what the price form sends; None where it has sent nothing.

        A form has two fields where an address has one range, so the page that gets it leads on
        to the address. Swapped bounds are swapped back, and a comma is read as a point.

        Raises:
            InvalidQueryError: a bound is no number.
        """
        if PRICE_FROM not in arguments and PRICE_TO not in arguments:
            return None
        bounds = [
            arguments.get(name, "").strip().replace(",", ".") for name in (PRICE_FROM, PRICE_TO)
        ]
        lifted = self.without_field("price")
        if not any(bounds):
            return lifted
        if all(each.replace(".", "", 1).isdecimal() for each in bounds):
            bounds.sort(key=float)
        return lifted.with_pair((f"{FILTER}price", SPAN.join(bounds)))


def category_listing(path: str) -> Listing:
    """List a whole category."""
    return Listing(filter=In(CATEGORY, frozenset({path})))


def is_excluding(pair: Pair) -> bool:
    """Tell whether an argument leaves products out."""
    return pair[0].startswith(EXCLUDE)
