"""Draw chairs and stools."""

from __future__ import annotations

from catalog.demo.canvas import Canvas, Paint
from catalog.demo.geometry import (
    CENTRE,
    box,
    curve,
    ellipse,
    limb,
    moved,
    symmetric,
)
from catalog.demo.look import Look
from catalog.demo.palette import METALS, RGB, WOODS, darker, lighter, line_colour
from catalog.demo.upholstery import draw_tuft, leg_paint

_BLACK_METAL: RGB = (48, 48, 52)


def draw_chair(canvas: Canvas, look: Look) -> None:
    """Draw a chair: wooden with spindles or slats, upholstered, shell or office."""
    style = look.shape.get("style", "slat back chair")
    if style == "office chair":
        _draw_office_chair(canvas, look)
        return
    legs = look.paint(upright=True) if look.material in WOODS else leg_paint(look)
    for x0, x1, top in ((-72, -84, 340), (72, 84, 340)):
        canvas.fill(
            limb(((CENTRE + x0, top), (CENTRE + x1 * 0.98, 508)), 13, 9),
            legs.dark(0.3),
            relief=0.6,
            depth=6,
        )
    if style in ("spindle back chair", "slat back chair"):
        _draw_wooden_back(canvas, look, style)
    elif style == "shell chair":
        _draw_shell(canvas, look)
    else:
        _draw_padded_back(canvas, look)
    seat = symmetric(
        (CENTRE, 330), (CENTRE + 88, 332, 14), (CENTRE + 112, 384, 14), (CENTRE, 392, 60)
    )
    edge = symmetric(
        (CENTRE, 376), (CENTRE + 112, 370, 6), (CENTRE + 110, 404, 12), (CENTRE, 410, 60)
    )
    paint = look.paint()
    if style != "shell chair":
        canvas.fill(edge, paint.dark(0.22), relief=0.5, depth=8)
        canvas.fill(seat, paint.light(0.05), relief=0.6, depth=14 if look.material in WOODS else 20)
    for side in (-1, 1):
        leg = limb(((CENTRE + side * 94, 398), (CENTRE + side * 112, 560)), 15, 10)
        canvas.fill(leg, legs, relief=0.7, depth=7)
    if look.pick("stretcher", "yes", "no") == "yes" and style != "shell chair":
        canvas.fill(
            limb(((CENTRE - 104, 480), (CENTRE + 104, 480)), 8), legs.dark(0.1), relief=0.6, depth=4
        )


def _draw_wooden_back(canvas: Canvas, look: Look, style: str) -> None:
    paint = look.paint()
    upright = look.paint(upright=True)
    top = 120 + look.vary("top", -10, 16)
    if style == "spindle back chair":
        for number in range(6):
            share = number / 5 * 2 - 1
            canvas.fill(
                limb(((CENTRE + share * 62, 340), (CENTRE + share * 80, top + 26)), 7, 6),
                upright,
                relief=0.8,
                depth=4,
            )
        bow = curve(
            (CENTRE - 86, 344),
            (CENTRE - 116, top - 10),
            (CENTRE + 116, top - 10),
            (CENTRE + 86, 344),
        )
        canvas.line(bow, darker(paint.colour, 0.45), 16)
        canvas.line(bow, paint.colour, 13)
        canvas.line(moved(bow, -2, -2), lighter(paint.colour, 0.25), 4, opacity=0.6)
        return
    for side in (-1, 1):
        canvas.fill(
            limb(((CENTRE + side * 84, 352), (CENTRE + side * 94, top)), 15, 12),
            upright,
            relief=0.7,
            depth=7,
        )
    for number in range(3):
        y = top + 14 + number * 56
        slat = symmetric(
            (CENTRE, y + 8, 50), (CENTRE + 92, y, 5), (CENTRE + 90, y + 32, 5), (CENTRE, y + 40, 50)
        )
        canvas.shadow(moved(slat, 0, 5), 0.2, 4)
        canvas.fill(slat, paint, relief=0.6, depth=9)


def _draw_padded_back(canvas: Canvas, look: Look) -> None:
    top = 116 + look.vary("top", -12, 16)
    back = symmetric(
        (CENTRE, top, 40),
        (CENTRE + 88, top + 8, 40),
        (CENTRE + 96, 250, 90),
        (CENTRE + 84, 356, 16),
        (CENTRE, 360),
    )
    part = canvas.fill(back, look.paint(), relief=0.8, depth=28)
    if look.has("detail", "tufted"):
        for row in range(3):
            for column in range(3):
                x, y = CENTRE - 48 + column * 48 + (row % 2) * 0, top + 52 + row * 62
                draw_tuft(canvas, look, x, y, part)
    else:
        for x in (-30, 30):
            canvas.line(
                curve((CENTRE + x, top + 4), (CENTRE + x * 1.02, 358)),
                line_colour(look.rgb),
                1.6,
                opacity=0.6,
                clip=part,
            )
            canvas.shadow(limb(((CENTRE + x, top + 10), (CENTRE + x, 356)), 9), 0.18, 4, part)


def _draw_shell(canvas: Canvas, look: Look) -> None:
    back = symmetric(
        (CENTRE, 140, 40),
        (CENTRE + 74, 146, 50),
        (CENTRE + 100, 250, 70),
        (CENTRE + 106, 340, 20),
        (CENTRE, 360),
    )
    canvas.fill(back, look.paint(), relief=0.8, depth=30)
    seat = symmetric(
        (CENTRE, 322, 60),
        (CENTRE + 96, 312, 30),
        (CENTRE + 124, 330, 24),
        (CENTRE + 116, 402, 34),
        (CENTRE, 414, 60),
    )
    canvas.shadow(moved(seat, 0, -8), 0.25, 8)
    part = canvas.fill(seat, look.paint().light(0.05), relief=0.8, depth=24)
    canvas.shadow(
        symmetric((CENTRE, 318), (CENTRE + 84, 318), (CENTRE + 60, 350), (CENTRE, 356)),
        0.25,
        10,
        part,
    )


def _draw_office_chair(canvas: Canvas, look: Look) -> None:
    metal = Paint(
        METALS["chrome"] if look.pick("base", "chrome", "black") == "chrome" else _BLACK_METAL,
        "steel",
    )
    _draw_castors(canvas, metal)
    back = symmetric(
        (CENTRE, 92, 40),
        (CENTRE + 78, 98, 40),
        (CENTRE + 92, 200, 80),
        (CENTRE + 82, 330, 30),
        (CENTRE, 338),
    )
    part = canvas.fill(back, look.paint(), relief=0.8, depth=28)
    for y in (170, 250):
        canvas.shadow(limb(((CENTRE - 92, y), (CENTRE, y + 8), (CENTRE + 92, y)), 8), 0.22, 4, part)
    for side in (-1, 1):
        arm = curve(
            (CENTRE + side * 98, 400),
            (CENTRE + side * 128, 396),
            (CENTRE + side * 126, 306),
            (CENTRE + side * 110, 304),
        )
        canvas.line(arm, darker(metal.colour, 0.4), 11)
        canvas.line(arm, metal.colour, 8)
        canvas.fill(
            box(CENTRE + side * 118 - 16, 294, CENTRE + side * 118 + 16, 312, 8),
            Paint((52, 52, 56), "rubber"),
            relief=0.8,
            depth=6,
        )
    seat = symmetric(
        (CENTRE, 356, 40),
        (CENTRE + 96, 354, 24),
        (CENTRE + 112, 404, 26),
        (CENTRE + 90, 426, 20),
        (CENTRE, 430),
    )
    canvas.shadow(moved(seat, 0, -8), 0.3, 8)
    canvas.fill(seat, look.paint().light(0.04), relief=0.85, depth=24)


def _draw_castors(canvas: Canvas, metal: Paint) -> None:
    """Draw the star base with its castors and the column."""
    for side in (-1, 1):
        for x, y in ((104, 560), (58, 574)):
            canvas.fill(
                limb(((CENTRE, 510), (CENTRE + side * x, y - 14)), 15, 10),
                metal,
                relief=0.8,
                depth=6,
            )
            canvas.fill(
                ellipse(CENTRE + side * x, y, 12, 13),
                Paint((44, 44, 48), "rubber"),
                relief=0.8,
                depth=7,
            )
    canvas.fill(
        box(CENTRE - 9, 410, CENTRE + 9, 524, 3),
        metal,
        relief=0,
        across=((0, -0.4), (0.35, 0.5), (1, -0.5)),
    )


def draw_stool(canvas: Canvas, look: Look) -> None:
    """Draw a stool: a tall bar stool or a low one, with round or padded seat."""
    tall = look.has("style", "bar stool")
    top = 150.0 if tall else 290.0
    half = 86.0 if tall else 108.0
    wooden = look.material in WOODS
    legs = look.paint(upright=True) if wooden else leg_paint(look)
    bottom = 570.0 if tall else 530.0
    for x, shade in ((0.52, 0.3), (-0.52, 0.3)):
        canvas.fill(
            limb(((CENTRE + x * half, top + 30), (CENTRE + x * half * 1.36, bottom - 20)), 12, 9),
            legs.dark(shade),
            relief=0.6,
            depth=6,
        )
    for side in (-1, 1):
        canvas.fill(
            limb(
                ((CENTRE + side * half * 0.8, top + 34), (CENTRE + side * (half + 26), bottom)),
                15,
                11,
            ),
            legs,
            relief=0.7,
            depth=7,
        )
    rest = top + (bottom - top) * 0.68
    if tall or look.pick("rest", "yes", "no") == "yes":
        reach = half + 12
        canvas.fill(
            limb(((CENTRE - reach, rest), (CENTRE + reach, rest)), 10), legs, relief=0.7, depth=5
        )
    if wooden:
        _draw_wooden_seat(canvas, look, half, top)
        return
    _draw_cushion(canvas, look, half, top)


def _draw_cushion(canvas: Canvas, look: Look, half: float, top: float) -> None:
    """Draw a padded seat with its seam."""
    cushion = symmetric(
        (CENTRE, top - 16),
        (CENTRE + half, top - 14, 26),
        (CENTRE + half + 10, top + 16, 18),
        (CENTRE + half, top + 44, 16),
        (CENTRE, top + 48),
    )
    canvas.fill(cushion, look.paint(), relief=0.9, depth=22)
    seam = curve((CENTRE - half - 8, top + 20), (CENTRE, top + 30), (CENTRE + half + 8, top + 20))
    canvas.line(seam, line_colour(look.rgb), 1.8, opacity=0.7)


def _draw_wooden_seat(canvas: Canvas, look: Look, half: float, top: float) -> None:
    """Draw a round wooden seat."""
    canvas.fill(
        symmetric(
            (CENTRE, top + 8),
            (CENTRE + half + 8, top + 8, 4),
            (CENTRE + half + 4, top + 36, 14),
            (CENTRE, top + 44, 60),
        ),
        look.paint().dark(0.15),
        relief=0.6,
        depth=9,
    )
    canvas.fill(
        ellipse(CENTRE, top + 10, half + 8, 22), look.paint().light(0.08), relief=0.4, depth=10
    )
