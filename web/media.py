"""Pictures as pages show them: re-encoded, reduced, kept on disk, never upscaled."""

from __future__ import annotations

import io
import logging
import threading
from pathlib import Path
from typing import Protocol

from PIL import Image

from catalog.images import ImageLimits, read_image
from core.errors import ImageError
from core.files import replacing
from web.renditions import fitted

log = logging.getLogger(__name__)

JPEG_QUALITY = 85
RECIPE = "1"
"""Raise it when the encoding below changes, so that no cache keeps the old pictures."""

RENDERERS = 4
"""Thumbnails rendered at the same time: each holds one decoded picture in memory."""


class ImageSource(Protocol):
    """Where the catalogue's pictures are, by the hash of their bytes."""

    def has(self, image_hash: str, /) -> bool:
        """Tell whether the picture is there."""

    def read(self, image_hash: str, /) -> bytes:
        """Read the picture's bytes.

        Raises:
            ImageError: it is not there, or cannot be read.
        """


class Thumbnails:
    """A folder of re-encoded pictures that may be deleted at any time."""

    def __init__(self, root: Path, source: ImageSource, limits: ImageLimits) -> None:
        self._root = root
        self._source = source
        self._limits = limits
        self._locks = tuple(threading.Lock() for _ in range(RENDERERS))

    def read(self, image_hash: str, width: int) -> bytes:
        """Read a picture of at most ``width`` pixels as JPEG; made on the first call.

        Raises:
            ImageError: the picture is missing, or cannot be used.
        """
        path = self._root / image_hash[:2] / f"{image_hash}-{width}-{RECIPE}.jpg"
        cached = _read_if_there(path)
        if cached is not None:
            return cached
        with self._locks[int(image_hash[:8], 16) % RENDERERS]:
            cached = _read_if_there(path)
            if cached is not None:
                return cached
            data = self._render(image_hash, width)
            _keep(path, data)
            return data

    def _render(self, image_hash: str, width: int) -> bytes:
        if not self._source.has(image_hash):
            raise ImageError("missing", f"The picture {image_hash} is not in the image store.")
        try:
            data = self._source.read(image_hash)
        except OSError as error:
            raise ImageError("missing", f"The picture {image_hash} cannot be read.") from error
        return encode_jpeg(read_image(data, self._limits, decode_target(width)), width)


def decode_target(width: int) -> tuple[int, int]:
    """Tell how large to decode a picture that is reduced to ``width``: twice that, for detail."""
    return 2 * width, 1


def encode_jpeg(image: Image.Image, width: int, quality: int = JPEG_QUALITY) -> bytes:
    """Reduce an RGB picture to at most ``width`` pixels and encode it, without metadata."""
    size = fitted(image.width, image.height, width)
    reduced = image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    reduced.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
    return buffer.getvalue()


def _read_if_there(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _keep(path: Path, data: bytes) -> None:
    """Keep a thumbnail; where it cannot be kept, it is only made again next time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            file.write(data)
    except OSError as error:
        log.warning("thumbnail %s cannot be kept: %s", path, error)
