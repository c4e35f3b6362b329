"""The commands ``vitrine catalog …``."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import click

from catalog import ledger, repository
from catalog.database import migrate, open_catalog
from catalog.feeds.schema import read_schema
from catalog.import_commands import import_command, withdraw_command
from catalog.ledger import Run
from core.settings import Settings
from core.terminal import BarProgress, VitrineGroup, emit, json_option, table

MAX_LISTED = 10_000
MAX_NUMBER = 2**31 - 1
"""PostgreSQL's integer, which numbers the runs; larger ones overflow in either database."""


class _RunNumber(click.ParamType["int | None"]):
    """A run's number, or ``latest``, which is None."""

    name = "run"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | None:
        if value == "latest":
            return None
        with suppress(ValueError):  # also raised for more digits than int() reads
            number = int(str(value))
            if 1 <= number <= MAX_NUMBER:
                return number
        return self.fail(f"{str(value)[:50]!r} must be a run's number, or latest.")


@click.group("catalog", cls=VitrineGroup)
def catalog() -> None:
    """Import products and look at what the catalogue holds."""


catalog.add_command(import_command)
catalog.add_command(withdraw_command)


@catalog.command("stats")
@json_option
@click.pass_obj
def stats_command(settings: Settings, as_json: bool) -> None:
    """Count what the catalogue holds."""
    database = open_catalog(settings)
    with database.read() as session:
        stats = repository.stats(session)
    database.close()
    counts = asdict(stats) | {"categories": dict(stats.categories)}
    shown = [(name.replace("_", " "), f"{n:,}") for name, n in counts.items() if isinstance(n, int)]
    widest = [(f"  {name or '(none)'}", f"{n:,}") for name, n in stats.categories[:20]]
    emit(counts, table([*shown, ("categories", f"{len(stats.categories):,}"), *widest]), as_json)


@catalog.command("report")
@click.argument("run", type=_RunNumber())
@click.option("--limit", type=click.IntRange(0, MAX_LISTED), default=50, show_default=True)
@click.option("--offset", type=click.IntRange(0, MAX_NUMBER), default=0, show_default=True)
@click.option("--all", "with_taken", is_flag=True, help="List the rows that were taken, too.")
@json_option
@click.pass_obj
def report_command(
    settings: Settings, run: int | None, limit: int, offset: int, with_taken: bool, as_json: bool
) -> None:
    """Tell what became of the rows of an import: RUN is its number, or latest."""
    database = open_catalog(settings)
    with database.read() as session:
        found = ledger.find_run(session, run)
        if found is None:
            raise click.ClickException(f"There is no import {run or 'yet'}.")
        codes = ledger.count_codes(session, found.id)
        entries = ledger.list_entries(
            session, found.id, limit, offset, problems_only=not with_taken
        )
    database.close()
    result = {
        "run": asdict(found) | {"status": found.status.value, "mode": found.mode.value},
        "codes": [{"outcome": o.value, "code": code, "entries": n} for o, code, n in codes],
        "entries": [asdict(entry) | {"outcome": entry.outcome.value} for entry in entries],
    }
    rows = [(e.line, e.product_id, e.outcome.value, e.code, e.value, e.hint) for e in entries]
    parts = [
        _run_as_text(found),
        table([(n, outcome.value, code) for outcome, code, n in codes]),
        table(rows, ("line", "product", "outcome", "code", "value", "hint")) if rows else "",
    ]
    emit(result, "\n\n".join(filter(None, parts)), as_json)


@catalog.command("draw")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--seed", type=click.IntRange(0, MAX_NUMBER), default=0, show_default=True,
    help="Each seed makes other products; `vitrine demo` shows those of 0.",
)  # fmt: skip
@json_option
def draw_command(folder: Path, seed: int, as_json: bool) -> None:
    """Draw demo products into FOLDER: a feed and its pictures, to import or to train on."""
    # Imported here: the renderer's modules take a moment that other commands need not spend.
    from catalog.demo.catalogue import demo_products
    from catalog.demo.write import write_demo

    with BarProgress().stage("Drawing", len(demo_products(seed)), "products") as tick:
        feed = write_demo(folder, seed=seed, advance=tick)
    emit({"feed": str(feed)}, f"Drawn: vitrine catalog import {feed}", as_json)


@catalog.command("migrate")
@click.pass_obj
def migrate_command(settings: Settings) -> None:
    """Bring the database to this program's schema. Other commands do so, too."""
    settings.ensure_home()
    migrate(settings.database)
    click.echo("The database has the newest schema.")


@catalog.command("schema")
def schema_command() -> None:
    """Print the JSON Schema (2020-12) of a line of a JSON Lines feed."""
    click.echo(read_schema(), nl=False)


def _run_as_text(run: Run) -> str:
    reason = f"\n{run.reason}" if run.reason else ""
    return (
        f"Run {run.id} of {run.source} ({run.mode.value}), "
        f"started {run.started_at:%Y-%m-%d %H:%M:%S} UTC: {run.status.value}.\n"
        f"{run.taken:,} rows taken, {run.mended:,} mended, {run.refused:,} refused, "
        f"{run.withheld:,} withheld; {run.added:,} products added, {run.changed:,} changed, "
        f"{run.unchanged:,} unchanged, {run.withdrawn:,} withdrawn.{reason}"
    )
