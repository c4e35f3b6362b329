"""Draw knitted and sweat garments: sweaters, cardigans and hoodies."""

from __future__ import annotations

from dataclasses import replace

from catalog.demo.canvas import Canvas, Part
from catalog.demo.garments import (
    Cut,
    button,
    button_colour,
    draw_body,
    draw_neck_band,
    draw_rib_hem,
    draw_sleeves,
    draw_zip,
)
from catalog.demo.geometry import (
    CENTRE,
    box,
    curve,
    joined,
    mirrored,
    moved,
    points,
    ribbon,
    rounded,
    symmetric,
)
from catalog.demo.look import Look
from catalog.demo.palette import darker, lighter, line_colour


def _knit_cut(look: Look) -> Cut:
    wide = 10.0 if look.has("fit", "oversized", "relaxed") else 0.0
    return Cut(
        neck=44,
        drop=34,
        shoulder=112 + wide,
        chest=108 + wide,
        waist=105 + wide,
        hem=104 + wide,
        hem_y=466 + look.vary("length", -12, 14),
        hem_curve=2,
        sleeve="long",
        sleeve_width=70 + wide,
        cuff_width=46,
    )


def draw_sweater(canvas: Canvas, look: Look) -> None:
    """Draw a sweater with a crew, V or roll neck and ribbed ends."""
    neck = look.shape.get("neckline", "crew neck")
    cut = _knit_cut(look)
    if neck == "v-neck" and look.view == "front":
        cut = replace(cut, neckline="v", drop=84)
    if look.view == "back":
        cut = replace(cut, drop=14)
    paint = look.paint()
    draw_sleeves(canvas, paint, cut, cuff="rib")
    draw_body(canvas, paint, cut, hem="rib")
    if neck == "roll neck":
        _draw_roll_neck(canvas, look, cut)
    else:
        draw_neck_band(canvas, paint, cut, 15)


def _draw_roll_neck(canvas: Canvas, look: Look, cut: Cut) -> None:
    """Draw the folded tube of a roll neck with its ribs."""
    paint = look.paint(pattern="plain")
    y = cut.neck_y
    tube = symmetric(
        (CENTRE, y - 44),
        (CENTRE + 40, y - 42, 12),
        (CENTRE + 47, y + 2, 20),
        (CENTRE + 44, y + 26, 16),
        (CENTRE, y + 36, 60),
    )
    canvas.shadow(moved(tube, 0, 7), 0.3, 6)
    part = canvas.fill(tube, paint, relief=0.8, depth=18)
    for offset in range(-42, 43, 7):
        canvas.line(
            curve((CENTRE + offset * 0.86, y - 44), (CENTRE + offset, y + 36)),
            line_colour(look.rgb),
            1.2,
            opacity=0.35,
            clip=part,
        )


def draw_cardigan(canvas: Canvas, look: Look) -> None:
    """Draw a cardigan: deep V opening, button band, ribbed ends, two pockets."""
    cut = _knit_cut(look)
    drop = look.vary("opening", 150, 190)
    paint = look.paint()
    if look.view == "back":
        cut = replace(cut, drop=14)
    else:
        cut = replace(cut, drop=drop, neckline="v", neck=46)
    draw_sleeves(canvas, paint, cut, cuff="rib")
    part = draw_body(canvas, paint, cut, hem="rib")
    if look.view == "back":
        draw_neck_band(canvas, paint, cut, 14)
        return
    for left in (CENTRE - 88, CENTRE + 32):
        canvas.fill(
            box(left, cut.hem_y - 92, left + 56, cut.hem_y - 30, 5),
            paint,
            relief=0.4,
            depth=8,
            clip=part,
        )
    _draw_button_band(canvas, look, cut)


def _draw_button_band(canvas: Canvas, look: Look, cut: Cut) -> None:
    """Edge the opening from neck to hem and close it with buttons."""
    meet = cut.neck_y + cut.drop
    bottom = cut.hem_y + 31
    plain = look.paint(pattern="plain").but(colour=darker(look.rgb, 0.07))
    left = curve(
        (CENTRE - cut.neck, cut.neck_y),
        (CENTRE - cut.neck * 0.7, cut.neck_y + 40),
        (CENTRE - 2, meet + 10),
    )
    for route in (left, mirrored(left)):
        canvas.fill(ribbon(route, 16), plain, relief=0.5, depth=7)
    canvas.fill(box(CENTRE - 10, meet - 8, CENTRE + 10, bottom, 4), plain, relief=0.5, depth=7)
    back = curve(
        (CENTRE - cut.neck, cut.neck_y), (CENTRE, cut.neck_y + 12), (CENTRE + cut.neck, cut.neck_y)
    )
    canvas.fill(ribbon(back, 10), plain.dark(0.12), relief=0.3, depth=6)
    count = 5
    for number in range(count):
        y = meet + 12 + number * (bottom - meet - 30) / (count - 1)
        button(canvas, (CENTRE, y), button_colour(look.rgb), 5.5)


def draw_hoodie(canvas: Canvas, look: Look) -> None:
    """Draw a hooded sweatshirt with kangaroo pocket and cords, pulled over or zipped."""
    cut = replace(_knit_cut(look), neck=48, neck_y=118, drop=50, shoulder_y=146)
    paint = look.paint()
    zipped = look.has("closure", "zip") and look.view == "front"
    draw_sleeves(canvas, paint, cut, cuff="rib")
    if look.view == "front":
        _draw_hood_back(canvas, look, cut)
    part = draw_body(
        canvas, paint, replace(cut, drop=14) if look.view == "back" else cut, hem="none"
    )
    draw_rib_hem(canvas, paint, cut)
    if look.view == "back":
        _draw_hood_down(canvas, look, cut)
        return
    _draw_pouch(canvas, look, cut, part)
    if zipped:
        draw_zip(canvas, cut.neck_y + cut.drop, cut.hem_y + 30)
    _draw_hood_front(canvas, look, cut)
    _draw_cords(canvas, look, cut)


def _draw_hood_back(canvas: Canvas, look: Look, cut: Cut) -> None:
    """Draw the hood behind the neck and its dark inside."""
    y = cut.neck_y
    hood = symmetric(
        (CENTRE, y - 62),
        (CENTRE + 62, y - 58, 44),
        (CENTRE + 84, y + 6, 40),
        (CENTRE + 66, y + 50, 20),
        (CENTRE, y + 60),
    )
    canvas.fill(hood, look.paint(pattern="plain"), relief=0.7, depth=24)
    inside = symmetric(
        (CENTRE, y - 46),
        (CENTRE + 46, y - 42, 34),
        (CENTRE + 56, y + 10, 40),
        (CENTRE, y + 60, 40),
    )
    canvas.fill(inside, look.paint(pattern="plain").dark(0.36), relief=0.3, depth=16)


def _draw_hood_front(canvas: Canvas, look: Look, cut: Cut) -> None:
    """Draw the two front flaps of the hood that cross below the neck."""
    y = cut.neck_y
    flap = rounded(
        (CENTRE + 50, y - 38, 24),
        (CENTRE + 84, y + 6, 30),
        (CENTRE + 60, y + 52, 26),
        (CENTRE - 2, y + 76, 8),
        (CENTRE - 2, y + 52, 6),
        (CENTRE + 44, y + 18, 30),
    )
    paint = look.paint(pattern="plain")
    for shape in (mirrored(flap), flap):
        canvas.shadow(moved(shape, 0, 6), 0.25, 6)
        canvas.fill(shape, paint.light(0.04), relief=0.7, depth=14)


def _draw_hood_down(canvas: Canvas, look: Look, cut: Cut) -> None:
    """Draw the hood as it hangs on the back."""
    y = cut.neck_y
    hood = symmetric(
        (CENTRE, y - 24),
        (CENTRE + 64, y - 16, 30),
        (CENTRE + 78, y + 40, 40),
        (CENTRE + 36, y + 112, 50),
        (CENTRE, y + 130, 30),
    )
    canvas.shadow(moved(hood, 0, 8), 0.3, 8)
    canvas.fill(hood, look.paint(pattern="plain"), relief=0.8, depth=24)
    canvas.line(curve((CENTRE, y - 22), (CENTRE, y + 126)), line_colour(look.rgb), 1.2, opacity=0.7)


def _draw_pouch(canvas: Canvas, look: Look, cut: Cut, part: Part) -> None:
    bottom = cut.hem_y - 2
    pouch = symmetric(
        (CENTRE, bottom - 104),
        (CENTRE + 46, bottom - 104, 4),
        (CENTRE + 76, bottom - 36, 12),
        (CENTRE + 74, bottom, 4),
        (CENTRE, bottom),
    )
    canvas.shadow(pouch, 0.2, 6, part)
    canvas.fill(pouch, look.paint(), relief=0.45, depth=10)
    slant = points(
        (CENTRE + 41, bottom - 102), (CENTRE + 70, bottom - 34), (CENTRE + 68, bottom - 2)
    )
    for route in (mirrored(slant), slant):
        canvas.line(route, line_colour(look.rgb), 1.0, opacity=0.6, dash=4)


def _draw_cords(canvas: Canvas, look: Look, cut: Cut) -> None:
    """Hang two cords with tips from the hood."""
    colour = lighter(look.rgb, 0.8) if sum(look.rgb) < 420 else darker(look.rgb, 0.25)
    for side, long in ((-1, 92.0), (1, 104.0)):
        x, y = CENTRE + side * 24, cut.neck_y + 54
        route = curve((x, y), (x + side * 6, y + long * 0.5), (x + side * 3, y + long))
        canvas.shadow(ribbon(moved(route, 2, 3), 4), 0.3, 2)
        canvas.line(route, darker(colour, 0.3), 4.4)
        canvas.line(route, colour, 3.2)
        canvas.line(joined(route[-1:], moved(route[-1:], 0, 11)), (150, 150, 154), 4.4)
