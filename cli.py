"""The console script ``vitrine``: composes the packages' commands, and loads each when used."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from core import VERSION
from core.errors import VitrineError
from core.log import configure_logging
from core.settings import Settings, prepare_process
from core.terminal import BarProgress, VitrineGroup, emit, json_option, table
from indexer.commands import AFTER_BUILD

COMMANDS: Mapping[str, tuple[str, str]] = {
    "backup": ("operations.commands:backup", "Write all that a shop needs into one file."),
    "catalog": ("catalog.commands:catalog", "Import products and look at what was imported."),
    "doctor": ("operations.commands:doctor", "Say what is wrong here, and what to do."),
    "evaluate": ("search.commands:evaluate", "Measure the search with judged queries."),
    "events": ("catalog.event_commands:events", "Use the queries and clicks that were recorded."),
    "index": ("indexer.commands:index", "Build, list, verify and roll back the index."),
    "keys": ("catalog.key_commands:keys", "Make, list and revoke keys to the API."),
    "model": ("search.model_commands:model", "Measure models, and choose the one in service."),
    "plan": ("operations.commands:plan", "Tell what an index takes on this machine."),
    "restore": ("operations.commands:restore", "Put a home back from a backup."),
    "rules": ("search.rule_commands:rules", "Pin, boost, bury and hide products."),
    "search": ("web.query_commands:search", "Find products by a sentence or a picture."),
    "serve": ("web.commands:serve", "Serve the site and the API."),
    "similar": ("web.query_commands:similar", "Find products that are like one."),
    "train": ("training.commands:train", "Adapt a model to the catalogue."),
    "tune": ("search.tune_commands:tune", "Fit ranking and cut-off to the catalogue."),
}
"""Command to (module:attribute, help): ``vitrine --help`` must not wait for torch."""


class LazyGroup(VitrineGroup):
    """A group that imports a command's module when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List all commands without importing them."""
        return sorted({*COMMANDS, *self.commands})

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import one command."""
        if name not in COMMANDS:
            return super().get_command(ctx, name)
        module, _, attribute = COMMANDS[name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show every command with its one line of help."""
        own = {name: command.get_short_help_str() for name, command in self.commands.items()}
        rows = sorted({**{name: about for name, (_, about) in COMMANDS.items()}, **own}.items())
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(cls=LazyGroup)
@click.option("--home", type=click.Path(path_type=Path), help="Folder that holds all state.")
@click.option("--log-level", type=click.Choice(["debug", "info", "warning", "error"]))
@click.version_option(VERSION, prog_name="vitrine")
@click.pass_context
def vitrine(ctx: click.Context, home: Path | None, log_level: str | None) -> None:
    """Product search that understands pictures."""
    options: dict[str, Any] = {"home": home, "log_level": log_level}
    settings = Settings.load(options=options)
    configure_logging(settings.log_level, settings.log_json)
    ctx.obj = settings
    ctx.meta[AFTER_BUILD] = _keep_tuned


def _keep_tuned(settings: Settings) -> None:
    """Fit the cut-off where that is due; said on stderr, for stdout is the build's."""
    from search.tuning_upkeep import keep_tuned

    if told := keep_tuned(settings, BarProgress()).to_text():
        click.echo(told, err=True)


@vitrine.command()
@json_option
@click.pass_obj
def settings(settings: Settings, as_json: bool) -> None:
    """Print every setting, its value and where it came from; secrets are masked."""
    rows = settings.rows()
    names = ("variable", "value", "source", "about")
    emit([dict(zip(names, row, strict=True)) for row in rows], table(rows, names), as_json)


@vitrine.command()
@click.pass_context
def demo(ctx: click.Context) -> None:
    """Draw the demo catalogue, import it and build its index; quick where that was done.

    A home that holds another catalogue is left as it is.
    """
    from catalog.database import open_catalog
    from catalog.demo.catalogue import demo_products
    from catalog.demo.write import write_demo
    from catalog.import_commands import import_command
    from catalog.repository import count
    from indexer.commands import build

    settings: Settings = ctx.obj
    folder = settings.ensure_home() / "demo"
    database = open_catalog(settings)
    with database.read() as session:
        products = count(session)
    database.close()
    if products and not folder.exists():
        emit({}, f"The catalogue in {settings.home} holds {products} products of yours.", False)
    else:
        with BarProgress().stage("Drawing", len(demo_products()), "products") as tick:
            feed = write_demo(folder, advance=tick)
        ctx.invoke(import_command, feed=str(feed))
    ctx.invoke(build)


def main() -> None:
    """Run the command line."""
    prepare_process()
    try:
        vitrine(prog_name="vitrine")
    except VitrineError as error:  # from reading the settings, before a group is there
        raise SystemExit(f"vitrine: {error}") from None


if __name__ == "__main__":
    main()
