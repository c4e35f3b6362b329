"""Frame paintings and set them in an almost white studio, with the shadows they cast there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageEnhance, ImageFilter

from catalog.demo.palette import RGB

WIDTH, HEIGHT = 480, 640
# Warm, neutral and cool whites; which one a product gets follows its model.
TINTS: tuple[RGB, ...] = ((250, 248, 245), (249, 249, 248), (246, 248, 250), (250, 247, 247))
_SHADOW: RGB = (52, 50, 62)
# The share of the picture that a product may fill, and the bounds of its enlargement, in finished
# pixels a canvas pixel: small things stay smaller than big ones, but nothing looks lost.
_FILL = (0.84, 0.80)
_ENLARGEMENT = (0.36, 0.68)


@dataclass(frozen=True, slots=True)
class Painting:
    """Hold premultiplied colour and its coverage, at the size of the working canvas."""

    colour: Image.Image
    alpha: Image.Image

    def paired(self, right: int, lift: float) -> Painting:
        """Set a second, slightly darker copy behind the first.

        It stands `right` canvas pixels to the right and `lift` times the height further back.
        """
        wide, high = self.colour.size
        _, top, _, bottom = self.alpha.getbbox() or (0, 0, wide, high)
        up = round(min(max((bottom - top) * lift, 64), 124))
        area = (-right, -up, wide + right, high)
        back = Painting(self.colour.crop(area), self.alpha.crop(area))
        front_colour = ImageChops.offset(back.colour, -right // 2, 0)
        front_alpha = ImageChops.offset(back.alpha, -right // 2, 0)
        back_colour = ImageChops.offset(back.colour, right // 2, -up)
        back_alpha = ImageChops.offset(back.alpha, right // 2, -up)
        dimmed = ImageEnhance.Brightness(back_colour).enhance(0.93)
        behind = Image.composite(Image.new("RGB", dimmed.size), dimmed, front_alpha)
        return Painting(
            ImageChops.add(behind, front_colour), ImageChops.lighter(front_alpha, back_alpha)
        )

    def mirrored(self) -> Painting:
        """Reflect the painting left to right."""
        flip = Image.Transpose.FLIP_LEFT_RIGHT
        return Painting(self.colour.transpose(flip), self.alpha.transpose(flip))

    def framed(self, size: float = 1.0) -> Painting:
        """Centre the painting and bring it to the finished size, `size` times as large as usual."""
        bounds = self.alpha.point(lambda value: 255 if value > 24 else 0).getbbox()
        left, top, right, bottom = bounds or (0, 0, *self.alpha.size)
        fit = min(_FILL[0] * WIDTH / (right - left), _FILL[1] * HEIGHT / (bottom - top))
        factor = min(max(fit, _ENLARGEMENT[0]), _ENLARGEMENT[1]) * min(size, 1.0)
        return self._cut((left + right) / 2, (top + bottom) / 2, factor)

    def detail(self, across: float, down: float) -> Painting:
        """Bring a part of the painting near, around a place given as shares of its bounds."""
        left, top, right, bottom = self.alpha.getbbox() or (0, 0, *self.alpha.size)
        x, y = left + (right - left) * across, top + (bottom - top) * down
        return self._cut(x, y, 0.92)

    def _cut(self, x: float, y: float, factor: float) -> Painting:
        half_wide, half_high = WIDTH / factor / 2, HEIGHT / factor / 2
        area = (
            round(x - half_wide),
            round(y - half_high),
            round(x + half_wide),
            round(y + half_high),
        )
        size = (WIDTH, HEIGHT)
        return Painting(
            self.colour.crop(area).resize(size, Image.Resampling.HAMMING),
            self.alpha.crop(area).resize(size, Image.Resampling.HAMMING),
        )

    def in_studio(self, *, ground: bool, tint: RGB) -> Image.Image:
        """Set a framed painting on the background, standing or before a wall."""
        scene = _background(tint, ground).copy()
        shadow = _ground_shadow(self.alpha) if ground else _wall_shadow(self.alpha)
        scene.paste(_SHADOW, (0, 0, WIDTH, HEIGHT), shadow)
        behind = Image.composite(Image.new("RGB", scene.size), scene, self.alpha)
        return ImageChops.add(behind, self.colour)


@lru_cache(maxsize=8)
def _background(tint: RGB, ground: bool) -> Image.Image:
    """Make the empty studio: brightest behind the product, a soft floor where things stand."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    away = ((columns - WIDTH / 2) / 420) ** 2 + ((rows - HEIGHT * 0.42) / 560) ** 2
    light = 1.012 - 0.06 * away
    if ground:
        light -= 0.022 / (1 + np.exp(-(rows - 490) / 18))
    pixels = np.clip(light[:, :, None] * np.array(tint, dtype=np.float32), 0, 255)
    return Image.fromarray(pixels.astype(np.uint8))


def _shifted(image: Image.Image, right: int, down: int) -> Image.Image:
    """Move an image without wrapping it around."""
    return image.crop((-right, -down, image.width - right, image.height - down))


def _wall_shadow(alpha: Image.Image) -> Image.Image:
    """Cast the silhouette softly on a wall close behind."""
    small = alpha.reduce(4)
    near = _shifted(small.filter(ImageFilter.GaussianBlur(1.5)), 1, 1)
    far = _shifted(small.filter(ImageFilter.GaussianBlur(5)), 2, 5)
    both = ImageChops.add(near.point(lambda v: v * 0.20), far.point(lambda v: v * 0.17))
    return both.resize(alpha.size, Image.Resampling.BICUBIC)


def _ground_shadow(alpha: Image.Image) -> Image.Image:
    """Lay the silhouette flat on the floor, darkest where it touches."""
    bounds = alpha.point(lambda value: 255 if value > 90 else 0).getbbox()
    if bounds is None:
        return Image.new("L", alpha.size)
    left, top, right, bottom = bounds
    flat_height = max(10, round((right - left) * 0.10))
    body = alpha.crop(bounds).resize((right - left, flat_height))
    wide = Image.new("L", alpha.size)
    wide.paste(body, (left + 6, bottom - flat_height // 2 - 3))
    wide = wide.reduce(4).filter(ImageFilter.GaussianBlur(4.5)).point(lambda value: value * 0.42)
    feet_top = max(top, bottom - 26)
    feet = alpha.crop((left, feet_top, right, bottom)).resize((right - left, 8))
    contact = Image.new("L", alpha.size)
    contact.paste(feet, (left, bottom - 5))
    contact = contact.reduce(2).filter(ImageFilter.GaussianBlur(1.5)).point(lambda v: v * 0.62)
    size, smooth = alpha.size, Image.Resampling.BICUBIC
    return ImageChops.add(wide.resize(size, smooth), contact.resize(size, smooth))
