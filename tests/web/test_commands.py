from __future__ import annotations

import json
import signal
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.errors import ModelError, NoGenerationError, SnapshotError
from core.settings import Settings
from core.terminal import VitrineGroup
from tests.web.fake_engine import FakeEngine
from web.commands import serve, wait_for_signal

Opened = Callable[[Settings], Iterator[FakeEngine]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    def run_with(opened: Opened, *arguments: str) -> Result:
        monkeypatch.setattr("search.bootstrap.open_engine", contextmanager(opened))
        group = VitrineGroup(commands=[serve])
        command = ["serve", "--port", "0", *arguments]
        return CliRunner().invoke(group, command, obj=Settings(home=tmp_path))

    return run_with


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_site_and_closes_the_engine(
    run: Callable[..., Result],
    engine: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
    number: signal.Signals,
) -> None:
    closed = threading.Event()
    before = signal.getsignal(number)
    monkeypatch.setattr("web.commands.wait_for_signal", lambda tidy: signal.raise_signal(number))

    def opened(settings: Settings) -> Iterator[FakeEngine]:
        try:
            yield engine
        finally:
            closed.set()

    result = run(opened)
    assert result.exit_code == 0, result.output
    assert result.stderr.endswith("Stopped.\n")
    assert closed.is_set()
    assert signal.getsignal(number) is before


def test_a_signal_while_the_engine_is_being_opened_stops_too(run: Callable[..., Result]) -> None:
    def opened(settings: Settings) -> Iterator[FakeEngine]:
        signal.raise_signal(signal.SIGTERM)
        raise AssertionError("the signal was not heard")
        yield

    result = run(opened)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.endswith("Stopped.\n")


def test_the_ready_line_is_one_json_object(
    run: Callable[..., Result], engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.commands.wait_for_signal", lambda tidy: None)

    def opened(settings: Settings) -> Iterator[FakeEngine]:
        yield engine

    result = run(opened, "--json")
    ready = json.loads(result.stdout)
    assert ready["url"].startswith("http://127.0.0.1:")
    assert (ready["ready"], ready["products"]) == (True, 63)


def test_the_site_answers_while_the_engine_is_being_opened(
    run: Callable[..., Result], engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, int] = {}
    urls: list[str] = []
    monkeypatch.setattr("web.commands.announce", urls.append)
    monkeypatch.setattr("web.commands.wait_for_signal", lambda tidy: look("after"))

    def look(when: str) -> None:
        for path in ("healthz", "readyz"):
            try:
                with urllib.request.urlopen(urls[0] + path, timeout=10) as response:
                    seen[f"{path} {when}"] = response.status
            except urllib.error.HTTPError as error:
                seen[f"{path} {when}"] = error.code
                error.close()

    def opened(settings: Settings) -> Iterator[FakeEngine]:
        look("before")
        yield engine

    assert run(opened).exit_code == 0
    assert seen == {
        "healthz before": 200,
        "readyz before": 503,
        "healthz after": 200,
        "readyz after": 200,
    }


def test_the_last_requests_are_answered_before_the_engine_is_closed(
    run: Callable[..., Result], engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls: list[str] = []
    refused: list[bool] = []
    monkeypatch.setattr("web.commands.announce", urls.append)
    monkeypatch.setattr("web.commands.wait_for_signal", lambda tidy: None)

    def opened(settings: Settings) -> Iterator[FakeEngine]:
        yield engine
        try:
            urllib.request.urlopen(urls[0] + "healthz", timeout=10)
        except urllib.error.URLError as error:
            refused.append(isinstance(error.reason, ConnectionRefusedError))

    assert run(opened).exit_code == 0
    assert refused == [True]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SnapshotError("The generation is damaged."), "The generation is damaged."),
        (ModelError("The model is not there."), "The model is not there."),
    ],
)
def test_an_engine_that_cannot_be_opened_is_one_sentence(
    run: Callable[..., Result], error: Exception, said: str
) -> None:
    def failing(settings: Settings) -> Iterator[FakeEngine]:
        raise error
        yield

    result = run(failing)
    assert result.exit_code == 1
    assert f"vitrine: {said}" in result.stderr
    assert "Traceback" not in result.output


def test_an_empty_home_is_served_until_a_catalogue_is_indexed(
    run: Callable[..., Result],
    engine: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    urls: list[str] = []
    seen: list[object] = []
    pauses: list[float] = []

    def look(path: str) -> object:
        try:
            with urllib.request.urlopen(urls[0] + path, timeout=10) as response:
                return response.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)["code"]

    def wait(seconds: float) -> None:
        pauses.append(seconds)
        seen.append((look("healthz"), look("readyz"), look("api/v1/search?q=a")))

    monkeypatch.setattr("web.commands.announce", urls.append)
    monkeypatch.setattr("web.commands.pause", wait)
    monkeypatch.setattr("web.commands.wait_for_signal", lambda tidy: seen.append(look("readyz")))

    def opened(settings: Settings) -> Iterator[FakeEngine]:
        if len(pauses) < 2:
            raise NoGenerationError(settings.generations)
        yield engine

    result = run(opened, "--json")
    unready = (503, "no_generation")
    assert result.exit_code == 0
    assert seen == [(200, unready, unready)] * 2 + [200]
    assert pauses == [2, 2]
    assert result.stderr == (
        f"No index has been published under {tmp_path / 'index'} yet. Import a catalogue with "
        "`vitrine catalog import FILE` and build its index with `vitrine index build`. "
        "The site waits for it.\n"
    )
    assert json.loads(result.stdout)["ready"] is True


def test_a_signal_ends_the_wait_for_a_catalogue(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.commands.pause", lambda _: signal.raise_signal(signal.SIGTERM))

    def empty(settings: Settings) -> Iterator[FakeEngine]:
        raise NoGenerationError(settings.generations)
        yield

    result = run(empty)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.endswith("Stopped.\n")


def test_a_port_in_use_ends_before_the_engine_is_opened(run: Callable[..., Result]) -> None:
    def never(settings: Settings) -> Iterator[FakeEngine]:
        raise AssertionError("the engine costs seconds")
        yield

    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run(never, "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 1
    assert "another program is using that port" in result.stderr


def test_waiting_tidies_up_again_and_again_and_outlives_a_full_disk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[int] = []

    def tidy() -> None:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("web.commands.pause", lambda seconds: None)
    with pytest.raises(KeyboardInterrupt):
        wait_for_signal(tidy)
    assert len(calls) == 3
