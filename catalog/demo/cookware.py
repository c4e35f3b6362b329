"""Draw what one cooks in: kettles, saucepans and frying pans."""

from __future__ import annotations

from catalog.demo.canvas import Canvas, Paint
from catalog.demo.geometry import (
    CENTRE,
    box,
    curve,
    ellipse,
    limb,
    ribbon,
    rounded,
    symmetric,
    turned,
)
from catalog.demo.look import Look
from catalog.demo.palette import METALS, RGB, WOODS, darker

_STEEL_BODY = (
    (0.0, -0.45),
    (0.12, -0.05),
    (0.26, 0.42),
    (0.36, 0.02),
    (0.62, -0.12),
    (0.8, 0.12),
    (1.0, -0.5),
)
_BLACK: RGB = (46, 46, 50)


def grip_paint(look: Look) -> Paint:
    """Choose what handles and knobs are made of."""
    name = look.shape.get("handle", "black handle").removesuffix(" handle")
    if name in WOODS:
        return Paint(WOODS[name], name)
    return Paint(METALS.get(name, _BLACK), "steel" if name in METALS else "plastic")


def draw_kettle(canvas: Canvas, look: Look) -> None:
    """Draw a kettle: electric with base, gooseneck, or for the stove."""
    style = look.shape.get("style", "electric kettle")
    paint, grip = look.paint(), grip_paint(look)
    if style == "stovetop kettle":
        _draw_stove_kettle(canvas, paint, grip)
        return
    canvas.fill(
        symmetric((CENTRE, 528), (CENTRE + 112, 530, 6), (CENTRE + 122, 556, 8), (CENTRE, 560)),
        Paint(_BLACK, "plastic"),
        relief=0.7,
        depth=8,
    )
    _draw_kettle_spout(canvas, paint, style)
    handle = rounded(
        (CENTRE + 70, 246),
        (CENTRE + 178, 240, 34),
        (CENTRE + 164, 460, 60),
        (CENTRE + 104, 478),
        closed=False,
    )
    canvas.fill(ribbon(handle, 26), grip, relief=0.95, depth=12)
    body = symmetric(
        (CENTRE, 236),
        (CENTRE + 76, 238, 10),
        (CENTRE + 112, 500, 60),
        (CENTRE + 106, 532, 8),
        (CENTRE, 534),
    )
    canvas.fill(body, paint, relief=0.4, depth=16, across=_STEEL_BODY)
    if look.pick("window", "yes", "no") == "yes":
        _draw_gauge(canvas)
    lid = symmetric((CENTRE, 212, 30), (CENTRE + 56, 218, 30), (CENTRE + 78, 244, 6), (CENTRE, 248))
    canvas.fill(lid, paint.dark(0.1), relief=0.8, depth=12)
    canvas.fill(
        symmetric((CENTRE, 194), (CENTRE + 15, 195, 7), (CENTRE + 10, 218), (CENTRE, 218)),
        grip,
        relief=0.9,
        depth=7,
    )


def _draw_kettle_spout(canvas: Canvas, paint: Paint, style: str) -> None:
    """Draw a thin swan neck or a short beak."""
    if style == "gooseneck kettle":
        spout = curve(
            (CENTRE - 92, 490), (CENTRE - 176, 480), (CENTRE - 120, 300), (CENTRE - 190, 268)
        )
        canvas.fill(ribbon(spout, 22, 11), paint.dark(0.06), relief=0.95, depth=9)
    else:
        spout_shape = rounded(
            (CENTRE - 66, 262), (CENTRE - 128, 236, 6), (CENTRE - 104, 330, 30), (CENTRE - 84, 340)
        )
        canvas.fill(spout_shape, paint.dark(0.08), relief=0.7, depth=10)


def _draw_gauge(canvas: Canvas) -> None:
    """Show the water level in a window."""
    gauge = canvas.fill(
        box(CENTRE + 8, 330, CENTRE + 28, 476, 9),
        Paint((150, 176, 190), "glass"),
        relief=0.6,
        depth=6,
    )
    canvas.fill(
        box(CENTRE + 8, 400, CENTRE + 28, 476),
        Paint((96, 150, 196), "glass"),
        relief=0,
        edge=0,
        clip=gauge,
    )


def _draw_stove_kettle(canvas: Canvas, paint: Paint, grip: Paint) -> None:
    """Draw a whistling kettle with its handle in an arch above."""
    arch = curve((CENTRE - 96, 330), (CENTRE - 118, 130), (CENTRE + 118, 130), (CENTRE + 96, 330))
    canvas.line(arch, darker(METALS["steel"], 0.4), 11)
    canvas.line(arch, METALS["steel"], 8)
    grip_arc = curve((CENTRE - 56, 182), (CENTRE - 30, 160), (CENTRE + 30, 160), (CENTRE + 56, 182))
    canvas.fill(ribbon(grip_arc, 26), grip, relief=0.9, depth=12)
    spout = rounded(
        (CENTRE - 100, 420),
        (CENTRE - 176, 316, 14),
        (CENTRE - 196, 312, 5),
        (CENTRE - 182, 290, 5),
        (CENTRE - 148, 298, 20),
        (CENTRE - 76, 360),
    )
    canvas.fill(spout, paint.dark(0.05), relief=0.9, depth=16)
    body = symmetric(
        (CENTRE, 306),
        (CENTRE + 62, 308, 30),
        (CENTRE + 138, 410, 60),
        (CENTRE + 146, 512, 30),
        (CENTRE, 520),
    )
    canvas.fill(body, paint, relief=0.6, depth=30, across=_STEEL_BODY)
    canvas.fill(
        symmetric((CENTRE, 290, 20), (CENTRE + 46, 296, 20), (CENTRE + 60, 318, 5), (CENTRE, 324)),
        paint.dark(0.06),
        relief=0.8,
        depth=10,
    )
    canvas.fill(ellipse(CENTRE, 284, 14, 13), grip, relief=0.95, depth=8)


def draw_saucepan(canvas: Canvas, look: Look) -> None:
    """Draw a saucepan with its lid, or a casserole with two ears."""
    style = look.shape.get("style", "saucepan")
    paint, grip = look.paint(), grip_paint(look)
    x = CENTRE if style != "saucepan" else 186.0
    half, top, bottom = (
        (150.0, 330.0, 500.0)
        if style == "casserole"
        else (138.0, 310.0, 506.0)
        if style == "stock pot"
        else (128.0, 340.0, 488.0)
    )
    if style == "stock pot":
        top = 250.0
    _draw_pan_handles(canvas, look, grip, half, paint, style, top, x)
    body = symmetric(
        (x, top), (x + half, top), (x + half - 4, bottom, 26), (x, bottom + 8, 60), axis=x
    )
    canvas.fill(body, paint, relief=0.4, depth=16, across=_STEEL_BODY)
    rim = symmetric(
        (x, top - 6),
        (x + half + 6, top - 8, 4),
        (x + half + 5, top + 8, 4),
        (x, top + 12, 60),
        axis=x,
    )
    canvas.fill(rim, paint.dark(0.1), relief=0.8, depth=5)
    _draw_lid(canvas, look, grip, half, paint, top, x)


def _draw_pan_handles(
    canvas: Canvas,
    look: Look,
    grip: Paint,
    half: float,
    paint: Paint,
    style: str,
    top: float,
    x: float,
) -> None:
    """Draw one long handle, or two ears."""
    if style == "saucepan":
        shaft = limb(
            ((x + half - 6, top + 36), (x + half + 60, top + 28), (x + half + 152, top + 10)),
            16,
            22,
        )
        canvas.fill(shaft, grip, relief=0.9, depth=10)
        canvas.fill(
            limb(((x + half - 10, top + 38), (x + half + 34, top + 32)), 24, 18),
            Paint(METALS["steel"], "steel"),
            relief=0.8,
            depth=7,
        )
    else:
        for side in (-1, 1):
            ear = rounded(
                (x + side * (half - 4), top + 28),
                (x + side * (half + 40), top + 24, 14),
                (x + side * (half + 38), top + 62, 14),
                (x + side * (half - 4), top + 62),
                closed=False,
            )
            canvas.fill(
                ribbon(ear, 14),
                paint
                if look.material in ("cast iron", "enamel")
                else Paint(METALS["steel"], "steel"),
                relief=0.9,
                depth=8,
            )


def _draw_lid(
    canvas: Canvas, look: Look, grip: Paint, half: float, paint: Paint, top: float, x: float
) -> None:
    """Draw the lid and its knob."""
    lid = symmetric(
        (x, top - 52, 50),
        (x + half * 0.6, top - 46, 50),
        (x + half + 4, top - 6, 8),
        (x, top + 4, 60),
        axis=x,
    )
    glass = look.pick("lid", "same", "glass") == "glass" and look.material not in (
        "cast iron",
        "enamel",
    )
    canvas.fill(
        lid,
        Paint((206, 218, 224), "glass") if glass else paint,
        relief=0.7,
        depth=16,
        across=((0, -0.25), (0.3, 0.4), (0.5, 0.02), (1, -0.3)),
    )
    canvas.fill(
        box(x - 6, top - 66, x + 6, top - 48), Paint(METALS["steel"], "steel"), relief=0.5, depth=4
    )
    canvas.fill(
        rounded(
            (x - 24, top - 82, 9),
            (x + 24, top - 82, 9),
            (x + 18, top - 62, 6),
            (x - 18, top - 62, 6),
        ),
        grip,
        relief=0.9,
        depth=8,
    )


def draw_frying_pan(canvas: Canvas, look: Look) -> None:
    """Draw a frying pan from above with its handle to the lower right."""
    paint, grip = look.paint(), grip_paint(look)
    x, y, r = 206.0, 262.0, look.vary("size", 140, 156)
    lean = -42.0
    iron = look.material == "cast iron"
    shaft = limb(
        ((x + r - 8, y), (x + r + 70, y), (x + r + 172, y)), 26 if iron else 20, 32 if iron else 30
    )
    canvas.fill(turned(shaft, -lean, (x, y)), paint if iron else grip, relief=0.9, depth=11)
    if not iron:
        canvas.fill(
            turned(box(x + r - 10, y - 13, x + r + 46, y + 13, 5), -lean, (x, y)),
            Paint(METALS["steel"], "steel"),
            relief=0.8,
            depth=7,
        )
    hole = turned(ellipse(x + r + 152, y, 9, 6), -lean, (x, y))
    canvas.fill(hole, Paint((236, 236, 236)), relief=0, edge=0.6)
    _draw_pan_from_above(canvas, look, iron, paint, r, x, y)
    if not iron:
        for dx in (-10, 10):
            spot = turned(ellipse(x + r - 17, y + dx, 4, 4), -lean, (x, y))
            canvas.fill(spot, Paint(METALS["steel"], "steel"), relief=0.8, depth=3)


def _draw_pan_from_above(
    canvas: Canvas, look: Look, iron: bool, paint: Paint, r: float, x: float, y: float
) -> None:
    """Draw the rim, the wall and the cooking surface."""
    canvas.fill(ellipse(x, y, r, r), paint, relief=0.9, depth=10)
    wall = Paint(darker(look.rgb, 0.3), look.material) if iron else Paint((150, 152, 158), "steel")
    canvas.fill(ellipse(x, y, r - 9, r - 9), wall, relief=0.4, depth=8, edge=0.5)
    inner: RGB = (52, 52, 56) if look.has("coating", "non-stick") or iron else (196, 199, 204)
    part = canvas.fill(
        ellipse(x, y, r - 26, r - 26),
        Paint(inner, "cast iron" if sum(inner) < 300 else "steel"),
        relief=0.35,
        depth=14,
        edge=0.5,
    )
    canvas.shadow(ellipse(x - 20, y - 24, r - 36, r - 36), 0.12, 14, part)
    canvas.shine(
        limb(
            ((x - r * 0.46, y + r * 0.2), (x - r * 0.2, y - r * 0.34), (x + r * 0.36, y - r * 0.5)),
            26,
            8,
        ),
        0.22,
        12,
        part,
    )
