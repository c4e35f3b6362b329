"""The shim and the model of a disk are themselves what they say."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.jobs import Jobs
from tests.faults.power_loss import Bytes, Disk, Image, Names
from tests.faults.shim import Kind, Operation

_CALLS = {
    "write": Kind.WRITE, "pwrite64": Kind.WRITE, "writev": Kind.WRITE, "pwritev": Kind.WRITE,
    "fsync": Kind.SYNC, "fdatasync": Kind.SYNC, "rename": Kind.RENAME, "renameat": Kind.RENAME,
    "renameat2": Kind.RENAME, "ftruncate": Kind.TRUNCATE, "truncate": Kind.TRUNCATE,
    "fallocate": Kind.TRUNCATE, "unlink": Kind.UNLINK, "unlinkat": Kind.UNLINK,
    "rmdir": Kind.UNLINK, "mkdir": Kind.MKDIR, "mkdirat": Kind.MKDIR, "link": Kind.LINK,
    "linkat": Kind.LINK, "symlink": Kind.LINK, "open": Kind.OPEN, "openat": Kind.OPEN,
}  # fmt: skip
_LINE = re.compile(r"^\d+ +(\w+)\((.*)$")
_JOB = (
    "import sys; from pathlib import Path; from tests.faults import job_process; "
    "job_process.warm_up(); job_process.run(sys.argv[2:], Path(sys.argv[1]))"
)


@pytest.mark.fault
def test_the_shim_sees_every_operation_that_strace_sees(jobs: Jobs, tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed to compare the shim with")
    job, known = jobs["forced index build"]
    home, trace = tmp_path / "home", tmp_path / "trace"
    shutil.copytree(job.template, home)
    subprocess.run(
        ["strace", "-f", "-y", "-s0", "-qq", "-o", trace, "-e", f"trace={','.join(_CALLS)}",
         sys.executable, "-c", _JOB, home, *job.argv],
        check=True, cwd=Path(__file__).parents[2], stdout=subprocess.DEVNULL,
    )  # fmt: skip
    seen: Counter[Kind] = Counter()
    for line in trace.read_text(errors="replace").splitlines():
        call = _LINE.match(line)
        if call is None or str(home) not in call[2] or re.search(r"= -1 \w+ \(", line):
            continue
        if call[1] not in ("open", "openat") or re.search(r"O_(WRONLY|RDWR|CREAT|TRUNC)", call[2]):
            seen[_CALLS[call[1]]] += 1
    told: Counter[Kind] = Counter()
    for each in known.log:
        if isinstance(each, Operation):
            told[Kind.OPEN if each.kind is Kind.CREATE else each.kind] += 1
    assert sum(seen.values()) > 50
    assert told == seen


class _Made:
    """A home in which a test does what a process would."""

    def __init__(self, home: Path) -> None:
        home.mkdir()
        (home / "old").write_bytes(b"1" * 8192)
        self.home = home
        self.disk = Disk(home)
        self._inodes = {"": home.stat().st_ino, "old": (home / "old").stat().st_ino}

    def __call__(self, kind: Kind, name: str, data: bytes = b"", to: str = "", at: int = 0) -> None:
        inode = self._inodes.setdefault(name, 2**60 + len(self._inodes))
        if kind is Kind.RENAME:
            self._inodes[to] = inode
        paths = str(self.home / name), str(self.home / to)
        self.disk.apply(Operation(kind, 0, inode, at, 0, *paths, data=data))

    def outcomes(self, names: Names, octets: Bytes) -> list[Image]:
        images: list[Image] = []
        for seed in range(60):
            image = self.disk.after(names, octets, random.Random(seed))
            if image not in images:
                images.append(image)
        return images


OLD: Image = {"old": b"1" * 8192}


@pytest.fixture
def made(tmp_path: Path) -> _Made:
    return _Made((tmp_path / "home").resolve())


def test_what_was_not_synced_may_be_gone_and_what_was_is_there(made: _Made) -> None:
    made(Kind.CREATE, "new")
    made(Kind.WRITE, "new", b"content")
    assert made.outcomes(Names.NONE, Bytes.NONE) == [OLD]
    assert made.outcomes(Names.ALL, Bytes.NONE) == [OLD | {"new": b""}]
    made(Kind.SYNC, "new")
    assert made.outcomes(Names.NONE, Bytes.NONE) == [OLD]
    assert made.outcomes(Names.ALL, Bytes.NONE) == [OLD | {"new": b"content"}]
    made(Kind.SYNC, "")
    assert made.outcomes(Names.NONE, Bytes.NONE) == [OLD | {"new": b"content"}]


def test_a_rename_without_a_sync_of_the_file_may_leave_it_empty(made: _Made) -> None:
    made(Kind.CREATE, "part")
    made(Kind.WRITE, "part", b"content")
    made(Kind.RENAME, "part", to="old")
    made(Kind.SYNC, "")
    assert made.outcomes(Names.NONE, Bytes.NONE) == [{"old": b""}]


def test_a_rename_is_whole_or_has_not_happened(made: _Made) -> None:
    made(Kind.CREATE, "part")
    made(Kind.WRITE, "part", b"content")
    made(Kind.SYNC, "part")
    made(Kind.SYNC, "")
    made(Kind.RENAME, "part", to="old")
    told = [sorted(image.items()) for image in made.outcomes(Names.SOME, Bytes.NONE)]
    assert sorted(told) == [
        [("old", b"1" * 8192), ("part", b"content")],
        [("old", b"content")],
    ]


def test_a_write_is_torn_at_the_borders_of_blocks(made: _Made) -> None:
    made(Kind.WRITE, "old", b"2" * 8192, at=0)
    found = {image["old"] for image in made.outcomes(Names.NONE, Bytes.TORN)}
    assert b"1" * 8192 in found
    assert b"2" * 8192 in found
    assert b"2" * 4096 + b"1" * 4096 in found
    assert all(len(each) == 8192 for each in found if each)
    assert all((each or b"").count(b"2") % 512 == 0 for each in found)


def test_a_file_can_have_its_new_length_and_not_its_new_bytes(made: _Made) -> None:
    made(Kind.WRITE, "old", b"2" * 1024, at=8192)
    found = {image["old"] for image in made.outcomes(Names.NONE, Bytes.SOME)}
    assert b"1" * 8192 + bytes(512) + b"2" * 512 in found


def test_a_folder_that_was_made_is_gone_with_all_that_is_in_it(made: _Made) -> None:
    made(Kind.MKDIR, "folder")
    made(Kind.CREATE, "folder/file")
    made(Kind.WRITE, "folder/file", b"content")
    made(Kind.SYNC, "folder/file")
    made(Kind.SYNC, "folder")
    assert made.outcomes(Names.NONE, Bytes.NONE) == [OLD]
    made(Kind.SYNC, "")
    whole: Image = {"folder": None, "folder/file": b"content"}
    assert made.outcomes(Names.NONE, Bytes.NONE) == [OLD | whole]
