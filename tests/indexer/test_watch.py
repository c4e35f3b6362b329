"""The watch over a catalogue, with a clock that the tests turn."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from core.errors import BusyError, DatabaseError
from encoder.fake import FakeEncoder
from indexer import generations
from indexer.basis import CatalogueBasis
from indexer.report import BuildReport
from indexer.watch import IndexWatch, KeptEncoder

from .conftest import Shop


@dataclass
class Turned:
    """A clock whose waits are over at once, and that ends the watch after some."""

    seconds: float = 1000.0
    end: float = 2000.0
    events: dict[float, Callable[[], object]] = field(default_factory=dict)
    """What happens while the watch waits for a moment."""

    def now(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> bool:
        assert seconds > 0, "a watch that does not wait takes a whole core"
        self.seconds += seconds
        for due in [each for each in self.events if each <= self.seconds]:
            self.events.pop(due)()
        return self.seconds > self.end


@dataclass
class Watched:
    """A shop under watch; notes when what was built."""

    shop: Shop
    clock: Turned = field(default_factory=Turned)
    builds: list[tuple[float, bool]] = field(default_factory=list)
    failure: Exception | None = None
    away: Exception | None = None

    def state(self) -> Hashable:
        if self.away:
            raise self.away
        return self.shop.basis

    def build(self) -> BuildReport:
        if self.failure:
            self.builds.append((self.clock.seconds, False))
            raise self.failure
        return self.shop.build()

    def change(self) -> None:
        number = int(self.shop.basis.revision.split(".")[1]) + 1
        self.shop.basis = CatalogueBasis(f"a1.{number}")
        self.shop.products[0] = replace(self.shop.products[0], stock=number)

    def run(self, **events: Callable[[], object]) -> list[tuple[float, bool]]:
        """Watch with things happening at moments: ``at_1015=…``."""
        self.clock.events = {float(name[3:]): event for name, event in events.items()}
        watch = IndexWatch(self.state, self.build, 30.0, self._tell)
        watch.run(self.clock)
        return self.builds

    def _tell(self, report: BuildReport) -> None:
        self.builds.append((self.clock.seconds, report.published))


@pytest.fixture
def watched(shop: Shop) -> Watched:
    shop.basis = CatalogueBasis("a1.1")
    return Watched(shop)


def test_a_watch_builds_when_it_begins_and_then_only_after_changes(watched: Watched) -> None:
    builds = watched.run(at_1100=watched.change, at_1500=watched.change)
    assert builds == [(1000.0, True), (1100.0, True), (1500.0, True)]


def test_a_shop_that_changes_all_the_time_is_published_as_often_as_asked(
    watched: Watched,
) -> None:
    watched.clock.end = 1100
    events = {f"at_{second}": watched.change for second in range(1001, 1100)}
    assert watched.run(**events) == [
        (1000.0, True), (1030.0, True), (1060.0, True), (1090.0, True)
    ]  # fmt: skip


def test_what_changes_during_a_build_is_built_next(watched: Watched) -> None:
    build = watched.build

    def changed_meanwhile() -> BuildReport:
        report = build()
        if len(watched.builds) == 0:
            watched.change()
        return report

    watched.build = changed_meanwhile  # type: ignore[method-assign]
    assert watched.run() == [(1000.0, True), (1030.0, True)]


def test_a_change_is_in_service_within_a_minute(watched: Watched) -> None:
    watched.clock.end = 1200
    builds = watched.run(at_1001=watched.change, at_1097=watched.change)
    assert builds[1][0] - 1001 <= 30
    assert builds[2][0] - 1097 <= 5


def test_the_beginning_of_a_sale_is_a_change(watched: Watched) -> None:
    def begin() -> None:
        watched.shop.basis = replace(watched.shop.basis, prices_until="2026-12-01T00:00:00+00:00")
        watched.shop.products[1] = replace(watched.shop.products[1], price_minor=1)

    assert watched.run(at_1300=begin) == [(1000.0, True), (1300.0, True)]


def test_a_rollback_stays_until_something_changes(watched: Watched) -> None:
    root = watched.shop.generations
    served: list[str] = []

    def roll_back() -> None:
        served.append(generations.rollback(root))

    def look() -> None:
        served.append(generations.current(root))

    builds = watched.run(
        at_1100=watched.change, at_1200=roll_back, at_1400=look, at_1500=watched.change
    )
    assert [at for at, _ in builds] == [1000.0, 1100.0, 1500.0]
    assert served[0] == served[1] < generations.current(root)


def test_a_failure_is_told_once_and_tried_ever_less_often(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    def fill() -> None:
        watched.failure = OSError(28, "No space left on device")
        watched.change()

    def free() -> None:
        watched.failure = None

    with caplog.at_level(logging.WARNING, "indexer.watch"):
        builds = watched.run(at_1100=fill, at_1800=free)
    assert builds == [
        (1000.0, True), (1100.0, False), (1130.0, False), (1190.0, False), (1310.0, False),
        (1430.0, False), (1550.0, False), (1670.0, False), (1790.0, False), (1910.0, True),
    ]  # fmt: skip
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 2
    assert "No space left on device" in told[0]
    assert told[1] == "the index is kept up again, after 8 failures"


def test_a_change_after_a_failure_is_tried_at_once(watched: Watched) -> None:
    watched.failure = OSError(5, "Input/output error")

    def mend() -> None:
        watched.failure = None
        watched.change()

    builds = watched.run(at_1900=mend)
    assert builds[-1] == (1900.0, True)


def test_a_database_that_is_away_is_waited_for(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    def back() -> None:
        watched.away = None

    watched.away = DatabaseError("The database x cannot be used: no answer.")
    builds = watched.run(at_1300=back)
    assert [at for at, _ in builds] == [1330.0]
    assert caplog.text.count("no answer") == 1


def test_a_build_of_someone_else_is_waited_for_without_a_complaint(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    def end() -> None:
        watched.failure = None

    watched.failure = BusyError("An index build is already running: process 7.")
    assert watched.run(at_1045=end) == [(1000.0, False), (1030.0, False), (1060.0, True)]
    assert caplog.records == []


def test_what_nobody_expected_is_logged_with_its_trace_and_survived(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    watched.failure = ZeroDivisionError("a test says so")
    watched.clock.end = 1050
    watched.run()
    assert caplog.records[0].exc_info
    assert "a test says so" in caplog.text


def test_an_encoder_is_loaded_once_and_again_where_another_is_in_service() -> None:
    loaded: list[str] = []

    def loader(version: str) -> Callable[[], FakeEncoder]:
        def load() -> FakeEncoder:
            loaded.append(version)
            return FakeEncoder(version)

        return load

    kept = KeptEncoder()
    for version in ("1", "1", "2", "2", "1"):
        fingerprint = FakeEncoder(version).fingerprint
        assert kept.load(fingerprint, loader(version)).fingerprint == fingerprint
    assert loaded == ["1", "2", "1"]


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_watch_that_is_stopped_ends_cleanly(tmp_path: Path, stop: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "--home", str(tmp_path), "index", "watch"],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "no products to index" in process.stderr.readline()
    process.send_signal(stop)
    told, complained = process.communicate(timeout=30)
    assert (process.returncode, told, complained) == (0, "", "")
