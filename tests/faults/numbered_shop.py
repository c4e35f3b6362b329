"""A shop whose every product carries the number of its generation, and shoppers who check it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from core.errors import FingerprintMismatchError
from encoder.base import DualEncoder
from search.bootstrap import PublishedGenerations
from search.engine import EngineLimits, SearchEngine
from tests.indexer.conftest import Shop

DISTINCT_TITLES = 50
"""Titles repeat after so many generations, so that the embedding store ends growing."""
PATIENCE_S = 30


def restock(shop: Shop, number: int) -> None:
    """Write a generation's number into every product's price, stock and title."""
    shop.products[:] = [
        replace(
            each,
            title=f"{each.id} thing n{number % DISTINCT_TITLES}n",
            price_minor=number,
            currency="EUR",
            stock=number,
        )
        for each in shop.products
    ]


def open_engine(shop: Shop, cached_answers: int = 0) -> SearchEngine:
    """Start an engine that moves only when it is told to.

    Kept answers are given so fast that builds beside a crowd hardly have a turn: none is kept
    unless it is asked for.
    """

    def encoder_of(fingerprint: str, where: str) -> DualEncoder:
        if fingerprint != shop.encoder.fingerprint:
            raise FingerprintMismatchError(where, shop.encoder.fingerprint, fingerprint)
        return shop.encoder

    source = PublishedGenerations(shop.generations, "numpy", 1)
    limits = EngineLimits(refresh_s=3_600, cached_answers=cached_answers)
    return SearchEngine(encoder_of, source, limits)


class Sighting(NamedTuple):
    """What one answer showed."""

    generation: str
    """Which generation it says it is from; empty where that kind of answer does not say."""
    numbers: frozenset[int]
    """The numbers that its products carry, by price, stock and title."""
    products: int


class Crowd:
    """Threads that ask without pause, and note every answer that is not of one generation.

    Args:
        questions: Each is asked in turn by every thread.
        threads: How many shoppers there are.
        expected: How many products an answer has.
    """

    def __init__(
        self, questions: Iterable[Callable[[], Sighting]], threads: int, expected: int
    ) -> None:
        self._questions = tuple(questions)
        self._expected = expected
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self.answers = 0
        self.errors: list[BaseException] = []
        self.mixed: list[Sighting] = []
        self.seen: dict[str, set[int]] = {}
        """Generation to the numbers that its answers carried."""
        self._threads = [threading.Thread(target=self._shop_around) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def wait_for(self, generation: str) -> bool:
        """Wait until somebody was answered from a generation, or something went wrong."""
        with self._changed:
            self._changed.wait_for(lambda: generation in self.seen or self.errors, PATIENCE_S)
            return generation in self.seen

    def leave(self) -> None:
        """Have everybody finish."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _shop_around(self) -> None:
        while not self._stopping.is_set():
            for ask in self._questions:
                try:
                    self._note(ask())
                except BaseException as error:
                    with self._changed:
                        self.errors.append(error)
                        self._changed.notify_all()

    def _note(self, sighting: Sighting) -> None:
        with self._changed:
            self.answers += 1
            if len(sighting.numbers) != 1 or sighting.products != self._expected:
                self.mixed.append(sighting)
            if sighting.generation:
                self.seen.setdefault(sighting.generation, set()).update(sighting.numbers)
                self._changed.notify_all()


class Holdings(NamedTuple):
    """What this process holds on to, and what lies on the disk."""

    files: int
    mapped: frozenset[str]
    """Generations with a file that is still mapped, removed or not."""
    memory_bytes: int
    disk_bytes: int
    folders: int


def holdings(root: Path) -> Holdings:
    """Look at this process, as Linux's /proc tells it, and at a folder of generations."""
    maps = Path("/proc/self/maps").read_text()
    mapped = {line.split(f"{root}/")[1][:23] for line in maps.splitlines() if f"{root}/" in line}
    resident_pages = int(Path("/proc/self/statm").read_text().split()[1])
    sizes = [path.stat().st_size for path in root.rglob("*") if path.is_file()]
    return Holdings(
        files=len(os.listdir("/proc/self/fd")),
        mapped=frozenset(mapped),
        memory_bytes=resident_pages * os.sysconf("SC_PAGE_SIZE"),
        disk_bytes=sum(sizes),
        folders=sum(path.is_dir() for path in root.iterdir()),
    )
