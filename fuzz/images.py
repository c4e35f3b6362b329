"""Fuzz the reading of pictures: ``python -m fuzz.images --seconds 60``."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from fuzz.running import MAX_BYTES, atheris, fuzz

with atheris().instrument_imports(include=["catalog", "PIL"]):
    from catalog.images import ImageLimits, probe_image, read_image
    from core.errors import ImageError

LIMITS = ImageLimits(max_bytes=MAX_BYTES, max_pixels=200_000)


def read_any(data: bytes) -> None:
    """Read bytes as a picture: an error of ours, or RGB within the limits."""
    with contextlib.suppress(ImageError):
        info = probe_image(data, LIMITS)
        assert 0 < info.width * info.height <= LIMITS.max_pixels, info
    for target in (None, (16, 16)):
        with contextlib.suppress(ImageError):
            picture = read_image(data, LIMITS, target)
            assert picture.mode == "RGB", picture.mode
            assert 0 < picture.width * picture.height <= LIMITS.max_pixels, picture.size
            assert len(picture.tobytes()) == 3 * picture.width * picture.height


def seeds() -> Iterator[bytes]:
    """Make small pictures of every kind, and what was made to do harm."""
    from tests.catalog.hostile_pictures import encoded, hostile_pictures, noise

    for kind in ("JPEG", "PNG", "WEBP", "GIF"):
        yield encoded(noise((16, 12)), kind)
    yield encoded(noise((16, 12)), "JPEG", progressive=True)
    yield encoded(noise((16, 12)), "WEBP", lossless=True)
    yield from (each.data for each in hostile_pictures() if len(each.data) < 5_000)


if __name__ == "__main__":
    fuzz("images", read_any, seeds(), sys.argv[1:])
