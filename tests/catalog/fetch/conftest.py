"""Clients whose names and time are the test's own, talking to the loopback alone."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from ipaddress import ip_network

import pytest

from catalog.fetch.client import FetchClient
from catalog.fetch.rules import AllowedHost, FetchRules
from tests.catalog.fetch.server import Answer, Server

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@dataclass
class FakeTime:
    """Time that passes when someone waits."""

    now: float = 1_000.0
    waits: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start servers that end with the test."""
    with ExitStack() as stack:

        def start(answer: Answer, **options: object) -> Server:
            return stack.enter_context(Server(answer, **options))  # type: ignore[arg-type]

        yield start


@pytest.fixture
def make_client(fake_time: FakeTime) -> Iterator[Callable[..., FetchClient]]:
    """Make clients that may ask the loopback, at the ports of the given servers."""
    with ExitStack() as stack:

        def make(
            *servers: Server,
            names: Callable[[str], Sequence[str]] | None = None,
            tls: ssl.SSLContext | None = None,
            **rules: object,
        ) -> FetchClient:
            allowed = tuple(
                AllowedHost(host, server.port)
                for server in servers
                for host in (server.address, "*.example")
            )
            values: dict[str, object] = {
                "private": LOOPBACK, "allowed": allowed, "per_second": 1e6, "timeout_s": 5.0,
            }  # fmt: skip
            client = FetchClient(
                FetchRules(**(values | rules)),  # type: ignore[arg-type]
                lookup=names or (lambda host: [host]),
                tls=tls,
                clock=fake_time.clock,
                wait=fake_time.wait,
            )
            stack.callback(client.close)
            return client

        yield make
