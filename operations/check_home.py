"""Is the home folder there, ours, large enough, and free of what killed jobs left?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from core.settings import Settings
from operations.findings import Finding, error, ok, warning
from operations.locks import holder_of

_UNFINISHED = (".partial", ".removed")


def check_home(settings: Settings) -> Iterator[Finding]:
    """Look at the home folder itself."""
    home = settings.home.absolute()
    if not home.exists():
        yield error(
            "home",
            f"There is no folder {home}.",
            "Name the right one with --home or VITRINE_HOME, or begin one with `vitrine demo` "
            "or `vitrine catalog import FILE`.",
        )
        return
    if not home.is_dir():
        yield error("home", f"{home} is a file.", "Name a folder with --home or VITRINE_HOME.")
        return
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        yield error(
            "home",
            f"{home} cannot be read and written by this user.",
            f"Run as its owner, or: chown -R {os.geteuid()} {home}",
        )
        return
    owner = home.stat().st_uid
    if owner != os.geteuid():
        yield warning(
            "home",
            f"{home} belongs to user {owner}, and this is user {os.geteuid()}: what is written "
            "now, the other may not be able to change.",
            f"Run as user {owner}, or: chown -R {os.geteuid()} {home}",
        )
    else:
        yield ok("home", f"{home} can be read and written.")


def check_leftovers(settings: Settings) -> Iterator[Finding]:
    """Look for what killed jobs left, which the next job of the kind removes."""
    running = holder_of(settings.generations / "build.lock")
    if running:
        yield ok("leftovers", f"An index build is running (process {running}).")
    for folder, sweeper in (
        (settings.generations, "vitrine index build"),
        (settings.models, "vitrine model promote"),
    ):
        left = [] if running and folder == settings.generations else _unfinished(folder)
        if left:
            size = sum(_size(path) for path in left)
            names = ", ".join(path.name for path in left[:3])
            yield warning(
                "leftovers",
                f"{len(left)} unfinished in {folder} ({size / 2**20:.0f} MB): {names}.",
                f"The next `{sweeper}` removes them.",
            )


def _unfinished(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix in _UNFINISHED)


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
    return path.stat().st_size
