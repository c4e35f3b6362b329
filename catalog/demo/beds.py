"""Draw beds."""

from __future__ import annotations

from catalog.demo.canvas import Canvas, Paint, Part
from catalog.demo.geometry import (
    CENTRE,
    box,
    limb,
    moved,
    points,
    rounded,
    symmetric,
)
from catalog.demo.look import Look
from catalog.demo.palette import RGB, WOODS, lighter, line_colour
from catalog.demo.upholstery import leg_paint


def draw_bed(canvas: Canvas, look: Look) -> None:
    """Draw a double bed from its foot, with headboard, pillows and a blanket."""
    wooden = look.material in WOODS
    paint = look.paint()
    top = 176 + look.vary("head", -14, 22)
    style = look.shape.get("style", "panel bed")
    head = symmetric(
        (CENTRE, top, 90 if style == "curved bed" else 4),
        (CENTRE + 168, top + (22 if style == "curved bed" else 0), 10 if wooden else 24),
        (CENTRE + 168, 440),
        (CENTRE, 440),
    )
    part = canvas.fill(head, paint, relief=0.7, depth=20)
    _draw_headboard(canvas, look, style, top, part)
    _draw_bedding(canvas)
    _draw_blanket(canvas, look)
    frame = box(CENTRE - 206, 486, CENTRE + 206, 520, 6)
    canvas.fill(frame, paint if wooden else paint.dark(0.1), relief=0.7, depth=10)
    legs = look.paint(upright=True) if wooden else leg_paint(look)
    for side in (-1, 1):
        canvas.fill(
            limb(((CENTRE + side * 186, 518), (CENTRE + side * 190, 556)), 20, 15),
            legs,
            relief=0.7,
            depth=7,
        )


def _draw_bedding(canvas: Canvas) -> None:
    """Lay the mattress and both pillows."""
    sheet: RGB = (248, 247, 243)
    mattress = rounded(
        (CENTRE - 152, 330, 16),
        (CENTRE + 152, 330, 16),
        (CENTRE + 196, 476, 16),
        (CENTRE - 196, 476, 16),
    )
    canvas.fill(mattress, Paint(sheet, "cotton"), relief=0.6, depth=18)
    for x in (CENTRE - 76, CENTRE + 76):
        pillow = rounded(
            (x - 64, 296, 22),
            (x, 288, 60),
            (x + 64, 296, 22),
            (x + 68, 346, 26),
            (x, 356, 60),
            (x - 68, 346, 26),
        )
        canvas.shadow(moved(pillow, 0, 6), 0.2, 6)
        canvas.fill(pillow, Paint(sheet, "cotton"), relief=0.9, depth=20)


def _draw_headboard(canvas: Canvas, look: Look, style: str, top: float, part: Part) -> None:
    if look.material not in WOODS:
        for x in (-84, 0, 84):
            canvas.shadow(limb(((CENTRE + x, top), (CENTRE + x, 400)), 9), 0.25, 5, part)
            canvas.line(
                points((CENTRE + x, top), (CENTRE + x, 400)),
                line_colour(look.rgb),
                1.5,
                opacity=0.6,
                clip=part,
            )
    elif style == "slatted bed":
        for number in range(7):
            left = CENTRE - 153 + number * 48
            canvas.fill(
                box(left, top + 26, left + 18, 330), Paint((244, 243, 240)), relief=0.2, clip=part
            )
    else:
        for y in (top + 40, top + 82):
            canvas.line(
                points((CENTRE - 170, y), (CENTRE + 170, y)),
                line_colour(look.rgb),
                1.8,
                opacity=0.7,
                clip=part,
            )


def _draw_blanket(canvas: Canvas, look: Look) -> None:
    tone = {
        "blue": (112, 140, 178),
        "grey": (166, 168, 172),
        "sage": (150, 172, 150),
        "rose": (214, 168, 164),
        "sand": (214, 198, 170),
    }[look.pick("blanket", "blue", "grey", "sage", "rose", "sand")]
    cover = rounded(
        (CENTRE - 166, 386, 12),
        (CENTRE, 394, 90),
        (CENTRE + 166, 386, 12),
        (CENTRE + 204, 480, 10),
        (CENTRE + 206, 500, 8),
        (CENTRE - 206, 500, 8),
        (CENTRE - 204, 480, 10),
    )
    canvas.shadow(moved(cover, 0, -4), 0.2, 6)
    part = canvas.fill(cover, Paint(tone, "linen"), relief=0.7, depth=18)
    fold = rounded(
        (CENTRE - 164, 378, 10),
        (CENTRE, 386, 90),
        (CENTRE + 164, 378, 10),
        (CENTRE + 176, 416, 10),
        (CENTRE, 424, 90),
        (CENTRE - 176, 416, 10),
    )
    canvas.fill(fold, Paint(lighter(tone, 0.4), "linen"), relief=0.7, depth=12)
    for x in (-120, -40, 60, 130):
        canvas.shadow(limb(((CENTRE + x, 424), (CENTRE + x * 1.12, 500)), 3, 12), 0.14, 5, part)
