"""A feed of URLs, imported from the command line as a shop does it every night."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from catalog import repository
from catalog.commands import catalog
from catalog.database import open_catalog
from catalog.image_store import ImageStore
from catalog.images import image_hash
from catalog.models import FetchedImage
from core.settings import Settings
from tests.catalog.fetch.server import Request, Server, answer

Serve = Callable[..., Server]
Jpeg = Callable[..., bytes]


class Shop:
    """A server of pictures and their feed, and a Vitrine that imports it."""

    def __init__(self, serve: Serve, jpeg: Jpeg, home: Path) -> None:
        self.pictures = {f"/{n}.jpg": jpeg(f"#{n * 6:02x}00{n * 5:02x}") for n in range(40)}
        self.status: dict[str, int] = {}
        self.pages: set[str] = set()
        """What is answered with a web page, as if all were well."""
        self.gone = 0
        """How many of the first products the feed names no more."""
        self.server = serve(self.answer)
        self.settings = Settings.load(
            {
                "VITRINE_HOME": str(home / "home"),
                "VITRINE_FETCH_IMAGES": "1",
                "VITRINE_FETCH_FEEDS": "1",
                "VITRINE_FETCH_ALLOW": f"127.0.0.1:{self.server.port}",
                "VITRINE_FETCH_PRIVATE": "127.0.0.0/8",
                "VITRINE_FETCH_PER_SECOND": "10000",
            }
        )
        self.path = home / "feed.csv"

    def answer(self, request: Request) -> bytes:
        if request.target == "/feed.csv":
            return answer(self.feed.encode())
        if (status := self.status.get(request.target, 200)) != 200:
            return answer(b"", status)
        if request.target in self.pages:
            return answer(b"<!doctype html><title>We will be back soon</title>", ETag='"page"')
        tag = f'"{image_hash(self.pictures[request.target])}"'
        is_known = request.headers.get("if-none-match") == tag
        return answer(self.pictures[request.target], 304 if is_known else 200, ETag=tag)

    @property
    def feed(self) -> str:
        rows = [f"{n},Boot {n},{self.server.url(f'/{n % 40}.jpg')}" for n in range(self.gone, 50)]
        return "\n".join(["id,title,image", *rows, ""])

    def invoke(self, *options: str, location: str = "") -> Result:
        self.path.write_text(self.feed)
        self.server.requests.clear()
        command = ["import", location or str(self.path), "--json", *options]
        return CliRunner().invoke(catalog, command, obj=self.settings)

    def run(self, *options: str, location: str = "") -> dict[str, object]:
        result = self.invoke(*options, location=location)
        assert result.exit_code == 0, result.output
        report: dict[str, object] = json.loads(result.stdout)
        return report

    def images(self) -> dict[str, list[str]]:
        database = open_catalog(self.settings)
        with database.read() as session:
            found = {p.id: [i.hash for i in p.images] for p in repository.stream_products(session)}
        database.close()
        return found

    def remembered(self) -> set[str]:
        database = open_catalog(self.settings)
        with database.read() as session:
            urls = set(session.scalars(select(FetchedImage.url)))
        database.close()
        return {urlsplit(url).path for url in urls}

    def expected(self) -> dict[str, list[str]]:
        return {str(n): [image_hash(self.pictures[f"/{n % 40}.jpg"])] for n in range(50)}


@pytest.fixture
def shop(serve: Serve, jpeg: Jpeg, tmp_path: Path) -> Shop:
    return Shop(serve, jpeg, tmp_path)


def test_the_second_import_of_a_feed_of_urls_asks_and_stores_nothing(shop: Shop) -> None:
    first = shop.run()
    assert (first["taken"], first["images_stored"], first["codes"]) == (50, 40, {})
    assert sorted(shop.server.targets) == sorted(shop.pictures)
    assert shop.images() == shop.expected()

    second = shop.run()
    assert (second["unchanged"], second["images_stored"], second["codes"]) == (50, 0, {})
    tags = [each.headers.get("if-none-match") for each in shop.server.requests]
    assert sorted(map(str, tags)) == sorted(
        f'"{image_hash(picture)}"' for picture in shop.pictures.values()
    )
    assert shop.images() == shop.expected()


def test_one_changed_picture_of_many_is_the_only_one_sent(shop: Shop, jpeg: Jpeg) -> None:
    shop.run()
    shop.pictures["/7.jpg"] = jpeg("white")
    report = shop.run()
    assert (report["changed"], report["images_stored"]) == (2, 1)  # 7 and 47 share it
    assert shop.images() == shop.expected()


def test_a_product_keeps_its_picture_through_a_bad_night_of_its_server(shop: Shop) -> None:
    shop.run()
    shop.status["/3.jpg"] = 404
    report = shop.run()
    assert (report["changed"], report["codes"]) == (0, {"image_not_found": 2})  # 3 and 43
    assert shop.images() == shop.expected()


def test_a_product_keeps_its_picture_when_a_web_page_comes_in_its_place(shop: Shop) -> None:
    shop.run()
    shop.pages.add("/3.jpg")
    for _ in range(2):  # nor is the page remembered
        report = shop.run()
        assert (report["changed"], report["mended"]) == (0, 2)  # 3 and 43
        assert report["codes"] == {"image_not_an_image": 2}
        assert shop.images() == shop.expected()
    shop.pages.clear()
    assert shop.run()["codes"] == {}
    assert shop.images() == shop.expected()


def test_a_web_page_alone_is_no_picture(shop: Shop) -> None:
    shop.pages.add("/3.jpg")
    assert shop.run()["codes"] == {"image_not_an_image": 2}
    assert shop.images() == shop.expected() | {"3": [], "43": []}


def test_a_full_import_forgets_the_urls_that_no_product_shows(shop: Shop) -> None:
    shop.run()
    shop.gone = 20
    shop.run()
    assert shop.remembered() == set(shop.pictures)  # an update says nothing of the others
    shop.run("--mode", "full", "--max-withdrawn", "100%")
    assert shop.remembered() == {f"/{n % 40}.jpg" for n in range(20, 50)}


def test_a_full_import_that_was_not_let_withdraw_forgets_nothing(shop: Shop) -> None:
    shop.run()
    shop.gone = 20
    assert shop.invoke("--mode", "full").exit_code == 1
    assert len(shop.remembered()) == 40


def test_an_import_that_was_killed_before_its_commit_fetches_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(store: ImageStore) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ImageStore, "flush", killed)
        assert shop.invoke().exit_code != 0
    assert shop.images() == {}
    report = shop.run()
    assert (report["added"], report["images_stored"]) == (50, 40)
    assert all("if-none-match" not in each.headers for each in shop.server.requests)
    assert shop.images() == shop.expected()


def test_a_feed_is_imported_from_its_url_where_that_is_allowed(shop: Shop) -> None:
    report = shop.run(location=shop.server.url("/feed.csv"))
    assert (report["taken"], report["images_stored"]) == (50, 40)
    assert shop.images() == shop.expected()
