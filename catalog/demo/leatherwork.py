"""Draw what bags share: metal fittings, stitching and handles."""

from __future__ import annotations

from catalog.demo.canvas import Canvas, Paint, Part
from catalog.demo.geometry import (
    Points,
    joined,
    ribbon,
)
from catalog.demo.look import Look
from catalog.demo.palette import METALS, brightness, darker, lighter


def fitting_paint(look: Look) -> Paint:
    """Choose the metal of a bag's buckles and rings."""
    name = look.pick("metal", "gold", "silver", "brass")
    return Paint(METALS[name], "brass")


def stitch(canvas: Canvas, look: Look, route: Points, part: Part) -> None:
    """Sew a visible seam along a route."""
    tone = lighter(look.rgb, 0.45) if brightness(look.rgb) < 0.5 else darker(look.rgb, 0.3)
    canvas.line(route, tone, 1.2, dash=4, opacity=0.8, clip=part)


def inset(outline: Points, share: float) -> Points:
    """Give an outline drawn in towards its middle by a share of its size, closed."""
    middle = (outline.max(axis=0) + outline.min(axis=0)) / 2
    smaller = (outline - middle) * (1 - share) + middle
    return joined(smaller, smaller[:1])


def draw_handle(
    canvas: Canvas, look: Look, route: Points, width: float, *, behind: bool = False
) -> None:
    """Draw a rounded handle along a route; the far one of a pair is darker."""
    paint = look.paint(pattern="plain")
    canvas.fill(
        ribbon(route, width), paint.dark(0.35 if behind else 0.08), relief=0.9, depth=width * 0.6
    )
