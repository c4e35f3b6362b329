"""Draw sneakers from the side: low, high, running and slip-on."""

from __future__ import annotations

from catalog.demo.canvas import Canvas, Paint, Part
from catalog.demo.geometry import (
    box,
    curve,
    ellipse,
    limb,
    rounded,
)
from catalog.demo.look import Look
from catalog.demo.palette import RGB, brightness, darker, lighter, line_colour

_OFF_WHITE: RGB = (244, 242, 236)
_GUM: RGB = (178, 124, 78)


def draw_sneakers(canvas: Canvas, look: Look) -> None:
    """Draw a sneaker: low or high court shoe, runner or slip-on."""
    style = look.shape.get("style", "low-top")
    high = 92.0 if style == "high-top" else 0.0
    chunky = 14.0 if style == "running shoes" else look.vary("sole", 0, 6)
    paint = look.paint()
    _draw_tongue(canvas, look, high, style)
    upper = rounded(
        (62, 440),
        (46, 394, 40),
        (74, 344, 40),
        (70, 302 - high, 16),
        (96, 298 - high, 18),
        (152, 348 - high * 0.92, 60),
        (206, 304 - high * 0.9, 20),
        (236, 290 - high * 0.7, 16),
        (328, 372, 70),
        (410, 384, 60),
        (438, 440, 14),
    )
    part = canvas.fill(upper, paint, relief=0.6, depth=24)
    _draw_sneaker_panels(canvas, look, part, style, high)
    if style == "slip-on":
        gusset = rounded((166, 326, 4), (206, 302, 4), (226, 352, 14), (196, 384, 14))
        canvas.fill(gusset, paint.plain().dark(0.35), relief=0.3, depth=6, clip=part)
    else:
        _draw_laces(canvas, look, high)
    _draw_collar_rim(canvas, look, high)
    _draw_sneaker_sole(canvas, look, chunky, style)


def _draw_tongue(canvas: Canvas, look: Look, high: float, style: str) -> None:
    inside = rounded((80, 306 - high, 12), (200, 300 - high * 0.9, 20), (200, 370), (90, 370))
    canvas.fill(inside, look.paint(pattern="plain").dark(0.4), relief=0.2, edge=0.3)
    if style == "slip-on":
        return
    tongue = rounded(
        (196, 320 - high, 10),
        (204, 262 - high, 14),
        (234, 256 - high, 14),
        (262, 310 - high * 0.6, 10),
        (230, 350),
    )
    canvas.fill(tongue, look.paint(pattern="plain").light(0.1), relief=0.7, depth=12)


def _draw_sneaker_panels(canvas: Canvas, look: Look, part: Part, style: str, high: float) -> None:
    """Lay toe cap, heel patch and side decoration on the upper."""
    contrast = look.pick("panel", "tone", "white", "tone")
    tone = (
        darker(look.rgb, 0.16) if contrast == "tone" or brightness(look.rgb) > 0.85 else _OFF_WHITE
    )
    paint = look.paint(pattern="plain")
    heel = rounded((36, 290 - high, 4), (106, 296 - high, 4), (98, 350, 40), (122, 450), (36, 450))
    canvas.fill(heel, paint.but(colour=tone), relief=0.4, depth=8, clip=part)
    if style == "running shoes":
        swoosh = rounded((120, 446), (176, 360, 40), (232, 330, 8), (216, 372, 40), (190, 446))
        canvas.fill(swoosh, paint.but(colour=tone), relief=0.4, depth=6, clip=part)
        mudguard = rounded((300, 450), (340, 414, 40), (440, 404, 20), (444, 450))
        canvas.fill(mudguard, paint.but(colour=tone), relief=0.4, depth=8, clip=part)
        return
    cap = rounded((356, 450), (362, 372, 40), (440, 360), (444, 450))
    cap_tone = _OFF_WHITE if style == "high-top" else darker(look.rgb, 0.06)
    canvas.fill(cap, paint.but(colour=cap_tone), relief=0.6, depth=14, clip=part)
    for shift in (0, 5):
        seam = curve((282 - shift, 446), (290 - shift, 400), (330 - shift, 368))
        canvas.line(seam, line_colour(look.rgb), 1.0, opacity=0.6, dash=3.5, clip=part)
    if look.pick("side", "bars", "dots", "plain") == "bars" and style != "slip-on":
        for number in range(2):
            bar = limb(((150 + number * 30, 440), (186 + number * 30, 350)), 13, 11)
            canvas.fill(bar, paint.but(colour=tone), relief=0.3, depth=5, clip=part)
    elif style != "slip-on":
        for number in range(6):
            x, y = 168 + number % 3 * 16, 392 + number // 3 * 16
            canvas.fill(ellipse(x, y, 2.6, 2.6), paint.dark(0.55), relief=0, edge=0, clip=part)


def _draw_laces(canvas: Canvas, look: Look, high: float) -> None:
    """Draw the eyelet strip and the laces that cross it."""
    strip = rounded(
        (198, 304 - high, 8),
        (228, 292 - high * 0.8, 8),
        (318, 362, 20),
        (316, 380, 12),
        (268, 376, 20),
        (214, 330 - high * 0.8, 10),
    )
    tone = darker(look.rgb, 0.14)
    part = canvas.fill(strip, look.paint(pattern="plain").but(colour=tone), relief=0.4, depth=6)
    lace = _OFF_WHITE if brightness(look.rgb) < 0.9 else (226, 224, 220)
    count = 7 if high else 5
    for number in range(count):
        share = number / (count - 1)
        x = 212 + share * 82
        y = 300 - high * (1 - share) + share * 66
        start, end = (x - 8, y + 14), (x + 20, y - 8)
        canvas.line(curve(start, end), darker(lace, 0.4), 8.4)
        canvas.line(curve(start, end), lace, 6.4)
        canvas.fill(
            ellipse(x - 9, y + 16, 3.2, 3.2),
            Paint((70, 70, 74), "steel"),
            relief=0,
            edge=0,
            clip=part,
        )
    for start, middle, end in (
        ((222, 290 - high), (196, 290 - high), (186, 316 - high)),
        ((226, 290 - high), (250, 276 - high), (262, 300 - high)),
    ):
        canvas.line(curve(start, middle, end), darker(lace, 0.4), 5.4)
        canvas.line(curve(start, middle, end), lace, 4)


def _draw_collar_rim(canvas: Canvas, look: Look, high: float) -> None:
    rim = curve(
        (72, 304 - high), (94, 298 - high), (152, 349 - high * 0.92), (204, 306 - high * 0.9)
    )
    canvas.line(rim, darker(look.rgb, 0.3), 8)
    canvas.line(rim, lighter(look.rgb, 0.12), 5)


def _draw_sneaker_sole(canvas: Canvas, look: Look, chunky: float, style: str) -> None:
    sole_colour = _OFF_WHITE
    if look.pick("soles", "white", "white", "gum") == "gum" and style != "running shoes":
        sole_colour = _GUM
    top = 432 - chunky
    if style == "running shoes":
        sole = rounded(
            (48, top - 8, 14),
            (130, top + 4, 50),
            (250, top + 10, 60),
            (400, top, 50),
            (446, top - 10, 12),
            (446, 452, 22),
            (400, 470, 30),
            (90, 470, 16),
            (44, 458, 14),
        )
    else:
        sole = rounded(
            (54, top, 6),
            (440, top, 10),
            (442, 462, 14),
            (420, 470, 10),
            (70, 470, 10),
            (52, 462, 10),
        )
    part = canvas.fill(sole, Paint(sole_colour, "rubber"), relief=0.7, depth=12)
    canvas.line(
        curve((54, top + 9), (440, top + 9)), darker(sole_colour, 0.3), 1.2, opacity=0.7, clip=part
    )
    if style == "running shoes":
        wave = curve(
            (54, top + 18), (140, top + 30), (240, top + 22), (340, top + 32), (444, top + 14)
        )
        canvas.line(wave, look.rgb, 4, clip=part)
    outsole = box(40, 462, 450, 480)
    canvas.fill(outsole, Paint(darker(sole_colour, 0.35), "rubber"), relief=0, edge=0, clip=part)
