"""The commands ``vitrine events …``."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from catalog.database import open_catalog
from catalog.events import forget_before, logged_searches
from core.files import replacing
from core.settings import Settings
from core.terminal import VitrineGroup, counted, emit, json_option

MAX_DAYS = 3650


@click.group("events", cls=VitrineGroup)
def events() -> None:
    """Use the queries and clicks that were recorded (VITRINE_EVENTS=1)."""


@events.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--days", type=click.IntRange(1, MAX_DAYS), help="Only the last days' (default: all)."
)
@click.option(
    "--min-weight", type=click.FloatRange(0), default=0.0, show_default=True,
    help="Leave out what counts less: a click counts 1, into the cart 3, a purchase 5.",
)  # fmt: skip
@json_option
@click.pass_obj
def export_command(
    settings: Settings, file: Path, days: int | None, min_weight: float, as_json: bool
) -> None:
    """Write what was chosen for which query to FILE, for `vitrine train run --searches FILE`."""
    since = None if days is None else datetime.now(UTC) - timedelta(days=days)
    with closing(open_catalog(settings)) as database, database.read() as session:
        found = [each for each in logged_searches(session, since) if each.weight >= min_weight]
    with replacing(file) as output:
        for each in found:
            output.write(json.dumps(asdict(each), ensure_ascii=False).encode() + b"\n")
    queries = len({each.query for each in found})
    emit(
        {"file": str(file), "lines": len(found), "queries": queries},
        f"{counted(len(found), 'line')} (different queries: {queries:,}): {file}",
        as_json,
    )


@events.command("forget")
@click.option(
    "--days", type=click.IntRange(0, MAX_DAYS), required=True,
    help="Days to keep; 0 forgets everything.",
)  # fmt: skip
@json_option
@click.pass_obj
def forget_command(settings: Settings, days: int, as_json: bool) -> None:
    """Delete recorded queries and clicks; a server does so by itself after VITRINE_EVENTS_DAYS."""
    with closing(open_catalog(settings)) as database, database.write() as session:
        forgotten = forget_before(session, datetime.now(UTC) - timedelta(days=days))
    emit({"forgotten": forgotten}, f"Queries and events forgotten: {forgotten:,}.", as_json)
