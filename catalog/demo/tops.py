"""Draw light upper garments: T-shirts, polo shirts, shirts and blouses."""

from __future__ import annotations

from dataclasses import replace

from catalog.demo.canvas import Canvas
from catalog.demo.garments import (
    Cut,
    button,
    button_colour,
    draw_body,
    draw_collar,
    draw_neck_band,
    draw_sleeves,
    sewn_pocket,
)
from catalog.demo.geometry import CENTRE, box, curve, limb, mirrored, moved, rounded
from catalog.demo.look import Look
from catalog.demo.palette import darker, line_colour


def _tailored(look: Look, cut: Cut) -> Cut:
    """Fit a cut to the shape's fit and vary its measures with the model."""
    wider = {"oversized": 14.0, "relaxed": 7.0, "slim": -7.0}.get(look.shape.get("fit", ""), 0.0)
    waist = -10.0 if look.has("gender", "women") else 0.0
    longer = look.vary("length", -14, 16)
    return replace(
        cut,
        shoulder=cut.shoulder + wider * 0.8,
        chest=cut.chest + wider,
        waist=cut.waist + wider + waist,
        hem=cut.hem + wider + waist * 0.3,
        hem_y=cut.hem_y + longer + wider * 0.5,
        sleeve_width=cut.sleeve_width + wider * 0.5,
    )


def draw_t_shirt(canvas: Canvas, look: Look) -> None:
    """Draw a T-shirt with a crew, V or scoop neck."""
    depths = {"v-neck": 74.0, "scoop neck": 66.0}
    neck = look.shape.get("neckline", "crew neck")
    cut = _tailored(
        look,
        Cut(
            neck=46 if neck == "scoop neck" else 40,
            drop=depths.get(neck, 36.0),
            neckline="v" if neck == "v-neck" else "round",
            sleeve=look.shape.get("sleeve", "short"),
            cuff_width=70 if look.has("sleeve", "short") else 46,
            sleeve_width=78 if look.has("sleeve", "short") else 62,
        ),
    )
    if look.view == "back":
        cut = replace(cut, drop=14.0, neckline="round")
    paint = look.paint()
    draw_sleeves(canvas, paint, cut)
    draw_body(canvas, paint, cut)
    draw_neck_band(canvas, paint, cut)
    if look.has("pocket", "chest pocket") and look.view == "front":
        sewn_pocket(canvas, paint.plain(), look, 266, 206)


def draw_polo(canvas: Canvas, look: Look) -> None:
    """Draw a polo shirt: soft collar, short placket, ribbed sleeve ends."""
    cut = _tailored(look, Cut(neck=40, drop=36, cuff_width=68, sleeve_width=76))
    if look.view == "back":
        cut = replace(cut, drop=14.0)
    paint = look.paint()
    trim = paint.plain(darker(look.rgb, 0.12))
    draw_sleeves(canvas, paint, cut, cuff="rib", cuff_paint=trim)
    draw_body(canvas, paint, cut)
    if look.view == "front":
        placket = box(CENTRE - 12, cut.neck_y + 34, CENTRE + 12, cut.neck_y + 132, 3)
        canvas.fill(placket, paint.plain(), relief=0.3, depth=6)
        for number in range(3):
            button(canvas, (CENTRE, cut.neck_y + 56 + number * 29), button_colour(look.rgb))
        draw_collar(canvas, trim, cut, spread=46, length=66)
    else:
        draw_collar(canvas, trim, replace(cut, drop=24.0), spread=30, length=26)


def draw_shirt(canvas: Canvas, look: Look) -> None:
    """Draw a button-down shirt with collar, placket, pocket and a curved hem."""
    sleeve = look.shape.get("sleeve", "long")
    cut = _tailored(
        look,
        Cut(
            neck=36,
            drop=34,
            hem_curve=28,
            hem_y=498,
            sleeve=sleeve,
            cuff_width=44 if sleeve == "long" else 68,
            sleeve_width=64 if sleeve == "long" else 76,
        ),
    )
    if look.view == "back":
        cut = replace(cut, drop=12.0)
    # Shirts are striped along the body.
    paint = look.paint(degrees=90 if look.pattern == "striped" else 0)
    draw_sleeves(canvas, paint, cut, cuff="band" if sleeve == "long" else "stitch")
    part = draw_body(canvas, paint, cut)
    if look.view == "back":
        yoke = curve((CENTRE - 104, 176), (CENTRE, 190), (CENTRE + 104, 176))
        canvas.line(yoke, line_colour(look.rgb), 1.1, opacity=0.7, clip=part)
        draw_collar(canvas, paint, replace(cut, drop=22.0), spread=26, length=24)
        return
    bottom = cut.hem_y + cut.hem_curve + 8
    placket = box(CENTRE - 11, cut.neck_y + 24, CENTRE + 11, bottom)
    canvas.fill(placket, paint, relief=0.35, depth=5, clip=part, edge=0.5)
    if look.has("pocket", "chest pocket"):
        sewn_pocket(canvas, paint, look, 270, 212)
    for number in range(7):
        button(canvas, (CENTRE, cut.neck_y + 62 + number * 56), button_colour(look.rgb))
    draw_collar(canvas, paint, cut, spread=look.vary("collar", 36, 50), length=64)


def draw_blouse(canvas: Canvas, look: Look) -> None:
    """Draw a blouse with full sleeves, gathered at the wrist, and a soft neck."""
    style = look.shape.get("neckline", "v-neck")
    sleeve = look.shape.get("sleeve", "long")
    cut = Cut(
        neck=40,
        drop=72 if style == "v-neck" else 40,
        neckline="v" if style == "v-neck" else "round",
        shoulder=104,
        chest=100,
        waist=90 + look.vary("waist", -4, 8),
        hem=114,
        hem_y=470 + look.vary("length", -10, 16),
        hem_curve=16,
        sleeve=sleeve,
        sleeve_width=84,
        flare=6 if sleeve == "long" else 12,
        cuff_width=38 if sleeve == "long" else 62,
    )
    if look.view == "back":
        cut = replace(cut, drop=14.0, neckline="round")
    paint = look.paint()
    draw_sleeves(canvas, paint, cut, cuff="band" if sleeve == "long" else "stitch")
    part = draw_body(canvas, paint, cut)
    for x in (196, 216, 264, 284):
        fold = limb(
            ((CENTRE + (x - CENTRE) * 0.7, 250), (x, 380), (x + (x - CENTRE) * 0.3, 500)), 3, 12
        )
        canvas.shadow(fold, 0.16, 5, part)
    draw_neck_band(canvas, paint.plain(), cut, 6)
    if style == "tie neck" and look.view == "front":
        _draw_bow(canvas, look, cut.neck_y + cut.drop - 2)


def _draw_bow(canvas: Canvas, look: Look, y: float) -> None:
    """Tie a soft bow below the neck."""
    paint = look.paint(pattern="plain")
    tail = rounded(
        (240, y, 6), (252, y + 6, 8), (272, y + 118, 3), (248, y + 124, 3), (236, y + 10, 8)
    )
    loop = rounded((240, y + 2, 8), (282, y - 20, 20), (296, y + 8, 20), (276, y + 26, 18))
    for shape in (mirrored(moved(tail, 6, -8)), tail):
        canvas.shadow(moved(shape, 2, 5), 0.25, 4)
        canvas.fill(shape, paint, relief=0.7, depth=9)
    for shape in (mirrored(loop), loop):
        canvas.fill(shape, paint, relief=0.8, depth=9)
    canvas.fill(box(231, y - 8, 249, y + 18, 7), paint, relief=0.8, depth=7)
