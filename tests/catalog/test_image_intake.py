"""Which pictures a feed may name, and what is told of those it may not."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from catalog import ledger, repository
from catalog.database import Database
from catalog.fetch import remembered
from catalog.fetch.pictures import FetchedPicture, PictureFetcher
from catalog.fetch.remembered import RememberedPicture
from catalog.image_store import ImageStore
from catalog.images import ImageLimits, image_hash
from catalog.importer import ImportOptions, import_feed
from catalog.records import ProductRecord
from core.errors import DatabaseError, ImageError

Jpeg = Callable[..., bytes]


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    folder = tmp_path / "feed"
    (folder / "images").mkdir(parents=True)
    return folder / "products.csv"


def products(database: Database) -> dict[str, ProductRecord]:
    with database.read() as session:
        return {each.id: each for each in repository.stream_products(session)}


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("../secret.jpg", "image_outside_root"),
        ("images/../../secret.jpg", "image_outside_root"),
        ("..\\secret.jpg", "image_outside_root"),
        ("images/link.jpg", "image_outside_root"),
        ("linked/secret.jpg", "image_outside_root"),
        ("/etc/hostname", "image_path_absolute"),
        ("\\\\server\\share\\a.jpg", "image_path_absolute"),
        ("C:\\a.jpg", "image_path_absolute"),
        ("https://shop.example/a.jpg", "url_images_off"),
        ("//shop.example/a.jpg", "url_images_off"),
        ("file:///etc/hostname", "url_images_off"),
        ("data:image/png;base64,AAAA", "url_images_off"),
        ("images/none.jpg", "image_missing"),
        ("images", "image_not_a_file"),
        ("images/pipe", "image_not_a_file"),
        ("images/loop", "image_unreadable"),
        ("x" * 3_000 + ".jpg", "image_unreadable"),
        ("images/empty.jpg", "image_empty"),
        ("images/page.jpg", "image_not_an_image"),
        ("images/vector.jpg", "image_unsupported_format"),
        ("images/big.jpg", "image_too_many_bytes"),
        ("images/wide.png", "image_too_many_pixels"),
    ],
)
def test_pictures_that_cannot_be_taken_are_told(
    sqlite_database: Database,
    store: ImageStore,
    feed: Path,
    jpeg: Jpeg,
    location: str,
    code: str,
) -> None:
    images = feed.parent / "images"
    outside = feed.parent.parent / "outside"
    outside.mkdir()
    for secret in (outside / "secret.jpg", feed.parent.parent / "secret.jpg"):
        secret.write_bytes(jpeg())
    (images / "link.jpg").symlink_to(outside / "secret.jpg")
    (feed.parent / "linked").symlink_to(outside)
    (images / "loop").symlink_to("loop")
    os.mkfifo(images / "pipe")
    (images / "empty.jpg").write_bytes(b"")
    (images / "page.jpg").write_bytes(b"<!doctype html><p>404</p>")
    (images / "vector.jpg").write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    (images / "big.jpg").write_bytes(jpeg() + b"\0" * 5_000)
    Image.new("1", (1_000, 11)).save(images / "wide.png")
    path = feed.with_suffix(".jsonl")
    path.write_text(json.dumps({"id": "1", "title": "Boot", "image": [location]}))
    limits = ImageLimits(max_bytes=5_000, max_pixels=10_000)
    report = import_feed(sqlite_database, store, path, ImportOptions(limits=limits))
    assert report.codes == {code: 1}
    assert products(sqlite_database)["1"].images == ()
    assert not list(store.path("00").parent.parent.rglob("*"))


def test_a_symlink_that_stays_inside_is_followed(
    sqlite_database: Database, store: ImageStore, feed: Path, jpeg: Jpeg
) -> None:
    (feed.parent / "images" / "a.jpg").write_bytes(jpeg())
    (feed.parent / "b.jpg").symlink_to(feed.parent / "images" / "a.jpg")
    feed.write_text("id,title,image\n1,Boot,b.jpg\n")
    assert import_feed(sqlite_database, store, feed).taken == 1


def test_one_bad_picture_of_several_leaves_the_others(
    sqlite_database: Database, store: ImageStore, feed: Path, jpeg: Jpeg
) -> None:
    images = feed.parent / "images"
    for name, colour in (("a.jpg", "red"), ("same.jpg", "red"), ("b.jpg", "blue")):
        (images / name).write_bytes(jpeg(colour))
    feed.write_text("id,title,image\n1,Boot,a.jpg|none.jpg|same.jpg|b.jpg\n")
    report = import_feed(sqlite_database, store, feed, ImportOptions(images=images))
    assert [each.hash for each in products(sqlite_database)["1"].images] == [
        image_hash(jpeg("red")),
        image_hash(jpeg("blue")),
    ]
    assert report.codes == {"image_missing": 1}


class _Web(PictureFetcher):
    """Answers of the web, by URL; ``known`` are those of which an earlier import had a picture."""

    def __init__(self, answers: dict[str, bytes | ImageError], known: dict[str, bytes]) -> None:
        self.answers = answers
        self.known = known
        self.closed = False

    def close(self) -> None:
        self.closed = True

    def earlier(self, url: str) -> bytes | None:
        return self.known.get(url)

    def fetch(self, url: str) -> FetchedPicture:
        answer = self.answers[url]
        if isinstance(answer, ImageError):
            if url not in self.known:
                raise answer
            return FetchedPicture(self.known[url], None, problem=answer)
        remembered = RememberedPicture(url, image_hash(answer), etag='"1"')
        return FetchedPicture(answer, remembered, is_unchanged=answer == self.known.get(url))


SHOP = "https://shop.example"


def remembered_pictures(database: Database) -> dict[str, RememberedPicture]:
    with database.read() as session:
        urls = [f"{SHOP}/{name}" for name in ("a.jpg", "b.jpg", "page.jpg", "away.jpg")]
        return remembered.find(session, urls)


def test_pictures_by_url_are_taken_like_those_by_path_and_remembered(
    database: Database, store: ImageStore, feed: Path, jpeg: Jpeg
) -> None:
    (feed.parent / "images" / "here.jpg").write_bytes(jpeg("green"))
    locations = ["images/here.jpg", *(f"{SHOP}/{each}.jpg" for each in ("a", "page", "away"))]
    feed.write_text(f"id,title,image\n1,Boot,{'|'.join(locations)}\n")
    web = _Web(
        {
            f"{SHOP}/a.jpg": jpeg("red"),
            f"{SHOP}/page.jpg": b"<!doctype html><p>Not found",
            f"{SHOP}/away.jpg": ImageError("timeout", "The host did not answer."),
        },
        known={},
    )
    report = import_feed(database, store, feed, ImportOptions(fetcher=web))
    assert [each.hash for each in products(database)["1"].images] == [
        image_hash(jpeg("green")),
        image_hash(jpeg("red")),
    ]
    assert report.codes == {"image_not_an_image": 1, "image_timeout": 1}
    assert (report.images_stored, report.mended) == (2, 1)
    red = f"{SHOP}/a.jpg"
    assert remembered_pictures(database) == {
        red: RememberedPicture(red, image_hash(jpeg("red")), etag='"1"')
    }
    assert store.read(image_hash(jpeg("red"))) == jpeg("red")


def test_a_picture_that_was_fetched_before_stays_while_its_host_is_away(
    sqlite_database: Database, store: ImageStore, feed: Path, jpeg: Jpeg
) -> None:
    feed.write_text(f"id,title,image\n1,Boot,{SHOP}/a.jpg\n")
    url, red = f"{SHOP}/a.jpg", jpeg("red")
    import_feed(sqlite_database, store, feed, ImportOptions(fetcher=_Web({url: red}, {})))
    away = _Web({url: ImageError("timeout", "The host did not answer.")}, {url: red})
    report = import_feed(sqlite_database, store, feed, ImportOptions(fetcher=away))
    assert (report.unchanged, report.mended, report.codes) == (1, 1, {"image_timeout": 1})
    assert [each.hash for each in products(sqlite_database)["1"].images] == [image_hash(red)]
    assert remembered_pictures(sqlite_database)[url].image_hash == image_hash(red)


def test_nothing_is_remembered_of_pictures_whose_batch_was_not_kept(
    sqlite_database: Database,
    store: ImageStore,
    feed: Path,
    jpeg: Jpeg,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    feed.write_text(f"id,title,image\n1,Boot,{SHOP}/a.jpg\n")

    def fail(*_: object) -> None:
        raise DatabaseError("the disk burns")

    monkeypatch.setattr(ledger, "record_batch", fail)
    web = _Web({f"{SHOP}/a.jpg": jpeg()}, {})
    with pytest.raises(DatabaseError):
        import_feed(sqlite_database, store, feed, ImportOptions(fetcher=web))
    assert remembered_pictures(sqlite_database) == {}
    assert web.closed


def test_the_size_is_that_of_the_upright_picture(
    sqlite_database: Database, store: ImageStore, feed: Path
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    Image.new("RGB", (30, 20)).save(buffer, "JPEG", exif=exif)
    (feed.parent / "turned.jpg").write_bytes(buffer.getvalue())
    feed.write_text("id,title,image\n1,Boot,turned.jpg\n")
    import_feed(sqlite_database, store, feed)
    image = products(sqlite_database)["1"].images[0]
    assert (image.width, image.height) == (20, 30)
