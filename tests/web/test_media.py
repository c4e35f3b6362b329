from __future__ import annotations

import io
import os
import threading
import time
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image

from catalog.images import ImageLimits
from catalog.records import ImageRecord
from core.errors import ImageError
from core.settings import Settings
from tests.web.fake_engine import MISSING_HASH, FakeImages, encoded
from tests.web.uploading import bomb
from web.media import Thumbnails
from web.renditions import renditions
from web.uploads import KEPT_PICTURES, KEPT_S, UploadStore


def picture(client: FlaskClient, path: str) -> Image.Image:
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (200, "image/jpeg")
    return Image.open(io.BytesIO(response.data))


@pytest.mark.parametrize(
    ("size", "width", "served"),
    [
        ((600, 800), 320, (320, 427)),
        ((600, 800), 960, (600, 800)),
        ((60, 80), 160, (60, 80)),
        ((1600, 2), 160, (160, 1)),
    ],
)
def test_a_picture_is_reduced_and_never_upscaled(
    client: FlaskClient,
    images: FakeImages,
    size: tuple[int, int],
    width: int,
    served: tuple[int, int],
) -> None:
    name = images.put(encoded(size, (10, 120, 200)))
    assert picture(client, f"/media/{name}/{width}.jpg").size == served


def test_offered_sizes_are_the_ones_served(client: FlaskClient, images: FakeImages) -> None:
    name = images.put(encoded((500, 700), (10, 120, 200)))
    offered = renditions(ImageRecord(name, "", 500, 700))
    assert [each.width for each in offered] == [160, 320, 480, 500]
    for each in offered:
        assert picture(client, each.url).size == (each.width, each.height)


def test_transparency_is_served_on_white(client: FlaskClient, images: FakeImages) -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (200, 200), (255, 0, 0, 0)).save(buffer, "PNG")
    name = images.put(buffer.getvalue())
    shown = picture(client, f"/media/{name}/160.jpg")
    assert shown.getpixel((80, 80)) == (255, 255, 255)


def test_a_picture_may_be_kept_for_good(client: FlaskClient, images: FakeImages) -> None:
    url = f"/media/{images.put(encoded((200, 200), (1, 2, 3)))}/160.jpg"
    first = client.get(url)
    assert first.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    again = client.get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/161.jpg", "/1.jpg", "/99999999.jpg", "/160.png", "/-160.jpg", "/160.jpg/x", ""]
)
def test_other_widths_than_the_listed_are_refused(
    client: FlaskClient, images: FakeImages, path: str
) -> None:
    name = images.put(encoded((200, 200), (1, 2, 3)))
    assert client.get(f"/media/{name}{path}").status_code == 404


@pytest.mark.parametrize("name", ["..%2F..%2Fvitrine.db", "A" * 64, "a" * 63, "a" * 65, "%2E%2E"])
def test_a_name_that_is_no_hash_is_refused(client: FlaskClient, name: str) -> None:
    assert client.get(f"/media/{name}/160.jpg").status_code == 404


def test_a_missing_picture_is_a_neutral_box(client: FlaskClient) -> None:
    response = client.get(f"/media/{MISSING_HASH}/160.jpg")
    assert (response.status_code, response.mimetype) == (404, "image/jpeg")
    assert response.headers["Cache-Control"] == "no-store"
    assert Image.open(io.BytesIO(response.data)).size == (160, 213)


@pytest.mark.parametrize("data", [b"", b"words", bomb(), encoded((9, 9), (0, 0, 0))[:40]])
def test_an_unreadable_picture_is_a_neutral_box(
    client: FlaskClient, images: FakeImages, data: bytes
) -> None:
    assert client.get(f"/media/{images.put(data)}/160.jpg").status_code == 404


class CountingImages(FakeImages):
    reads = 0

    def read(self, image_hash: str, /) -> bytes:
        self.reads += 1
        return super().read(image_hash)


def test_a_thumbnail_is_made_once_also_by_many_at_a_time(tmp_path: Path) -> None:
    source = CountingImages()
    name = source.put(encoded((800, 800), (1, 2, 3)))
    thumbnails = Thumbnails(tmp_path, source, ImageLimits())
    answers: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: answers.append(thumbnails.read(name, 320)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert source.reads == 1
    assert len(answers) == 8
    assert len(set(answers)) == 1
    assert Thumbnails(tmp_path, FakeImages(), ImageLimits()).read(name, 320) == answers[0]


def test_thumbnails_are_served_where_they_cannot_be_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    source = FakeImages()
    name = source.put(encoded((800, 800), (1, 2, 3)))
    data = Thumbnails(tmp_path / "file", source, ImageLimits()).read(name, 160)
    assert Image.open(io.BytesIO(data)).size == (160, 160)


def test_a_picture_that_the_source_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImageError) as caught:
        Thumbnails(tmp_path, FakeImages(), ImageLimits()).read(MISSING_HASH, 160)
    assert caught.value.code == "missing"


def test_a_full_upload_folder_forgets_the_oldest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert KEPT_PICTURES == 2000
    monkeypatch.setattr("web.uploads.KEPT_PICTURES", 2)
    uploads = UploadStore(tmp_path, now=lambda: 1000.0)
    tokens = []
    for age in (30, 20, 10):
        tokens.append(uploads.keep(Image.new("RGB", (8, 8))))
        os.utime(tmp_path / f"{tokens[-1]}.jpg", (1000 - age, 1000 - age))
    assert sorted(path.stem for path in tmp_path.glob("*.jpg")) == sorted(tokens[1:])


def test_thumbnails_live_under_the_home_folder(
    client: FlaskClient, settings: Settings, images: FakeImages
) -> None:
    name = images.put(encoded((200, 200), (4, 5, 6)))
    client.get(f"/media/{name}/160.jpg")
    assert [path.name for path in settings.thumbnails.rglob("*.jpg")] == [f"{name}-160-1.jpg"]


def test_the_last_picture_of_a_quiet_day_is_removed_without_another_upload(tmp_path: Path) -> None:
    clock = [time.time()]
    uploads = UploadStore(tmp_path, now=lambda: clock[0])
    uploads.keep(Image.new("RGB", (8, 8)))
    uploads.forget()
    assert len(list(tmp_path.iterdir())) == 1
    clock[0] += KEPT_S + 1
    uploads.forget()
    assert list(tmp_path.iterdir()) == []
