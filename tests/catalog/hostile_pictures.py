"""Pictures that were made to do harm, or that harm by accident; the fuzzer's seeds, too.

Each is small to write down and made anew by code: nothing hostile lies in the repository.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from PIL import Image

GIGAPIXEL = (31_623, 31_623)
"""10⁹ pixels: 3 GB as RGB."""
HTML = b"<!doctype html><html><head><title>404 Not Found</title></head><body>Gone.</body></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


class Picture(NamedTuple):
    """One picture, and what must become of it."""

    name: str
    data: bytes
    codes: frozenset[str]
    """The codes it may be refused with; none where it must be read."""


def hostile_pictures() -> Iterator[Picture]:
    """Make the corpus, without those cut off."""
    for name, codes, data in (*_bombs(), *_not_pictures(), *_time_sinks(), *_odd_but_good()):
        yield Picture(name, data, frozenset(codes.split()))


def cut_pictures(step: int = 1024) -> Iterator[Picture]:
    """Cut a picture of each kind off at every ``step`` bytes."""
    for name, data in whole_pictures().items():
        for length in range(step, len(data) - 2, step):
            yield Picture(
                f"{name} cut at {length}", data[:length], frozenset({"truncated", "damaged"})
            )


def whole_pictures() -> dict[str, bytes]:
    """Make a picture of each kind that has many bytes."""
    picture = noise((160, 120))
    frames = {"save_all": True, "append_images": [noise((160, 120), 2)], "duration": 40}
    return {
        "JPEG": encoded(picture, "JPEG", quality=95),
        "progressive JPEG": encoded(picture, "JPEG", quality=95, progressive=True),
        "PNG": encoded(picture, "PNG"),
        "lossy WebP": encoded(picture, "WEBP", quality=95),
        "lossless WebP": encoded(picture, "WEBP", lossless=True),
        "GIF": encoded(picture, "GIF"),
    } | {f"animated {kind}": encoded(noise((160, 120), 3), kind, **frames)[:40_000]
         for kind in ("PNG", "GIF", "WEBP")}  # fmt: skip


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """Encode a picture."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def noise(size: tuple[int, int] = (64, 48), seed: int = 1) -> Image.Image:
    """Make a picture that compresses badly, so that its file has many bytes."""
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def png_chunk(kind: bytes, body: bytes = b"") -> bytes:
    """Write a chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_claiming(width: int, height: int) -> bytes:
    """Write a whole PNG whose header lies, its pixels a stream of zeros."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(bytes(10**6), 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*each) for each in chunks)


def _bombs() -> Iterator[tuple[str, str, bytes]]:
    width, height = GIGAPIXEL
    yield "PNG of 10⁹ pixels", "too_many_pixels", png_claiming(width, height)
    yield "PNG of 2³¹ × 2³¹", "too_many_pixels", png_claiming(2**31 - 1, 2**31 - 1)
    yield "PNG of no pixels", "damaged", png_claiming(0, 0)
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    extended = b"VP8X" + struct.pack("<I", 10) + bytes(4) + canvas
    webp = b"RIFF" + struct.pack("<I", 4 + len(extended)) + b"WEBP" + extended
    yield "WebP of 10⁹ pixels", "too_many_pixels", webp
    jpeg = bytearray(encoded(Image.new("RGB", (8, 8)), "JPEG"))
    struct.pack_into(">HH", jpeg, jpeg.index(b"\xff\xc0") + 5, 65_535, 65_535)
    yield "JPEG of 65,535 × 65,535", "too_many_pixels", bytes(jpeg)
    gif = bytearray(encoded(Image.new("RGB", (8, 8)), "GIF"))
    struct.pack_into("<HH", gif, 6, width, height)
    yield "GIF of 10⁹ pixels", "too_many_pixels", bytes(gif)
    gif = bytearray(encoded(Image.new("RGB", (8, 8)), "GIF"))
    struct.pack_into("<HH", gif, gif.index(b"\x2c", 13) + 5, width, height)
    yield "GIF with a frame of 10⁹ pixels", "too_many_pixels", bytes(gif)
    before, after = _split_png()
    for what, kind in (("text", b"zTXt"), ("profile", b"iCCP")):
        chunk = png_chunk(kind, b"a\0\0" + _gigabyte())
        yield f"PNG whose {what} unpacks to 1 GB", "damaged", before + chunk + after


def _not_pictures() -> Iterator[tuple[str, str, bytes]]:
    yield "nothing", "empty", b""
    yield "one byte", "not_an_image", b"\xff"
    yield "zeros", "not_an_image", bytes(5_000)
    yield "HTML called a JPEG", "not_an_image", HTML
    yield "JSON", "not_an_image", b'{"error": "not found"}'
    yield "SVG", "unsupported_format", SVG
    yield "PDF", "unsupported_format", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
    small = Image.new("RGB", (4, 4))
    for kind in ("TIFF", "BMP", "ICO"):
        yield kind, "unsupported_format", encoded(small, kind)
    yield "PDF that is also a JPEG", "unsupported_format", b"%PDF-1.7\n" + encoded(small, "JPEG")
    yield "GIF that is also a script", "damaged too_many_pixels", b"GIF89a/*" + bytes(99) + b"*/=1"
    yield "JPEG start, then HTML", "damaged truncated", b"\xff\xd8\xff" + HTML
    yield "JPEG without pixels", "damaged truncated", b"\xff\xd8\xff\xd9"
    # A header's size is looked at before anything else; letters make a large one.
    yield "PNG start, then HTML", "too_many_pixels", b"\x89PNG\r\n\x1a\n" + HTML
    yield "WebP start, then HTML", "too_many_pixels", b"RIFF\0\0\0\0WEBP" + HTML


def _time_sinks() -> Iterator[tuple[str, str, bytes]]:
    before, after = _split_png()
    jpeg = encoded(Image.new("RGB", (8, 8)), "JPEG")
    gif = encoded(Image.new("RGB", (8, 8)), "GIF")
    frame = gif.index(b"\x2c", 13)
    blocks = 1_500_000
    yield "PNG of a million chunks", "too_many_blocks", before + png_chunk(b"abCd") * blocks + after
    yield "PNG of a million pieces", "too_many_blocks", before + png_chunk(b"IDAT") * blocks + after
    segments = b"\xff\xe5\0\2" * (3 * blocks)
    yield "JPEG of a million segments", "too_many_blocks", jpeg[:2] + segments + jpeg[2:]
    yield "JPEG filled up", "too_many_blocks", jpeg[:2] + b"\xff" * 15_000_000 + jpeg[2:]
    comment = b"!\xfe" + b"\1a" * (5 * blocks) + b"\0"
    yield "GIF of a million comments", "too_many_blocks", gif[:frame] + comment + gif[frame:]
    yield "GIF filled up", "too_many_blocks", gif[:frame] + bytes(15_000_000) + gif[frame:]
    large = encoded(Image.new("L", (7_000, 7_000), 128), "JPEG", progressive=True)
    scan = large[large.rindex(b"\xff\xda") : -2]
    yield "JPEG of 90 passes over 49 million pixels", "too_many_scans", large[:-2] + scan * 84
    yield "JPEG whose 5,000 EXIF entries overlap", "", jpeg[:2] + _overlapping_exif() + jpeg[20:]
    yield "PNG with 1 GB after its pixels", "", before + png_chunk(b"IDAT", _gigabyte()) + after


def _odd_but_good() -> Iterator[tuple[str, str, bytes]]:
    picture = noise()
    jpeg = encoded(picture, "JPEG")
    palette = Image.new("P", (5, 5))
    palette.putpalette([10, 20, 30, 40, 50, 60])
    yield "1 × 20,000 JPEG", "", encoded(Image.new("RGB", (1, 20_000)), "JPEG")
    yield "20,000 × 1 PNG", "", encoded(Image.new("RGB", (20_000, 1)), "PNG")
    yield "CMYK JPEG", "", encoded(Image.new("CMYK", (16, 16), (0, 255, 0, 0)), "JPEG")
    yield "16-bit PNG", "", encoded(Image.new("I;16", (9, 9), 40_000), "PNG")
    for kind in ("PNG", "GIF"):
        yield f"palette and transparency {kind}", "", encoded(palette, kind, transparency=0)
    exif = Image.Exif()
    exif[0x0112] = 6
    yield "EXIF rotated JPEG", "", encoded(picture, "JPEG", exif=exif)
    yield "JPEG with a broken profile", "", encoded(picture, "JPEG", icc_profile=b"\xff" * 700)
    yield "PNG with a broken profile", "", encoded(picture, "PNG", icc_profile=b"\0" * 9)
    yield "MPO", "", encoded(picture, "MPO", save_all=True, append_images=[noise(seed=2)])
    yield "JPEG with HTML behind it", "", jpeg + HTML
    yield "JPEG with a ZIP behind it", "", jpeg + b"PK\x05\x06" + bytes(18)
    yield "JPEG with SVG in its comment", "", encoded(picture, "JPEG", comment=SVG)
    for kind in ("GIF", "WEBP", "PNG"):
        frames = {"save_all": True, "append_images": [noise(seed=2)], "duration": 40}
        yield f"animated {kind}", "", encoded(picture, kind, **frames)


def _gigabyte() -> bytes:
    """Pack 1 GB of zeros, quickly: after a full flush a stream repeats itself."""
    packer = zlib.compressobj(9)
    first, again = (
        packer.compress(bytes(10**7)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2)
    )
    return first + again * 99 + packer.flush()


def _split_png() -> tuple[bytes, bytes]:
    data = encoded(Image.new("RGB", (8, 8)), "PNG")
    at = data.index(b"IDAT") - 4
    return data[:at], data[at:]


def _overlapping_exif() -> bytes:
    """Write one EXIF segment of 64 kB whose 5,000 entries each hold nearly all of it."""
    count, size = 5_000, 65_500
    told = b"II*\0" + struct.pack("<IH", 8, count)
    told += b"".join(struct.pack("<HHII", 1_000 + n, 7, size - 60, 8) for n in range(count))
    body = b"Exif\0\0" + told.ljust(size, b"\0")
    return b"\xff\xe1" + struct.pack(">H", 2 + len(body)) + body
