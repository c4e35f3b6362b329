"""Shoppers' pictures, kept for an hour so that their results have an address.

A result page made by POST cannot be paged, refreshed or gone back to. So the picture
is kept under a name that nobody can guess, and the answer to the POST is a redirect.
What is kept is our own re-encoding: small, and without the camera's metadata.
"""

from __future__ import annotations

import io
import re
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from core.errors import UploadNotFoundError
from core.files import replacing
from web.media import encode_jpeg

KEPT_S = 3600
KEPT_PICTURES = 2000
"""About 200 MB at most: one re-encoded picture is 20 to 100 kB."""

STORED_WIDTH = 640
"""No image tower in use sees more than 448 pixels."""

STORED_QUALITY = 95
"""High, because the encoder reads it again."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


class UploadStore:
    """A folder of pictures that forgets: by age, and the oldest first when it is full."""

    def __init__(self, root: Path, now: Callable[[], float] = time.time) -> None:
        self._root = root
        self._now = now

    def keep(self, image: Image.Image) -> str:
        """Keep a picture and return the token that finds it again."""
        self._root.mkdir(parents=True, exist_ok=True)
        self.forget(room_for=1)
        token = secrets.token_urlsafe(16)
        with replacing(self._path(token)) as file:
            file.write(encode_jpeg(image, STORED_WIDTH, STORED_QUALITY))
        return token

    def read(self, token: str) -> bytes:
        """Read a kept picture's JPEG bytes.

        Raises:
            UploadNotFoundError: it was never kept, or is no longer.
        """
        if not _TOKEN.fullmatch(token):
            raise UploadNotFoundError()
        path = self._path(token)
        try:
            if self._now() - path.stat().st_mtime > KEPT_S:
                raise UploadNotFoundError()
            return path.read_bytes()
        except OSError:
            raise UploadNotFoundError() from None

    def open(self, token: str) -> Image.Image:
        """Decode a kept picture.

        Raises:
            UploadNotFoundError: it was never kept, or is no longer.
        """
        image = Image.open(io.BytesIO(self.read(token)), formats=["JPEG"])
        image.load()
        return image

    def _path(self, token: str) -> Path:
        return self._root / f"{token}.jpg"

    def forget(self, room_for: int = 0) -> None:
        """Remove what is too old, then the oldest beyond the number that may be kept.

        To be called now and then, so that the last picture of a quiet day goes, too.
        """
        kept = sorted(self._ages(), reverse=True)
        too_many = len(kept) - KEPT_PICTURES + room_for
        for position, (age_s, path) in enumerate(kept):
            if age_s > KEPT_S or position < too_many:
                path.unlink(missing_ok=True)

    def _ages(self) -> list[tuple[float, Path]]:
        ages: list[tuple[float, Path]] = []
        for path in self._root.glob("*.jpg"):
            try:
                ages.append((self._now() - path.stat().st_mtime, path))
            except FileNotFoundError:  # another thread was faster
                continue
        return ages
