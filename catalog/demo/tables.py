"""Draw dining and coffee tables."""

from __future__ import annotations

from catalog.demo.canvas import Canvas, Paint, Part
from catalog.demo.geometry import (
    CENTRE,
    box,
    ellipse,
    limb,
    moved,
    points,
    rounded,
    symmetric,
)
from catalog.demo.look import Look
from catalog.demo.palette import WOODS, line_colour
from catalog.demo.upholstery import leg_paint


def matching_legs(look: Look) -> Paint:
    """Choose the legs: of their own material where the shape names one, else like the top."""
    if look.has("legs", "black metal", "brass", "steel", "chrome"):
        return leg_paint(look)
    return look.paint(upright=True)


def draw_dining_table(canvas: Canvas, look: Look) -> None:
    """Draw a dining table: rectangular, round or oval, on legs, trestles or a pedestal."""
    _draw_table(canvas, look, top=270.0, bottom=540.0, half=206.0)


def draw_coffee_table(canvas: Canvas, look: Look) -> None:
    """Draw a low table for the living room."""
    _draw_table(canvas, look, top=340.0, bottom=500.0, half=196.0)


def _draw_table(canvas: Canvas, look: Look, top: float, bottom: float, half: float) -> None:
    form = look.shape.get("form", "rectangular")
    half -= 20 if form == "round" else 0
    legs = matching_legs(look)
    base = look.shape.get("base", "four legs")
    deep = 34.0 if form == "round" else 46.0
    _draw_table_base(canvas, legs, base, (top, bottom, half, deep))
    paint = look.paint()
    thick = look.vary("thick", 12, 20)
    if form in ("round", "oval"):
        _draw_round_top(canvas, top, half, deep, paint, thick)
        return
    front = rounded(
        (CENTRE - half, top + deep),
        (CENTRE + half, top + deep),
        (CENTRE + half, top + deep + thick, 4),
        (CENTRE - half, top + deep + thick, 4),
    )
    surface = rounded(
        (CENTRE - half + 46, top, 3),
        (CENTRE + half - 46, top, 3),
        (CENTRE + half, top + deep, 2),
        (CENTRE - half, top + deep, 2),
    )
    part = canvas.fill(surface, paint.light(0.08), relief=0.3, depth=10)
    _draw_boards(canvas, look, top, half, deep, part)
    canvas.fill(front, paint.dark(0.12), relief=0.4, depth=6)


def _draw_boards(
    canvas: Canvas, look: Look, top: float, half: float, deep: float, part: Part
) -> None:
    """Draw the joints between the boards and the light on them."""
    if look.material in WOODS:
        for share in (0.36, 0.7):
            inset = 46 * (1 - share)
            canvas.line(
                points(
                    (CENTRE - half + inset, top + deep * share),
                    (CENTRE + half - inset, top + deep * share),
                ),
                line_colour(look.rgb),
                1.2,
                opacity=0.6,
                clip=part,
            )
    canvas.shine(
        rounded(
            (CENTRE - 120, top + 4),
            (CENTRE - 20, top + 4),
            (CENTRE - 60, top + deep),
            (CENTRE - 170, top + deep),
        ),
        0.16,
        10,
        part,
    )


def _draw_round_top(
    canvas: Canvas, top: float, half: float, deep: float, paint: Paint, thick: float
) -> None:
    """Draw a round or oval table top."""
    canvas.fill(
        moved(ellipse(CENTRE, top, half, deep), 0, thick), paint.dark(0.25), relief=0.3, depth=6
    )
    canvas.fill(
        box(CENTRE - half, top, CENTRE + half, top + thick), paint.dark(0.25), relief=0, edge=0
    )
    canvas.fill(ellipse(CENTRE, top, half, deep), paint.light(0.06), relief=0.35, depth=10)
    canvas.shine(
        limb(((CENTRE - half * 0.6, top - 10), (CENTRE + half * 0.2, top - 18)), 14, 8), 0.25, 8
    )


def _draw_table_base(
    canvas: Canvas, legs: Paint, base: str, place: tuple[float, float, float, float]
) -> None:
    top, bottom, half, deep = place
    under = top + deep
    if base == "pedestal":
        _draw_pedestal(canvas, legs, bottom, half, under)
        return
    for side in (-1, 1):
        x = CENTRE + side * (half - 74)
        canvas.fill(
            limb(((x, under), (x + side * 6, bottom - 38)), 15, 11),
            legs.dark(0.32),
            relief=0.6,
            depth=6,
        )
    canvas.fill(
        box(CENTRE - half + 26, under, CENTRE + half - 26, under + 34, 2),
        legs.but(upright=False).dark(0.22),
        relief=0.3,
        depth=6,
    )
    if base == "trestle":
        _draw_trestles(canvas, legs, bottom, half, under)
        return
    splay = 14.0 if base == "tapered legs" else 0.0
    for side in (-1, 1):
        x = CENTRE + side * (half - 28)
        thick = (22.0, 11.0) if base == "tapered legs" else (22.0, 20.0)
        canvas.fill(
            limb(((x, under + 6), (x + side * splay, bottom)), *thick), legs, relief=0.7, depth=8
        )


def _draw_pedestal(canvas: Canvas, legs: Paint, bottom: float, half: float, under: float) -> None:
    """Draw a turned column on a broad foot."""
    foot = symmetric(
        (CENTRE, bottom - 26),
        (CENTRE + 26, bottom - 26, 20),
        (CENTRE + half * 0.5, bottom - 4, 20),
        (CENTRE + half * 0.48, bottom + 8, 6),
        (CENTRE, bottom + 12, 40),
    )
    canvas.fill(foot, legs.dark(0.08), relief=0.7, depth=12)
    column = symmetric(
        (CENTRE, under),
        (CENTRE + 30, under, 4),
        (CENTRE + 17, (under + bottom) / 2, 60),
        (CENTRE + 34, bottom - 16, 8),
        (CENTRE, bottom - 10),
    )
    canvas.fill(column, legs, relief=0.5, depth=12, across=((0, -0.3), (0.35, 0.25), (1, -0.4)))


def _draw_trestles(canvas: Canvas, legs: Paint, bottom: float, half: float, under: float) -> None:
    """Draw two trestles."""
    for side in (-1, 1):
        x = CENTRE + side * (half - 70)
        for lean in (-44, 44):
            canvas.fill(
                limb(((x, under + 4), (x + lean, bottom)), 16, 13), legs, relief=0.7, depth=7
            )
        canvas.fill(
            limb(((x - 30, (under + bottom) / 2 + 34), (x + 30, (under + bottom) / 2 + 34)), 11),
            legs.dark(0.1),
            relief=0.6,
            depth=5,
        )
