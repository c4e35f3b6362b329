"""Model light from the upper left on flat shapes: rounded rims, cylinders and sheen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

_LIGHT = (0.55, 0.83)


@dataclass(frozen=True, slots=True)
class Relief:
    """Say how strongly and over how many canvas pixels the rim of a shape rounds off."""

    strength: float
    reach: float


def light_and_shade(swatch: Image.Image, mask: Image.Image, relief: Relief) -> Image.Image:
    """Round off a shape: shaded rims, lit towards the upper left.

    Worked out on a small copy, because the result is smooth.
    """
    step = max(2, min(8, int(relief.reach / 3)))
    pad = int(relief.reach / step) + 2
    wide, high = -(-mask.width // step), -(-mask.height // step)
    small = Image.new("L", (wide + 2 * pad, high + 2 * pad))
    small.paste(mask.reduce(step), (pad, pad))
    soft = small.filter(ImageFilter.GaussianBlur(relief.reach / step * 0.7))
    height = np.asarray(soft, dtype=np.float32) / 255
    down, right = np.gradient(height)
    facing = (right * _LIGHT[0] + down * _LIGHT[1]) * (relief.reach / step)
    inside = np.clip(height * 2 - 1, 0, 1)
    change = relief.strength * (facing * 0.75 - 0.34 * (1 - inside) ** 1.5)
    change = np.asarray(change, dtype=np.float32)[pad : pad + high, pad : pad + wide]
    return _apply(swatch, change, (wide * step, high * step))


def profile_shades(
    swatch: Image.Image,
    profile: Sequence[tuple[float, float]],
    *,
    upright: bool,
    gloss: float = 0.0,
) -> Image.Image:
    """Shade a swatch across, or down if upright, by a profile of (place, brightness)."""
    length = swatch.height if upright else swatch.width
    places = np.linspace(0, 1, length, dtype=np.float32)
    values = np.interp(places, [p for p, _ in profile], [v for _, v in profile])
    values = np.where(values > 0, values * (0.5 + gloss), values)
    change = values[:, None] if upright else values[None, :]
    return _apply(swatch, change, None)


def _apply(
    swatch: Image.Image, change: NDArray[np.floating], size: tuple[int, int] | None
) -> Image.Image:
    """Multiply by the negative part of a change and screen by the positive one."""
    dark = np.clip(255 * (1 + np.minimum(change, 0)), 0, 255).astype(np.uint8)
    light = np.clip(255 * np.maximum(change, 0), 0, 255).astype(np.uint8)
    swatch = ImageChops.multiply(swatch, _spread(dark, size, swatch.size))
    return ImageChops.screen(swatch, _spread(light, size, swatch.size))


def _spread(
    values: NDArray[np.uint8], size: tuple[int, int] | None, target: tuple[int, int]
) -> Image.Image:
    """Enlarge a small grey array over the swatch."""
    image = Image.fromarray(values)
    if size is None:
        image = image.resize(target, Image.Resampling.NEAREST)
    else:
        image = image.resize(size, Image.Resampling.BILINEAR).crop((0, 0, *target))
    return Image.merge("RGB", (image, image, image))
