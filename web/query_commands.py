"""The commands that ask what the API is asked; their JSON is the API's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from core.errors import InvalidQueryError
from core.settings import Settings
from core.terminal import emit, json_option, table
from search.query import MAX_PER_PAGE, Page, SearchQuery, SimilarQuery, parse_text
from search.results import SearchResults

_limit = click.option(
    "--limit", type=click.IntRange(1, MAX_PER_PAGE), default=10, show_default=True, help="Results."
)


@click.command()
@click.argument("text", required=False, default="")
@click.option("--image", type=click.Path(path_type=Path), help="Search by this picture.")
@_limit
@json_option
@click.pass_obj
def search(settings: Settings, text: str, image: Path | None, limit: int, as_json: bool) -> None:
    """Find products by a sentence, a picture, or both."""
    # Imported here: what needs torch is loaded only once the question is known to be sound.
    from catalog.images import ImageLimits, read_image
    from search.bootstrap import open_engine
    from web.presenters import present_results

    limits = ImageLimits(settings.max_image_bytes, settings.max_image_pixels)
    picture = None if image is None else read_image(_read_bounded(image, limits.max_bytes), limits)
    query = SearchQuery(parse_text(text, settings.max_query_chars), picture, Page(size=limit))
    with open_engine(settings) as engine:
        results = engine.search(query)
    _print(present_results(results, query).model_dump(mode="json"), results, as_json)


@click.command()
@click.argument("product_id")
@_limit
@json_option
@click.pass_obj
def similar(settings: Settings, product_id: str, limit: int, as_json: bool) -> None:
    """Find products that are like PRODUCT_ID."""
    from search.answering import more_like
    from search.bootstrap import open_generation, rules_now
    from web.presenters import present_similar

    with open_generation(settings) as generation:
        query = SimilarQuery((product_id,), Page(size=limit))
        results = more_like(query, generation, rules_now(settings, generation))
    _print(present_similar(results, query).model_dump(mode="json"), results, as_json)


def _read_bounded(path: Path, max_bytes: int) -> bytes:
    """Read a picture, but never more of a huge file than shows that it is too large."""
    try:
        with path.open("rb") as file:
            return file.read(max_bytes + 1)
    except OSError as error:
        raise InvalidQueryError(
            "/image", "unreadable", f"{path} cannot be read: {error.strerror or error}."
        ) from error


def _print(answer: dict[str, Any], results: SearchResults, as_json: bool) -> None:
    took_ms = sum(results.timings_ms.values())
    hits = answer["hits"]
    text = f"{_lines(hits)}\n{len(hits)} of {results.total} products, {took_ms:.0f} ms"
    if nearest := answer.get("nearest"):
        text += f"\nNothing fits. What comes nearest:\n{_lines(nearest)}"
    emit(answer, text.lstrip("\n"), as_json)


def _lines(hits: list[dict[str, Any]]) -> str:
    return table(
        [
            (
                f"{hit['score']:.3f}",
                hit["id"],
                hit["title"],
                f"{hit['price']['amount']} {hit['price']['currency']}" if hit["price"] else "",
            )
            for hit in hits
        ]
    )
