"""The sizes in which a picture is served."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.records import ImageRecord
from web.urls import media_url

WIDTHS = (160, 320, 480, 960)
"""Widest first-screen card is 320 CSS pixels, doubled on dense screens; 960 is for galleries."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """One size of one picture, in the pixels it really has."""

    url: str
    width: int
    height: int


def fitted(width: int, height: int, limit: int) -> tuple[int, int]:
    """Reduce a size to ``limit`` pixels of width; a smaller picture stays as it is.

    >>> fitted(960, 1280, 320), fitted(60, 80, 320), fitted(2000, 1, 160)
    ((320, 427), (60, 80), (160, 1))
    """
    if width <= limit:
        return width, height
    return limit, max(1, round(height * limit / width))


def renditions(image: ImageRecord) -> tuple[Rendition, ...]:
    """List the sizes worth offering, smallest first: none is larger than the picture."""
    offered: list[Rendition] = []
    for limit in WIDTHS:
        width, height = fitted(max(1, image.width), max(1, image.height), limit)
        offered.append(Rendition(media_url(image.hash, limit), width, height))
        if image.width <= limit:
            break
    return tuple(offered)


def rendition(image: ImageRecord, wanted_width: int) -> Rendition:
    """Choose the smallest size that is at least ``wanted_width`` wide, or the largest."""
    return nearest(renditions(image), wanted_width)


def nearest(offered: tuple[Rendition, ...], wanted_width: int) -> Rendition:
    """Choose among sizes, smallest first, as ``rendition`` does."""
    return next((each for each in offered if each.width >= wanted_width), offered[-1])
