"""Draw what furniture shares: legs and buttoned covers."""

from __future__ import annotations

from catalog.demo.canvas import Canvas, Paint, Part
from catalog.demo.geometry import (
    CENTRE,
    ellipse,
    limb,
)
from catalog.demo.look import Look
from catalog.demo.palette import METALS, RGB, WOODS

_BLACK_METAL: RGB = (48, 48, 52)


def leg_paint(look: Look) -> Paint:
    """Choose the wood or metal of the legs by the model's shape."""
    name = look.shape.get("legs", "oak")
    if name in WOODS:
        return Paint(WOODS[name], name, upright=True, shift=int(look.vary("legs", 0, 20)))
    return Paint(METALS.get(name, _BLACK_METAL), "steel" if name in METALS else "plastic")


def draw_tuft(canvas: Canvas, look: Look, x: float, y: float, part: Part) -> None:
    """Pull a button into the upholstery."""
    canvas.shadow(ellipse(x, y + 2, 12, 10), 0.34, 5, part)
    canvas.fill(
        ellipse(x, y, 4.6, 4.6),
        look.paint(pattern="plain").dark(0.15),
        relief=0.8,
        depth=3,
        clip=part,
    )


def draw_short_legs(canvas: Canvas, look: Look, half: float, top: float, bottom: float) -> None:
    """Draw the two short front legs of a seat, `half` wide from its middle."""
    for side in (-1, 1):
        leg = limb(
            ((CENTRE + side * (half - 26), top), (CENTRE + side * (half - 16), bottom)), 17, 9
        )
        canvas.fill(leg, leg_paint(look), relief=0.7, depth=7)
