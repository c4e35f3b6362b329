"""From scored products to one page: filters, variants, order, facets, ways out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from core.vectors import Mask
from search.collapse import Collapsed, Positions
from search.cursor import Cursor, digest_query, resume
from search.diversity import WINDOW, defer_near_duplicates, mmr
from search.facets import Facet, count_facets, usual_fields
from search.filters import Filter, compile_filter, top_level
from search.filters_json import to_json
from search.generation import ServedGeneration
from search.merchandising import Merchandised
from search.merchandising_answer import category_choices
from search.query import SearchQuery
from search.relaxation import Relaxation, relax
from search.scoring import Scored
from search.sorting import Sort, order_hits, sort_keys

NEAREST = 8
"""How many are shown where nothing fits: enough to see that the shop sells other things."""


@dataclass(frozen=True, slots=True)
class Selection:
    """One page of positions, and what is told of the whole."""

    positions: Positions
    sizes: tuple[int, ...]
    """Found variants behind each position."""
    total: int
    facets: tuple[Facet, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    nearest: Positions | None = None
    cursor: str = ""


def select(
    query: SearchQuery,
    scored: Scored,
    understood: Filter | None,
    generation: ServedGeneration,
    shown: Merchandised,
) -> Selection:
    """Take one page of what is relevant and let through.

    Args:
        query: What was asked beside the sentence.
        scored: Every product's score.
        understood: What the sentence lets through.
        generation: Whose products they are.
        shown: What the shop's rules make of the scores.

    Raises:
        InvalidQueryError: a filter, an order or a facet is not this catalogue's, or the
            cursor is of another generation or query.
    """
    columns, groups = generation.columns, generation.groups(query.collapse)
    sought = _passing(shown.relevant, understood, generation)
    found = _passing(sought, query.filter, generation)
    keys = sort_keys(query.sort, shown.scores, columns)
    by_relevance = query.sort is Sort.RELEVANCE
    hits = groups.representatives(shown.keys if by_relevance else keys, found)
    order = order_hits(hits.positions, shown.scores, keys)
    if by_relevance:
        varied = order if query.repeats else _varied(order, query, scored, shown, generation)
        order = shown.place(varied)
    start, cursor = _place(query, understood, len(order), generation, shown.state)
    page = order[start : start + query.page.size]
    fields = usual_fields(columns) if query.facets is None else query.facets
    parts = (*top_level(understood), *top_level(query.filter))
    return Selection(
        positions=page,
        sizes=_sizes(hits, page),
        total=len(order),
        facets=_facets(query, sought, understood, fields, generation, shown) if fields else (),
        relaxations=() if len(order) or not parts else _ways_out(shown, parts, query, generation),
        nearest=None if shown.relevant.any() else _nearest(scored, query, generation, shown),
        cursor=cursor,
    )


def _passing(found: Mask, wanted: Filter | None, generation: ServedGeneration) -> Mask:
    return found if wanted is None else found & compile_filter(wanted, generation.columns)


def _facets(
    query: SearchQuery,
    sought: Mask,
    understood: Filter | None,
    fields: Sequence[str],
    generation: ServedGeneration,
    shown: Merchandised,
) -> tuple[Facet, ...]:
    by_level = [_passing(each, understood, generation) for each in shown.by_level]
    groups = generation.groups(query.collapse)
    return count_facets(sought, query.filter, fields, generation.columns, groups, by_level)


def _varied(
    order: Positions,
    query: SearchQuery,
    scored: Scored,
    shown: Merchandised,
    generation: ServedGeneration,
) -> Positions:
    """Keep one picture from filling a page, and spread the hits if that was asked for."""
    window = order[:WINDOW]
    pictures = generation.shown_embeddings(window, scored.images)
    if not query.diversity:
        return defer_near_duplicates(order, pictures)
    return mmr(order, shown.scores[window], pictures, query.diversity)


def _place(
    query: SearchQuery,
    understood: Filter | None,
    total: int,
    generation: ServedGeneration,
    rules: str,
) -> tuple[int, str]:
    """Tell where the page begins, and give the cursor of the next."""
    name = digest_query(
        query.text, [to_json(each) if each else None for each in (understood, query.filter)],
        query.sort.value, _digest_picture(query.image),
        [(wish.weight, wish.text, wish.product_id, _digest_picture(wish.image))
         for wish in query.wishes],
        query.understand, query.collapse, query.diversity, query.repeats,
    )  # fmt: skip
    ranking = f"{generation.id}-{rules}" if rules else generation.id
    start = resume(query.cursor, ranking, name) if query.cursor else query.page.offset
    end = start + query.page.size
    return start, Cursor(ranking, name, end).encode() if end < total else ""


def _digest_picture(picture: Image.Image | None) -> str:
    return "" if picture is None else hashlib.sha256(picture.tobytes()).hexdigest()


def _sizes(hits: Collapsed, page: Positions) -> tuple[int, ...]:
    places = np.searchsorted(hits.positions, page)
    return tuple(hits.sizes[places].tolist())


def _ways_out(
    shown: Merchandised, parts: Sequence[Filter], query: SearchQuery, generation: ServedGeneration
) -> tuple[Relaxation, ...]:
    groups = generation.groups(query.collapse)
    # The rules number the categories alone.
    categories = [at for at, part in enumerate(parts) if [*category_choices(part)]]
    without = {categories[number]: mask for number, mask in shown.lifted.items()}
    return relax(shown.relevant, parts, generation.columns, groups, without=without)


def _nearest(
    scored: Scored, query: SearchQuery, generation: ServedGeneration, shown: Merchandised
) -> Positions:
    """Take the best of what does not fit."""
    if scored.evidence.image is None and scored.evidence.text is None:
        return np.empty(0, dtype=np.int64)
    groups = generation.groups(query.collapse)
    scores = shown.scores
    everything = np.ones(len(scores), dtype=np.bool_) if shown.hidden is None else ~shown.hidden
    hits = groups.representatives(scores, everything)
    return order_hits(hits.positions, scores, scores)[:NEAREST]
