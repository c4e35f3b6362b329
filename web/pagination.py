"""Which pages of a ranking are offered as links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from search.results import SearchResults

NEIGHBOURS = 1


@dataclass(frozen=True, slots=True)
class PageLink:
    """One entry of the page list; a gap has no address."""

    label: str
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Pagination:
    """The page list below a grid."""

    links: tuple[PageLink, ...]
    previous_url: str
    next_url: str
    out_of_reach: int
    """Products behind the last page there can be; 0 on every page but that."""

    def __bool__(self) -> bool:
        """Tell whether there is more than one page."""
        return len(self.links) > 1


def paginate(results: SearchResults, url_of: Callable[[int], str]) -> Pagination:
    """Offer the first, the last, and the pages around this one."""
    current, last = results.page.number, results.pages
    links: list[PageLink] = []
    before = 0
    for number in shown_numbers(current, last):
        if number - before > 1:
            links.append(PageLink("…", ""))
        links.append(PageLink(str(number), url_of(number), current=number == current))
        before = number
    return Pagination(
        links=tuple(links),
        previous_url=url_of(min(current - 1, last)) if current > 1 and last else "",
        next_url=url_of(current + 1) if current < last else "",
        out_of_reach=max(results.total - last * results.page.size, 0) if current == last else 0,
    )


def shown_numbers(current: int, last: int) -> list[int]:
    """List the page numbers to show; a gap of one page is not worth an ellipsis.

    >>> shown_numbers(1, 3), shown_numbers(6, 20), shown_numbers(3, 20)
    ([1, 2, 3], [1, 5, 6, 7, 20], [1, 2, 3, 4, 20])
    """
    near = {current + offset for offset in range(-NEIGHBOURS, NEIGHBOURS + 1)}
    numbers = sorted({1, last} | {number for number in near if 1 <= number <= last})
    filled: list[int] = []
    for number in numbers:
        if filled and number - filled[-1] == 2:
            filled.append(number - 1)
        filled.append(number)
    return [number for number in filled if 1 <= number <= last]
