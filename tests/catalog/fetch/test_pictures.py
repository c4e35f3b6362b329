"""A picture is fetched once, and after that only asked whether it changed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from catalog.fetch.client import FetchClient
from catalog.fetch.pictures import FetchedPicture, PictureFetcher, picture_fetcher
from catalog.fetch.remembered import RememberedPicture
from catalog.fetch.rules import FetchRules
from catalog.image_store import ImageStore
from catalog.images import ImageLimits, image_hash
from core.errors import ImageError
from core.settings import Settings
from tests.catalog.fetch.server import PICTURE, Request, Server, answer

Serve = Callable[..., Server]
MakeClient = Callable[..., FetchClient]
Memory = dict[str, RememberedPicture]


def fetcher(
    client: FetchClient, store: ImageStore, memory: Memory | None = None, max_bytes: int = 100_000
) -> PictureFetcher:
    limits = ImageLimits(max_bytes=max_bytes)
    return PictureFetcher(client, FetchRules(), limits, (memory or {}).get, store.read)


def stored(store: ImageStore, memory: Memory, picture: FetchedPicture) -> FetchedPicture:
    """Do as an import does: first the bytes, then the note of them."""
    assert picture.remembered is not None
    store.put(picture.data)
    memory[picture.remembered.url] = picture.remembered
    return picture


def refusal(pictures: PictureFetcher, url: str) -> ImageError:
    with pytest.raises(ImageError) as raised:
        pictures.fetch(url)
    return raised.value


def versioned(request: Request) -> bytes:
    if request.headers.get("if-none-match") == '"v1"':
        return answer(status=304, ETag='"v1"')
    return answer(ETag='"v1"')


def test_an_unchanged_picture_is_not_sent_again(
    serve: Serve, make_client: MakeClient, store: ImageStore
) -> None:
    memory: Memory = {}
    server = serve(versioned)
    first = stored(store, memory, fetcher(make_client(server), store).fetch(server.url()))
    assert first == FetchedPicture(
        PICTURE, RememberedPicture(server.url(), image_hash(PICTURE), '"v1"', "")
    )
    second = fetcher(make_client(server), store, memory).fetch(server.url())
    assert second == FetchedPicture(PICTURE, first.remembered, is_unchanged=True)
    assert [each.headers.get("if-none-match") for each in server.requests] == [None, '"v1"']


def test_a_server_without_tags_is_asked_by_date(
    serve: Serve, make_client: MakeClient, store: ImageStore
) -> None:
    date = "Sat, 21 Nov 2026 10:00:00 GMT"
    server = serve(
        lambda request: answer(
            status=304 if "if-modified-since" in request.headers else 200, Last_Modified=date
        )
    )
    memory: Memory = {}
    stored(store, memory, fetcher(make_client(server), store).fetch(server.url()))
    assert fetcher(make_client(server), store, memory).fetch(server.url()).is_unchanged
    assert server.requests[1].headers["if-modified-since"] == date


def test_a_changed_picture_takes_the_place_of_the_known_one(
    serve: Serve, make_client: MakeClient, store: ImageStore
) -> None:
    server = serve(lambda _: answer(b"new", ETag='"v2"'))
    memory = {server.url(): RememberedPicture(server.url(), store.put(PICTURE), '"v1"')}
    assert fetcher(make_client(server), store, memory).fetch(server.url()) == FetchedPicture(
        b"new", RememberedPicture(server.url(), image_hash(b"new"), '"v2"', "")
    )


@pytest.mark.parametrize("damage", ["missing", "torn"])
def test_a_picture_that_the_store_lost_is_fetched_whole(
    serve: Serve, make_client: MakeClient, store: ImageStore, damage: str
) -> None:
    server = serve(versioned)
    hash = store.put(PICTURE)
    if damage == "missing":
        store.path(hash).unlink()
    else:
        store.path(hash).write_bytes(PICTURE[:100])
    memory = {server.url(): RememberedPicture(server.url(), hash, '"v1"')}
    got = fetcher(make_client(server), store, memory).fetch(server.url())
    assert (got.data, got.is_unchanged) == (PICTURE, False)


@pytest.mark.parametrize(("status", "code"), [(404, "not_found"), (503, "server_error")])
def test_a_known_picture_stays_when_it_cannot_be_fetched_this_time(
    serve: Serve, make_client: MakeClient, store: ImageStore, status: int, code: str
) -> None:
    server = serve(lambda _: answer(b"", status))
    memory = {server.url(): RememberedPicture(server.url(), store.put(PICTURE), '"v1"')}
    got = fetcher(make_client(server), store, memory).fetch(server.url())
    assert (got.data, got.remembered) == (PICTURE, None)
    assert got.problem is not None
    assert got.problem.code == code


def test_a_known_picture_goes_when_its_server_says_so_or_its_host_may_not_be_asked(
    serve: Serve, make_client: MakeClient, store: ImageStore
) -> None:
    server = serve(lambda _: answer(b"", 410))
    known = RememberedPicture(server.url(), store.put(PICTURE), '"v1"')
    memory = {server.url(): known, "https://old.test/a.jpg": known}
    pictures = fetcher(make_client(server), store, memory)
    assert refusal(pictures, server.url()).code == "gone"
    assert refusal(pictures, "https://old.test/a.jpg").code == "host_not_allowed"


def test_the_network_is_asked_once_in_a_run_whatever_came_of_it(
    serve: Serve, make_client: MakeClient, store: ImageStore
) -> None:
    server = serve(lambda request: answer() if request.target == "/a.jpg" else answer(b"", 404))
    pictures = fetcher(make_client(server), store)
    for _ in range(3):
        assert pictures.fetch(server.url("/a.jpg")).data == PICTURE
    for _ in range(3):
        assert refusal(pictures, server.url("/none.jpg")).code == "not_found"
    assert server.targets == ["/a.jpg", "/none.jpg"]


def test_what_is_kept_during_a_run_is_bounded(
    serve: Serve, make_client: MakeClient, store: ImageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.fetch.pictures._KEPT_BYTES", 25_000)
    server = serve(lambda _: answer(bytes(10_000)))
    pictures = fetcher(make_client(server), store)
    for path in ("/a", "/b", "/a", "/c", "/a", "/b"):  # the third picture displaces /b
        pictures.fetch(server.url(path))
    assert server.targets == ["/a", "/b", "/c", "/b"]


def test_a_picture_of_more_bytes_than_are_read_is_refused(
    serve: Serve, make_client: MakeClient, store: ImageStore
) -> None:
    server = serve(lambda _: answer(bytes(5_001)))
    assert refusal(fetcher(make_client(server), store, max_bytes=5_000), server.url()).code == (
        "too_many_bytes"
    )


def test_many_threads_share_a_fetcher(
    serve: Serve, make_client: MakeClient, store: ImageStore
) -> None:
    server = serve(lambda request: answer(request.target.encode()))
    pictures = fetcher(make_client(server, per_host=3), store)
    urls = [server.url(f"/{n}") for n in range(60)]
    with ThreadPoolExecutor(8) as pool:
        fetched = [each.data for each in pool.map(pictures.fetch, urls)]
    assert fetched == [f"/{n}".encode() for n in range(60)]
    assert server.connections <= 3


def test_pictures_are_not_fetched_unless_the_settings_say_so(
    serve: Serve, store: ImageStore, tmp_path: Path
) -> None:
    memory: Memory = {}
    assert picture_fetcher(Settings(home=tmp_path), memory.get, store.read) is None
    server = serve(lambda _: answer())
    settings = Settings(
        home=tmp_path,
        fetch_images=True,
        fetch_allow=f"127.0.0.1:{server.port}",
        fetch_private="127.0.0.0/8",
    )
    pictures = picture_fetcher(settings, memory.get, store.read)
    assert pictures is not None
    assert pictures.fetch(server.url()).data == PICTURE
    pictures.close()
