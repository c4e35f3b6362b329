"""Make the grains of cloth, wood, leather and metal as grey images to blend colours by.

Every texture covers the whole working canvas, is centred on mid-grey and made once a process.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Grey = NDArray[np.float32]

SIZE = (960, 1280)
_SHAPE = (SIZE[1], SIZE[0])


def _noise(seed: int, cell: float, stretch: float = 1.0) -> Grey:
    """Make soft noise in -1..1 whose blobs are about `cell` wide and `stretch` times as high."""
    rng = np.random.default_rng(seed)
    wide = max(2, round(SIZE[0] / cell))
    high = max(2, round(SIZE[1] / (cell * stretch)))
    coarse = rng.random((high, wide), dtype=np.float32) * 2 - 1
    image = Image.fromarray(coarse, mode=None).resize(SIZE, Image.Resampling.BICUBIC)
    return np.asarray(image, dtype=np.float32)


def _grid() -> tuple[Grey, Grey]:
    """Give the row and column numbers of the canvas."""
    rows, columns = np.mgrid[0 : _SHAPE[0], 0 : _SHAPE[1]].astype(np.float32)
    return rows, columns


def _cotton() -> Grey:
    grain: Grey = _noise(1, 3) * 0.35 + _noise(2, 40) * 0.5
    return grain


def _linen() -> Grey:
    grain: Grey = _noise(3, 2, 14) * 0.5 + _noise(4, 26, 0.09) * 0.5 + _noise(5, 60) * 0.2
    return grain


def _denim() -> Grey:
    rows, columns = _grid()
    twill = np.sin((columns + rows) * (2 * np.pi / 7)) * 0.4
    grain: Grey = twill + _noise(6, 2, 5) * 0.45 + _noise(7, 90) * 0.4
    return grain


def _wool() -> Grey:
    grain: Grey = _noise(8, 3) * 0.5 + _noise(9, 7) * 0.4 + _noise(10, 70) * 0.25
    return grain


def _knit() -> Grey:
    rows, columns = _grid()
    lean = np.abs((columns % 12) - 6) * 1.1
    grain: Grey = (
        np.sin((rows + lean) * (2 * np.pi / 11)) * 0.45
        + np.cos(columns * (2 * np.pi / 12)) * 0.4
        + _noise(11, 50) * 0.15
    )
    return grain


def _cable() -> Grey:
    rows, columns = _grid()
    column = columns % 84
    twist = np.sin(rows * (2 * np.pi / 76)) * 13
    strands = np.maximum(
        np.exp(-(((column - 30 - twist) / 9) ** 2)), np.exp(-(((column - 30 + twist) / 9) ** 2))
    )
    ribs = np.cos(columns * (2 * np.pi / 14)) * 0.45
    inside = (column < 58).astype(np.float32)
    grain: Grey = inside * (strands * 1.5 - 0.75) + (1 - inside) * ribs + _knit() * 0.25
    return grain


def _leather() -> Grey:
    grain: Grey = _noise(12, 5) * 0.5 + _noise(13, 12) * 0.3 + _noise(14, 120) * 0.5
    return grain


def _velvet() -> Grey:
    grain: Grey = _noise(15, 70, 2.2) * 0.9 + _noise(16, 3) * 0.2
    return grain


def _boucle() -> Grey:
    grain: Grey = _noise(17, 9) * 0.9 + _noise(18, 4) * 0.3
    return grain


def _straw() -> Grey:
    rows, columns = _grid()
    weave = np.sin(rows * (2 * np.pi / 13)) * np.sin(
        (columns + 8 * np.sign(np.sin(rows * (np.pi / 13)))) * (2 * np.pi / 17)
    )
    grain: Grey = weave * 0.8 + np.sin(rows * (2 * np.pi / 13)) * 0.3 + _noise(19, 20, 0.4) * 0.3
    return grain


def _speckle() -> Grey:
    spots = _noise(20, 5)
    return np.where(spots < -0.72, -1.0, 0.12).astype(np.float32) + _noise(21, 90) * 0.2


def _marble() -> Grey:
    veins = np.abs(_noise(22, 150, 0.8) + _noise(23, 50) * 0.35)
    return np.where(veins < 0.05, -0.9, 0.25).astype(np.float32) + _noise(24, 120) * 0.3


def _wood() -> Grey:
    """Draw grain that runs across the canvas: stretched noise, rings and pores."""
    rows, _ = _grid()
    bend = _noise(25, 420, 0.16) * 30 + _noise(26, 160, 0.3) * 8
    rings = np.sin((rows + bend) * (2 * np.pi / 34)) + 0.5 * np.sin((rows + bend * 1.4) / 3.1)
    grain: Grey = rings * 0.34 + _noise(27, 90, 0.035) * 0.55 + _noise(28, 300, 0.2) * 0.35
    return grain


def _brushed() -> Grey:
    grain: Grey = _noise(29, 200, 0.012) * 0.8
    return grain


def _smooth() -> Grey:
    return np.zeros(_SHAPE, dtype=np.float32)


_MAKERS: dict[str, Callable[[], Grey]] = {
    "boucle": _boucle,
    "brushed": _brushed,
    "cable": _cable,
    "cotton": _cotton,
    "denim": _denim,
    "knit": _knit,
    "leather": _leather,
    "linen": _linen,
    "marble": _marble,
    "smooth": _smooth,
    "speckle": _speckle,
    "straw": _straw,
    "velvet": _velvet,
    "wood": _wood,
    "wool": _wool,
}


@lru_cache(maxsize=32)
def texture(name: str, upright: bool = False) -> Image.Image:
    """Give a texture as a grey canvas, 128 being neutral; upright turns the grain by 90 degrees."""
    if upright:
        turned = texture(name).transpose(Image.Transpose.ROTATE_90)
        return turned.resize(SIZE, Image.Resampling.BILINEAR)
    grain = np.clip(_MAKERS[name]() * 127 + 128, 0, 255).astype(np.uint8)
    image = Image.fromarray(grain)
    return image.filter(ImageFilter.GaussianBlur(0.6)) if name in ("speckle", "marble") else image
