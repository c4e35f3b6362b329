"""The real WSGI server, on a port of its own."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask

from core.errors import ServeError
from core.settings import Settings
from search.query import SearchQuery
from search.results import SearchResults
from tests.web.fake_engine import FakeEngine, FakeImages
from web.app import FORM_SLACK_BYTES, create_app
from web.server import WebServer

FORM = {"Content-Type": "multipart/form-data; boundary=x"}


def ask(
    server: WebServer, method: str, path: str, body: bytes = b"", **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_the_server_answers_and_names_no_software(app: Flask, settings: Settings) -> None:
    with WebServer(app, settings, "127.0.0.1", 0) as server:
        response, body = ask(server, "GET", "/api/v1/search?q=red+bag")
        assert response.status == 200
        assert json.loads(body)["hits"][0]["title"] == "Red leather bag"
        assert response.getheader("Server") is None
        assert ask(server, "HEAD", "/")[1] == b""
        assert ask(server, "GET", "/search?q=%ff")[0].status == 400
        assert ask(server, "GET", "/" + "x" * 40_000)[0].status == 431
        assert ask(server, "POST", "/api/v1/search/image", bytes(500_000), **FORM)[0].status == 413


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_the_server_refuses_is_told_in_our_own_words(
    app: Flask, settings: Settings, chunked: bool
) -> None:
    """Only as much is sent as is read, so that no reset can overtake the answer."""
    limit = 2 * (settings.max_image_bytes + FORM_SLACK_BYTES)
    with WebServer(app, settings, "127.0.0.1", 0) as server:
        for path, kind in (
            ("/api/v1/search/image", "application/problem+json"),
            ("/search/image", "text/html; charset=utf-8"),
        ):
            connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
            connection.putrequest("POST", path)
            connection.putheader("Content-Type", FORM["Content-Type"])
            if chunked:
                connection.putheader("Transfer-Encoding", "chunked")
                connection.endheaders()
                connection.send(b"%x\r\n" % (limit + 1) + bytes(limit))
            else:
                connection.putheader("Content-Length", str(limit))
                connection.endheaders()
            response = connection.getresponse()
            body = response.read()
            connection.close()
            assert (response.status, response.getheader("Content-Type")) == (413, kind)
            assert response.getheader("Connection") == "close"
            assert response.getheader("X-Request-Id")
            if kind.startswith("application"):
                assert json.loads(body)["code"] == "request_entity_too_large"
            else:
                assert b"larger than this address takes" in body


def test_a_port_in_use_is_one_sentence(app: Flask, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServeError) as caught:
            WebServer(app, settings, "127.0.0.1", port)
    assert str(caught.value) == (
        f"The site cannot listen on 127.0.0.1, port {port}: another program is using that port. "
        "Choose another with --host and --port, or VITRINE_HOST and VITRINE_PORT."
    )


def test_an_address_that_is_not_ours_is_one_sentence(app: Flask, settings: Settings) -> None:
    with pytest.raises(ServeError, match="no such address"):
        WebServer(app, settings, "192.0.2.1", 0)


class SlowEngine(FakeEngine):
    def __init__(self) -> None:
        super().__init__([], FakeImages())
        self.entered = threading.Event()
        self.release = threading.Event()

    def search(self, query: SearchQuery) -> SearchResults:
        self.entered.set()
        assert self.release.wait(10)
        return super().search(query)


def test_a_request_being_answered_is_finished_before_the_server_stops(tmp_path: Path) -> None:
    engine = SlowEngine()
    settings = Settings(home=tmp_path)
    app = create_app(settings, engine, FakeImages())
    answers: list[int] = []
    with WebServer(app, settings, "127.0.0.1", 0) as server:
        asking = threading.Thread(
            target=lambda: answers.append(ask(server, "GET", "/api/v1/search?q=a")[0].status)
        )
        asking.start()
        assert engine.entered.wait(10)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        engine.release.set()
        asking.join()
        stopping.join()
    assert answers == [200]
    with pytest.raises(ConnectionRefusedError):
        ask(server, "GET", "/healthz")


def refuses(address: str) -> bool:
    host, port = address.split(":")
    try:
        socket.create_connection((host, int(port)), timeout=10).close()
    except (ConnectionRefusedError, ConnectionResetError):
        # Reset: it stood in the queue in the moment that the listener was closed.
        return True
    return False


def test_every_request_that_came_in_is_answered_before_the_server_stops(tmp_path: Path) -> None:
    engine = SlowEngine()
    app = create_app(Settings(home=tmp_path, web_threads=1), engine, FakeImages())
    with WebServer(app, Settings(home=tmp_path, web_threads=1), "127.0.0.1", 0) as server:
        address = urlsplit(server.url).netloc
        asking = [http.client.HTTPConnection(address, timeout=10) for _ in range(6)]
        idle = http.client.HTTPConnection(address, timeout=10)
        idle.connect()
        for connection in asking:
            connection.request("GET", "/api/v1/search?q=a")
        assert engine.entered.wait(10)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        while not refuses(address):
            continue
        engine.release.set()
        answers = [connection.getresponse().status for connection in asking]
        stopping.join()
        for connection in (*asking, idle):
            connection.close()
    assert answers == [200] * 6


def test_stopping_from_two_threads_at_once_is_stopping_once(tmp_path: Path) -> None:
    engine = SlowEngine()
    settings = Settings(home=tmp_path, web_threads=1)
    with WebServer(create_app(settings, engine, FakeImages()), settings, "127.0.0.1", 0) as server:
        address = urlsplit(server.url).netloc
        asking = http.client.HTTPConnection(address, timeout=10)
        asking.request("GET", "/api/v1/search?q=a")
        assert engine.entered.wait(10)
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(server.stop)
            while not refuses(address):
                continue
            second = pool.submit(server.stop)
            engine.release.set()
            assert asking.getresponse().status == 200
            assert (first.result(), second.result()) == (None, None)
        asking.close()


def test_a_request_that_takes_too_long_does_not_keep_the_server_from_stopping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.server.STOP_TIMEOUT_S", 0.05)
    engine = SlowEngine()
    settings = Settings(home=tmp_path)
    with WebServer(create_app(settings, engine, FakeImages()), settings, "127.0.0.1", 0) as server:
        asking = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
        asking.request("GET", "/api/v1/search?q=a")
        assert engine.entered.wait(10)
        server.stop()
        with pytest.raises(http.client.RemoteDisconnected):
            asking.getresponse()
        asking.close()
        engine.release.set()
