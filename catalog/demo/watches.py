"""Draw wristwatches."""

from __future__ import annotations

import math

from catalog.demo.canvas import Canvas, Paint
from catalog.demo.geometry import (
    CENTRE,
    box,
    ellipse,
    limb,
    moved,
    points,
    rounded,
    turned,
)
from catalog.demo.look import Look
from catalog.demo.palette import METALS, RGB, darker, lighter

_DIALS: dict[str, RGB] = {
    "white": (246, 245, 240),
    "black": (34, 35, 40),
    "navy": (32, 48, 92),
    "green": (34, 84, 64),
}


def draw_watch(canvas: Canvas, look: Look) -> None:
    """Draw a wristwatch with a strap or link bracelet, round or square."""
    metal = Paint(METALS[look.pick("case", "steel", "gold", "steel")], "steel")
    strap = look.paint(pattern="plain")
    _draw_watch_strap(canvas, look, strap)
    y, size = 320.0, look.vary("size", 92, 104)
    square = look.has("style", "square watch")
    for grow, paint in ((0.0, metal), (12.0, metal.dark(0.12))):
        r = size - grow
        case = (
            box(CENTRE - r * 0.86, y - r * 0.96, CENTRE + r * 0.86, y + r * 0.96, 24)
            if square
            else ellipse(CENTRE, y, r, r)
        )
        canvas.fill(case, paint, relief=0.9, depth=9)
    canvas.fill(
        box(
            CENTRE + size - (14 if square else 2),
            y - 11,
            CENTRE + size + (4 if square else 14),
            y + 11,
            4,
        ),
        metal,
        relief=0.8,
        depth=5,
    )
    _draw_face(canvas, look, metal, size, square, y)


def _draw_face(
    canvas: Canvas, look: Look, metal: Paint, size: float, square: bool, y: float
) -> None:
    """Draw the dial behind its glass."""
    r = size - 19
    dial_name = look.pick("dial", *_DIALS)
    dial = _DIALS[dial_name]
    face = (
        box(CENTRE - r * 0.84, y - r * 0.95, CENTRE + r * 0.84, y + r * 0.95, 14)
        if square
        else ellipse(CENTRE, y, r, r)
    )
    part = canvas.fill(face, Paint(dial, "porcelain"), relief=0.35, depth=14)
    _draw_dial(canvas, dial, y, r, metal.colour, look)
    canvas.shine(
        rounded(
            (CENTRE - r, y - r),
            (CENTRE + r * 0.2, y - r),
            (CENTRE - r * 0.7, y + r),
            (CENTRE - r, y + r),
        ),
        0.14,
        3,
        part,
    )


def _draw_watch_strap(canvas: Canvas, look: Look, strap: Paint) -> None:
    bracelet = look.material in ("steel", "stainless steel", "gold", "silver")
    for sign in (-1, 1):
        near, far = 320 + sign * 78, 320 + sign * 270
        shape = rounded(
            (CENTRE - 54, near), (CENTRE + 54, near), (CENTRE + 42, far, 14), (CENTRE - 42, far, 14)
        )
        part = canvas.fill(
            shape,
            strap,
            relief=0.7,
            depth=16,
            across=((0, -0.25), (0.35, 0.3), (0.65, 0.1), (1, -0.35)) if bracelet else None,
        )
        if bracelet:
            for number in range(10):
                y = near + sign * number * 20
                canvas.line(
                    points((CENTRE - 60, y), (CENTRE + 60, y)),
                    darker(strap.colour, 0.5),
                    2,
                    clip=part,
                )
            for x in (-17, 17):
                canvas.line(
                    points((CENTRE + x, near), (CENTRE + x * 0.84, far)),
                    darker(strap.colour, 0.45),
                    1.6,
                    clip=part,
                )
        else:
            for x in (-1, 1):
                canvas.line(
                    points((CENTRE + x * 47, near), (CENTRE + x * 36, far)),
                    lighter(strap.colour, 0.4),
                    1.3,
                    dash=5,
                    clip=part,
                )
    if not bracelet:
        _draw_watch_buckle(canvas, strap)


def _draw_watch_buckle(canvas: Canvas, strap: Paint) -> None:
    """Punch the strap and add its buckle."""
    for number in range(4):
        canvas.fill(
            ellipse(CENTRE, 486 + number * 22, 3.6, 4.4),
            Paint(darker(strap.colour, 0.7)),
            relief=0,
            edge=0,
        )
    buckle = box(CENTRE - 52, 40, CENTRE + 52, 74, 10)
    canvas.fill(
        buckle,
        Paint(METALS["steel"], "steel"),
        holes=[box(CENTRE - 40, 48, CENTRE + 40, 66, 3)],
        depth=5,
    )


def _draw_dial(canvas: Canvas, dial: RGB, y: float, r: float, metal: RGB, look: Look) -> None:
    ink = (40, 42, 48) if sum(dial) > 380 else (236, 234, 226)
    for hour in range(12):
        angle = math.radians(hour * 30)
        outer, inner = r * 0.88, r * (0.70 if hour % 3 == 0 else 0.78)
        route = points(
            (CENTRE + math.sin(angle) * inner, y - math.cos(angle) * inner),
            (CENTRE + math.sin(angle) * outer, y - math.cos(angle) * outer),
        )
        canvas.line(route, ink, 4.2 if hour % 3 == 0 else 2.4)
    if look.has("style", "chronograph"):
        for dx, dy in ((-0.36, 0.0), (0.36, 0.0), (0.0, 0.38)):
            canvas.fill(
                ellipse(CENTRE + dx * r, y + dy * r, r * 0.2, r * 0.2),
                Paint(darker(dial, 0.14), "steel"),
                relief=0.4,
                depth=4,
            )
    for degrees, long, wide in ((-56.0, 0.5, 5.0), (58.0, 0.74, 3.8)):
        hand = turned(
            limb(((CENTRE, y + 12), (CENTRE, y - r * long)), wide, wide * 0.6), degrees, (CENTRE, y)
        )
        canvas.shadow(moved(hand, 2, 3), 0.25, 2)
        canvas.fill(
            hand, Paint(ink if sum(dial) > 380 else metal, "steel"), relief=0.2, depth=2, edge=0
        )
    canvas.fill(ellipse(CENTRE, y, 5, 5), Paint(metal, "steel"), relief=0.6, depth=3)
