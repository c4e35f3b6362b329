"""The Python side of shim.c: compiling it, arming it in a forked child, reading its log."""

from __future__ import annotations

import ctypes
import json
import os
import platform
import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any

_SOURCE = Path(__file__).with_name("shim.c")
_PATH_BYTES = 4096
_MAGIC = 0x4D495653
_NOTE = 0xFF
_RECORD = struct.Struct("<IIqQqQIIQ")


class Kind(IntEnum):
    """What an operation does to the files below home, or with the network."""

    WRITE = 0
    SYNC = 1
    RENAME = 2
    OPEN = 3
    """Opens for writing what is there."""
    CREATE = 4
    TRUNCATE = 5
    UNLINK = 6
    MKDIR = 7
    LINK = 8
    CONNECT = 9
    SEND = 10
    RECEIVE = 11


class Action(IntEnum):
    """What becomes of an operation that is struck."""

    NOTHING = 0
    KILL = 1
    FAIL = 2
    SHORT = 3
    """Half of it is written, and that is what the caller is told."""
    SHORT_AND_KILL = 4


ALL_KINDS = frozenset(Kind)
ON_NETWORK = frozenset({Kind.CONNECT, Kind.SEND, Kind.RECEIVE})
ON_FILES = ALL_KINDS - ON_NETWORK


@dataclass(frozen=True, slots=True)
class Plan:
    """Which operation is struck, and how; the first of the kinds that count is 1."""

    action: Action = Action.NOTHING
    at: int = 0
    kinds: frozenset[Kind] = ALL_KINDS
    error: int = 0
    lasting: bool = False
    """Whether all that come after fail as well, as on a disk that is full."""

    def as_json(self) -> dict[str, Any]:
        return {
            "action": int(self.action),
            "at": self.at,
            "kinds": sorted(self.kinds),
            "error": self.error,
            "lasting": self.lasting,
        }

    @classmethod
    def parse(cls, told: dict[str, Any]) -> Plan:
        kinds = frozenset(Kind(each) for each in told["kinds"])
        return cls(Action(told["action"]), told["at"], kinds, told["error"], told["lasting"])


class _Plan(ctypes.Structure):
    _fields_ = (
        ("home", ctypes.c_char * _PATH_BYTES),
        ("kinds", ctypes.c_uint64),
        ("at", ctypes.c_int64),
        ("action", ctypes.c_int32),
        ("error", ctypes.c_int32),
        ("lasting", ctypes.c_int32),
        ("log", ctypes.c_int32),
    )


@dataclass(frozen=True, slots=True)
class Operation:
    """One change that was made below home, or one turn on the network, as the log has it."""

    kind: Kind
    result: int
    inode: int
    offset: int
    flags: int
    path: str
    target: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Note:
    """What the job had reported by then."""

    told: dict[str, Any]


def unavailable() -> str:
    """Tell why the shim cannot be used here; empty where it can."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return "the fault shim knows the system calls of Linux on x86-64 alone"
    if shutil.which("cc") is None:
        return "the fault shim needs a C compiler (cc)"
    return ""


def compile_shim(folder: Path) -> Path:
    """Compile the library into a folder."""
    library = folder / "shim.so"
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", library, _SOURCE], check=True
    )
    return library


def arm(library: Path, home: Path, plan: Plan, log: int, log_operations: bool) -> None:
    """Arm this process, for good: it must have one thread and be about to run one job."""
    told = _Plan(
        home=os.fsencode(home.resolve()),
        kinds=sum(1 << kind for kind in plan.kinds),
        at=plan.at,
        action=plan.action,
        error=plan.error,
        lasting=plan.lasting,
        log=log if log_operations else -1,
    )
    if reason := _load(library).arm(ctypes.byref(told)):
        raise OSError(reason, f"the fault shim cannot be armed: {os.strerror(reason)}")


def operations(library: Path) -> int:
    """Count the operations of the planned kinds that this process has made."""
    return int(_load(library).operations())


@cache
def _load(library: Path) -> ctypes.CDLL:
    loaded = ctypes.CDLL(str(library))
    loaded.operations.restype = ctypes.c_int64
    return loaded


def write_note(log: int, told: dict[str, Any]) -> None:
    """Put a note into the log, between the operations."""
    data = json.dumps(told).encode()
    os.write(log, _RECORD.pack(_MAGIC, _NOTE, 0, 0, 0, 0, 0, 0, len(data)) + data)


def read_log(path: Path) -> Iterator[Operation | Note]:
    """Read what happened, in order."""
    content = path.read_bytes()
    at = 0
    while at < len(content):
        magic, kind, result, inode, offset, flags, *lengths = _RECORD.unpack_from(content, at)
        assert magic == _MAGIC, f"the log is torn at {at}"
        at += _RECORD.size
        parts = []
        for length in lengths:
            parts.append(content[at : at + length])
            at += length
        if kind == _NOTE:
            yield Note(json.loads(parts[2]))
            continue
        name, target = os.fsdecode(parts[0]), os.fsdecode(parts[1])
        yield Operation(Kind(kind), result, inode, offset, flags, name, target, parts[2])
