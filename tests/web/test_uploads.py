"""Uploads of the size that cameras make."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from catalog.images import ImageLimits
from core.settings import Settings
from tests.web.fake_engine import FakeEngine, FakeImages
from tests.web.uploading import RED_JPEG, noise, post_image
from web.app import create_app
from web.uploads import UploadStore


@pytest.fixture
def shop(tmp_path: Path, engine: FakeEngine, images: FakeImages) -> Flask:
    """A site with the limits that it has unless told otherwise."""
    return create_app(Settings(home=tmp_path), engine, images)


@pytest.mark.parametrize("side", [1200, 1500, 1900])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_photo_of_megabytes_is_taken(shop: Flask, seed: int, side: int) -> None:
    photo = noise(seed, side)
    assert 1_000_000 < len(photo) < 4_000_000
    client = shop.test_client()
    assert post_image(client, "/api/v1/search/image", photo).status_code == 200
    assert post_image(client, "/search/image", photo, q="bag").status_code == 303


@pytest.mark.parametrize("byte", [b"\n", b"\r", b"-", b"\0"])
def test_a_long_run_of_one_byte_does_not_fill_the_parser(shop: Flask, byte: bytes) -> None:
    data = RED_JPEG + b"\r\n--" + byte * 2_000_000
    assert post_image(shop.test_client(), "/api/v1/search/image", data).status_code == 200


def test_words_that_fill_memory_are_refused(shop: Flask) -> None:
    response = post_image(shop.test_client(), "/api/v1/search/image", RED_JPEG, q="x" * 600_000)
    assert (response.status_code, response.get_json()["code"]) == (413, "request_entity_too_large")


class Decoding:
    """Stands for the decoder: holds every picture until released, and notes the targets."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.release = threading.Event()
        self.targets: list[tuple[int, int] | None] = []

    def __call__(
        self, data: bytes, limits: ImageLimits, target: tuple[int, int] | None = None
    ) -> Image.Image:
        self.targets.append(target)
        self.entered.release()
        assert self.release.wait(10)
        return Image.new("RGB", (8, 8))


def test_only_two_uploads_are_decoded_at_the_same_time(
    tmp_path: Path, engine: FakeEngine, images: FakeImages, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoding = Decoding()
    monkeypatch.setattr("web.requests.read_image", decoding)
    shop = create_app(Settings(home=tmp_path, query_timeout_s=0), engine, images)
    answers: list[int] = []

    def send() -> TestResponse:
        response = post_image(shop.test_client(), "/api/v1/search/image", RED_JPEG)
        answers.append(response.status_code)
        return response

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert decoding.entered.acquire(timeout=10)
    third = send()
    assert (third.status_code, third.get_json()["code"]) == (503, "overloaded")
    assert third.headers["Retry-After"] == "1"
    decoding.release.set()
    for thread in threads:
        thread.join()
    send()
    assert answers == [503, 200, 200, 200]
    assert decoding.targets == [(1280, 1)] * 3


@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_in_one_sentence(
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    reason: int,
) -> None:
    def full(store: UploadStore, image: Image.Image) -> str:
        raise OSError(reason, os.strerror(reason), "/srv/secret/upload.jpg")

    monkeypatch.setattr(UploadStore, "keep", full)
    response = post_image(client, "/search/image", RED_JPEG)
    assert response.status_code == 507
    assert "There is no room left to keep what was sent." in response.text
    assert "secret" not in response.text
    assert "/srv/secret/upload.jpg" in caplog.text
    assert "Traceback" not in caplog.text


def test_a_disk_that_is_full_while_a_form_is_read_is_told_too(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("werkzeug.formparser.MultiPartParser.parse", full)
    for path in ("/search/image", "/api/v1/search/image"):
        assert post_image(client, path, RED_JPEG).status_code == 507
