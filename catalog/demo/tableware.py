"""Draw what stands on the table: mugs, teapots, bowls, plates and wine glasses."""

from __future__ import annotations

import numpy as np

from catalog.demo.canvas import Canvas, Paint, Part
from catalog.demo.geometry import (
    CENTRE,
    Points,
    box,
    curve,
    ellipse,
    joined,
    limb,
    moved,
    ribbon,
    rounded,
    symmetric,
)
from catalog.demo.look import Look
from catalog.demo.palette import RGB, WOODS, brightness, darker, lighter, mix

_POT = ((0.0, -0.38), (0.14, -0.1), (0.28, 0.34), (0.42, 0.04), (0.75, -0.06), (1.0, -0.42))
_GLASS: RGB = (214, 228, 234)


def draw_mug(canvas: Canvas, look: Look) -> None:
    """Draw a mug: straight, rounded, tapered or an espresso cup on its saucer."""
    style = look.shape.get("style", "coffee mug")
    paint = look.paint()
    handle = curve((334, 286), (440, 270), (436, 440), (326, 430))
    if look.pick("handle", "round", "square") == "square":
        handle = rounded((330, 290), (410, 286, 26), (404, 424, 34), (324, 426), closed=False)
    top, x = 236.0, 222.0
    if style == "espresso cup":
        _draw_saucer(canvas, look, x, 500)
        body = symmetric(
            (x, top), (x + 118, top), (x + 108, 400, 70), (x + 56, 484, 30), (x, 488), axis=x
        )
    elif style == "tapered mug":
        body = symmetric((x, top), (x + 128, top), (x + 92, 496, 22), (x, 504, 60), axis=x)
    elif style == "rounded mug":
        body = symmetric(
            (x, top), (x + 108, top), (x + 138, 380, 90), (x + 92, 500, 40), (x, 506, 60), axis=x
        )
    else:
        body = symmetric((x, top), (x + 116, top), (x + 114, 496, 24), (x, 506, 70), axis=x)
    wide = {"espresso cup": 118.0, "tapered mug": 128.0, "rounded mug": 108.0}.get(style, 116.0)
    canvas.fill(ribbon(handle, 26), paint.plain().dark(0.06), relief=0.95, depth=12)
    part = canvas.fill(body, paint, relief=0.35, depth=16, across=_POT)
    _draw_mug_inside(canvas, look, paint, part, top, wide, x)


def _draw_mug_inside(
    canvas: Canvas, look: Look, paint: Paint, part: Part, top: float, wide: float, x: float
) -> None:
    """Dip the foot in a second glaze and pour the coffee."""
    if look.has("glaze", "two-tone"):
        dip = symmetric((x, 410, 90), (x + 150, 396), (x + 150, 520), (x, 520), axis=x)
        tone = (
            mix(look.rgb, (236, 226, 208), 0.75)
            if brightness(look.rgb) < 0.6
            else mix(look.rgb, (132, 100, 76), 0.55)
        )
        canvas.fill(dip, paint.plain(tone), relief=0, edge=0.3, across=_POT, clip=part)
    canvas.fill(ellipse(x, top, wide, 26), paint.plain().light(0.1), relief=0.3, depth=6)
    inside = canvas.fill(
        ellipse(x, top + 2, wide - 9, 20), paint.plain().dark(0.3), relief=0.2, depth=8
    )
    canvas.fill(
        ellipse(x, top + 15, wide - 14, 15),
        Paint((92, 58, 38), "glass"),
        relief=0.3,
        depth=6,
        edge=0.3,
        clip=inside,
    )


def _draw_saucer(canvas: Canvas, look: Look, x: float, y: float) -> None:
    paint = look.paint(pattern="plain")
    canvas.fill(ellipse(x, y, 176, 32), paint.dark(0.18), relief=0.5, depth=8)
    canvas.fill(ellipse(x, y - 7, 176, 30), paint, relief=0.6, depth=10)
    canvas.fill(ellipse(x, y - 6, 108, 17), paint.dark(0.08), relief=0.3, depth=6, edge=0.4)


def draw_teapot(canvas: Canvas, look: Look) -> None:
    """Draw a teapot: round, low or tall, with spout, lid and handle."""
    paint, plain = look.paint(), look.paint(pattern="plain")
    style = look.shape.get("style", "round teapot")
    wide, top, bottom = {
        "tall teapot": (104.0, 226.0, 500.0),
        "low teapot": (142.0, 312.0, 484.0),
    }.get(style, (128.0, 262.0, 500.0))
    middle = (top + bottom) / 2
    spout = rounded(
        (CENTRE - wide + 24, middle - 14, 20),
        (CENTRE - wide - 40, middle - 20, 50),
        (CENTRE - wide - 78, top + 14, 6),
        (CENTRE - wide - 58, top + 2, 5),
        (CENTRE - wide - 14, middle - 60, 30),
        (CENTRE - wide + 36, top + 30, 20),
        (CENTRE - wide + 40, bottom - 60),
        (CENTRE - wide + 10, bottom - 66, 30),
    )
    canvas.fill(spout, plain.dark(0.06), relief=0.9, depth=16)
    _draw_teapot_handle(canvas, look, bottom, plain, top, wide)
    body = symmetric(
        (CENTRE, top),
        (CENTRE + wide * 0.58, top + 4, 30),
        (CENTRE + wide + 10, middle - 10, 90),
        (CENTRE + wide * 0.8, bottom - 12, 50),
        (CENTRE + wide * 0.5, bottom, 10),
        (CENTRE, bottom + 2),
    )
    canvas.fill(
        body,
        paint,
        relief=0.7,
        depth=40,
        across=((0, -0.28), (0.27, 0.34), (0.42, 0.04), (1, -0.3)),
    )
    _draw_teapot_lid(canvas, look, paint, plain, top, wide)


def _draw_teapot_handle(
    canvas: Canvas, look: Look, bottom: float, plain: Paint, top: float, wide: float
) -> None:
    """Draw a bamboo handle above, or an ear at the side."""
    if look.has("handle", "bamboo handle"):
        arch = curve(
            (CENTRE - wide * 0.7, top + 20),
            (CENTRE - wide * 0.8, top - 150),
            (CENTRE + wide * 0.8, top - 150),
            (CENTRE + wide * 0.7, top + 20),
        )
        canvas.fill(ribbon(arch, 15), Paint(WOODS["bamboo"], "bamboo"), relief=0.9, depth=9)
    else:
        ear = curve(
            (CENTRE + wide - 24, top + 36),
            (CENTRE + wide + 86, top + 6),
            (CENTRE + wide + 84, bottom - 40),
            (CENTRE + wide - 18, bottom - 50),
        )
        canvas.fill(ribbon(ear, 21), plain.dark(0.06), relief=0.95, depth=11)


def _draw_teapot_lid(
    canvas: Canvas, look: Look, paint: Paint, plain: Paint, top: float, wide: float
) -> None:
    """Draw the lid and its knob."""
    lid = symmetric(
        (CENTRE, top - 34, 30),
        (CENTRE + wide * 0.42, top - 26, 40),
        (CENTRE + wide * 0.6, top + 8, 6),
        (CENTRE, top + 18, 50),
    )
    canvas.shadow(moved(lid, 0, 7), 0.25, 5)
    canvas.fill(lid, paint, relief=0.8, depth=14)
    knob: Paint = Paint(WOODS["bamboo"], "bamboo") if look.has("handle", "bamboo handle") else plain
    canvas.fill(ellipse(CENTRE, top - 42, 15, 15), knob, relief=0.95, depth=9)


def draw_bowl(canvas: Canvas, look: Look) -> None:
    """Draw a bowl: deep, shallow or footed."""
    paint = look.paint()
    style = look.shape.get("style", "cereal bowl")
    wide, deep = {"pasta bowl": (190.0, 96.0), "salad bowl": (184.0, 150.0)}.get(
        style, (158.0, 146.0)
    )
    top = 320.0
    foot = symmetric(
        (CENTRE, top + deep - 14),
        (CENTRE + wide * 0.42, top + deep - 14),
        (CENTRE + wide * 0.4, top + deep + 14, 6),
        (CENTRE, top + deep + 20, 60),
    )
    canvas.fill(foot, paint.plain().dark(0.12), relief=0.5, depth=8)
    body = symmetric(
        (CENTRE, top),
        (CENTRE + wide, top),
        (CENTRE + wide * 0.94, top + deep * 0.66, 80),
        (CENTRE + wide * 0.42, top + deep + 2, 30),
        (CENTRE, top + deep + 6),
    )
    canvas.fill(body, paint, relief=0.55, depth=26, across=_POT)
    inner = paint.plain()
    if look.has("glaze", "two-tone"):
        inner = paint.plain(
            mix(look.rgb, (238, 230, 214), 0.8)
            if brightness(look.rgb) < 0.65
            else mix(look.rgb, (92, 118, 134), 0.6)
        )
    canvas.fill(ellipse(CENTRE, top, wide, 42), paint.plain().light(0.12), relief=0.3, depth=8)
    part = canvas.fill(
        ellipse(CENTRE, top + 3, wide - 11, 35), inner.dark(0.16), relief=0.3, depth=10
    )
    canvas.shadow(ellipse(CENTRE - 30, top - 12, wide - 30, 26), 0.22, 12, part)
    canvas.shine(ellipse(CENTRE + 30, top + 22, wide * 0.5, 9), 0.35, 9, part)


def draw_plate(canvas: Canvas, look: Look) -> None:
    """Draw a plate from above: coupe or rimmed, with decorated edge."""
    paint = look.paint()
    r = 184.0
    canvas.fill(ellipse(CENTRE, 322, r, r), paint, relief=0.7, depth=14)
    if look.has("rim", "coloured rim"):
        edge = darker(look.rgb, 0.35) if brightness(look.rgb) > 0.5 else (232, 222, 202)
        canvas.line(_ring(r - 4), edge, 7)
    well = r * (0.70 if look.has("style", "dinner plate") else 0.86)
    canvas.shadow(ellipse(CENTRE + 3, 325, well + 4, well + 4), 0.16, 5)
    canvas.fill(
        ellipse(CENTRE, 322, well, well),
        paint
        if look.pattern != "plain" and look.pick("printed", "all", "rim") == "all"
        else paint.plain(),
        relief=0.25,
        depth=14,
        edge=0.4,
    )
    canvas.line(_ring(well - 5), lighter(look.rgb, 0.5), 2.4, opacity=0.6)
    if look.material == "stoneware":
        canvas.line(_ring(r - 2), darker(mix(look.rgb, (140, 92, 56), 0.6), 0.1), 4, opacity=0.8)
    canvas.shine(
        limb(
            (
                (CENTRE - well * 0.66, 322 - well * 0.3),
                (CENTRE - well * 0.4, 322 - well * 0.66),
                (CENTRE + well * 0.1, 322 - well * 0.78),
            ),
            18,
            6,
        ),
        0.5,
        10,
    )


def _ring(radius: float) -> Points:
    ring = ellipse(CENTRE, 322, radius, radius)
    return joined(ring, ring[:1])


def draw_wine_glass(canvas: Canvas, look: Look) -> None:
    """Draw a wine glass, flute or tumbler of clear or tinted glass with some wine."""
    style = look.shape.get("style", "red wine glass")
    tint = _GLASS if look.colour in ("clear", "white") else lighter(look.rgb, 0.3)
    glass = Paint(tint, "glass", opacity=0.52)
    bowl, wine_top = _glass_bowl(style)
    stem_top = float(bowl[:, 1].max())
    canvas.fill(
        ellipse(CENTRE, 566, 84, 14), glass.but(opacity=0.75), relief=0.9, depth=6, edge=0.9
    )
    stem = symmetric(
        (CENTRE, stem_top - 12),
        (CENTRE + 12, stem_top - 8, 6),
        (CENTRE + 4.5, stem_top + 24, 14),
        (CENTRE + 4.5, 540, 20),
        (CENTRE + 34, 564, 20),
        (CENTRE, 566),
    )
    canvas.fill(stem, glass.but(opacity=0.8), relief=0.8, depth=6, edge=0.9)
    part = canvas.fill(bowl, glass, relief=0.8, depth=16, edge=0.95)
    wine: RGB = {"red wine glass": (112, 18, 42), "white wine glass": (234, 214, 130)}.get(
        style, (240, 214, 136)
    )
    if look.colour in ("clear", "white"):
        level = float(bowl[:, 1].min()) + wine_top
        half = _half_width(bowl, level)
        below = box(0, level, 480, 640)
        canvas.fill(
            below,
            Paint(wine, "glass", opacity=0.86),
            relief=0,
            edge=0,
            clip=part,
            across=((0.2, -0.1), (0.4, 0.15), (0.8, -0.15)),
        )
        canvas.fill(
            ellipse(CENTRE, level, half - 3, 9),
            Paint(lighter(wine, 0.25), "glass", opacity=0.9),
            relief=0.2,
            edge=0.3,
        )
    _draw_glass_shine(canvas, bowl, part, stem_top, tint)


def _draw_glass_shine(canvas: Canvas, bowl: Points, part: Part, stem_top: float, tint: RGB) -> None:
    """Draw the rim and the reflection of a window."""
    top = float(bowl[:, 1].min())
    rim = ellipse(CENTRE, top + 1, _half_width(bowl, top + 4), 9)
    canvas.line(joined(rim, rim[:1]), darker(tint, 0.3), 2)
    low, high = top + 30, stem_top - 50
    x = CENTRE - _half_width(bowl, (low + high) / 2) * 0.72
    canvas.shine(limb(((x + 6, low), (x, (low + high) / 2), (x + 12, high)), 12, 7), 0.75, 4, part)


def _glass_bowl(style: str) -> tuple[Points, float]:
    """Give a glass's bowl and how far below the rim the wine stands."""
    if style == "champagne flute":
        return symmetric(
            (CENTRE, 92),
            (CENTRE + 42, 92),
            (CENTRE + 52, 270, 120),
            (CENTRE + 10, 392, 40),
            (CENTRE, 396),
        ), 46.0
    if style == "white wine glass":
        return symmetric(
            (CENTRE, 132),
            (CENTRE + 66, 132),
            (CENTRE + 86, 270, 110),
            (CENTRE + 36, 366, 60),
            (CENTRE, 372),
        ), 110.0
    return symmetric(
        (CENTRE, 112),
        (CENTRE + 78, 112),
        (CENTRE + 116, 270, 120),
        (CENTRE + 50, 376, 70),
        (CENTRE, 382),
    ), 128.0


def _half_width(outline: Points, level: float) -> float:
    """Give half the width of a symmetric outline at a height."""
    right = outline[outline[:, 0] > CENTRE]
    edge = right[right[:, 1].argsort()]
    return float(np.interp(level, edge[:, 1], edge[:, 0])) - CENTRE
