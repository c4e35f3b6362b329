"""The command that measures a ranking."""

from __future__ import annotations

from pathlib import Path

import click

from core.settings import Settings
from core.terminal import BarProgress, emit, json_option, table


@click.command()
@click.argument("queries", type=click.Path(path_type=Path))
@click.option(
    "--documents",
    type=click.Choice(["image", "product"]),
    default="product",
    show_default=True,
    help="Rank by the pictures alone, or as the shop does.",
)
@json_option
@click.pass_obj
def evaluate(settings: Settings, queries: Path, documents: str, as_json: bool) -> None:
    """Measure the search with QUERIES, JSON lines of {"query": …, "relevant": [ids]}."""
    # Imported here: torch costs seconds that other commands need not spend.
    from encoder.loading import encoder_for
    from search.bootstrap import open_generation
    from search.evaluation import evaluate as measure
    from search.evaluation import read_queries

    judged = read_queries(queries)
    with open_generation(settings) as generation:
        where = f"The generation {generation.id}"
        encoder = encoder_for(settings, generation.fingerprint, where)
        result = measure(judged, generation, encoder, documents, BarProgress())
    rows = [
        (name, f"{value:.4f}" if isinstance(value, float) else value)
        for name, value in result.as_json().items()
    ]
    emit(result.as_json(), table(rows), as_json)
