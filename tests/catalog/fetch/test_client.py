"""Fetching from servers that behave: names, redirects, retries, certificates, connections."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import trustme

from catalog.fetch.client import MAX_REDIRECTS, Answer, FetchClient, Wanted
from core.errors import FetchError
from tests.catalog.fetch.conftest import FakeTime
from tests.catalog.fetch.server import PICTURE, Request, Server, answer

Serve = Callable[..., Server]
MakeClient = Callable[..., FetchClient]


def get(client: FetchClient, url: str, **wanted: object) -> Answer[bytes]:
    values: dict[str, object] = {"max_bytes": 100_000, "timeout_s": 5.0}
    return client.get(url, Wanted(b"".join, **(values | wanted)))  # type: ignore[arg-type]


def refusal(client: FetchClient, url: str, **wanted: object) -> FetchError:
    with pytest.raises(FetchError) as raised:
        get(client, url, **wanted)
    return raised.value


def test_a_body_comes_as_it_is_with_what_to_ask_with_later(
    serve: Serve, make_client: MakeClient
) -> None:
    server = serve(lambda _: answer(ETag='"v1"', Last_Modified="Sat, 21 Nov 2026 10:00:00 GMT"))
    got = get(make_client(server), server.url("/a b.jpg?size=1"), accept="image/jpeg")
    assert got == Answer(PICTURE, '"v1"', "Sat, 21 Nov 2026 10:00:00 GMT")
    (request,) = server.requests
    assert request.target == "/a%20b.jpg?size=1"
    assert request.headers["host"] == f"127.0.0.1:{server.port}"
    assert request.headers["accept"] == "image/jpeg"
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["user-agent"].startswith("Vitrine/")


def test_the_connection_goes_to_the_checked_address_though_the_name_moves_on(
    serve: Serve, make_client: MakeClient
) -> None:
    """DNS rebinding: whoever owns the name answers the second lookup with an inner address."""
    public = serve(lambda _: answer(b"public", keep_alive=False), address="127.0.0.2")
    secret = serve(lambda _: answer(b"secret"), address="127.0.0.3", port=public.port)
    asked: list[str] = []

    def rebinding(host: str) -> list[str]:
        asked.append(host)
        return ["127.0.0.2"] if len(asked) == 1 else ["127.0.0.3"]

    client = make_client(public, names=rebinding)
    for _ in range(2):
        assert get(client, public.url(host="shop.example")).body == b"public"
    assert asked == ["shop.example"]
    assert secret.connections == 0
    assert public.requests[0].headers["host"] == f"shop.example:{public.port}"


def test_without_leave_nothing_on_the_loopback_is_connected_to(
    serve: Serve, make_client: MakeClient
) -> None:
    server = serve(lambda _: answer())
    client = make_client(server, private=())
    assert refusal(client, server.url()).code == "address_not_public"
    assert server.connections == 0


def test_the_next_address_of_a_host_is_tried_when_one_is_dead(
    serve: Serve, make_client: MakeClient
) -> None:
    server = serve(lambda _: answer(), address="127.0.0.2")
    client = make_client(server, names=lambda _: ["127.0.0.9", "127.0.0.2"])
    assert get(client, server.url(host="shop.example")).body == PICTURE


def test_an_ipv6_address_is_asked(serve: Serve, make_client: MakeClient) -> None:
    server = serve(lambda _: answer(), address="::1")
    assert get(make_client(server), f"http://[::1]:{server.port}/a.jpg").body == PICTURE
    assert server.requests[0].headers["host"] == f"[::1]:{server.port}"


def test_proxies_of_the_environment_are_not_used(
    serve: Serve, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, server = serve(lambda _: answer(b"proxied")), serve(lambda _: answer())
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url(""))
    assert get(make_client(server), server.url()).body == PICTURE
    assert proxy.connections == 0


def test_one_connection_serves_pictures_redirects_and_missing_ones(
    serve: Serve, make_client: MakeClient
) -> None:
    def serving(request: Request) -> bytes:
        if request.target == "/moved":
            return answer(b"moved", 302, Location="/a.jpg")
        return answer(b"none", 404) if request.target == "/none" else answer()

    server = serve(serving)
    client = make_client(server)
    assert get(client, server.url("/moved")).body == PICTURE
    assert refusal(client, server.url("/none")).code == "not_found"
    assert get(client, server.url("/b.jpg")).body == PICTURE
    assert server.targets == ["/moved", "/a.jpg", "/none", "/b.jpg"]
    assert server.connections == 1


def test_a_connection_that_the_server_ended_is_replaced(
    serve: Serve, make_client: MakeClient, fake_time: FakeTime
) -> None:
    server = serve(lambda _: iter([answer()]))  # ends the connection without saying so
    client = make_client(server)
    for _ in range(3):
        assert get(client, server.url()).body == PICTURE
    assert server.connections >= 3


# --- redirects


def test_a_redirect_inward_is_refused_before_it_is_followed(
    serve: Serve, make_client: MakeClient
) -> None:
    inner = serve(lambda _: answer(b"secret"), address="127.0.0.3")
    outer = serve(lambda _: answer(b"", 302, Location=f"http://127.0.0.3:{inner.port}/"))
    names = {"shop.example": ["127.0.0.1"], "127.0.0.3": ["10.0.0.3"]}
    client = make_client(outer, inner, names=lambda host: names[host])
    assert refusal(client, outer.url(host="shop.example")).code == "address_not_public"
    assert inner.connections == 0


def test_a_redirect_to_a_host_that_is_not_listed_is_refused(
    serve: Serve, make_client: MakeClient
) -> None:
    other = serve(lambda _: answer(b"secret"))
    server = serve(lambda _: answer(b"", 307, Location=other.url()))
    assert refusal(make_client(server), server.url()).code == "host_not_allowed"
    assert other.connections == 0


def test_redirects_without_an_end_are_given_up(serve: Serve, make_client: MakeClient) -> None:
    server = serve(lambda request: answer(b"", 301, Location=f"{request.target}x"))
    assert refusal(make_client(server), server.url("/")).code == "too_many_redirects"
    assert len(server.requests) == MAX_REDIRECTS + 1


def test_a_redirect_to_nowhere_is_a_status(serve: Serve, make_client: MakeClient) -> None:
    server = serve(lambda _: answer(b"", 302))
    assert refusal(make_client(server), server.url()).code == "http_status"


# --- https


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def server_tls(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def client_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_the_certificate_is_that_of_the_name_while_the_address_is_pinned(
    serve: Serve, make_client: MakeClient, authority: trustme.CA
) -> None:
    server = serve(lambda _: answer(), tls=server_tls(authority, "shop.example"))
    client = make_client(server, names=lambda _: ["127.0.0.1"], tls=client_tls(authority))
    assert get(client, server.url(host="shop.example")).body == PICTURE
    assert get(client, server.url(host="shop.example")).body == PICTURE
    assert server.connections == 1


@pytest.mark.parametrize(("name", "is_trusted"), [("other.example", True), ("shop.example", False)])
def test_a_certificate_of_another_or_from_no_one_known_is_refused(
    serve: Serve, make_client: MakeClient, authority: trustme.CA, name: str, is_trusted: bool
) -> None:
    server = serve(lambda _: answer(), tls=server_tls(authority, name))
    trust = client_tls(authority if is_trusted else trustme.CA())
    client = make_client(server, names=lambda _: ["127.0.0.1"], tls=trust)
    error = refusal(client, server.url(host="shop.example"))
    assert (error.code, error.is_temporary) == ("tls_failed", False)
    assert server.requests == []


def test_a_redirect_from_https_to_http_is_refused(
    serve: Serve, make_client: MakeClient, authority: trustme.CA
) -> None:
    plain = serve(lambda _: answer())
    secure = serve(
        lambda _: answer(b"", 302, Location=plain.url(host="shop.example")),
        tls=server_tls(authority, "shop.example"),
    )
    client = make_client(secure, plain, names=lambda _: ["127.0.0.1"], tls=client_tls(authority))
    assert refusal(client, secure.url(host="shop.example")).code == "redirect_refused"
    assert plain.connections == 0


# --- retries


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_server_that_stumbles_is_asked_again_after_a_pause(
    serve: Serve, make_client: MakeClient, fake_time: FakeTime, status: int
) -> None:
    answers = iter([answer(b"", status), answer(b"", status), answer()])
    server = serve(lambda _: next(answers))
    assert get(make_client(server), server.url()).body == PICTURE
    assert len(server.requests) == 3
    assert 0 < fake_time.waits[0] <= 0.5
    assert fake_time.waits[1] <= 1.0


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (204, "http_status"), (206, "http_status"), (304, "http_status"), (400, "http_status"),
        (401, "forbidden"), (403, "forbidden"), (404, "not_found"), (410, "gone"),
        (501, "http_status"),
    ],
)  # fmt: skip
def test_a_refusal_is_not_asked_for_again(
    serve: Serve, make_client: MakeClient, status: int, code: str
) -> None:
    server = serve(lambda _: answer(b"", status))
    error = refusal(make_client(server), server.url("/a.jpg?key=s3cret"))
    assert error.code == code
    assert f"answers with the status {status}" in str(error)
    assert "s3cret" not in str(error)
    assert len(server.requests) == 1


def test_retry_after_is_honoured(
    serve: Serve, make_client: MakeClient, fake_time: FakeTime
) -> None:
    answers = iter([answer(b"", 429, Retry_After="17"), answer()])
    server = serve(lambda _: next(answers))
    assert get(make_client(server), server.url()).body == PICTURE
    assert fake_time.waits == pytest.approx([17.0], abs=0.01)


def test_a_host_that_asks_for_a_long_pause_is_left_alone(
    serve: Serve, make_client: MakeClient, fake_time: FakeTime
) -> None:
    server = serve(lambda _: answer(b"", 503, Retry_After="3600"))
    client = make_client(server)
    assert refusal(client, server.url()).code == "server_error"
    error = refusal(client, server.url("/b.jpg"))
    assert error.code == "host_skipped"
    assert "left alone for 3,600 s" in str(error)
    assert len(server.requests) == 1
    assert fake_time.waits == []


def test_a_dead_host_is_not_tried_for_each_of_ten_thousand_pictures(
    serve: Serve, make_client: MakeClient
) -> None:
    with Server(lambda _: answer()) as dead:
        pass
    alive = serve(lambda _: answer())
    client = make_client(dead, alive, names=lambda host: ["127.0.0.1"])
    codes = [refusal(client, dead.url(f"/{n}", host="dead.example")).code for n in range(50)]
    assert codes == ["connection_failed"] * 5 + ["host_skipped"] * 45
    assert get(client, alive.url(host="alive.example")).body == PICTURE


def test_a_closed_client_asks_for_nothing(serve: Serve, make_client: MakeClient) -> None:
    server = serve(lambda _: answer())
    client = make_client(server)
    client.close()
    assert refusal(client, server.url()).code == "stopped"
    assert server.connections == 0


def test_closing_a_client_ends_what_is_under_way(serve: Serve, make_client: MakeClient) -> None:
    def dripping(_: Request) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        client.close()
        yield b"x"
        ended.wait(5)

    ended = threading.Event()
    server = serve(dripping)
    client = make_client(server)
    started = time.monotonic()
    assert refusal(client, server.url(), timeout_s=60.0).code == "timed_out"
    ended.set()
    assert time.monotonic() - started < 2
    assert len(server.requests) == 1
