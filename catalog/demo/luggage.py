"""Draw backpacks and suitcases."""

from __future__ import annotations

from catalog.demo.canvas import Canvas, Paint, Part
from catalog.demo.geometry import (
    CENTRE,
    box,
    curve,
    ellipse,
    limb,
    moved,
    ribbon,
    rounded,
    symmetric,
)
from catalog.demo.leatherwork import draw_handle, fitting_paint, inset, stitch
from catalog.demo.look import Look
from catalog.demo.palette import RGB, darker, line_colour


def draw_backpack(canvas: Canvas, look: Look) -> None:
    """Draw a backpack: daypack, roll-top or leather with buckled flap."""
    style = look.shape.get("style", "daypack")
    paint = look.paint()
    plain = paint.plain()
    _draw_straps(canvas, look, plain)
    wide = look.vary("wide", 124, 138)
    body = symmetric(
        (CENTRE, 116),
        (CENTRE + wide * 0.72, 118, 70),
        (CENTRE + wide, 230, 60),
        (CENTRE + wide + 6, 520, 44),
        (CENTRE, 528),
    )
    part = canvas.fill(body, paint, relief=0.75, depth=34)
    if style == "flap backpack":
        _draw_pack_flap(canvas, look, wide, part)
    elif style == "roll-top backpack":
        _draw_roll_top(canvas, look, wide, part)
    else:
        zip_arc = curve(
            (CENTRE - wide + 4, 330),
            (CENTRE - wide * 0.9, 146),
            (CENTRE + wide * 0.9, 146),
            (CENTRE + wide - 4, 330),
        )
        canvas.line(zip_arc, darker(look.rgb, 0.55), 6, clip=part)
        canvas.line(zip_arc, (170, 172, 178), 2, dash=2.4, clip=part)
        _draw_front_pocket(canvas, look, wide)


def _draw_straps(canvas: Canvas, look: Look, plain: Paint) -> None:
    """Draw the shoulder straps and the loop at the top."""
    for side in (-1, 1):
        strap = limb(
            (
                (CENTRE + side * 96, 190),
                (CENTRE + side * 158, 250),
                (CENTRE + side * 150, 420),
                (CENTRE + side * 116, 486),
            ),
            30,
            18,
        )
        canvas.fill(strap, plain.dark(0.35), relief=0.8, depth=10)
    loop = curve((CENTRE - 34, 128), (CENTRE - 30, 78), (CENTRE + 30, 78), (CENTRE + 34, 128))
    draw_handle(canvas, look, loop, 12)


def _draw_front_pocket(canvas: Canvas, look: Look, wide: float) -> None:
    trim: RGB = (
        (150, 104, 66)
        if look.pick("trim", "leather", "none") == "leather"
        else darker(look.rgb, 0.25)
    )
    pocket = symmetric(
        (CENTRE, 336), (CENTRE + wide - 24, 338, 30), (CENTRE + wide - 20, 506, 30), (CENTRE, 510)
    )
    canvas.shadow(moved(pocket, 0, 4), 0.25, 7)
    part = canvas.fill(pocket, look.paint(), relief=0.7, depth=20)
    canvas.line(
        curve((CENTRE - wide + 34, 366), (CENTRE, 362), (CENTRE + wide - 34, 366)),
        darker(look.rgb, 0.55),
        6,
        clip=part,
    )
    canvas.line(
        curve((CENTRE - wide + 34, 366), (CENTRE, 362), (CENTRE + wide - 34, 366)),
        (170, 172, 178),
        2,
        dash=2.4,
        clip=part,
    )
    _draw_patch(canvas, trim)


def _draw_patch(canvas: Canvas, trim: RGB) -> None:
    """Sew on the leather puller and the lash tab."""
    canvas.fill(
        rounded(
            (CENTRE + 60, 362, 3),
            (CENTRE + 68, 362, 3),
            (CENTRE + 66, 398, 3),
            (CENTRE + 58, 398, 3),
        ),
        Paint(trim, "leather"),
        relief=0.5,
        depth=4,
    )
    patch = rounded(
        (CENTRE, 222, 6), (CENTRE + 26, 248, 6), (CENTRE, 274, 6), (CENTRE - 26, 248, 6)
    )
    canvas.fill(patch, Paint(trim, "leather"), relief=0.5, depth=6)
    for side in (-1, 1):
        canvas.fill(
            box(CENTRE + side * 10 - 3, 242, CENTRE + side * 10 + 3, 254, 2),
            Paint(darker(trim, 0.6)),
            relief=0,
            edge=0,
        )


def _draw_pack_flap(canvas: Canvas, look: Look, wide: float, part: Part) -> None:
    metal = fitting_paint(look)
    pocket = box(CENTRE - wide + 28, 392, CENTRE + wide - 28, 508, 18)
    canvas.fill(pocket, look.paint(), relief=0.6, depth=14)
    flap = symmetric(
        (CENTRE, 118),
        (CENTRE + wide * 0.75, 120, 60),
        (CENTRE + wide + 5, 230, 40),
        (CENTRE + wide - 4, 366, 44),
        (CENTRE, 378),
    )
    canvas.shadow(moved(flap, 0, 8), 0.32, 7, part)
    cover = canvas.fill(flap, look.paint().light(0.03), relief=0.7, depth=24)
    stitch(canvas, look, inset(flap, 0.06), cover)
    trim = Paint((132, 88, 54) if look.material != "leather" else darker(look.rgb, 0.3), "leather")
    for side in (-1, 1):
        x = CENTRE + side * 58
        canvas.fill(
            rounded(
                (x - 11, 300, 3), (x + 11, 300, 3), (x + 11, 450, 3), (x, 462, 4), (x - 11, 450, 3)
            ),
            trim,
            relief=0.5,
            depth=6,
        )
        canvas.fill(
            box(x - 18, 386, x + 18, 416, 5),
            metal,
            holes=[box(x - 11, 393, x + 11, 409, 2)],
            depth=5,
        )


def _draw_roll_top(canvas: Canvas, look: Look, wide: float, part: Part) -> None:
    roll = box(CENTRE - wide + 2, 112, CENTRE + wide - 2, 168, 24)
    canvas.shadow(moved(roll, 0, 10), 0.3, 7, part)
    canvas.fill(roll, look.paint(), relief=0.9, depth=22)
    canvas.line(
        curve((CENTRE - wide + 12, 148), (CENTRE + wide - 12, 146)),
        line_colour(look.rgb),
        1.6,
        opacity=0.8,
    )
    strap = box(CENTRE - 12, 104, CENTRE + 12, 330, 4)
    canvas.shadow(moved(strap, 2, 4), 0.25, 4)
    canvas.fill(strap, Paint(darker(look.rgb, 0.45), "nylon"), relief=0.5, depth=6)
    canvas.fill(
        box(CENTRE - 18, 226, CENTRE + 18, 262, 6),
        Paint((60, 60, 64), "plastic"),
        relief=0.8,
        depth=7,
    )
    _draw_side_seams(canvas, look, wide, part)


def _draw_side_seams(canvas: Canvas, look: Look, wide: float, part: Part) -> None:
    panel = symmetric(
        (CENTRE, 372), (CENTRE + wide - 14, 372, 10), (CENTRE + wide - 12, 512, 26), (CENTRE, 516)
    )
    canvas.fill(panel, look.paint().dark(0.1), relief=0.5, depth=12, clip=part)
    zip_line = curve((CENTRE - wide + 30, 398), (CENTRE + wide - 30, 398))
    canvas.line(zip_line, darker(look.rgb, 0.6), 6)
    canvas.line(zip_line, (170, 172, 178), 2, dash=2.4)


def draw_suitcase(canvas: Canvas, look: Look) -> None:
    """Draw a suitcase: a ribbed trolley or a case with leather corners."""
    if look.has("style", "vintage suitcase"):
        _draw_vintage_case(canvas, look)
        return
    paint = look.paint()
    grey = Paint((120, 122, 128), "aluminium")
    tall = look.vary("tall", 0, 40)
    top = 220 - tall * 0.5
    _draw_trolley(canvas, grey, top)
    body = box(CENTRE - 134, top, CENTRE + 134, 560, 36)
    part = canvas.fill(body, paint, relief=0.8, depth=30)
    for number in range(7):
        x = CENTRE - 102 + number * 34
        canvas.shadow(limb(((x, top + 24), (x, 536)), 7), 0.30, 3, part)
        canvas.shine(limb(((x + 8, top + 24), (x + 8, 536)), 5), 0.30, 3, part)
    canvas.fill(
        box(CENTRE - 40, top - 10, CENTRE + 40, top + 8, 8),
        Paint((56, 56, 62), "plastic"),
        relief=0.8,
        depth=6,
    )
    canvas.fill(box(CENTRE + 92, 360, CENTRE + 136, 396, 5), grey, depth=6)
    for offset in (-8, 0, 8):
        canvas.fill(
            box(CENTRE + 111 + offset - 3, 371, CENTRE + 111 + offset + 3, 385),
            Paint((50, 50, 54)),
            relief=0,
            edge=0,
        )


def _draw_trolley(canvas: Canvas, grey: Paint, top: float) -> None:
    """Draw the telescopic handle and the wheels."""
    for x in (CENTRE - 44, CENTRE + 44):
        canvas.fill(
            box(x - 5, 84, x + 5, top + 10),
            grey,
            across=((0, -0.3), (0.4, 0.4), (1, -0.4)),
            relief=0,
        )
    canvas.fill(
        box(CENTRE - 58, 72, CENTRE + 58, 98, 10),
        Paint((52, 52, 58), "plastic"),
        relief=0.8,
        depth=9,
    )
    for x in (CENTRE - 96, CENTRE + 96):
        canvas.fill(
            box(x - 16, 552, x + 16, 574, 6), Paint((64, 64, 70), "plastic"), relief=0.6, depth=6
        )
        canvas.fill(ellipse(x, 578, 16, 15), Paint((44, 44, 48), "rubber"), relief=0.8, depth=7)
        canvas.fill(ellipse(x, 578, 6, 6), grey, depth=3)


def _draw_vintage_case(canvas: Canvas, look: Look) -> None:
    paint, metal = look.paint(), fitting_paint(look)
    trim = Paint(darker(look.rgb, 0.4), "leather")
    handle = curve((CENTRE - 46, 244), (CENTRE - 42, 190), (CENTRE + 42, 190), (CENTRE + 46, 244))
    canvas.fill(ribbon(handle, 15), trim, relief=0.9, depth=9)
    body = box(CENTRE - 186, 236, CENTRE + 186, 500, 20)
    part = canvas.fill(body, paint, relief=0.7, depth=24)
    canvas.line(
        curve((CENTRE - 186, 288), (CENTRE + 186, 288)), line_colour(look.rgb), 2.4, clip=part
    )
    for x in (CENTRE - 106, CENTRE + 106):
        canvas.fill(box(x - 15, 230, x + 15, 506), trim, relief=0.5, depth=8, clip=part)
        canvas.fill(
            box(x - 21, 274, x + 21, 306, 5),
            metal,
            holes=[box(x - 13, 282, x + 13, 298, 2)],
            depth=6,
        )
    for x in (-1, 1):
        for top, bottom in ((236, 282), (454, 500)):
            corner = box(CENTRE + x * 166 - 22, top, CENTRE + x * 166 + 22, bottom, 16)
            canvas.fill(corner, trim, relief=0.6, depth=9, clip=part)
    canvas.fill(box(CENTRE - 19, 276, CENTRE + 19, 302, 4), metal, depth=6)
