"""Do the installed packages fit each other, and does the machine leave room for a build?"""

from __future__ import annotations

import re
import resource
import shutil
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

from core import VERSION
from core.errors import NoRoomError
from core.settings import Settings
from indexer.room import room_for, size_in_service
from operations.findings import Finding, error, ok, warning

_TOLD = ("torch", "torchvision", "open_clip_torch", "faiss-cpu", "faiss-gpu", "numpy", "SQLAlchemy")
_FAISS = ("faiss-cpu", "faiss-gpu")
_TORCHVISION_AHEAD = 15
"""torchvision 0.(n + 15) belongs to torch 2.n. Source: pytorch/vision, README."""
_LEAST_OPEN_FILES = 1024
"""Every visitor is a socket, and opening a generation takes a dozen files at once."""
_REQUIREMENTS = Path(__file__).parent.parent / "requirements-common.txt"
_LOW_DISK_BYTES = 2**30


def check_versions(settings: Settings) -> Iterator[Finding]:
    """Look at the versions of what the program stands on."""
    found = _installed(_TOLD)
    shown = ", ".join(f"{name} {version}" for name, version in found.items())
    yield ok("versions", f"vitrine {VERSION}; {shown}.")
    yield from judge_faiss(found)
    yield from judge_torch(found)
    others = _other_than_pinned()
    if others:
        yield warning(
            "versions",
            f"Not the tested versions: {', '.join(others)}.",
            "Install those: pip install -r requirements.txt",
        )


def judge_faiss(found: Mapping[str, str]) -> Iterator[Finding]:
    """Find both FAISS packages or none: both import as ``faiss``, and overwrite each other."""
    there = [name for name in _FAISS if name in found]
    if len(there) == 2:
        yield error(
            "versions",
            "faiss-cpu and faiss-gpu are both installed, and each overwrote files of the other.",
            "pip uninstall -y faiss-cpu faiss-gpu, then pip install -r requirements.txt (or "
            "requirements-gpu.txt)",
        )
    elif not there:
        yield error("versions", "FAISS is not installed.", "pip install -r requirements.txt")


def judge_torch(found: Mapping[str, str]) -> Iterator[Finding]:
    """Find a torchvision that was made for another torch."""
    torch, vision = (_minor(found.get(name, "")) for name in ("torch", "torchvision"))
    if torch is None or vision is None:
        yield error(
            "versions", "torch or torchvision is not installed.", "pip install -r requirements.txt"
        )
    elif torch[0] == 2 and vision != (0, torch[1] + _TORCHVISION_AHEAD):
        yield error(
            "versions",
            f"torchvision {found['torchvision']} was not made for torch {found['torch']}: that "
            f"one is 0.{torch[1] + _TORCHVISION_AHEAD}.",
            "Install the tested pair: pip install -r requirements.txt",
        )


def check_limits(settings: Settings) -> Iterator[Finding]:
    """Look at how many files a process may open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < _LEAST_OPEN_FILES:
        yield warning(
            "limits",
            f"A process may open {soft} files; the site may need {_LEAST_OPEN_FILES}.",
            f"ulimit -n {_LEAST_OPEN_FILES} (systemd: LimitNOFILE={_LEAST_OPEN_FILES})",
        )
    else:
        yield ok("limits", f"A process may open {soft:,} files.")


def check_space(settings: Settings) -> Iterator[Finding]:
    """Compare free disk and memory with what building the index anew takes."""
    if not settings.home.is_dir():
        return
    size = size_in_service(settings.generations)
    if size is None:
        free = shutil.disk_usage(settings.home).free
        if free < _LOW_DISK_BYTES:
            yield warning(
                "space",
                f"Only {free / 2**20:,.0f} MB of disk are free.",
                "See what an index takes: vitrine plan --products N",
            )
        return
    room = room_for(settings, size)
    try:
        room.check(settings.home)
    except NoRoomError as failure:
        yield error("space", str(failure), "Free some: vitrine index prune --keep 1")
        return
    memory = f" and {room.free_memory / 2**20:,.0f} MB of memory" if room.free_memory else ""
    yield ok(
        "space",
        f"{room.free_disk / 2**20:,.0f} MB of disk{memory} are free; an index build needs about "
        f"{room.disk / 2**20:,.0f} and {room.memory / 2**20:,.0f}.",
    )


def _installed(names: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _other_than_pinned() -> list[str]:
    """List packages whose version is not the pinned one; nothing where the file is not there."""
    if not _REQUIREMENTS.is_file():
        return []
    pins = dict(re.findall(r"^([\w-]+)(?:\[\w+\])?==([\w.]+)", _REQUIREMENTS.read_text(), re.M))
    found = _installed(tuple(pins))
    return [
        f"{name} {found.get(name, '(missing)')} instead of {pin}"
        for name, pin in pins.items()
        if found.get(name, "").split("+")[0] != pin
    ]


def _minor(version: str) -> tuple[int, int] | None:
    match = re.match(r"(\d+)\.(\d+)", version)
    return (int(match[1]), int(match[2])) if match else None
