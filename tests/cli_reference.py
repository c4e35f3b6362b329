"""Writes docs/cli.md from the commands themselves; run by ``make docs``, compared by a test."""

from collections.abc import Iterator
from pathlib import Path

import click

from cli import vitrine

TARGET = Path(__file__).parent.parent / "docs" / "cli.md"
WIDTH = 88


def reference() -> str:
    """Put the help of every command on one page."""
    parts = [
        "# Commands",
        "Written by `make docs` from the program's own help; a test compares it.",
    ]
    top = click.Context(vitrine, info_name="vitrine", **vitrine.context_settings)
    for path, text in _helps(vitrine, top):
        parts.append(f"## `{path}`\n\n```\n{text}\n```")
    return "\n\n".join(parts) + "\n"


def _helps(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    context.terminal_width = WIDTH
    context.max_content_width = WIDTH
    yield context.command_path, command.get_help(context).rstrip()
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            settings = child.context_settings
            yield from _helps(child, click.Context(child, context, name, **settings))


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
