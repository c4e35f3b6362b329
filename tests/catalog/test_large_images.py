"""Large pictures: what they cost in memory, and that reducing them early shows nowhere."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catalog.images import ImageLimits, read_image

LIMITS = ImageLimits()


def encoded(image: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1, **options)
    return buffer.getvalue()


STATUS = Path("/proc/self/status")
# Not getrusage's figure: that of a new process begins at its parent's.
PEAK_PROGRAM = f"""
import re, sys
from pathlib import Path
from catalog.images import ImageLimits, read_image

def peak_bytes():
    return 1024 * int(re.search("VmHWM: *([0-9]+)", Path("{STATUS}").read_text().expandtabs())[1])

target = tuple(map(int, sys.argv[1:])) or None
data = sys.stdin.buffer.read()
before = peak_bytes()
read_image(data, ImageLimits(), target)
print(peak_bytes() - before)
"""


@pytest.mark.skipif(not STATUS.exists(), reason="the peak of a process is read as Linux tells it")
@pytest.mark.parametrize(
    ("mode", "colour", "target", "copies"),
    [
        ("RGBA", (200, 10, 10, 128), (224, 224), 1.6),
        ("RGBA", (200, 10, 10, 128), None, 2.6),
        ("RGB", (200, 10, 10), (224, 224), 1.6),
        ("P", 0, (224, 224), 0.8),
        ("I;16", 300, (224, 224), 1.2),
    ],
)
def test_a_large_picture_costs_little_more_than_its_decoded_pixels(
    mode: str, colour: object, target: tuple[int, int] | None, copies: float
) -> None:
    side = 4_000
    image = Image.new(mode, (side, side), colour)  # type: ignore[arg-type]
    if mode == "P":
        image.putpalette([10, 20, 30, 40, 50, 60])
    options = {"transparency": 0} if mode == "P" else {}
    done = subprocess.run(
        [sys.executable, "-c", PEAK_PROGRAM, *map(str, target or ())],
        input=encoded(image, **options),
        capture_output=True,
        cwd=Path(__file__).parents[2],
        check=True,
    )
    assert float(done.stdout) < copies * 4 * side * side


@pytest.mark.parametrize(
    ("size", "target", "expected"),
    [
        ((4_000, 2_000), (224, 224), (500, 250)),
        ((4_000, 2_001), (1, 1), (500, 251)),
        ((4_000, 2_000), (1_000, 1), (1_000, 500)),
        ((4_000, 2_000), (1_001, 1), (2_000, 1_000)),
        ((4_000, 2_000), (3_000, 1), (4_000, 2_000)),
        ((4_000, 2_000), None, (4_000, 2_000)),
        ((2_000, 2_000), (1, 1), (2_000, 2_000)),  # small enough to stay as it is
        ((1_000_000, 5), (1, 1), (250_000, 2)),  # never reduced to nothing
    ],
)
def test_only_a_large_picture_is_reduced_and_never_below_the_target(
    size: tuple[int, int], target: tuple[int, int] | None, expected: tuple[int, int]
) -> None:
    data = encoded(Image.new("L", size, 77))
    picture = read_image(data, LIMITS, target)
    assert (picture.mode, picture.size) == ("RGB", expected)
    assert picture.getextrema() == ((77, 77),) * 3


@pytest.mark.parametrize("mode", ["RGBA", "LA", "RGB", "P"])
def test_a_large_picture_looks_as_if_it_had_been_reduced_at_the_end(mode: str) -> None:
    small = np.random.default_rng(5).integers(0, 256, (533, 401, 4), dtype=np.uint8)
    large = Image.fromarray(small).resize((2_405, 1_999), Image.Resampling.NEAREST)
    image = large.convert("RGB").quantize(32) if mode == "P" else large.convert(mode)
    data = encoded(image, **({"transparency": 3} if mode == "P" else {}))
    whole = read_image(data, LIMITS)
    reduced = read_image(data, LIMITS, target=(224, 224))
    assert (whole.size, reduced.size) == ((2_405, 1_999), (301, 250))
    difference = np.asarray(reduced).astype(int) - np.asarray(whole.reduce(8))
    assert np.abs(difference).max() <= 1
    layer = Image.open(io.BytesIO(data)).convert("RGBA")
    onto_white = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    assert np.array_equal(np.asarray(whole), np.asarray(onto_white.convert("RGB")))


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_large_picture_is_reduced_for_the_upright_target(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(Image.new("L", (4_000, 2_000)), exif=exif)
    expected = {1: (2_000, 1_000), 6: (500, 1_000)}[orientation]
    assert read_image(data, LIMITS, target=(500, 1_000)).size == expected
