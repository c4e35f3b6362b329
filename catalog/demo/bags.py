"""Draw tote bags, clutches and wallets."""

from __future__ import annotations

from catalog.demo.canvas import Canvas, Paint
from catalog.demo.geometry import (
    CENTRE,
    box,
    curve,
    ellipse,
    joined,
    limb,
    moved,
    points,
    ribbon,
    rounded,
    symmetric,
)
from catalog.demo.leatherwork import draw_handle, fitting_paint, inset, stitch
from catalog.demo.look import Look
from catalog.demo.palette import darker, line_colour


def draw_tote(canvas: Canvas, look: Look) -> None:
    """Draw an open tote bag with two long handles."""
    paint = look.paint()
    trim = paint.plain(darker(look.rgb, 0.2))
    if look.pick("handles", "same", "leather") == "leather" and look.material != "leather":
        trim = Paint((150, 100, 62), "leather")
    rise = look.vary("rise", 130, 170)
    back = curve(
        (CENTRE - 66, 250), (CENTRE - 60, 236 - rise), (CENTRE + 60, 236 - rise), (CENTRE + 66, 250)
    )
    canvas.fill(ribbon(back, 14), trim.dark(0.3), relief=0.8, depth=8)
    canvas.fill(
        symmetric((CENTRE, 226), (CENTRE + 144, 230, 4), (CENTRE + 140, 262), (CENTRE, 262)),
        paint.plain().dark(0.45),
        relief=0.2,
    )
    body = symmetric(
        (CENTRE, 248, 60),
        (CENTRE + 146, 236, 3),
        (CENTRE + 132 + look.vary("flare", -8, 14), 536, 12),
        (CENTRE, 540),
    )
    part = canvas.fill(body, paint, relief=0.6, depth=28)
    canvas.line(
        curve((CENTRE - 150, 260), (CENTRE, 270), (CENTRE + 150, 260)),
        line_colour(look.rgb),
        1.2,
        opacity=0.6,
        dash=4,
        clip=part,
    )
    for side in (-1, 1):
        fold = limb(
            ((CENTRE + side * 110, 300), (CENTRE + side * 92, 410), (CENTRE + side * 104, 520)),
            4,
            16,
        )
        canvas.shadow(fold, 0.12, 8, part)
    _draw_front_handle(canvas, rise, trim)


def _draw_front_handle(canvas: Canvas, rise: float, trim: Paint) -> None:
    """Draw the near handle and the patches that hold it."""
    front = curve(
        (CENTRE - 66, 300),
        (CENTRE - 66, 250),
        (CENTRE - 58, 250 - rise),
        (CENTRE + 58, 250 - rise),
        (CENTRE + 66, 250),
        (CENTRE + 66, 300),
    )
    canvas.fill(ribbon(front, 15), trim, relief=0.8, depth=8)
    for side in (-1, 1):
        x = CENTRE + side * 66
        patch = box(x - 12, 276, x + 12, 322, 4)
        canvas.fill(patch, trim, relief=0.5, depth=5)
        canvas.line(points((x - 8, 284), (x + 8, 316)), line_colour(trim.colour), 1.1)
        canvas.line(points((x + 8, 284), (x - 8, 316)), line_colour(trim.colour), 1.1)


def draw_clutch(canvas: Canvas, look: Look) -> None:
    """Draw a clutch: envelope, framed or with a wristlet."""
    paint, metal = look.paint(), fitting_paint(look)
    style = look.shape.get("style", "envelope clutch")
    if style == "frame clutch":
        _draw_frame_clutch(canvas, metal, paint)
        return
    if style == "wristlet":
        loop = curve(
            (CENTRE - 166, 300),
            (CENTRE - 216, 360),
            (CENTRE - 200, 470),
            (CENTRE - 168, 420),
            (CENTRE - 166, 310),
        )
        draw_handle(canvas, look, loop, 11)
    body = box(CENTRE - 176, 256, CENTRE + 176, 450, 14)
    part = canvas.fill(body, paint, relief=0.7, depth=24)
    if style == "wristlet":
        canvas.line(
            curve((CENTRE - 170, 280), (CENTRE + 170, 280)), darker(look.rgb, 0.5), 7, clip=part
        )
        canvas.line(
            curve((CENTRE - 170, 280), (CENTRE + 170, 280)), metal.colour, 3, dash=3, clip=part
        )
        canvas.fill(box(CENTRE + 120, 276, CENTRE + 130, 316, 4), metal, depth=4)
        return
    flap = symmetric(
        (CENTRE, 252), (CENTRE + 178, 252, 12), (CENTRE + 176, 282, 12), (CENTRE, 396, 26)
    )
    canvas.shadow(moved(flap, 0, 8), 0.32, 7, part)
    cover = canvas.fill(flap, paint.light(0.03), relief=0.7, depth=20)
    stitch(canvas, look, inset(flap, 0.07), cover)
    canvas.fill(ellipse(CENTRE, 368, 11, 11), metal, relief=0.9, depth=7)


def _draw_frame_clutch(canvas: Canvas, metal: Paint, paint: Paint) -> None:
    """Draw a gathered clutch with a metal frame and a kiss lock."""
    body = symmetric(
        (CENTRE, 270),
        (CENTRE + 130, 268, 20),
        (CENTRE + 168, 420, 60),
        (CENTRE + 100, 452, 60),
        (CENTRE, 456),
    )
    part = canvas.fill(body, paint, relief=0.85, depth=34)
    for number in range(9):
        x = CENTRE - 104 + number * 26
        canvas.shadow(
            limb(((x, 286), (x + (x - CENTRE) * 0.06, 330), (x + (x - CENTRE) * 0.1, 370)), 9, 1),
            0.24,
            4,
            part,
        )
    canvas.fill(
        symmetric((CENTRE, 258), (CENTRE + 134, 258, 8), (CENTRE + 138, 286, 6), (CENTRE, 286)),
        metal,
        relief=0.7,
        depth=8,
    )
    for side in (-1, 1):
        canvas.fill(ellipse(CENTRE + side * 7, 248, 9, 9), metal, relief=0.9, depth=7)


def draw_wallet(canvas: Canvas, look: Look) -> None:
    """Draw a wallet: folded, long with zip, or a card holder."""
    style = look.shape.get("style", "bifold wallet")
    paint = look.paint()
    if style == "card holder":
        _draw_card_holder(canvas, look, paint)
        return
    if style == "zip wallet":
        _draw_zip_wallet(canvas, look, paint)
        return
    behind = rounded(
        (CENTRE - 140, 262, 14),
        (CENTRE + 146, 250, 14),
        (CENTRE + 150, 452, 14),
        (CENTRE - 140, 462, 14),
    )
    canvas.fill(behind, paint.dark(0.3), relief=0.5, depth=10)
    canvas.fill(
        box(CENTRE - 128, 268, CENTRE + 138, 440, 6),
        Paint((112, 158, 118), "paper"),
        relief=0.3,
        depth=6,
    )
    outline = rounded(
        (CENTRE - 146, 276, 16),
        (CENTRE + 140, 276, 16),
        (CENTRE + 140, 476, 16),
        (CENTRE - 146, 476, 16),
    )
    part = canvas.fill(outline, paint, relief=0.75, depth=22)
    stitch(canvas, look, inset(outline, 0.07), part)
    canvas.shadow(limb(((CENTRE - 132, 280), (CENTRE - 132, 474)), 10), 0.22, 5, part)
    mark = ellipse(CENTRE + 92, 444, 14, 9)
    canvas.line(joined(mark, mark[:1]), darker(look.rgb, 0.5), 1.6, opacity=0.8, clip=part)


def _draw_card_holder(canvas: Canvas, look: Look, paint: Paint) -> None:
    """Draw a card holder with two cards showing."""
    for lift, tone in ((62, (92, 128, 170)), (36, (214, 170, 92))):
        canvas.fill(
            box(CENTRE - 112, 320 - lift, CENTRE + 112, 430, 12),
            Paint(tone, "plastic"),
            relief=0.4,
            depth=8,
        )
    part = canvas.fill(box(CENTRE - 132, 312, CENTRE + 132, 480, 14), paint, relief=0.7, depth=18)
    stitch(canvas, look, inset(box(CENTRE - 132, 312, CENTRE + 132, 480, 14), 0.07), part)
    for y in (352, 392):
        canvas.shadow(limb(((CENTRE - 132, y + 4), (CENTRE + 132, y + 4)), 6), 0.3, 3, part)
        canvas.line(
            points((CENTRE - 132, y), (CENTRE + 132, y)), line_colour(look.rgb), 1.6, clip=part
        )


def _draw_zip_wallet(canvas: Canvas, look: Look, paint: Paint) -> None:
    """Draw a long wallet with a zip around it."""
    outline = box(CENTRE - 176, 262, CENTRE + 176, 450, 22)
    part = canvas.fill(outline, paint, relief=0.7, depth=22)
    edge = inset(outline, 0.045)
    canvas.line(edge, darker(look.rgb, 0.5), 7, clip=part)
    canvas.line(edge, fitting_paint(look).colour, 3, dash=3, clip=part)
    canvas.fill(
        box(CENTRE + 158, 300, CENTRE + 176, 352, 6),
        paint.plain().dark(0.2),
        relief=0.6,
        depth=5,
    )
    canvas.fill(
        box(CENTRE - 26, 340, CENTRE + 26, 372, 4), fitting_paint(look), relief=0.5, depth=5
    )
