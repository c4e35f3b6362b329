"""Points of the crash matrix: a job, a fault at one moment, and what must hold afterwards."""

from __future__ import annotations

import errno
import hashlib
import json
import random
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from tests.faults import power_loss
from tests.faults.shim import (
    ALL_KINDS,
    ON_FILES,
    ON_NETWORK,
    Action,
    Kind,
    Note,
    Operation,
    Plan,
    read_log,
)

_ROOT = Path(__file__).parents[2]
_SAYS_WHY = ("vitrine: ", "the index is not kept up: ")
"""How a command, and a watch, begin to tell what failed."""
_TAKES_SPACE = frozenset({Kind.WRITE, Kind.CREATE, Kind.MKDIR, Kind.TRUNCATE, Kind.LINK})


@dataclass(frozen=True, slots=True)
class Fault:
    """A way to strike."""

    name: str
    action: Action
    kinds: frozenset[Kind] = ON_FILES
    error: int = 0
    lasting: bool = False

    def plan(self, at: int) -> Plan:
        return Plan(self.action, at, self.kinds, self.error, self.lasting)


FAULTS = (
    Fault("killed", Action.KILL, ALL_KINDS),
    Fault("killed inside a write", Action.SHORT_AND_KILL, frozenset({Kind.WRITE})),
    Fault("disk full", Action.FAIL, _TAKES_SPACE, errno.ENOSPC, lasting=True),
    Fault("input/output error", Action.FAIL, error=errno.EIO),
    Fault("read-only from there", Action.FAIL, error=errno.EROFS, lasting=True),
    Fault("short write", Action.SHORT, frozenset({Kind.WRITE})),
    Fault("connection reset", Action.FAIL, ON_NETWORK, errno.ECONNRESET),
)


@dataclass(frozen=True, slots=True)
class Job:
    """A command, and the home that it begins with."""

    name: str
    template: Path
    argv: tuple[str, ...]
    shop: str = ""
    """Folder below home that the shop is in: a restore makes it and works beside it."""
    done_already: str = ""
    """What the job says, and fails, where it had been done to its end."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Settings of its own."""


@dataclass(slots=True)
class Reference:
    """What a job does where nothing strikes."""

    log: list[Operation | Note]
    disk: power_loss.Disk
    """As it was before."""
    before: dict[str, Any]
    after: dict[str, Any]
    embeds: bool
    done_already: str
    is_made_aside: bool
    """Whether its commits are to a database that is none of the shop's yet."""
    catalogues: list[str]
    """The states that the job reported one after the other, from the one before it."""

    def count(self, kinds: frozenset[Kind]) -> int:
        """Count the operations of some kinds."""
        return sum(isinstance(each, Operation) and each.kind in kinds for each in self.log)


@dataclass(slots=True)
class Tally:
    """How many points were tried, and which failed."""

    tried: Counter[str] = field(default_factory=Counter)
    alike: int = 0
    """Power losses that leave what another one left, and were not tried again."""
    failures: list[str] = field(default_factory=list)

    def count(self, fault: str, point: str, wrong: Sequence[str]) -> None:
        """Take one point that was tried. Safe in any number of threads."""
        self.tried[fault] += 1
        if wrong:
            self.failures.append(f"{point}: {wrong[0]}")

    def take(self, other: Tally) -> None:
        """Add what another one has counted."""
        self.tried.update(other.tried)
        self.alike += other.alike
        self.failures += other.failures

    def as_json(self) -> dict[str, Any]:
        """Give the figures as plain values."""
        points = sum(self.tried.values())
        return {
            "points": points,
            "survived": points - len(self.failures),
            "by fault": dict(self.tried),
            "power losses alike": self.alike,
        }


class Runners:
    """Warmed processes that answer one request each at a time."""

    def __init__(self, library: Path, folder: Path, count: int) -> None:
        self._free: SimpleQueue[tuple[Path, subprocess.Popen[str]]] = SimpleQueue()
        self._all = []
        self.count = count
        for number in range(count):
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.runner", str(library)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT,
            )  # fmt: skip
            own = folder / f"runner{number}"
            own.mkdir()
            self._all.append(process)
            self._free.put((own, process))

    def ask(self, prepare: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
        """Send what ``prepare`` makes for a free runner's folder; give the answer."""
        folder, process = self._free.get()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            print(json.dumps(prepare(folder)), file=process.stdin, flush=True)
            answer: dict[str, Any] = json.loads(process.stdout.readline())
            return answer
        finally:
            self._free.put((folder, process))

    def close(self) -> None:
        for process in self._all:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=10)
            assert process.stdout is not None
            process.stdout.close()


def request(
    job: Job,
    home: Path,
    *,
    again: bool = True,
    plan: Plan | None = None,
    log: Path | None = None,
    log_operations: bool = False,
) -> dict[str, Any]:
    """Ask a runner to run the job by a plan, if there is one, to look, and to run it again."""
    told = {
        "home": str(home),
        "argv": job.argv,
        "shop": job.shop,
        "again": again,
        "environment": dict(job.environment),
    }
    if plan is None:
        return told
    return told | {"plan": plan.as_json(), "log": str(log), "log_operations": log_operations}


def reference(runners: Runners, job: Job, folder: Path) -> Reference:
    """Run a job undisturbed in a copy of its template, which is left in ``folder/home``."""
    home, log = folder / "home", folder / "log"
    shutil.copytree(job.template, home)
    disk = power_loss.Disk(home)
    before = runners.ask(lambda _: request(job, home, again=False))["after"]
    answer = runners.ask(
        lambda _: request(job, home, again=False, plan=Plan(), log=log, log_operations=True)
    )
    assert (answer["job"]["ended"], answer["job"].get("status")) == (0, 0), answer
    assert answer["after"]["problems"] == [], answer
    told = list(read_log(log))
    catalogues = [before["products"]]
    for note in told:
        if isinstance(note, Note) and note.told.get("committed", catalogues[-1]) != catalogues[-1]:
            catalogues.append(note.told["committed"])
    if answer["after"]["products"] not in catalogues:
        catalogues.append(answer["after"]["products"])
    embeds = any(answer["job"]["encoded"].values())
    return Reference(
        told, disk, before, answer["after"], embeds, job.done_already, bool(job.shop), catalogues
    )


def points_of(known: Reference) -> list[tuple[Fault, int]]:
    """List each fault at each operation that it can strike."""
    return [(fault, at) for fault in FAULTS for at in range(1, known.count(fault.kinds) + 1)]


def strike(
    runners: Runners, job: Job, known: Reference, points: Sequence[tuple[Fault, int]]
) -> Tally:
    """Run the job once for each point, struck there."""
    tally = Tally()

    def one(point: tuple[Fault, int]) -> None:
        fault, at = point

        def struck(folder: Path) -> dict[str, Any]:
            home = folder / "home"
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(job.template, home)
            return request(job, home, plan=fault.plan(at), log=folder / "log")

        answer = runners.ask(struck)
        if answer["job"]["ended"] == 0 and answer["job"]["operations"] < at:
            return  # threads took other turns, and it was over before
        notes = answer["job"]["notes"]
        wrong = [*_ended_badly(fault, answer["job"]), *violations(known, notes, answer)]
        tally.count(fault.name, f"{job.name}, {fault.name} at {at}", wrong)

    _each(runners.count, one, points)
    return tally


def fail_power(runners: Runners, job: Job, known: Reference, seeds: int) -> Tally:
    """Cut the power after each operation, with each of the model's outcomes."""
    tally = Tally()

    def one(point: tuple[str, power_loss.Image, list[dict[str, Any]]]) -> None:
        name, image, notes = point

        def cut_off(folder: Path) -> dict[str, Any]:
            power_loss.write_home(image, folder / "home")
            return request(job, folder / "home")

        wrong = [*violations(known, notes, runners.ask(cut_off))]
        tally.count("power lost", f"{job.name}, power lost {name}", wrong)

    _each(runners.count, one, _losses(job, known, seeds, tally))
    return tally


def _losses(
    job: Job, known: Reference, seeds: int, tally: Tally
) -> Iterator[tuple[str, power_loss.Image, list[dict[str, Any]]]]:
    """Replay the job's log, and give what the disk may hold after each operation, once."""
    seen: set[bytes] = set()
    notes: list[dict[str, Any]] = []
    disk = known.disk
    for at, each in enumerate(known.log, start=1):
        if isinstance(each, Note):
            notes.append(each.told)
        else:
            disk.apply(each)
        for seed, (names, octets) in enumerate(power_loss.outcomes(seeds)):
            image = disk.after(names, octets, random.Random(f"{job.name} {at} {seed}"))
            digest = hashlib.sha256(repr((sorted(image.items()), len(notes))).encode()).digest()
            if digest in seen:
                tally.alike += 1
                continue
            seen.add(digest)
            yield f"after {at} ({names.value} names, {octets.value} bytes, {seed})", image, [*notes]


def _ended_badly(fault: Fault, ended: dict[str, Any]) -> Iterator[str]:
    """A job that goes on living ends with one sentence, or with what it was to do."""
    if fault.action in (Action.KILL, Action.SHORT_AND_KILL):
        if ended["ended"] != -signal.SIGKILL:
            yield f"it was not killed: {ended}"
        return
    statuses = (0,) if fault.action is Action.SHORT else (0, 1)
    if ended["ended"] != 0 or ended["status"] not in statuses or "Traceback" in ended["printed"]:
        yield f"it ended with {ended}"
    elif ended["status"] == 1 and not any(each in ended["printed"] for each in _SAYS_WHY):
        yield f"it did not say why: {ended['printed']!r}"


def violations(
    known: Reference, notes: Sequence[dict[str, Any]], answer: dict[str, Any]
) -> Iterator[str]:
    """Tell what does not hold after a fault, given what the job had reported by then."""
    if answer["ended"] != 0:
        yield f"who came next died: {answer}"
        return
    after, again, final = answer["after"], answer["again"], answer["final"]
    printed = answer["printed"]
    ended = again["status"] == 0 or (known.done_already and known.done_already in printed)
    # What was damaged before may still be, until the job has mended it.
    new = [each for each in after["problems"] if each not in known.before["problems"]]
    if new or not ended or final["problems"]:
        yield f"{new}, then {again['status']} {final['problems']}: {printed}"
        return
    yield from _lost_or_phantom(known, notes, after)
    yield from _unlike_undisturbed(known, after, again, final)


def _lost_or_phantom(
    known: Reference, notes: Sequence[dict[str, Any]], after: dict[str, Any]
) -> Iterator[str]:
    states = known.catalogues
    reported = [note["committed"] for note in notes if "committed" in note]
    done = {"done": 0} in notes
    if known.is_made_aside:
        reported = states[-1:] if done else []
    last = states.index(reported[-1]) if reported else 0
    if after["products"] not in states[last : last + 2]:
        yield f"the catalogue is none that was reported; {last} of {len(states)} were"
    for part in ("generation", "models", "backup"):
        old, new, found = (_same(each[part]) for each in (known.before, known.after, after))
        if found != new and (done or found != old):
            yield f"{part} is {found}, before {old}, to be {new}; ended: {done}"
    for kind, stored in after["stored"].items():
        counts = [note["count"] for note in notes if note.get("stored") == kind]
        if stored < known.before["stored"][kind] + sum(counts):
            yield f"{stored} {kind} embeddings are stored, fewer than were reported: {counts}"


def _unlike_undisturbed(
    known: Reference, after: dict[str, Any], again: dict[str, Any], final: dict[str, Any]
) -> Iterator[str]:
    for part in ("products", "stored", "models", "backup", "generation"):
        if _same(final[part]) != _same(known.after[part]):
            yield f"{part} ends as {final[part]}, undisturbed as {known.after[part]}"
    missing = {kind: final["stored"][kind] - after["stored"][kind] for kind in final["stored"]}
    wanted = missing if known.embeds else dict.fromkeys(missing, 0)
    if again["encoded"] != wanted:
        yield f"the next run embedded {again['encoded']}, and {wanted} were not stored"


def _same(told: Any) -> Any:
    """Leave out what differs from one run to the next: a generation's id."""
    return told["digest"] if isinstance(told, dict) and "digest" in told else told


def _each(workers: int, work: Callable[[Any], None], points: Iterable[Any]) -> None:
    """Do work on points side by side, holding no more points than are needed for that."""
    room = threading.Semaphore(2 * workers)
    with ThreadPoolExecutor(workers) as pool:
        futures = []
        for point in points:
            room.acquire()
            future = pool.submit(work, point)
            future.add_done_callback(lambda _: room.release())
            futures.append(future)
        for future in futures:
            future.result()
