"""Draw jackets: bomber, denim, biker, puffer and blazer."""

from __future__ import annotations

from dataclasses import replace

from catalog.demo.canvas import Canvas, Paint, Part
from catalog.demo.garments import (
    Cut,
    button,
    draw_body,
    draw_collar,
    draw_neck_band,
    draw_rib_hem,
    draw_sleeves,
    draw_zip,
)
from catalog.demo.geometry import (
    CENTRE,
    box,
    curve,
    limb,
    mirrored,
    moved,
    rounded,
    symmetric,
)
from catalog.demo.look import Look
from catalog.demo.palette import darker, lighter, line_colour
from catalog.demo.tailoring import draw_lapels, draw_lining, draw_quilted

_METAL = (190, 192, 198)
_COPPER_THREAD = (214, 158, 92)


def draw_jacket(canvas: Canvas, look: Look) -> None:
    """Draw a jacket in the style of its shape: bomber, denim, biker, puffer or blazer."""
    {
        "bomber": _draw_bomber,
        "trucker": _draw_trucker,
        "biker": _draw_biker,
        "puffer": _draw_puffer,
        "blazer": _draw_blazer,
    }[look.shape.get("style", "bomber")](canvas, look)


def _jacket_cut(look: Look, **changes: float) -> Cut:
    cut = Cut(
        neck=42,
        neck_y=106,
        drop=30,
        shoulder=118,
        chest=112,
        waist=108,
        hem=108,
        hem_y=440 + look.vary("length", -10, 14),
        hem_curve=2,
        sleeve="long",
        sleeve_width=76,
        cuff_width=52,
    )
    return replace(cut, **changes)  # type: ignore[arg-type]


def _draw_bomber(canvas: Canvas, look: Look) -> None:
    cut = _jacket_cut(look, waist=116, hem=108)
    paint = look.paint()
    draw_sleeves(canvas, paint, cut, cuff="rib")
    part = draw_body(
        canvas, paint, replace(cut, drop=14) if look.view == "back" else cut, hem="none"
    )
    draw_rib_hem(canvas, paint.but(material="knit"), cut, 34)
    draw_neck_band(canvas, paint.but(material="knit"), cut, 20)
    if look.view == "front":
        _draw_slant_pockets(canvas, look, part, cut.hem_y - 110)
        draw_zip(canvas, cut.neck_y + cut.drop + 4, cut.hem_y + 32)


def _draw_slant_pockets(canvas: Canvas, look: Look, part: Part, y: float) -> None:
    welt = limb(((CENTRE + 74, y), (CENTRE + 50, y + 62)), 9)
    for shape in (mirrored(welt), welt):
        canvas.shadow(shape, 0.3, 4, part)
        canvas.fill(shape, look.paint(pattern="plain").dark(0.12), relief=0.4, depth=5)


def _draw_trucker(canvas: Canvas, look: Look) -> None:
    """Draw a denim jacket: yoke, flap pockets, slanting seams, metal buttons."""
    cut = _jacket_cut(look, hem=104)
    paint = look.paint()
    thread = (
        _COPPER_THREAD
        if look.has("material", "denim") or look.material == "denim"
        else line_colour(look.rgb)
    )
    draw_sleeves(canvas, paint, cut, cuff="band")
    part = draw_body(canvas, paint, cut, hem="none")
    band = symmetric(
        (CENTRE, cut.hem_y - 4),
        (CENTRE + cut.hem + 1, cut.hem_y - 8, 3),
        (CENTRE + cut.hem, cut.hem_y + 22, 5),
        (CENTRE, cut.hem_y + 24),
    )
    canvas.fill(band, paint, relief=0.5, depth=9)
    yoke = curve((CENTRE - 116, 196), (CENTRE, 204), (CENTRE + 116, 196))
    canvas.line(yoke, line_colour(look.rgb), 1.6, clip=part)
    canvas.line(moved(yoke, 0, 4), thread, 1.1, dash=4, clip=part)
    for side in (-1, 1):
        for x_top, x_bottom in ((78, 60), (34, 24)):
            seam = curve((CENTRE + side * x_top, 202), (CENTRE + side * x_bottom, cut.hem_y - 6))
            canvas.line(seam, line_colour(look.rgb), 1.4, opacity=0.8, clip=part)
            canvas.line(moved(seam, side * 3, 0), thread, 1.0, dash=4, clip=part)
        _draw_flap(canvas, paint, CENTRE + side * 56, 204, 52)
    placket = box(CENTRE - 12, cut.neck_y + 26, CENTRE + 12, cut.hem_y + 22)
    canvas.fill(placket, paint, relief=0.3, depth=5)
    for x in (CENTRE - 9, CENTRE + 9):
        canvas.line(curve((x, cut.neck_y + 40), (x, cut.hem_y + 20)), thread, 1.0, dash=4)
    for number in range(6):
        button(
            canvas, (CENTRE, cut.neck_y + 66 + number * (cut.hem_y - 166) / 5), (196, 168, 122), 5
        )
    draw_collar(canvas, paint, cut, spread=62, length=64)


def _draw_flap(canvas: Canvas, paint: Paint, x: float, y: float, wide: float) -> None:
    """Draw a pocket flap with its point and button."""
    half = wide / 2
    flap = rounded(
        (x - half, y), (x + half, y), (x + half, y + 18, 4), (x, y + 30, 6), (x - half, y + 18, 4)
    )
    canvas.shadow(moved(flap, 0, 3), 0.22, 3)
    canvas.fill(flap, paint, relief=0.4, depth=6)
    button(canvas, (x, y + 19), (196, 168, 122), 4)


def _draw_biker(canvas: Canvas, look: Look) -> None:
    """Draw a leather jacket: wide lapels, slanting zip, belt and metal."""
    cut = _jacket_cut(look, drop=64)
    cut = replace(cut, neckline="v", hem_y=430)
    paint = look.paint()
    draw_sleeves(canvas, paint, cut, cuff="stitch")
    part = draw_body(canvas, paint, cut, hem="stitch")
    for side in (-1, 1):
        seam = curve(
            (CENTRE + side * 92, 250), (CENTRE + side * 76, 330), (CENTRE + side * 80, 432)
        )
        canvas.line(seam, line_colour(look.rgb), 1.2, opacity=0.7, clip=part)
        canvas.shine(
            limb(((CENTRE + side * 74, 180), (CENTRE + side * 88, 236)), 10, 3), 0.22, 6, part
        )
    zip_line = curve((CENTRE + 34, 190), (CENTRE + 8, 300), (CENTRE - 4, 436))
    canvas.line(zip_line, (60, 60, 64), 7.5, clip=part)
    canvas.line(zip_line, _METAL, 4.2, clip=part)
    canvas.line(zip_line, (96, 96, 102), 4.0, dash=1.6, clip=part)
    for start, end in (
        ((CENTRE + 52, 350), (CENTRE + 84, 322)),
        ((CENTRE - 52, 350), (CENTRE - 84, 322)),
    ):
        canvas.line(curve(start, end), (60, 60, 64), 6, clip=part)
        canvas.line(curve(start, end), _METAL, 3, dash=2, clip=part)
    canvas.fill(
        box(CENTRE - 108, 412, CENTRE + 108, 432, 3),
        paint.dark(0.1),
        relief=0.5,
        depth=7,
        clip=part,
    )
    canvas.fill(
        box(CENTRE - 14, 409, CENTRE + 14, 435, 4),
        Paint(_METAL, "steel"),
        depth=5,
        holes=[box(CENTRE - 8, 415, CENTRE + 8, 429, 2)],
    )
    draw_lapels(canvas, paint, cut, wide=66, depth=92)


def _draw_puffer(canvas: Canvas, look: Look) -> None:
    """Draw a quilted jacket with a high collar."""
    cut = _jacket_cut(
        look, chest=122, waist=120, hem=114, shoulder=122, sleeve_width=92, cuff_width=56
    )
    draw_quilted(canvas, look, cut, 42.0)
    collar = symmetric(
        (CENTRE, cut.neck_y - 40),
        (CENTRE + 46, cut.neck_y - 36, 12),
        (CENTRE + 54, cut.neck_y + 14, 8),
        (CENTRE, cut.neck_y + 26, 60),
    )
    canvas.shadow(moved(collar, 0, 6), 0.25, 5)
    canvas.fill(collar, look.paint(), relief=0.9, depth=18)
    if look.view == "front":
        draw_zip(canvas, cut.neck_y - 36, cut.hem_y + 2)


def _draw_blazer(canvas: Canvas, look: Look) -> None:
    """Draw a tailored jacket with lapels, two buttons and flap pockets."""
    cut = replace(
        _jacket_cut(look, waist=100, hem=114, drop=150, hem_curve=14), neckline="v", hem_y=478.0
    )
    paint = look.paint()
    draw_lining(canvas, cut, look)
    draw_sleeves(canvas, paint, cut, cuff="none")
    part = draw_body(canvas, paint, cut, hem="none")
    canvas.line(
        curve((CENTRE, cut.neck_y + cut.drop), (CENTRE + 3, 420), (CENTRE + 12, 500)),
        line_colour(look.rgb),
        1.5,
        clip=part,
    )
    for side in (-1, 1):
        pocket = box(CENTRE + side * 66 - 28, 384, CENTRE + side * 66 + 28, 402, 3)
        canvas.shadow(moved(pocket, 0, 3), 0.22, 3, part)
        canvas.fill(pocket, paint, relief=0.4, depth=6)
    draw_lapels(canvas, paint, cut, wide=72, depth=120)
    for y in (cut.neck_y + cut.drop + 14, cut.neck_y + cut.drop + 64):
        button(
            canvas,
            (CENTRE + 2, y),
            darker(look.rgb, 0.5) if sum(look.rgb) > 240 else lighter(look.rgb, 0.3),
            6,
        )
