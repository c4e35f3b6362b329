"""Draw lamps: floor, table, pendant and desk lamps."""

from __future__ import annotations

from catalog.demo.canvas import Canvas, Paint
from catalog.demo.geometry import (
    CENTRE,
    Points,
    box,
    curve,
    ellipse,
    limb,
    points,
    ribbon,
    rounded,
    symmetric,
    turned,
)
from catalog.demo.look import Look
from catalog.demo.palette import METALS, RGB, WOODS, darker

_ROUND = ((0.0, -0.35), (0.3, 0.32), (0.55, 0.08), (1.0, -0.4))
_GLOW: RGB = (255, 232, 176)
_BLACK_METAL: RGB = (48, 48, 52)


def stand_paint(look: Look) -> Paint:
    """Choose the surface of the stand: wood, a metal, or black."""
    name = look.shape.get("stand", "brass")
    if name in WOODS:
        return Paint(WOODS[name], name, upright=True)
    return Paint(METALS.get(name, _BLACK_METAL), "steel" if name in METALS else "plastic")


def _glow(canvas: Canvas, outline: Points, strength: float = 0.5) -> None:
    canvas.tone(outline, _GLOW, strength, 16)


def _draw_shade(
    canvas: Canvas, look: Look, x: float, top: float, sizes: tuple[float, float, float]
) -> None:
    """Draw a cloth shade, lit from inside: half widths above and below, and its height."""
    upper, lower, high = sizes
    outline = rounded(
        (x - upper, top, 4),
        (x + upper, top, 4),
        (x + lower, top + high, 5),
        (x - lower, top + high, 5),
    )
    part = canvas.fill(
        outline,
        look.paint(),
        relief=0.4,
        depth=14,
        across=((0, -0.28), (0.32, 0.2), (0.6, 0.06), (1, -0.32)),
    )
    canvas.tone(ellipse(x, top + high * 0.72, lower * 0.5, high * 0.34), _GLOW, 0.42, 18, part)
    for y, half in ((top + 4, upper), (top + high - 4, lower)):
        canvas.line(
            points((x - half, y), (x + half, y)), darker(look.rgb, 0.3), 2, opacity=0.6, clip=part
        )
    if look.has("shade", "pleated shade"):
        for number in range(1, 16):
            share = number / 16 * 2 - 1
            canvas.line(
                points((x + share * upper, top), (x + share * lower, top + high)),
                darker(look.rgb, 0.3),
                1.4,
                opacity=0.45,
                clip=part,
            )


def draw_floor_lamp(canvas: Canvas, look: Look) -> None:
    """Draw a floor lamp: straight, tripod, arc or reading lamp."""
    style = look.shape.get("style", "floor lamp")
    stand = stand_paint(look)
    if style == "arc floor lamp":
        _draw_arc_lamp(canvas, look, stand)
        return
    if style == "reading floor lamp":
        _draw_reading_lamp(canvas, look, stand)
        return
    if style == "tripod floor lamp":
        for x, shade in ((0, 0.3), (-84, 0.0), (84, 0.0)):
            canvas.fill(
                limb(((CENTRE + x * 0.06, 236), (CENTRE + x, 596 if x else 570)), 12, 9),
                stand.dark(shade),
                relief=0.7,
                depth=6,
            )
        canvas.fill(
            box(CENTRE - 13, 222, CENTRE + 13, 250, 5),
            Paint(METALS["brass"], "brass"),
            relief=0.8,
            depth=6,
        )
    else:
        canvas.fill(ellipse(CENTRE, 592, 66, 13), stand.dark(0.2), relief=0.6, depth=6)
        canvas.fill(ellipse(CENTRE, 587, 66, 12), stand, relief=0.5, depth=6)
        canvas.fill(box(CENTRE - 5, 200, CENTRE + 5, 588, 2), stand, relief=0, across=_ROUND)
    wide = look.vary("wide", 84, 104)
    _draw_shade(
        canvas,
        look,
        CENTRE,
        62,
        (wide * look.vary("taper", 0.6, 0.95), wide, look.vary("high", 130, 160)),
    )


def _draw_arc_lamp(canvas: Canvas, look: Look, stand: Paint) -> None:
    canvas.fill(box(318, 560, 420, 592, 6), Paint((232, 230, 226), "marble"), relief=0.6, depth=8)
    arc = curve((368, 562), (372, 300), (360, 40), (200, 20), (140, 138))
    canvas.fill(ribbon(arc, 9), stand, relief=0.9, depth=5)
    dome = symmetric((140, 132, 30), (196, 140, 50), (222, 214, 4), (140, 216), axis=140)
    canvas.fill(ellipse(140, 214, 82, 12), Paint(_GLOW, "paper"), relief=0.2, edge=0.4)
    canvas.fill(dome, look.paint(), relief=0.6, depth=16, across=_ROUND)
    _glow(canvas, ellipse(140, 214, 60, 5), 0.4)


def _draw_reading_lamp(canvas: Canvas, look: Look, stand: Paint) -> None:
    canvas.fill(ellipse(190, 592, 68, 13), stand.dark(0.25), relief=0.6, depth=6)
    canvas.fill(ellipse(190, 586, 68, 12), stand, relief=0.5, depth=6)
    canvas.fill(box(185, 150, 195, 586, 2), stand, relief=0, across=_ROUND)
    canvas.fill(limb(((190, 154), (240, 112), (296, 128)), 9), stand, relief=0.8, depth=5)
    head = turned(
        rounded((274, 106, 10), (310, 106, 14), (350, 186, 5), (234, 186, 5)), -22, (292, 130)
    )
    canvas.fill(
        turned(ellipse(292, 186, 58, 9), -22, (292, 130)),
        Paint(_GLOW, "paper"),
        relief=0.2,
        edge=0.4,
    )
    canvas.fill(head, look.paint(), relief=0.8, depth=14)
    canvas.fill(ellipse(190, 156, 9, 9), stand.dark(0.1), relief=0.8, depth=5)


def draw_table_lamp(canvas: Canvas, look: Look) -> None:
    """Draw a table lamp with a ceramic, glass, wooden or metal foot, or a mushroom lamp."""
    style = look.shape.get("style", "ceramic table lamp")
    if style == "mushroom lamp":
        _draw_mushroom(canvas, look)
        return
    if look.has("foot", "ceramic"):
        foot = Paint(
            {
                "blue": (74, 108, 150),
                "white": (240, 238, 232),
                "green": (98, 128, 104),
                "terracotta": (190, 112, 80),
            }[look.pick("glaze", "blue", "white", "green", "terracotta")],
            "ceramic",
        )
    else:
        foot = stand_paint(look)
    _draw_lamp_foot(canvas, look, foot)
    canvas.fill(
        box(CENTRE - 5, 296, CENTRE + 5, 326),
        Paint(METALS["brass"], "brass"),
        relief=0,
        across=_ROUND,
    )
    wide = look.vary("wide", 116, 138)
    _draw_shade(canvas, look, CENTRE, 132, (wide * look.vary("taper", 0.55, 0.9), wide, 172))


def _draw_lamp_foot(canvas: Canvas, look: Look, foot: Paint) -> None:
    """Draw the foot: a gourd, a ball or a column."""
    form = look.pick("form", "gourd", "ball", "column")
    if form == "gourd":
        outline = symmetric(
            (CENTRE, 318),
            (CENTRE + 16, 320, 4),
            (CENTRE + 18, 350, 16),
            (CENTRE + 84, 446, 70),
            (CENTRE + 52, 532, 20),
            (CENTRE + 50, 546, 4),
            (CENTRE, 550),
        )
    elif form == "ball":
        outline = symmetric(
            (CENTRE, 322),
            (CENTRE + 12, 324, 4),
            (CENTRE + 14, 364, 10),
            (CENTRE + 92, 380, 60),
            (CENTRE + 92, 520, 60),
            (CENTRE + 40, 544, 10),
            (CENTRE, 548),
        )
    else:
        outline = symmetric(
            (CENTRE, 320),
            (CENTRE + 20, 322, 4),
            (CENTRE + 26, 500, 40),
            (CENTRE + 72, 536, 16),
            (CENTRE + 72, 550, 5),
            (CENTRE, 552),
        )
    canvas.fill(
        outline,
        foot,
        relief=0.6,
        depth=20,
        across=((0, -0.3), (0.28, 0.45), (0.5, 0.05), (1, -0.4)),
    )


def _draw_mushroom(canvas: Canvas, look: Look) -> None:
    foot = symmetric(
        (CENTRE, 330),
        (CENTRE + 46, 330),
        (CENTRE + 34, 440, 60),
        (CENTRE + 72, 532, 20),
        (CENTRE + 72, 546, 6),
        (CENTRE, 550),
    )
    canvas.fill(foot, look.paint(), relief=0.5, depth=18, across=_ROUND)
    dome = symmetric(
        (CENTRE, 176),
        (CENTRE + 100, 178, 90),
        (CENTRE + 158, 330, 30),
        (CENTRE + 120, 352, 20),
        (CENTRE, 358),
    )
    part = canvas.fill(dome, look.paint(), relief=0.7, depth=34)
    canvas.tone(ellipse(CENTRE, 346, 110, 16), _GLOW, 0.55, 14, part)
    canvas.shine(ellipse(CENTRE - 60, 226, 34, 18), 0.45, 12, part)


def draw_pendant_lamp(canvas: Canvas, look: Look) -> None:
    """Draw a pendant lamp on its cable: dome, globe, cone, or woven basket."""
    style = look.shape.get("style", "dome pendant lamp")
    canvas.line(points((CENTRE, 44), (CENTRE, 250)), (58, 58, 62), 3)
    canvas.fill(
        symmetric((CENTRE, 34), (CENTRE + 30, 34, 4), (CENTRE + 26, 54, 8), (CENTRE, 58)),
        stand_paint(look),
        relief=0.7,
        depth=6,
    )
    canvas.fill(
        box(CENTRE - 14, 226, CENTRE + 14, 262, 5), stand_paint(look), relief=0, across=_ROUND
    )
    if style == "globe pendant lamp":
        canvas.fill(
            ellipse(CENTRE, 372, 118, 118),
            Paint((250, 246, 236) if look.material == "glass" else look.rgb, look.material),
            relief=0.7,
            depth=40,
        )
        canvas.tone(ellipse(CENTRE, 380, 66, 66), _GLOW, 0.5, 30)
        canvas.shine(ellipse(CENTRE - 48, 318, 26, 18), 0.7, 9)
        return
    if style == "woven pendant lamp":
        _draw_basket(canvas, look)
        return
    _draw_metal_shade(canvas, look, style)


def _draw_metal_shade(canvas: Canvas, look: Look, style: str) -> None:
    """Draw an open cone or dome."""
    wide = look.vary("wide", 130, 164)
    if style == "cone pendant lamp":
        outline = symmetric(
            (CENTRE, 256), (CENTRE + 24, 256, 6), (CENTRE + wide, 424, 4), (CENTRE, 430)
        )
    else:
        outline = symmetric(
            (CENTRE, 256),
            (CENTRE + 40, 256, 10),
            (CENTRE + wide * 0.92, 300, 70),
            (CENTRE + wide, 424, 5),
            (CENTRE, 428),
        )
    canvas.fill(ellipse(CENTRE, 426, wide, 22), Paint((250, 236, 200), "paper"), relief=0.3)
    canvas.fill(ellipse(CENTRE, 428, 30, 14), Paint((255, 250, 232), "glass"), relief=0.2, edge=0.3)
    canvas.fill(
        outline,
        look.paint(),
        relief=0.6,
        depth=24,
        across=((0, -0.35), (0.27, 0.42), (0.5, 0.04), (1, -0.42)),
    )


def _draw_basket(canvas: Canvas, look: Look) -> None:
    outline = symmetric(
        (CENTRE, 256),
        (CENTRE + 40, 256, 20),
        (CENTRE + 150, 340, 80),
        (CENTRE + 128, 450, 40),
        (CENTRE + 70, 476, 10),
        (CENTRE, 480),
    )
    part = canvas.fill(outline, look.paint(), relief=0.8, depth=34)
    for number in range(11):
        y = 276 + number * 20
        canvas.line(
            curve((60, y - 4), (CENTRE, y + 8), (420, y - 4)),
            darker(look.rgb, 0.35),
            2,
            opacity=0.55,
            clip=part,
        )
    for number in range(-7, 8):
        canvas.line(
            curve(
                (CENTRE + number * 5, 256), (CENTRE + number * 26, 366), (CENTRE + number * 10, 480)
            ),
            darker(look.rgb, 0.35),
            2,
            opacity=0.55,
            clip=part,
        )
    canvas.tone(ellipse(CENTRE, 390, 60, 50), _GLOW, 0.4, 26, part)


def draw_desk_lamp(canvas: Canvas, look: Look) -> None:
    """Draw a desk lamp with a jointed arm, or a banker's lamp."""
    paint, stand = look.paint(), stand_paint(look)
    if look.has("style", "bankers lamp"):
        _draw_bankers(canvas, look, Paint(METALS["brass"], "brass"))
        return
    canvas.fill(
        symmetric((170, 536), (246, 538, 14), (250, 556, 6), (170, 558), axis=170),
        paint.dark(0.1),
        relief=0.7,
        depth=8,
    )
    lean = look.vary("lean", -16, 16)
    elbow = (132 + lean, 340.0)
    wrist = (286 + lean, 196.0)
    for shift in (-6, 6):
        canvas.fill(
            limb(((170 + shift, 538), (elbow[0] + shift, elbow[1])), 7), stand, relief=0.8, depth=4
        )
        canvas.fill(
            limb(((elbow[0], elbow[1] + shift), (wrist[0], wrist[1] + shift)), 7),
            stand,
            relief=0.8,
            depth=4,
        )
    canvas.fill(ellipse(*elbow, 15, 15), paint, relief=0.8, depth=7)
    canvas.fill(ellipse(170, 532, 14, 12), paint, relief=0.8, depth=6)
    _draw_lamp_head(canvas, paint, stand, wrist)


def _draw_lamp_head(canvas: Canvas, paint: Paint, stand: Paint, wrist: tuple[float, float]) -> None:
    """Draw the tilted head and its light."""
    x, y = wrist
    head = rounded(
        (x - 22, y - 22, 10),
        (x + 22, y - 22, 12),
        (x + 34, y + 12, 14),
        (x + 74, y + 110, 6),
        (x - 74, y + 110, 6),
        (x - 34, y + 12, 14),
    )
    canvas.fill(
        turned(ellipse(x, y + 109, 74, 13), -28, (x, y)),
        Paint(_GLOW, "paper"),
        relief=0.2,
        edge=0.5,
    )
    canvas.fill(turned(head, -28, (x, y)), paint, relief=0.8, depth=20)
    canvas.fill(ellipse(*wrist, 9, 9), stand, relief=0.8, depth=5)


def _draw_bankers(canvas: Canvas, look: Look, brass: Paint) -> None:
    canvas.fill(
        symmetric((CENTRE, 520), (CENTRE + 84, 524, 16), (CENTRE + 92, 548, 8), (CENTRE, 554)),
        brass,
        relief=0.8,
        depth=10,
    )
    canvas.fill(box(CENTRE - 7, 300, CENTRE + 7, 526), brass, relief=0, across=_ROUND)
    arch = curve((CENTRE - 100, 300), (CENTRE - 90, 396), (CENTRE + 90, 396), (CENTRE + 100, 300))
    canvas.fill(ribbon(arch, 8), brass, relief=0.8, depth=4)
    shade = symmetric(
        (CENTRE, 226), (CENTRE + 150, 228, 50), (CENTRE + 176, 316, 14), (CENTRE, 322)
    )
    part = canvas.fill(shade, look.paint(), relief=0.8, depth=26)
    canvas.shine(limb(((CENTRE - 130, 256), (CENTRE + 110, 250)), 14, 8), 0.6, 6, part)
    canvas.tone(box(CENTRE - 150, 304, CENTRE + 150, 320), _GLOW, 0.5, 8, part)
    canvas.line(curve((CENTRE + 60, 320), (CENTRE + 60, 372)), METALS["brass"], 2.4)
    canvas.fill(ellipse(CENTRE + 60, 376, 5, 6), brass, relief=0.8, depth=3)
