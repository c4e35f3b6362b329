"""Draw armchairs and sofas."""

from __future__ import annotations

from catalog.demo.canvas import Canvas, Paint
from catalog.demo.geometry import (
    CENTRE,
    Points,
    box,
    limb,
    mirrored,
    moved,
    rounded,
    symmetric,
)
from catalog.demo.look import Look
from catalog.demo.palette import RGB
from catalog.demo.upholstery import draw_short_legs, draw_tuft, leg_paint


def draw_armchair(canvas: Canvas, look: Look) -> None:
    """Draw an armchair: wing, tub, wooden-armed or club."""
    style = look.shape.get("style", "club chair")
    paint = look.paint()
    draw_short_legs(canvas, look, 142, 500, 572)
    back = _armchair_back(style)
    part = canvas.fill(back, paint, relief=0.8, depth=34)
    if look.has("detail", "tufted"):
        for row in range(3):
            for column in range(3 + row % 2):
                draw_tuft(
                    canvas, look, CENTRE - 56 - (row % 2) * 26 + column * 54, 224 + row * 50, part
                )
    canvas.fill(
        box(CENTRE - 116, 444, CENTRE + 116, 510, 12), paint.dark(0.14), relief=0.6, depth=14
    )
    cushion = box(CENTRE - 114, 388, CENTRE + 114, 456, 24)
    canvas.shadow(moved(cushion, 0, -10), 0.3, 9)
    canvas.fill(cushion, paint.light(0.04), relief=0.9, depth=22)
    if style == "wooden armchair":
        _draw_wooden_arms(canvas, look)
        return
    arm_top = 314.0 if style != "tub chair" else 330.0
    arm = rounded(
        (CENTRE + 106, arm_top + 16, 22),
        (CENTRE + 132, arm_top, 24),
        (CENTRE + 172, arm_top + 8, 26),
        (CENTRE + 174, 420, 60),
        (CENTRE + 164, 514, 12),
        (CENTRE + 108, 514, 10),
    )
    for shape in (mirrored(arm), arm):
        canvas.shadow(moved(shape, 0, 4), 0.22, 7)
        canvas.fill(shape, paint, relief=0.8, depth=24)


def _armchair_back(style: str) -> Points:
    """Give the outline of the back."""
    if style == "wing chair":
        back = symmetric(
            (CENTRE, 96, 60),
            (CENTRE + 92, 106, 50),
            (CENTRE + 134, 150, 40),
            (CENTRE + 142, 300, 60),
            (CENTRE + 120, 470),
            (CENTRE, 470),
        )
    elif style == "tub chair":
        back = symmetric(
            (CENTRE, 186, 60),
            (CENTRE + 110, 196, 80),
            (CENTRE + 158, 330, 70),
            (CENTRE + 140, 470),
            (CENTRE, 470),
        )
    else:
        back = symmetric(
            (CENTRE, 150, 50),
            (CENTRE + 112, 156, 40),
            (CENTRE + 120, 320, 60),
            (CENTRE + 116, 470),
            (CENTRE, 470),
        )
    return back


def _draw_wooden_arms(canvas: Canvas, look: Look) -> None:
    wood = leg_paint(look)
    for side in (-1, 1):
        canvas.fill(
            limb(((CENTRE + side * 138, 344), (CENTRE + side * 144, 572)), 18, 12),
            wood,
            relief=0.7,
            depth=8,
        )
        rest = limb(
            ((CENTRE + side * 100, 332), (CENTRE + side * 130, 332), (CENTRE + side * 166, 342)),
            20,
            18,
        )
        canvas.shadow(moved(rest, 0, 6), 0.25, 4)
        canvas.fill(rest, wood.but(upright=False), relief=0.8, depth=8)


def draw_sofa(canvas: Canvas, look: Look) -> None:
    """Draw a sofa with two or three seats, or a corner sofa, with loose cushions."""
    style = look.shape.get("style", "2-seater sofa")
    seats = 2 if style == "2-seater sofa" else 3
    half = 186.0 if seats == 2 else 214.0
    paint = look.paint()
    high = 258.0 + look.vary("back", -16, 12)
    draw_short_legs(canvas, look, half, 448, 484)
    back = symmetric(
        (CENTRE, high), (CENTRE + half - 22, high, 26), (CENTRE + half - 20, 420), (CENTRE, 420)
    )
    canvas.fill(back, paint.dark(0.12), relief=0.7, depth=20)
    inner = half - 44
    for number in range(seats):
        left = CENTRE - inner + number * 2 * inner / seats
        right = left + 2 * inner / seats
        pillow = box(left + 2, high + 10, right - 2, 388, 20)
        part = canvas.fill(pillow, paint, relief=0.85, depth=22)
        if look.has("detail", "tufted"):
            for column in (0.28, 0.72):
                draw_tuft(canvas, look, left + (right - left) * column, (high + 390) / 2 - 6, part)
    canvas.fill(
        box(CENTRE - inner - 4, 404, CENTRE + inner + 4, 458, 8),
        paint.dark(0.15),
        relief=0.6,
        depth=12,
    )
    for number in range(seats):
        left = CENTRE - inner + number * 2 * inner / seats
        cushion = box(left + 1, 366, left + 2 * inner / seats - 1, 418, 16)
        canvas.shadow(moved(cushion, 0, -8), 0.28, 7)
        canvas.fill(cushion, paint.light(0.05), relief=0.9, depth=18)
    _draw_sofa_arms(canvas, look, half)
    if style == "corner sofa":
        _draw_chaise(canvas, look, inner)
    if look.pick("pillow", "yes", "no") == "yes":
        _draw_throw_pillow(canvas, look, CENTRE - inner + 44, 344)


def _draw_sofa_arms(canvas: Canvas, look: Look, half: float) -> None:
    paint = look.paint()
    scroll = look.pick("arm", "straight", "round") == "round"
    wide = 50.0
    radius = 26.0 if scroll else 12.0
    for side in (-1, 1):
        x0, x1 = sorted((CENTRE + side * half, CENTRE + side * (half - wide)))
        arm = box(x0, 330 if scroll else 322, x1, 462, radius)
        canvas.shadow(moved(arm, 0, 4), 0.22, 7)
        canvas.fill(arm, paint, relief=0.8, depth=20)


def _draw_chaise(canvas: Canvas, look: Look, inner: float) -> None:
    """Let the right seat reach forward."""
    left, right = CENTRE + inner / 3 - 4, CENTRE + inner + 6
    front = rounded(
        (left - 4, 440, 8), (right + 12, 440, 8), (right + 14, 500, 10), (left - 6, 500, 10)
    )
    canvas.fill(front, look.paint().dark(0.14), relief=0.6, depth=12)
    for x in (left + 12, right - 4):
        canvas.fill(limb(((x, 500), (x, 524)), 14, 10), leg_paint(look), relief=0.7, depth=5)
    top = rounded((left, 372, 14), (right, 372, 14), (right + 10, 456, 16), (left - 4, 456, 16))
    canvas.shadow(moved(top, 0, 6), 0.25, 6)
    canvas.fill(top, look.paint().light(0.05), relief=0.9, depth=20)


def _draw_throw_pillow(canvas: Canvas, look: Look, x: float, y: float) -> None:
    tone: RGB = (
        (230, 196, 96) if look.pick("tone", "yellow", "cream") == "yellow" else (238, 228, 208)
    )
    pillow: Points = rounded(
        (x - 36, y - 34, 12),
        (x, y - 28, 60),
        (x + 36, y - 34, 12),
        (x + 30, y, 60),
        (x + 36, y + 34, 12),
        (x, y + 28, 60),
        (x - 36, y + 34, 12),
        (x - 30, y, 60),
    )
    canvas.shadow(moved(pillow, 4, 5), 0.28, 5)
    canvas.fill(pillow, Paint(tone, "linen"), relief=0.8, depth=18)
