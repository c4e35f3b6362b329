"""Multipart requests, and pictures that are wrong in one way each."""

from __future__ import annotations

import io
import random
import struct
import zlib
from typing import Any

from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from tests.web.fake_engine import COLOURS, encoded

RED_PNG = encoded((90, 120), COLOURS["red"])
RED_JPEG = encoded((300, 400), COLOURS["red"], "JPEG")


def post_image(
    client: FlaskClient,
    path: str,
    data: bytes | None,
    name: str = "photo.jpg",
    **fields: str | list[str],
) -> TestResponse:
    """Send a picture and text fields as a browser does."""
    form: dict[str, Any] = dict(fields)
    if data is not None:
        form["image"] = (io.BytesIO(data), name)
    response = client.post(path, data=form, content_type="multipart/form-data")
    # The test client writes large bodies to a file and leaves that open.
    response.request.environ["wsgi.input"].close()
    return response


def noise(seed: int, side: int) -> bytes:
    """Make a JPEG whose bytes are as good as random, like those of a large photo."""
    pixels = random.Random(seed).randbytes(side * side * 3)
    buffer = io.BytesIO()
    Image.frombytes("RGB", (side, side), pixels).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """Make a PNG of a few hundred bytes that claims 900 million pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(bytes(1000)))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
