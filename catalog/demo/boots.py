"""Draw boots from the side."""

from __future__ import annotations

from catalog.demo.canvas import Canvas, Paint, Part
from catalog.demo.geometry import (
    Points,
    curve,
    ellipse,
    limb,
    points,
    rounded,
)
from catalog.demo.look import Look
from catalog.demo.palette import RGB, brightness, darker, lighter, line_colour

_GUM: RGB = (178, 124, 78)
_SOLE_DARK: RGB = (52, 48, 48)


def draw_boots(canvas: Canvas, look: Look) -> None:
    """Draw a boot: Chelsea, lace-up, hiking, knee-high or rubber."""
    style = look.shape.get("style", "chelsea boots")
    tall = {"knee-high boots": 330.0, "rain boots": 270.0, "cowboy boots": 230.0}.get(style, 150.0)
    heeled = 20.0 if style in ("knee-high boots", "cowboy boots") else 0.0
    outline = _boot_outline(tall, heeled)
    paint = look.paint()
    canvas.fill(_boot_opening(tall), paint.dark(0.45), relief=0.2, edge=0.5)
    part = canvas.fill(outline, paint, relief=0.7, depth=26)
    _draw_boot_light(canvas, look, part, tall)
    if style == "chelsea boots":
        _draw_gusset(canvas, look, part)
    elif style in ("lace-up boots", "hiking boots"):
        _draw_boot_laces(canvas, look, part, hiking=style == "hiking boots")
    elif style == "rain boots":
        _draw_rain_details(canvas, look, part)
    else:
        seam = curve((196, 470 - tall), (210, 400), (196, 462))
        canvas.line(seam, line_colour(look.rgb), 1.4, opacity=0.7, clip=part)
        if style == "cowboy boots":
            _draw_stitching(canvas, look, part)
    _draw_boot_sole(canvas, look, style, heeled)


def _boot_outline(tall: float, heeled: float) -> Points:
    top = 440 - tall
    wide = 62 + tall * 0.06
    sole = 470 - heeled * 0.3
    return rounded(
        (96, sole),
        (92, 400, 40),
        (128, 372 - heeled, 40),
        (118 - tall * 0.03, top + 10, 10),
        (190, top + 14, 60),
        (124 + wide * 2, top, 8),
        (248, 352, 70),
        (300, 384, 60),
        (382, 404, 60),
        (420, 432, 36),
        (424, sole, 10),
    )


def _boot_opening(tall: float) -> Points:
    top = 440 - tall
    return rounded(
        (119 - tall * 0.03, top + 12, 10),
        (180, top - 8, 60),
        (122 + (62 + tall * 0.06) * 2, top + 2, 10),
        (190, top + 34, 60),
    )


def _draw_boot_light(canvas: Canvas, look: Look, part: Part, tall: float) -> None:
    """Let the shaft shine and crease it at the ankle."""
    gloss = 0.34 if look.material in ("leather", "rubber") else 0.14
    top = 440 - tall
    canvas.shine(limb(((146, top + 40), (156, 330), (150, 390)), 16, 8), gloss * 0.8, 9, part)
    canvas.shine(limb(((310, 398), (360, 408), (400, 426)), 12, 8), gloss, 7, part)
    for index in range(3):
        y = 346 + index * 14
        canvas.shadow(
            limb(((250 - index * 2, y), (214, y + 10), (190, y + 6)), 9, 1), 0.22, 4, part
        )


def _draw_gusset(canvas: Canvas, look: Look, part: Part) -> None:
    """Set the elastic side and the pull tab of a Chelsea boot."""
    gusset = rounded((166, 296), (222, 294), (218, 350, 20), (196, 384, 16), (176, 350, 20))
    elastic = canvas.fill(
        gusset, Paint(darker(look.rgb, 0.45), "cotton"), relief=0.4, depth=6, clip=part
    )
    for number in range(9):
        x = 168 + number * 6.5
        canvas.line(
            curve((x, 292), (x, 390)),
            line_colour(darker(look.rgb, 0.45)),
            1.2,
            opacity=0.5,
            clip=elastic,
        )
    tab = rounded((112, 278, 6), (128, 276, 6), (130, 318, 3), (114, 320, 3))
    canvas.fill(tab, look.paint(pattern="plain").dark(0.15), relief=0.5, depth=5)


def _draw_boot_laces(canvas: Canvas, look: Look, part: Part, *, hiking: bool) -> None:
    facing = rounded(
        (204, 288, 6), (260, 286), (262, 350, 40), (322, 392, 20), (306, 412, 14), (236, 384, 30)
    )
    canvas.fill(facing, look.paint(pattern="plain").dark(0.16), relief=0.5, depth=8, clip=part)
    lace: RGB = (
        (198, 60, 48)
        if hiking
        else darker(look.rgb, 0.55)
        if brightness(look.rgb) > 0.25
        else (96, 92, 88)
    )
    spots = [(228, 304), (230, 324), (233, 344), (244, 362), (262, 376), (282, 388)]
    for x, y in spots:
        canvas.line(curve((x - 8, y + 8), (x + 24, y - 6)), darker(lace, 0.5), 6.6)
        canvas.line(curve((x - 8, y + 8), (x + 24, y - 6)), lace, 4.8)
        canvas.fill(
            ellipse(x - 9, y + 9, 4, 4), Paint((190, 176, 140), "brass"), relief=0.6, depth=3
        )
    if hiking:
        cap = rounded((330, 480), (344, 424, 30), (430, 410), (440, 480))
        canvas.fill(cap, Paint(_SOLE_DARK, "rubber"), relief=0.5, depth=10, clip=part)
        collar = rounded((104, 282, 8), (212, 286, 8), (212, 314, 10), (112, 312, 10))
        canvas.fill(collar, look.paint(pattern="plain").dark(0.4), relief=0.8, depth=10, clip=part)
    else:
        for shift in (0, 4):
            canvas.line(
                curve((330 - shift, 470), (338 - shift, 430), (366 - shift, 402)),
                line_colour(look.rgb),
                1.1,
                dash=3.5,
                clip=part,
            )


def _draw_rain_details(canvas: Canvas, look: Look, part: Part) -> None:
    canvas.fill(
        rounded((100, 176), (300, 168), (300, 190), (100, 198)),
        look.paint(pattern="plain").dark(0.2),
        relief=0.5,
        depth=6,
        clip=part,
    )
    canvas.shine(limb(((226, 210), (230, 280), (226, 330)), 5, 3), 0.55, 2, part)
    canvas.shine(limb(((148, 210), (156, 320), (150, 380)), 12, 6), 0.45, 4, part)


def _draw_stitching(canvas: Canvas, look: Look, part: Part) -> None:
    """Embroider the shaft of a cowboy boot."""
    thread = lighter(look.rgb, 0.55)
    for grow in (0, 8, 16):
        heart = rounded(
            (190, 250 - grow, 20),
            (226 + grow, 290, 40),
            (190, 350 + grow, 10),
            (152 - grow, 290, 40),
        )
        canvas.line(heart, thread, 1.6, clip=part)


def _draw_boot_sole(canvas: Canvas, look: Look, style: str, heeled: float) -> None:
    if heeled:
        _draw_heeled_sole(canvas, look)
        return
    rugged = style in ("hiking boots", "lace-up boots")
    deep = 500.0 if rugged else 490.0
    colour = (
        _GUM
        if style == "lace-up boots" and look.pick("soles", "gum", "dark") == "gum"
        else _SOLE_DARK
    )
    if style == "rain boots":
        colour = darker(look.rgb, 0.3)
    sole = rounded(
        (90, 462, 4),
        (430, 462, 6),
        (432, 482, 10),
        (420, deep - 4, 8),
        (236, deep - 4, 4),
        (222, deep - 12, 4),
        (196, deep - 12, 4),
        (190, deep, 4),
        (94, deep, 6),
    )
    part = canvas.fill(sole, Paint(colour, "rubber"), relief=0.6, depth=8)
    canvas.line(
        curve((90, 470), (432, 470)), lighter(colour, 0.4), 1.2, dash=3, opacity=0.8, clip=part
    )
    if rugged:
        for number in range(17):
            x = 98 + number * 20
            canvas.fill(
                points((x, 502), (x + 9, 502), (x + 8, deep - 8), (x + 1, deep - 8)),
                Paint((246, 246, 246), opacity=0.16),
                relief=0,
                edge=0,
                clip=part,
            )


def _draw_heeled_sole(canvas: Canvas, look: Look) -> None:
    """Draw a thin sole with a stacked heel."""
    sole = rounded(
        (176, 470, 8),
        (230, 462, 30),
        (300, 464, 20),
        (426, 462, 6),
        (424, 476, 6),
        (300, 478, 20),
        (200, 474, 20),
    )
    heel = rounded((94, 460), (182, 460), (168, 478, 10), (164, 506, 3), (106, 506, 3))
    for shape in (sole, heel):
        canvas.fill(shape, Paint(darker(look.rgb, 0.5), "leather"), relief=0.6, depth=8)
