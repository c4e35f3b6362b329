"""Pictures from bytes that a stranger may have sent: bounded, forgiving, always RGB.

Everything goes by content. Size and pixels are checked before anything is decoded,
with our own limits and Pillow's plugins called directly: its global limit and its
switches for broken files would be seen by every thread.
"""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PIL import GifImagePlugin, Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin
from PIL.ImageFile import ImageFile

from catalog.image_blocks import has_too_many_blocks
from core.errors import ImageError

MAX_SCANS = 100
"""Most scans of one JPEG. A progressive one has about ten; each costs a whole pass, so a
small file with thousands keeps a decoder busy for minutes.
Source: libjpeg-turbo's wiki, "Two Issues with the JPEG Standard"."""
_SCANS_OF_THE_LARGEST = 20
"""Most scans of a JPEG with as many pixels as are allowed: 100 of 50 million took 6 s."""

LARGE_PIXELS = 2**22
"""A picture of more is converted in bands, and first reduced to near its target: the copies
that a conversion needs took 900 MB for a picture of 48 million pixels."""
_BAND_PIXELS = 2**18


class _JpegFile(JpegImagePlugin.JpegImageFile):
    """A JPEG whose EXIF is left unread: Pillow would, to learn the resolution.

    A broken one costs a warning on the terminal for each of its thousands of entries, and
    where warnings are errors, the picture.
    """

    def _read_dpi_from_exif(self) -> None:
        return


_PLUGINS: dict[str, Callable[[io.BytesIO], ImageFile]] = {
    "JPEG": _JpegFile,
    "PNG": PngImagePlugin.PngImageFile,
    "WEBP": WebPImagePlugin.WebPImageFile,
    "GIF": GifImagePlugin.GifImageFile,
}
_OTHER_FORMATS = (
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"8BPS", "PSD"),
    (b"\0\0\1\0", "ICO"),
    (b"\0\0\0\x0cjP", "JPEG 2000"),
    (b"\xff\x0a", "JPEG XL"),
    (b"%PDF", "PDF"),
)
_TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each EXIF orientation. Source: CIPA DC-008, tag 0x0112."""
_FIRST_SIDEWAYS = 5
_ORIENTATION_TAG = 0x0112


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """What a picture may cost; both are checked before it is decoded."""

    max_bytes: int = 20 * 2**20
    max_pixels: int = 50_000_000


class ImageInfo(NamedTuple):
    """What a picture says of itself; width and height as it is looked at."""

    format: str
    width: int
    height: int


def image_hash(data: bytes) -> str:
    """Name a picture by its content: SHA-256, in hex."""
    return hashlib.sha256(data).hexdigest()


def probe_image(data: bytes, limits: ImageLimits) -> ImageInfo:
    """Read format and size from the header, without decoding.

    Raises:
        ImageError: as ``read_image``, but for damage below the header.
    """
    opened = _open(data, limits)
    width, height = opened.size
    if _orientation(opened) >= _FIRST_SIDEWAYS:
        width, height = height, width
    return ImageInfo(str(opened.format), width, height)


def read_image(
    data: bytes, limits: ImageLimits, target: tuple[int, int] | None = None
) -> Image.Image:
    """Decode a picture to RGB: upright, the first frame, transparency on white.

    ``target`` is the (width, height) that the caller reduces it to; a JPEG is then
    decoded at a fraction of its size and cost, and any other large picture reduced
    before it is converted, but never below the target.

    Raises:
        ImageError: with the code empty, too_many_bytes, too_many_pixels,
            too_many_scans, too_many_blocks, not_an_image, unsupported_format, truncated or damaged.
    """
    opened = _open(data, limits)
    orientation = _orientation(opened)
    if target:
        width, height = target if orientation < _FIRST_SIDEWAYS else target[::-1]
        target = max(width, 1), max(height, 1)
        opened.draft("RGB", target)
    try:
        opened.load()
        # A GIF's first frame may be larger than the canvas that the file declares.
        _check_pixels(opened.size, limits)
        if opened.width * opened.height > LARGE_PIXELS:
            picture = _to_rgb_in_bands(opened, _reduction(opened.size, target))
        else:
            picture = _to_rgb(opened)
    except ImageError:
        raise
    except Exception as error:  # hostile bytes make the decoders raise nearly anything
        raise _damaged(error) from error
    transposition = _TRANSPOSITIONS.get(orientation)
    return picture if transposition is None else picture.transpose(transposition)


def _open(data: bytes, limits: ImageLimits) -> ImageFile:
    """Read the header, once the bytes and the pixels are known to be within limits."""
    if not data:
        raise ImageError("empty", "The picture has no bytes.")
    if len(data) > limits.max_bytes:
        raise ImageError(
            "too_many_bytes",
            f"The picture has {len(data):,} bytes; at most {limits.max_bytes:,} are read.",
        )
    kind = _sniff(data)
    if declared := _declared_size(kind, data):
        _check_pixels(declared, limits)
    if has_too_many_blocks(kind, data):
        raise ImageError("too_many_blocks", f"The {kind} has more blocks than any real picture.")
    try:
        opened = _PLUGINS[kind](io.BytesIO(data))
    except Exception as error:  # as in read_image
        raise _damaged(error) from error
    _check_pixels(opened.size, limits)
    if kind == "JPEG":
        _check_scans(data.count(b"\xff\xda"), opened.size, limits)
    return opened


def _sniff(data: bytes) -> str:
    """Tell the format by the first bytes; the name and what a server says don't count."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    other = next((name for magic, name in _OTHER_FORMATS if data.startswith(magic)), "")
    if data[4:8] == b"ftyp":
        other = "AVIF or HEIC"
    if b"<svg" in data[:1024].lower():
        other = "SVG"
    if other:
        raise ImageError(
            "unsupported_format", f"The picture is {other}; give JPEG, PNG, WebP or GIF."
        )
    raise ImageError("not_an_image", "The file is not a picture; give JPEG, PNG, WebP or GIF.")


def _declared_size(kind: str, data: bytes) -> tuple[int, int] | None:
    """Read the size from the first bytes where opening alone would cost memory.

    libwebp allocates the whole canvas twice when a file is opened; a GIF's is checked
    against Pillow's own limit there, and a PNG parsed to its end. A JPEG is only
    parsed as far as its size.
    """
    if kind == "PNG" and len(data) >= 24:
        width, height = struct.unpack_from(">II", data, 16)
        return width, height
    if kind == "GIF" and len(data) >= 10:
        width, height = struct.unpack_from("<HH", data, 6)
        return width, height
    if kind != "WEBP" or len(data) < 30:
        return None
    if data[12:16] == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if data[12:16] == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", data, 26)
    return width & 0x3FFF, height & 0x3FFF


def _check_pixels(size: tuple[int, int], limits: ImageLimits) -> None:
    width, height = size
    if width * height > limits.max_pixels:
        raise ImageError(
            "too_many_pixels",
            f"The picture has {width:,} × {height:,} pixels; "
            f"at most {limits.max_pixels:,} are decoded.",
        )


def _check_scans(scans: int, size: tuple[int, int], limits: ImageLimits) -> None:
    width, height = size
    passes = scans * width * height
    if scans > MAX_SCANS or passes > _SCANS_OF_THE_LARGEST * limits.max_pixels:
        raise ImageError("too_many_scans", "The JPEG has more scans than any real picture.")


def _damaged(error: Exception) -> ImageError:
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return ImageError("too_many_pixels", "The picture has more pixels than are decoded.")
    if "truncated" in str(error).lower():
        return ImageError("truncated", "The picture's file ends too early.")
    return ImageError("damaged", f"The picture's file is damaged ({error}).")


def _orientation(opened: ImageFile) -> int:
    """Find the EXIF orientation, 1 to 8; whatever is malformed means 1, upright.

    Pillow's parser warns on broken EXIF and raises half a dozen kinds of errors;
    one tag of the first directory is all that is wanted.
    """
    exif = opened.info.get("exif", b"")
    tiff = exif.removeprefix(b"Exif\0\0") if isinstance(exif, bytes) else b""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for at in range(start + 2, start + 2 + 12 * count, 12):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, at)
            if tag == _ORIENTATION_TAG:
                return value if value in _TRANSPOSITIONS else 1
    except struct.error:
        return 1
    return 1


def _reduction(size: tuple[int, int], target: tuple[int, int] | None) -> int:
    """Choose by how much to reduce: as ``draft`` does, 1, 2, 4 or 8.

    >>> _reduction((4000, 2000), (224, 224)), _reduction((4000, 2000), (1001, 1))
    (8, 2)
    """
    if target is None:
        return 1
    fits = min(size[0] // target[0], size[1] // target[1])
    return next((factor for factor in (8, 4, 2) if factor <= fits), 1)


def _to_rgb_in_bands(picture: Image.Image, factor: int) -> Image.Image:
    """Convert and reduce a large picture without ever holding a second one of its size."""
    width, height = picture.size
    whole = Image.new("RGB", (-(-width // factor), -(-height // factor)))
    # Whole multiples of the factor, so that no pixel of the result lies in two bands.
    rows = factor * max(1, _BAND_PIXELS // (width * factor))
    for top in range(0, height, rows):
        band = _to_rgb(picture.crop((0, top, width, min(top + rows, height))))
        whole.paste(band if factor == 1 else band.reduce(factor), (0, top // factor))
    return whole


def _to_rgb(picture: Image.Image) -> Image.Image:
    """Convert any mode that the four formats give."""
    if picture.mode.startswith(("I", "F")):
        return _from_wide_grey(picture)
    if "transparency" in picture.info or picture.mode in ("RGBA", "LA", "PA", "La", "RGBa"):
        layer = picture.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    return picture.convert("RGB")


def _from_wide_grey(picture: Image.Image) -> Image.Image:
    """Scale 16-bit grey to 8: Pillow's own conversion clips it at 255 in some modes."""
    levels = np.asarray(picture).astype(np.float32) / 257
    return Image.fromarray(np.clip(levels + 0.5, 0, 255).astype(np.uint8)).convert("RGB")
