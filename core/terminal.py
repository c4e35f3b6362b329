"""What every command does alike: settings, progress, one printed result, named failures."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol, TypeVar

import click
from tqdm import tqdm

from core.errors import VitrineError

Command = TypeVar("Command", bound=Callable[..., Any])


class Progress(Protocol):
    """Where a long job tells how far it is."""

    def stage(
        self, name: str, total: int | None, unit: str
    ) -> AbstractContextManager[Callable[[int], object]]:
        """Begin a stage of ``total`` steps (None: unknown); leave its context to end it."""


class BarProgress:
    """Bars with rate and time left on standard error, where a person watches; else silence."""

    @contextmanager
    def stage(self, name: str, total: int | None, unit: str) -> Iterator[Callable[[int], object]]:
        """Show one bar while the context is open."""
        with tqdm(
            total=total, desc=name, unit=f" {unit}", disable=None, file=sys.stderr, mininterval=0.2
        ) as bar:
            yield bar.update


class NoProgress:
    """Tells nobody; for tests and for callers that don't wait."""

    @contextmanager
    def stage(self, name: str, total: int | None, unit: str) -> Iterator[Callable[[int], object]]:
        """Swallow every step."""
        yield lambda _: None


def json_option(command: Command) -> Command:
    """Add ``--json``: the result as one JSON object on standard output."""
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")(
        command
    )


def emit(result: object, text: str, as_json: bool) -> None:
    """Print one result: as JSON for machines, or as text for people."""
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, indent=2, default=str))
    elif text:
        click.echo(text)


def counted(number: int, noun: str) -> str:
    """Write a number of things; the noun is one whose plural ends in s.

    >>> counted(1, "error"), counted(1_200, "row")
    ('1 error', '1,200 rows')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def table(rows: Sequence[Sequence[object]], header: Sequence[str] = ()) -> str:
    """Lay out rows in aligned columns."""
    lines = [[str(cell) for cell in row] for row in ([header] if header else []) + list(rows)]
    if not lines:
        return ""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


HELP = {"help_option_names": ["-h", "--help"]}
"""Context settings of every group, so that a command says the same however it is reached."""


class VitrineGroup(click.Group):
    """A click group that turns a named failure into one sentence and its exit status."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **{"context_settings": HELP, **settings})

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; no traceback for what a person can mend."""
        try:
            return super().invoke(ctx)
        except VitrineError as error:
            click.echo(f"vitrine: {error}", err=True)
            ctx.exit(error.exit_status)
        except OSError as error:
            # A full disk or a missing right can strike any job at any write.
            where = f" ({error.filename})" if error.filename else ""
            click.echo(f"vitrine: {error.strerror or error}{where}", err=True)
            ctx.exit(1)
