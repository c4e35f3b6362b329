"""What a disk may hold after the power failed, given everything that a job had done by then.

The model promises what POSIX does and nothing that a file system may add to it. The bytes
of a file are safe once it has been fsynced; a name, once the folder that holds it has.
Whatever came later may be there, or not, or in part: a write can be torn at a block's
border, a file can have its new length and none of its new bytes, and a later change can be
there without an earlier one. A rename is whole or has not happened (rename(2)).

Source: Pillai et al., "All File Systems Are Not Created Equal", OSDI 2014 (ALICE);
Mohan et al., "Finding Crash-Consistency Bugs with Bounded Black-Box Crash Testing", OSDI 2018.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import cycle, islice
from pathlib import Path

from tests.faults.shim import Kind, Operation

_EXCHANGE = 2
"""The flag RENAME_EXCHANGE of renameat2(2): two names change places."""

BLOCKS = (512, 4096)
"""Bytes that a disk writes whole."""


class Names(Enum):
    """Which changes of names that are not safe a disk has."""

    NONE = "none"
    ALL = "all"
    FIRST = "first"
    """All up to some moment, as a journal keeps them."""
    SOME = "some"


class Bytes(Enum):
    """Which bytes that are not safe a disk has."""

    NONE = "none"
    ALL = "all"
    TORN = "torn"
    """All up to some moment, and the last write in part."""
    SOME = "some"
    """Some blocks of each write; others are zero where the file was shorter."""


EXTREMES = (
    (Names.NONE, Bytes.NONE),
    (Names.ALL, Bytes.NONE),
    (Names.NONE, Bytes.ALL),
)
RANDOM = (
    (Names.ALL, Bytes.SOME),
    (Names.FIRST, Bytes.TORN),
    (Names.SOME, Bytes.SOME),
)


Image = dict[str, bytes | None]
"""What a disk holds: path to bytes, or None for a folder."""


def outcomes(count: int) -> list[tuple[Names, Bytes]]:
    """List the extremes, and then as many random outcomes as are wanted."""
    return [*EXTREMES, *islice(cycle(RANDOM), count)]


@dataclass(eq=False, slots=True)
class File:
    """A file: what is safe, and what has been done to it since."""

    safe: bytes = b""
    since: list[tuple[int, bytes | None]] = field(default_factory=list)
    """Offset and bytes written, or length and None for a truncation."""


@dataclass(eq=False, slots=True)
class Folder:
    """A folder: the names that are safe, and those that a process sees."""

    safe: dict[str, File | Folder] = field(default_factory=dict)
    seen: dict[str, File | Folder] = field(default_factory=dict)


Node = File | Folder


@dataclass(frozen=True, slots=True)
class _Change:
    """One change of names; a rename changes two at once."""

    steps: tuple[tuple[Folder, str, Node | None], ...]


class Disk:
    """A home on a disk that can lose its power."""

    def __init__(self, home: Path) -> None:
        """Begin with a home as it is, all of it safe."""
        self._home = str(home.resolve())
        self._nodes: dict[int, Node] = {}
        self._changes: list[_Change] = []
        self._root = self._read(home)

    def _read(self, path: Path) -> Folder:
        folder = Folder()
        for each in path.iterdir():
            node = self._read(each) if each.is_dir() else File(each.read_bytes())
            folder.safe[each.name] = folder.seen[each.name] = node
            self._nodes[each.stat().st_ino] = node
        self._nodes[path.stat().st_ino] = folder
        return folder

    def apply(self, operation: Operation) -> None:
        """Do what a process did."""
        match operation.kind:
            case Kind.WRITE:
                self._file(operation).since.append((operation.offset, operation.data))
            case Kind.TRUNCATE:
                self._file(operation).since.append((operation.offset, None))
            case Kind.CREATE:
                self._name(operation, operation.path, File())
            case Kind.OPEN if operation.flags & os.O_TRUNC:
                self._file(operation).since.append((0, None))
            case Kind.MKDIR:
                self._name(operation, operation.path, Folder())
            case Kind.RENAME:
                self._rename(operation)
            case Kind.UNLINK:
                folder, name = self._find(operation.path)
                self._change((folder, name, None))
            case Kind.SYNC:
                everything = list(self._nodes.values())
                self._sync(everything if operation.flags else [self._nodes[operation.inode]])
            case Kind.CONNECT | Kind.SEND | Kind.RECEIVE:
                pass  # no disk has part in it
            case Kind.LINK:
                raise NotImplementedError("the program makes no links")

    def after(self, names: Names, octets: Bytes, chance: random.Random) -> Image:
        """Give one home that the disk may hold."""
        held = self._surviving(names, chance)
        return dict(_walk(self._root, "", held, octets, chance))

    def _file(self, operation: Operation) -> File:
        node = self._nodes[operation.inode]
        assert isinstance(node, File), operation.path
        return node

    def _find(self, path: str) -> tuple[Folder, str]:
        parts = os.path.relpath(path, self._home).split(os.sep)
        folder = self._root
        for part in parts[:-1]:
            inner = folder.seen[part]
            assert isinstance(inner, Folder), path
            folder = inner
        return folder, parts[-1]

    def _name(self, operation: Operation, path: str, node: Node) -> None:
        self._nodes[operation.inode] = node
        folder, name = self._find(path)
        self._change((folder, name, node))

    def _rename(self, operation: Operation) -> None:
        old, new = self._find(operation.path), self._find(operation.target)
        given = new[0].seen[new[1]] if operation.flags & _EXCHANGE else None
        self._change((*old, given), (*new, old[0].seen[old[1]]))

    def _change(self, *steps: tuple[Folder, str, Node | None]) -> None:
        for folder, name, node in steps:
            _set(folder.seen, name, node)
        self._changes.append(_Change(steps))

    def _sync(self, nodes: Sequence[Node]) -> None:
        for node in nodes:
            if isinstance(node, File):
                node.safe, node.since = _content(node, Bytes.ALL, random.Random()), []
        synced = {id(node) for node in nodes}
        later = []
        for change in self._changes:
            if all(id(folder) not in synced for folder, _, _ in change.steps):
                later.append(change)
                continue
            for folder, name, named in change.steps:
                _set(folder.safe, name, named)
        self._changes = later

    def _surviving(self, names: Names, chance: random.Random) -> dict[int, dict[str, Node]]:
        """Choose the names of each folder, by the folder's identity."""
        changes = self._changes
        match names:
            case Names.NONE:
                changes = []
            case Names.FIRST:
                changes = changes[: chance.randint(0, len(changes))]
            case Names.SOME:
                changes = [change for change in changes if chance.random() < 0.5]
        held: dict[int, dict[str, Node]] = {}
        for change in changes:
            for folder, name, node in change.steps:
                _set(held.setdefault(id(folder), dict(folder.safe)), name, node)
        return held


def write_home(files: Image, home: Path) -> None:
    """Make a home of what a disk held."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    for name, content in files.items():
        if content is None:
            (home / name).mkdir()
        else:
            (home / name).write_bytes(content)


def _walk(
    folder: Folder,
    prefix: str,
    held: dict[int, dict[str, Node]],
    octets: Bytes,
    chance: random.Random,
) -> Iterator[tuple[str, bytes | None]]:
    for name, node in sorted(held.get(id(folder), folder.safe).items()):
        path = f"{prefix}{name}"
        if isinstance(node, File):
            yield path, _content(node, octets, chance)
        else:
            yield path, None
            yield from _walk(node, f"{path}/", held, octets, chance)


def _content(file: File, octets: Bytes, chance: random.Random) -> bytes:
    since = file.since
    match octets:
        case Bytes.NONE:
            since = []
        case Bytes.TORN if since:
            kept = chance.randint(0, len(since))
            since = since[:kept]
            if kept and (data := since[-1][1]):
                torn = data[: _cut(len(data), since[-1][0], chance)]
                since = [*since[:-1], (since[-1][0], torn)]
    content = bytearray(file.safe)
    for offset, data in since:
        if data is None:
            del content[offset:]
            content.extend(bytes(offset - len(content)))
            continue
        content.extend(bytes(max(0, offset + len(data) - len(content))))
        for start, end in _blocks(offset, len(data), octets, chance):
            content[offset + start : offset + end] = data[start:end]
    return bytes(content)


def _cut(length: int, offset: int, chance: random.Random) -> int:
    """Choose where a write is torn: at a block's border on the disk, or at its ends."""
    block = chance.choice(BLOCKS)
    borders = range(-offset % block, length, block)
    cuts: list[int] = [0, *borders, length]
    return chance.choice(cuts)


def _blocks(
    offset: int, length: int, octets: Bytes, chance: random.Random
) -> Iterator[tuple[int, int]]:
    """List the parts of a write that a disk has."""
    if octets is not Bytes.SOME:
        yield 0, length
        return
    block = chance.choice(BLOCKS)
    start = 0
    while start < length:
        end = min(length, start + block - (offset + start) % block)
        if chance.random() < 0.5:
            yield start, end
        start = end


def _set(names: dict[str, Node], name: str, node: Node | None) -> None:
    if node is None:
        names.pop(name, None)
    else:
        names[name] = node
