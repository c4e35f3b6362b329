"""Draw coats: trench, overcoat, duffle and quilted."""

from __future__ import annotations

from dataclasses import replace

from catalog.demo.canvas import Canvas, Paint, Part
from catalog.demo.garments import (
    Cut,
    button,
    collar_wings,
    draw_body,
    draw_collar,
    draw_sleeves,
    draw_zip,
)
from catalog.demo.geometry import (
    CENTRE,
    box,
    curve,
    limb,
    moved,
    rounded,
    symmetric,
)
from catalog.demo.look import Look
from catalog.demo.palette import darker, lighter, line_colour
from catalog.demo.tailoring import draw_lapels, draw_lining, draw_quilted


def draw_coat(canvas: Canvas, look: Look) -> None:
    """Draw a coat in the style of its shape: trench, wool overcoat, duffle or parka."""
    style = look.shape.get("style", "overcoat")
    cut = Cut(
        neck=40,
        neck_y=76,
        drop=132,
        neckline="v",
        shoulder=110,
        shoulder_y=104,
        chest=106,
        chest_y=208,
        waist=96,
        waist_y=310,
        hem=122,
        hem_y=556 + look.vary("length", -22, 8),
        hem_curve=10,
        sleeve="long",
        sleeve_width=74,
        cuff_width=56,
    )
    if style == "quilted coat":
        _draw_long_puffer(canvas, look, cut)
        return
    if style == "duffle coat":
        cut = replace(cut, drop=40, neckline="round", neck=46, waist=108)
    paint = look.paint()
    if style != "duffle coat":
        draw_lining(canvas, cut, look)
    draw_sleeves(canvas, paint, cut, cuff="stitch")
    part = draw_body(
        canvas,
        paint,
        replace(cut, drop=12, neckline="round") if look.view == "back" else cut,
        hem="stitch",
    )
    if look.view == "back":
        _draw_coat_back(canvas, look, cut, part)
    elif style == "duffle coat":
        _draw_duffle(canvas, look, cut, part)
    else:
        _draw_overcoat_front(canvas, look, cut, part, belted=style == "trench coat")


def _draw_coat_back(canvas: Canvas, look: Look, cut: Cut, part: Part) -> None:
    canvas.line(
        curve((CENTRE, 90), (CENTRE, cut.hem_y + 12)), line_colour(look.rgb), 1.3, clip=part
    )
    canvas.shadow(limb(((CENTRE, 420), (CENTRE + 4, cut.hem_y + 10)), 2, 14), 0.3, 4, part)
    draw_collar(canvas, look.paint(), replace(cut, drop=30, neckline="round"), spread=34, length=32)


def _draw_overcoat_front(canvas: Canvas, look: Look, cut: Cut, part: Part, *, belted: bool) -> None:
    paint = look.paint()
    meet = cut.neck_y + cut.drop
    canvas.line(
        curve((CENTRE + 26, meet - 20), (CENTRE + 28, cut.hem_y + 10)),
        line_colour(look.rgb),
        1.5,
        clip=part,
    )
    for side in (-1, 1):
        welt = limb(((CENTRE + side * 78, 352), (CENTRE + side * 62, 410)), 12)
        canvas.shadow(moved(welt, 0, 3), 0.22, 3, part)
        canvas.fill(welt, paint, relief=0.4, depth=6)
        hem_fold = limb(((CENTRE + side * 60, 330), (CENTRE + side * 84, cut.hem_y)), 3, 16)
        canvas.shadow(hem_fold, 0.16, 6, part)
    draw_lapels(canvas, paint, cut, wide=look.vary("lapel", 70, 84), depth=112)
    tone = darker(look.rgb, 0.5) if sum(look.rgb) > 240 else lighter(look.rgb, 0.3)
    for y in (meet + 14, meet + 66, meet + 170 if belted else meet + 118):
        for x in (CENTRE - 26, CENTRE + 18):
            button(canvas, (x, y), tone, 6.5)
    if belted:
        belt = symmetric((CENTRE, 298), (CENTRE + 99, 296, 3), (CENTRE + 99, 322, 3), (CENTRE, 326))
        canvas.shadow(moved(belt, 0, 6), 0.25, 4, part)
        canvas.fill(belt, paint, relief=0.6, depth=8)
        canvas.fill(
            rounded((248, 312, 3), (270, 310, 3), (286, 404, 3), (262, 408, 3)),
            paint,
            relief=0.6,
            depth=8,
        )
        canvas.fill(
            box(222, 292, 254, 332, 5),
            Paint(darker(look.rgb, 0.55), "plastic"),
            depth=6,
            holes=[box(229, 299, 247, 325, 3)],
        )


def _draw_duffle(canvas: Canvas, look: Look, cut: Cut, part: Part) -> None:
    """Draw hood, patch pockets and toggles of a duffle coat."""
    paint = look.paint()
    canvas.line(
        curve((CENTRE + 14, cut.neck_y + 36), (CENTRE + 14, cut.hem_y + 10)),
        line_colour(look.rgb),
        1.5,
        clip=part,
    )
    for side in (-1, 1):
        canvas.fill(
            box(CENTRE + side * 60 - 32, 390, CENTRE + side * 60 + 32, 462, 10),
            paint,
            relief=0.5,
            depth=8,
        )
    _draw_toggles(canvas, look, cut)
    for wing in collar_wings(replace(cut, drop=46), 74, 74):
        canvas.shadow(moved(wing, 0, 5), 0.25, 5)
        canvas.fill(wing, paint, relief=0.7, depth=12)
    hood = symmetric(
        (CENTRE, cut.neck_y - 42),
        (CENTRE + 50, cut.neck_y - 36, 30),
        (CENTRE + 60, cut.neck_y + 14, 20),
        (CENTRE + 30, cut.neck_y + 14, 16),
        (CENTRE, cut.neck_y + 26, 30),
    )
    canvas.fill(hood, paint.dark(0.12), relief=0.7, depth=16)


def _draw_toggles(canvas: Canvas, look: Look, cut: Cut) -> None:
    """Close the front with wooden toggles on leather loops."""
    for number in range(4):
        y = cut.neck_y + 78 + number * 68
        for side in (-1, 1):
            loop = curve((CENTRE + 2 + side * 40, y), (CENTRE + 2, y + 2))
            canvas.line(loop, darker(look.rgb, 0.55), 4)
            canvas.fill(
                box(CENTRE + 2 + side * 46 - 7, y - 8, CENTRE + 2 + side * 46 + 7, y + 8, 3),
                Paint((112, 74, 46), "leather"),
                depth=5,
            )
        canvas.shadow(box(CENTRE - 14, y - 3, CENTRE + 18, y + 9, 5), 0.3, 2)
        canvas.fill(
            box(CENTRE - 15, y - 6, CENTRE + 19, y + 6, 6),
            Paint((196, 150, 92), "walnut"),
            relief=0.8,
            depth=6,
        )


def _draw_long_puffer(canvas: Canvas, look: Look, cut: Cut) -> None:
    """Draw a long quilted coat with a hood."""
    wide = replace(
        cut, drop=10, neckline="round", chest=118, waist=114, hem=120, shoulder=116, sleeve_width=88
    )
    draw_quilted(canvas, look, wide, 46.0)
    hood = symmetric((CENTRE, 26), (CENTRE + 62, 32, 40), (CENTRE + 70, 104, 30), (CENTRE, 122, 50))
    canvas.fill(hood, look.paint(), relief=0.9, depth=22)
    canvas.fill(
        symmetric((CENTRE, 44), (CENTRE + 40, 48, 28), (CENTRE + 42, 98, 24), (CENTRE, 112, 40)),
        look.paint().dark(0.4),
        relief=0.3,
    )
    draw_zip(canvas, 112, wide.hem_y + 6)
    for side in (-1, 1):
        canvas.line(
            curve((CENTRE + side * 80, 336), (CENTRE + side * 64, 396)), darker(look.rgb, 0.5), 4
        )
