"""Build the outlines that products are drawn from, in units of the finished picture's pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Corner = tuple[float, float] | tuple[float, float, float]

CENTRE = 240.0
_CORNER_STEPS = np.linspace(0.0, 1.0, 12)[:, None]


def points(*pairs: tuple[float, float]) -> Points:
    """Make an outline of straight lines through the given places."""
    return np.array(pairs, dtype=np.float64)


def rounded(*corners: Corner, closed: bool = True) -> Points:
    """Join corners by straight lines and round each by its radius, the third number.

    A radius is cut at half of the neighbouring edges, so that generous radii on every
    corner give one smooth curve.
    """
    pieces: list[Points] = []
    for index, corner in enumerate(corners):
        here = np.array(corner[:2], dtype=np.float64)
        radius = corner[2] if len(corner) == 3 else 0.0
        is_end = not closed and index in (0, len(corners) - 1)
        if radius <= 0 or is_end:
            pieces.append(here[None, :])
            continue
        before = _towards(here, corners[index - 1], radius)
        after = _towards(here, corners[(index + 1) % len(corners)], radius)
        t = _CORNER_STEPS
        pieces.append((1 - t) ** 2 * before + 2 * t * (1 - t) * here + t**2 * after)
    return np.concatenate(pieces)


def _towards(here: NDArray[np.float64], corner: Corner, radius: float) -> NDArray[np.float64]:
    """Give the place `radius` away from here in the direction of a corner, half way at most."""
    step = np.array(corner[:2], dtype=np.float64) - here
    length = float(np.hypot(*step))
    if length == 0.0:
        return here
    moved: NDArray[np.float64] = here + step * min(radius / length, 0.5)
    return moved


def symmetric(*half: Corner, axis: float = CENTRE) -> Points:
    """Complete the right half of an outline, given from the top down, to a closed one."""
    left: list[Corner] = [
        (2 * axis - corner[0], *corner[1:])
        for corner in reversed(half)
        if abs(corner[0] - axis) > 1e-6
    ]
    return rounded(*half, *left)


def mirrored(outline: Points, axis: float = CENTRE) -> Points:
    """Reflect an outline on a vertical axis."""
    result = outline.copy()
    result[:, 0] = 2 * axis - result[:, 0]
    return result


def moved(outline: Points, right: float = 0.0, down: float = 0.0) -> Points:
    """Shift an outline."""
    result: Points = outline + np.array([right, down])
    return result


def turned(outline: Points, degrees: float, centre: tuple[float, float]) -> Points:
    """Turn an outline clockwise about a place."""
    angle = math.radians(degrees)
    cosine, sine = math.cos(angle), math.sin(angle)
    matrix = np.array([[cosine, sine], [-sine, cosine]])
    turned_points: Points = (outline - np.array(centre)) @ matrix + np.array(centre)
    return turned_points


def ellipse(
    x: float, y: float, wide: float, high: float, start: float = 0.0, end: float = 360.0
) -> Points:
    """Make an ellipse, or an arc from start to end degrees, clockwise from three o'clock.

    `wide` and `high` are the half axes.
    """
    angles = np.radians(np.linspace(start, end, max(12, int(abs(end - start) / 5))))
    return np.stack([x + wide * np.cos(angles), y + high * np.sin(angles)], axis=1)


def box(left: float, top: float, right: float, bottom: float, radius: float = 0.0) -> Points:
    """Make a rectangle with rounded corners."""
    return rounded(
        (left, top, radius), (right, top, radius), (right, bottom, radius), (left, bottom, radius)
    )


def curve(*corners: tuple[float, float]) -> Points:
    """Make an open smooth line that starts and ends at the outer places and leans on the others."""
    return rounded(*((x, y, 1e4) for x, y in corners), closed=False)


def joined(*pieces: Points) -> Points:
    """Chain open lines into one outline."""
    return np.concatenate(pieces)


def ribbon(route: Points, start: float, end: float | None = None) -> Points:
    """Widen a line to a band, `start` wide where it begins and `end` where it ends."""
    direction = np.gradient(route, axis=0)
    normal = np.stack([-direction[:, 1], direction[:, 0]], axis=1)
    normal /= np.maximum(np.hypot(normal[:, 0], normal[:, 1]), 1e-9)[:, None]
    half = np.linspace(start / 2, (start if end is None else end) / 2, len(route))[:, None]
    return np.concatenate([route + normal * half, (route - normal * half)[::-1]])


def limb(spine: Sequence[tuple[float, float]], start: float, end: float | None = None) -> Points:
    """Make a bar along a bent spine, `start` wide where it begins and `end` where it ends."""
    return ribbon(curve(*spine), start, end)


def between(first: Points, second: Points) -> Points:
    """Close the area between two open lines that run the same way."""
    return np.concatenate([first, second[::-1]])
