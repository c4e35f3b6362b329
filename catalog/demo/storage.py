"""Draw furniture with drawers and shelves: desks, bookshelves and sideboards."""

from __future__ import annotations

from random import Random

from catalog.demo.canvas import Canvas, Paint
from catalog.demo.geometry import (
    CENTRE,
    box,
    curve,
    ellipse,
    limb,
    points,
    rounded,
    symmetric,
)
from catalog.demo.look import Look
from catalog.demo.palette import METALS, RGB, darker, line_colour
from catalog.demo.tables import matching_legs
from catalog.demo.upholstery import leg_paint

_BOOKS: tuple[RGB, ...] = (
    (176, 70, 62),
    (56, 84, 128),
    (222, 184, 100),
    (92, 128, 104),
    (232, 226, 212),
    (70, 70, 78),
    (196, 142, 110),
    (128, 100, 140),
)


def draw_desk(canvas: Canvas, look: Look) -> None:
    """Draw a desk with drawers on one side, or a plain writing desk."""
    paint, legs = look.paint(), matching_legs(look)
    half, top, bottom = 204.0, 286.0, 536.0
    surface = rounded(
        (CENTRE - half + 34, top, 3),
        (CENTRE + half - 34, top, 3),
        (CENTRE + half, top + 34, 2),
        (CENTRE - half, top + 34, 2),
    )
    for x in (-1, 1):
        canvas.fill(
            limb(
                ((CENTRE + x * (half - 66), top + 34), (CENTRE + x * (half - 62), bottom - 30)),
                13,
                11,
            ),
            legs.dark(0.32),
            relief=0.6,
            depth=5,
        )
    drawers = look.has("style", "desk with drawers")
    for side in (-1, 1):
        if side == 1 and drawers:
            continue
        canvas.fill(
            limb(
                ((CENTRE + side * (half - 20), top + 40), (CENTRE + side * (half - 16), bottom)),
                18,
                13,
            ),
            legs,
            relief=0.7,
            depth=7,
        )
    _draw_desk_front(canvas, look, bottom, drawers, half, legs, paint, top)
    canvas.fill(surface, paint.light(0.08), relief=0.3, depth=9)
    canvas.fill(
        box(CENTRE - half, top + 34, CENTRE + half, top + 50, 3),
        paint.dark(0.06),
        relief=0.4,
        depth=6,
    )


def _draw_desk_front(
    canvas: Canvas,
    look: Look,
    bottom: float,
    drawers: bool,
    half: float,
    legs: Paint,
    paint: Paint,
    top: float,
) -> None:
    """Draw the drawers: a cabinet on the right, or two below the top."""
    if drawers:
        cabinet = box(CENTRE + half - 128, top + 44, CENTRE + half - 8, bottom - 20, 4)
        canvas.fill(cabinet, paint.dark(0.08), relief=0.5, depth=10)
        for number in range(3):
            _draw_drawer(
                canvas,
                look,
                (
                    CENTRE + half - 122,
                    top + 50 + number * 58,
                    CENTRE + half - 14,
                    top + 102 + number * 58,
                ),
            )
        for offset in (half - 118, half - 18):
            foot = CENTRE + offset
            canvas.fill(
                limb(((foot, bottom - 20), (foot, bottom)), 14, 11),
                legs,
                relief=0.6,
                depth=5,
            )
    else:
        apron = box(CENTRE - half + 14, top + 46, CENTRE + half - 14, top + 94, 3)
        canvas.fill(apron, paint.dark(0.1), relief=0.4, depth=8)
        for left in (-half + 26, 8):
            _draw_drawer(
                canvas, look, (CENTRE + left, top + 52, CENTRE + left + half - 34, top + 88)
            )


def _draw_drawer(canvas: Canvas, look: Look, place: tuple[float, float, float, float]) -> None:
    left, top, right, bottom = place
    canvas.fill(box(left, top, right, bottom, 4), look.paint().light(0.04), relief=0.4, depth=7)
    x, y = (left + right) / 2, (top + bottom) / 2
    metal = Paint(METALS[look.pick("knob", "brass", "steel", "cast iron")], "brass")
    if look.pick("pull", "knob", "bar") == "knob":
        canvas.shadow(ellipse(x + 1, y + 3, 7, 7), 0.3, 2)
        canvas.fill(ellipse(x, y, 6, 6), metal, relief=0.9, depth=4)
    else:
        canvas.shadow(box(x - 18, y - 1, x + 18, y + 8, 3), 0.3, 2)
        canvas.fill(box(x - 18, y - 4, x + 18, y + 3, 3), metal, relief=0.9, depth=3)


def draw_bookshelf(canvas: Canvas, look: Look) -> None:
    """Draw a bookcase with books and a few things, or a ladder shelf."""
    random = Random(f"{look.model}/books")
    paint = look.paint()
    half = look.vary("wide", 112, 150)
    top, bottom = 76.0, 560.0
    ladder = look.has("style", "ladder shelf")
    side_paint = (
        look.paint(upright=True) if not look.has("legs", "black metal") else leg_paint(look)
    )
    if not ladder:
        canvas.fill(
            box(CENTRE - half, top, CENTRE + half, bottom, 3),
            paint.dark(0.34),
            relief=0.3,
            depth=14,
        )
    shelves = 5 if not ladder else 4
    step = (bottom - top - 30) / shelves
    for number in range(shelves):
        y = top + 16 + (number + 1) * step
        reach = half - 6 if not ladder else half * (0.66 + 0.34 * (number + 1) / shelves)
        _draw_books(canvas, random, CENTRE - reach + 10, CENTRE + reach - 8, y, step - 26)
        canvas.shadow(box(CENTRE - reach, y + 8, CENTRE + reach, y + 26), 0.25, 6)
        canvas.fill(box(CENTRE - reach, y, CENTRE + reach, y + 11, 2), paint, relief=0.5, depth=5)
    for side in (-1, 1):
        lean = half * 0.36 if ladder else 0.0
        post = limb(
            ((CENTRE + side * (half - lean), top), (CENTRE + side * half, bottom + 6)),
            13 if not ladder else 11,
        )
        canvas.fill(post, side_paint, relief=0.6, depth=6)
    if not ladder:
        canvas.fill(
            box(CENTRE - half - 7, top - 10, CENTRE + half + 7, top + 6, 3),
            paint,
            relief=0.5,
            depth=6,
        )
        canvas.fill(
            box(CENTRE - half, bottom - 22, CENTRE + half, bottom + 2), paint, relief=0.5, depth=6
        )


def _draw_books(
    canvas: Canvas, random: Random, left: float, right: float, floor: float, high: float
) -> None:
    """Stand books, and now and then a vase or a plant, on a shelf."""
    x = left + random.uniform(0, 8)
    end = right - random.uniform(0, (right - left) * 0.35)
    while x < end - 18:
        wide = random.uniform(9, 17)
        tall = high * random.uniform(0.62, 0.92)
        tone = random.choice(_BOOKS)
        canvas.fill(
            box(x, floor - tall, x + wide, floor, 1.5),
            Paint(tone, "paper"),
            relief=0.5,
            depth=5,
            edge=0.5,
        )
        canvas.line(
            points((x + 2, floor - tall + 9), (x + wide - 2, floor - tall + 9)),
            darker(tone, 0.35),
            1.6,
        )
        x += wide + 1.2
    if right - x > 34:
        middle = (x + right) / 2 + 3
        vase = symmetric(
            (middle, floor - high * 0.5),
            (middle + 5, floor - high * 0.5),
            (middle + 5, floor - high * 0.34, 6),
            (middle + 15, floor - high * 0.16, 14),
            (middle + 8, floor, 4),
            (middle, floor),
            axis=middle,
        )
        canvas.fill(
            vase,
            Paint(random.choice(((232, 228, 220), (126, 152, 150), (206, 150, 120))), "ceramic"),
            relief=0.8,
            depth=8,
        )


def draw_sideboard(canvas: Canvas, look: Look) -> None:
    """Draw a sideboard or chest with doors and drawers on legs."""
    paint, legs = look.paint(), matching_legs(look)
    chest = look.has("style", "chest of drawers")
    half = 150.0 if chest else 212.0
    top, bottom = (210.0, 486.0) if chest else (296.0, 470.0)
    for side in (-1, 1):
        canvas.fill(
            limb(
                (
                    (CENTRE + side * (half - 30), bottom - 4),
                    (CENTRE + side * (half - 20), bottom + 56),
                ),
                16,
                10,
            ),
            legs,
            relief=0.7,
            depth=6,
        )
    canvas.fill(
        box(CENTRE - half, top, CENTRE + half, bottom, 6), paint.dark(0.12), relief=0.5, depth=12
    )
    canvas.fill(
        box(CENTRE - half - 5, top - 12, CENTRE + half + 5, top + 5, 3),
        paint.light(0.05),
        relief=0.5,
        depth=6,
    )
    if chest:
        _draw_chest_drawers(canvas, look, bottom, half, top)
        return
    _draw_sideboard_front(canvas, look, bottom, half, top)
    canvas.line(
        curve((CENTRE - half, top + 5), (CENTRE + half, top + 5)),
        line_colour(look.rgb),
        1.2,
        opacity=0.5,
    )


def _draw_chest_drawers(canvas: Canvas, look: Look, bottom: float, half: float, top: float) -> None:
    """Draw four wide drawers."""
    step = (bottom - top - 20) / 4
    for number in range(4):
        _draw_drawer(
            canvas,
            look,
            (
                CENTRE - half + 12,
                top + 12 + number * step,
                CENTRE + half - 12,
                top + 6 + (number + 1) * step,
            ),
        )


def _draw_sideboard_front(
    canvas: Canvas, look: Look, bottom: float, half: float, top: float
) -> None:
    """Draw two doors and three drawers between them."""
    third = (2 * half - 24) / 3
    for number in range(3):
        left = CENTRE - half + 12 + number * third
        if number == 1:
            for row in range(3):
                high = (bottom - top - 18) / 3
                _draw_drawer(
                    canvas,
                    look,
                    (left + 3, top + 10 + row * high, left + third - 3, top + 5 + (row + 1) * high),
                )
            continue
        door = box(left + 3, top + 10, left + third - 3, bottom - 10, 4)
        part = canvas.fill(door, look.paint(shift=number + 3), relief=0.4, depth=8)
        if look.has("style", "slatted sideboard"):
            for offset in range(8, int(third), 10):
                canvas.line(
                    points((left + offset, top + 10), (left + offset, bottom - 10)),
                    line_colour(look.rgb),
                    2,
                    opacity=0.6,
                    clip=part,
                )
        x = left + third - 22 if number == 0 else left + 22
        canvas.fill(
            ellipse(x, (top + bottom) / 2, 6, 6),
            Paint(METALS["brass"], "brass"),
            relief=0.9,
            depth=4,
        )
