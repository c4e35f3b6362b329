"""Which pictures a feed may name, and what is told of those it may not."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from catalog import repository
from catalog.database import Database
from catalog.image_store import ImageStore
from catalog.images import ImageLimits, image_hash
from catalog.importer import ImportOptions, import_feed
from catalog.records import ProductRecord

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
