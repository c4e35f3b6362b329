"""Every kind of picture that shops send, and every kind that attackers do."""

from __future__ import annotations

import contextlib
import hashlib
import io
import struct
import threading
import warnings
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFile

from catalog.images import ImageLimits, image_hash, probe_image, read_image
from core.errors import ImageError

LIMITS = ImageLimits()
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def photo(size: tuple[int, int] = (64, 48), seed: int = 1) -> Image.Image:
    """Make a picture that compresses badly, so that its file has many bytes."""
    noise = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    return Image.fromarray(noise)


def code_of(data: bytes, limits: ImageLimits = LIMITS) -> str:
    with pytest.raises(ImageError) as caught:
        read_image(data, limits)
    return caught.value.code


def png_claiming(width: int, height: int) -> bytes:
    """Write a PNG header alone: what a bomb shows before it goes off."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + chunk


def webp_claiming(width: int, height: int) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunk = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + size
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def gif_claiming(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0\0\0" + b"\x2c" + bytes(9)


def jpeg_claiming(width: int, height: int) -> bytes:
    data = bytearray(encoded(Image.new("RGB", (8, 8)), "JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_is_known_by_its_content(kind: str) -> None:
    data = encoded(Image.new("RGB", (30, 20), (200, 30, 40)), kind)
    picture = read_image(data, LIMITS)
    assert (picture.mode, picture.size) == ("RGB", (30, 20))
    assert probe_image(data, LIMITS) == (kind, 30, 20)
    middle = np.asarray(picture)[10, 15].astype(int)
    assert np.abs(middle - (200, 30, 40)).max() <= 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation: int) -> None:
    upright = np.zeros((16, 32, 3), np.uint8)
    upright[:8, :16] = (255, 0, 0)  # a red corner, top left
    undo = {
        1: lambda a: a,
        2: np.fliplr,
        3: lambda a: np.rot90(a, 2),
        4: np.flipud,
        5: lambda a: np.swapaxes(a, 0, 1),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: np.swapaxes(np.rot90(a, 2), 0, 1),
        8: lambda a: np.rot90(a, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(undo(upright)))
    data = encoded(stored, "PNG", exif=exif)
    assert np.array_equal(np.asarray(read_image(data, LIMITS)), upright)
    assert probe_image(data, LIMITS)[1:] == (32, 16)


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0",
        b"Exif\0\0II*\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x63\0\0\0",
        b"nonsense",
    ],
)
def test_broken_exif_means_upright(exif: bytes) -> None:
    data = encoded(Image.new("RGB", (20, 10)), "WEBP", exif=exif)
    assert read_image(data, LIMITS).size == (20, 10)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_transparency_lies_on_white(kind: str) -> None:
    image = Image.new("RGBA", (4, 2), (255, 0, 0, 255))
    image.putpixel((0, 0), (0, 0, 0, 0))
    image.putpixel((1, 0), (0, 0, 255, 128))
    pixels = np.asarray(read_image(encoded(image, kind, lossless=True), LIMITS))
    assert pixels[0, 0].tolist() == [255, 255, 255]
    assert pixels[0, 1].tolist() == [127, 127, 255]
    assert pixels[0, 2].tolist() == [255, 0, 0]


def test_palette_with_transparency_lies_on_white() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putdata([0, 1])
    for kind in ("PNG", "GIF"):
        pixels = np.asarray(read_image(encoded(image, kind, transparency=0), LIMITS))
        assert pixels[0].tolist() == [[255, 255, 255], [40, 50, 60]], kind


def test_a_transparent_colour_of_an_rgb_png_lies_on_white() -> None:
    image = Image.new("RGB", (2, 1), (1, 2, 3))
    image.putpixel((1, 0), (9, 9, 9))
    pixels = np.asarray(read_image(encoded(image, transparency=(1, 2, 3)), LIMITS))
    assert pixels[0].tolist() == [[255, 255, 255], [9, 9, 9]]


@pytest.mark.parametrize(
    ("mode", "value", "expected"),
    [
        ("1", 1, [255] * 3),
        ("L", 128, [128] * 3),
        ("LA", (100, 0), [255] * 3),
        ("LA", (100, 255), [100] * 3),
        ("I;16", 65535, [255] * 3),
        ("I;16", 32768, [128] * 3),
        ("I;16", 300, [1] * 3),
    ],
)
def test_grey_of_any_depth_becomes_rgb(mode: str, value: object, expected: list[int]) -> None:
    data = encoded(Image.new(mode, (3, 3), value))  # type: ignore[arg-type]
    assert np.asarray(read_image(data, LIMITS))[1, 1].tolist() == expected


def test_cmyk_jpeg_as_adobe_writes_it_keeps_its_colour() -> None:
    # Pure magenta and no ink at all; inverted they would be green and black.
    for ink, expected in (((0, 255, 0, 0), (255, 0, 255)), ((0, 0, 0, 0), (255, 255, 255))):
        data = encoded(Image.new("CMYK", (16, 16), ink), "JPEG", quality=95)
        assert b"Adobe" in data
        assert np.abs(np.asarray(read_image(data, LIMITS))[8, 8] - np.array(expected)).max() <= 6


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_gives_its_first_frame(kind: str) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    data = encoded(
        frames[0], kind, save_all=True, append_images=frames[1:], duration=50, lossless=True
    )
    assert np.asarray(read_image(data, LIMITS))[4, 4].tolist() == [255, 0, 0]


@pytest.mark.parametrize("size", [(1, 20_000), (20_000, 1), (1, 1)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_extreme_shapes_are_pictures_too(size: tuple[int, int], kind: str) -> None:
    data = encoded(Image.new("RGB", size, "red"), kind)
    assert read_image(data, LIMITS).size == size
    drafted = read_image(data, LIMITS, target=(1, 1)).size
    assert all(1 <= side <= full for side, full in zip(drafted, size, strict=True))


def test_a_big_jpeg_is_decoded_smaller_but_never_below_the_target() -> None:
    data = encoded(photo((1080, 1440)), "JPEG")
    assert read_image(data, LIMITS).size == (1080, 1440)
    assert read_image(data, LIMITS, target=(224, 224)).size == (270, 360)
    assert read_image(data, LIMITS, target=(2000, 2000)).size == (1080, 1440)
    assert read_image(data, LIMITS, target=(0, 0)).size == (135, 180)


def test_the_target_counts_for_the_upright_picture() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(photo((800, 200)), "JPEG", exif=exif)
    assert read_image(data, LIMITS, target=(100, 400)).size == (100, 400)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\0" * 100, "not_an_image"),
        (b"<!doctype html><title>404</title>", "not_an_image"),
        (b"just text", "not_an_image"),
        (b"<?xml version='1.0'?><SVG onload='alert(1)'/>", "unsupported_format"),
        (encoded(Image.new("RGB", (2, 2)), "BMP"), "unsupported_format"),
        (encoded(Image.new("RGB", (2, 2)), "TIFF"), "unsupported_format"),
        (b"\0\0\0\x20ftypavif", "unsupported_format"),
        (b"%PDF-1.7", "unsupported_format"),
        (b"\xff\xd8\xff", "damaged"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (b"GIF89a", "damaged"),
        (b"RIFF\0\0\0\0WEBP", "damaged"),
    ],
)
def test_what_is_no_picture_is_refused_with_its_reason(data: bytes, code: str) -> None:
    assert code_of(data) == code
    with pytest.raises(ImageError) as caught:
        probe_image(data, LIMITS)
    assert caught.value.code == code


def test_bytes_are_capped_before_anything_is_read() -> None:
    data = encoded(Image.new("RGB", (8, 8)))
    limits = ImageLimits(max_bytes=len(data) - 1)
    assert code_of(data, limits) == "too_many_bytes"
    assert read_image(data, ImageLimits(max_bytes=len(data))).size == (8, 8)


@pytest.mark.parametrize("claiming", [png_claiming, webp_claiming, gif_claiming, jpeg_claiming])
@pytest.mark.parametrize("size", [(31_623, 31_623), (60_000, 60_000), (50_000, 1_001)])
def test_bombs_are_refused_by_their_header_without_a_warning(
    claiming: Callable[[int, int], bytes], size: tuple[int, int]
) -> None:
    with warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always")
        assert code_of(claiming(*size)) == "too_many_pixels"
    assert raised == []


def test_a_pixel_more_than_allowed_is_too_many() -> None:
    data = encoded(Image.new("RGB", (100, 10)))
    assert code_of(data, ImageLimits(max_pixels=999)) == "too_many_pixels"
    assert read_image(data, ImageLimits(max_pixels=1000)).size == (100, 10)


def test_a_gif_frame_larger_than_its_canvas_counts() -> None:
    data = bytearray(encoded(Image.new("RGB", (64, 64)), "GIF"))
    struct.pack_into("<HH", data, 6, 2, 2)  # the canvas alone is made small
    assert code_of(bytes(data), ImageLimits(max_pixels=100)) == "too_many_pixels"


def test_a_jpeg_with_thousands_of_scans_is_refused() -> None:
    data = encoded(photo(), "JPEG", progressive=True)
    assert read_image(data, LIMITS).size == (64, 48)
    scan = data[data.rindex(b"\xff\xda") : -2]
    assert code_of(data[:-2] + scan * 200 + b"\xff\xd9") == "too_many_scans"


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_cut_anywhere_is_refused_or_was_complete(kind: str) -> None:
    data = encoded(photo(), kind)
    whole = np.asarray(read_image(data, LIMITS))
    for length in range(1, len(data) - 64, 97):
        assert code_of(data[:length]) in {"truncated", "damaged", "not_an_image"}, length
    for length in range(len(data) - 64, len(data)):
        with contextlib.suppress(ImageError):
            assert np.array_equal(np.asarray(read_image(data[:length], LIMITS)), whole)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_file_that_ends_early_is_called_truncated(kind: str) -> None:
    data = encoded(photo(), kind)
    assert code_of(data[: len(data) // 2]) == "truncated"
    with pytest.raises(ImageError) as caught:
        read_image(data[: len(data) // 2], LIMITS, target=(1, 1))
    assert caught.value.code == "truncated"


@given(
    kind=st.sampled_from(FORMATS),
    flips=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=12),
)
@pytest.mark.filterwarnings("ignore")
def test_flipped_bytes_give_a_picture_or_an_image_error(
    kind: str, flips: list[tuple[int, int]]
) -> None:
    data = bytearray(encoded(photo((16, 16)), kind))
    for at, value in flips:
        data[at % len(data)] = value
    with contextlib.suppress(ImageError):
        assert read_image(bytes(data), ImageLimits(max_pixels=10**6)).mode == "RGB"


def test_the_hash_is_sha256_of_the_bytes() -> None:
    assert image_hash(b"abc") == hashlib.sha256(b"abc").hexdigest()


def test_pillow_stays_as_others_left_it() -> None:
    pixels, truncated = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
    data = encoded(photo(), "JPEG")
    threads = [threading.Thread(target=read_image, args=(data, LIMITS)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pixels == Image.MAX_IMAGE_PIXELS
    assert truncated == ImageFile.LOAD_TRUNCATED_IMAGES
