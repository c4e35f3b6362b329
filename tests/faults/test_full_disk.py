"""A disk that is really full or read-only, and a database that another process holds."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.faults.jobs import Jobs
from tests.faults.matrix import Job, Reference, Runners, request, violations
from tests.faults.shim import Plan

_MB = 2**20
JOBS = ("import of changes", "full import", "index build of changes", "forced index build")


class Mount:
    """A small file system of its own."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self._folder = folder
        self._ballast = folder / "ballast"

    def fill(self, left: int) -> None:
        """Leave so many bytes free."""
        free = shutil.disk_usage(self._folder).free
        with self._ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, free - left))

    def empty(self) -> None:
        self._ballast.unlink()

    def remount(self, how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", self._folder], check=True)


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    folder = tmp_path / "mount"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={8 * _MB}", "tmpfs", str(folder)]
    mounted = subprocess.run(command, check=False, capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"this user may not mount a small file system: {mounted.stderr.strip()}")
    try:
        yield Mount(folder)
    finally:
        subprocess.run(["umount", folder], check=True)


def run(runners: Runners, job: Job, home: Path, folder: Path) -> dict[str, Any]:
    """Run a job that nothing strikes, and look at the home."""
    log = folder / "log"
    return runners.ask(lambda _: request(job, home, again=False, plan=Plan(), log=log))


def check(runners: Runners, job: Job, known: Reference, home: Path, struck: dict[str, Any]) -> None:
    """What the failed run left is whole, and another one ends the job."""
    finished = runners.ask(lambda _: request(job, home))
    assert list(violations(known, struck["job"]["notes"], finished)) == []
    # Its index answers even while SQLite, which makes a file to read, cannot be read.
    assert struck["after"]["generation"] == finished["after"]["generation"]
    assert not [each for each in struck["after"]["problems"] if not each.startswith("catalogue")]


@pytest.mark.fault
@pytest.mark.parametrize("left_kb", [0, 4, 40, 120, 200])
@pytest.mark.parametrize("name", JOBS)
def test_a_full_disk_is_named_and_the_next_run_ends_the_job(
    runners: Runners, jobs: Jobs, mount: Mount, tmp_path: Path, name: str, left_kb: int
) -> None:
    job, known = jobs[name]
    shutil.copytree(job.template, mount.home)
    mount.fill(left_kb * 1024)
    struck = run(runners, job, mount.home, tmp_path)
    told = struck["job"]
    assert told["ended"] == 0
    if left_kb > 4 and told["status"] == 0:  # it did not need more
        mount.empty()
        check(runners, job, known, mount.home, struck)
        return
    assert told["status"] == 1
    assert "vitrine: " in told["printed"]
    assert "full" in told["printed"] or "No space" in told["printed"] or "room" in told["printed"]
    assert "Traceback" not in told["printed"]
    mount.empty()
    check(runners, job, known, mount.home, struck)


@pytest.mark.fault
@pytest.mark.parametrize("name", JOBS)
def test_a_read_only_disk_is_named_and_the_next_run_does_the_job(
    runners: Runners, jobs: Jobs, mount: Mount, tmp_path: Path, name: str
) -> None:
    job, known = jobs[name]
    shutil.copytree(job.template, mount.home)
    mount.remount("ro")
    struck = run(runners, job, mount.home, tmp_path)
    mount.remount("rw")
    told = struck["job"]
    assert (told["ended"], told["status"]) == (0, 1), told
    assert "ead-only file system" in told["printed"]
    assert "Traceback" not in told["printed"]
    check(runners, job, known, mount.home, struck)


@pytest.mark.fault
def test_a_database_that_another_process_holds_is_named_and_the_next_run_imports(
    runners: Runners, jobs: Jobs, tmp_path: Path
) -> None:
    job, known = jobs["import of changes"]
    home = tmp_path / "home"
    shutil.copytree(job.template, home)
    with closing(sqlite3.connect(home / "vitrine.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        struck = run(runners, job, home, tmp_path)
        other.execute("ROLLBACK")
    told = struck["job"]
    assert (told["ended"], told["status"]) == (0, 1), told
    assert "is locked by another process" in told["printed"]
    assert "Traceback" not in told["printed"]
    check(runners, job, known, home, struck)
