"""Make the printed and woven patterns as masks that colours are laid through."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from random import Random

from PIL import Image, ImageChops, ImageDraw

from catalog.demo.textures import SIZE

# The sheet is larger than the canvas, so that turning a pattern leaves no bare corner.
_SHEET = 1680

Layers = tuple[Image.Image, ...]


def _sheet() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("L", (_SHEET, _SHEET))
    return image, ImageDraw.Draw(image)


def _striped(unit: float) -> Layers:
    image, draw = _sheet()
    step = 40 * unit
    for number in range(int(_SHEET / step) + 1):
        top = number * step
        draw.rectangle((0, round(top), _SHEET, round(top + step * 0.45)), fill=255)
    return (image,)


def _pinstriped(unit: float) -> Layers:
    image, draw = _sheet()
    step = 24 * unit
    for number in range(int(_SHEET / step) + 1):
        left = number * step
        draw.rectangle((round(left), 0, round(left + 5 * unit), _SHEET), fill=255)
    return (image,)


def _checked(unit: float) -> Layers:
    """Cross two sets of half-covering bands, with a thin line of a second colour between."""
    step = 60 * unit
    bands, draw = _sheet()
    across = Image.new("L", bands.size)
    across_draw = ImageDraw.Draw(across)
    fine, fine_draw = _sheet()
    for number in range(int(_SHEET / step) + 1):
        start, end = round(number * step), round(number * step + step * 0.5)
        draw.rectangle((0, start, _SHEET, end), fill=120)
        across_draw.rectangle((start, 0, end, _SHEET), fill=120)
        line = round(number * step + step * 0.73)
        width = max(2, round(4 * unit))
        fine_draw.rectangle((0, line, _SHEET, line + width), fill=200)
        fine_draw.rectangle((line, 0, line + width, _SHEET), fill=200)
    return ImageChops.add(bands, across), fine


def _polka_dot(unit: float) -> Layers:
    image, draw = _sheet()
    step, radius = 46 * unit, 11.5 * unit
    for row in range(int(_SHEET / step) * 2 + 2):
        for column in range(int(_SHEET / step) + 2):
            x = (column + (row % 2) * 0.5) * step
            y = row * step * 0.5
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return (image,)


def _floral(unit: float) -> Layers:
    """Scatter five-petalled flowers and leaves on a loosened grid."""
    random = Random("floral")
    petals, petal_draw = _sheet()
    leaves, leaf_draw = _sheet()
    hearts, heart_draw = _sheet()
    step = 72 * unit
    for row in range(int(_SHEET / step) + 2):
        for column in range(int(_SHEET / step) + 2):
            x = (column + 0.5 * (row % 2) + random.uniform(-0.16, 0.16)) * step
            y = (row + random.uniform(-0.16, 0.16)) * step
            size = unit * random.uniform(19, 27)
            turn = random.uniform(0, math.tau)
            _leaf(leaf_draw, x, y, turn + 0.6, size * 1.75)
            _leaf(leaf_draw, x, y, turn + 3.4, size * 1.75)
            for petal in range(5):
                angle = turn + petal * math.tau / 5
                px, py = x + math.cos(angle) * size * 0.62, y + math.sin(angle) * size * 0.62
                _dot(petal_draw, px, py, size * 0.5)
            _dot(heart_draw, x, y, size * 0.33)
    return leaves, petals, hearts


def _dot(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float) -> None:
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)


def _leaf(draw: ImageDraw.ImageDraw, x: float, y: float, angle: float, length: float) -> None:
    tip = (x + math.cos(angle) * length, y + math.sin(angle) * length)
    side = length * 0.26
    middle = (x + math.cos(angle) * length * 0.6, y + math.sin(angle) * length * 0.6)
    normal = (-math.sin(angle) * side, math.cos(angle) * side)
    draw.polygon(
        [
            (x, y),
            (middle[0] + normal[0], middle[1] + normal[1]),
            tip,
            (middle[0] - normal[0], middle[1] - normal[1]),
        ],
        fill=255,
    )


def _geometric(unit: float) -> Layers:
    image, draw = _sheet()
    second, second_draw = _sheet()
    step = 64 * unit
    for row in range(int(_SHEET / step) + 2):
        for column in range(int(_SHEET / step) + 2):
            x, y, half = column * step, row * step, step / 2
            draw.polygon([(x, y - half), (x + half, y), (x, y + half), (x - half, y)], fill=255)
            inner = half * 0.5
            second_draw.polygon(
                [(x, y - inner), (x + inner, y), (x, y + inner), (x - inner, y)], fill=255
            )
    return image, second


_MAKERS: dict[str, Callable[[float], Layers]] = {
    "striped": _striped,
    "pinstriped": _pinstriped,
    "checked": _checked,
    "polka dot": _polka_dot,
    "floral": _floral,
    "geometric": _geometric,
}


@lru_cache(maxsize=24)
def _sheets(name: str, unit: float) -> Layers:
    """Draw a pattern once on its sheet."""
    return _MAKERS[name](unit)


@lru_cache(maxsize=64)
def pattern_layers(name: str, unit: float = 1.0, degrees: int = 0) -> Layers:
    """Give a pattern's masks for the whole canvas, in the order in which colours are laid.

    `unit` is the size of the repeat, 1 being usual; `degrees` turns it counter-clockwise.
    """
    layers = []
    for sheet in _sheets(name, unit):
        turned = sheet.rotate(degrees, Image.Resampling.BICUBIC) if degrees else sheet
        left, top = (_SHEET - SIZE[0]) // 2, (_SHEET - SIZE[1]) // 2
        layers.append(turned.crop((left, top, left + SIZE[0], top + SIZE[1])))
    return tuple(layers)
