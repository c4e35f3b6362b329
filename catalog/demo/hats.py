"""Draw hats: caps, beanies, fedoras, sun hats, bucket hats."""

from __future__ import annotations

import math

from catalog.demo.canvas import Canvas, Paint, Part
from catalog.demo.geometry import (
    CENTRE,
    curve,
    ellipse,
    limb,
    moved,
    rounded,
    symmetric,
)
from catalog.demo.look import Look
from catalog.demo.palette import METALS, darker, lighter, line_colour


def draw_hat(canvas: Canvas, look: Look) -> None:
    """Draw a hat: baseball cap, beanie, fedora, sun hat or bucket hat."""
    {
        "baseball cap": _draw_cap,
        "beanie": _draw_beanie,
        "fedora": _draw_brimmed,
        "sun hat": _draw_brimmed,
        "bucket hat": _draw_bucket_hat,
    }[look.shape.get("style", "baseball cap")](canvas, look)


def _draw_cap(canvas: Canvas, look: Look) -> None:
    paint = look.paint()
    crown = rounded(
        (86, 388),
        (84, 250, 90),
        (170, 196, 70),
        (250, 200, 80),
        (330, 260, 70),
        (340, 372, 10),
        (220, 400, 90),
    )
    part = canvas.fill(crown, paint, relief=0.75, depth=40)
    for corners in (
        ((206, 200), (150, 280), (152, 394)),
        ((214, 200), (270, 280), (272, 388)),
        ((206, 200), (110, 250), (92, 340)),
    ):
        canvas.line(curve(*corners), line_colour(look.rgb), 1.4, opacity=0.7, clip=part)
    for x, y in ((140, 260), (262, 258)):
        canvas.fill(ellipse(x, y, 4, 4), paint.plain().dark(0.5), relief=0, edge=0.3)
    canvas.fill(ellipse(208, 198, 11, 6), paint.plain().dark(0.1), relief=0.8, depth=5)
    brim = rounded(
        (222, 384, 30),
        (336, 356, 30),
        (430, 384, 40),
        (440, 412, 14),
        (340, 404, 90),
        (214, 412, 20),
    )
    canvas.shadow(moved(brim, -6, -8), 0.25, 6, part)
    visor = canvas.fill(brim, paint.plain().dark(0.06), relief=0.75, depth=14)
    for shift in (0, 9):
        canvas.line(
            curve((246, 396 - shift), (338, 372 - shift), (424, 402 - shift)),
            line_colour(look.rgb),
            1.0,
            dash=4,
            opacity=0.7,
            clip=visor,
        )


def _draw_beanie(canvas: Canvas, look: Look) -> None:
    paint = look.paint()
    crown = symmetric(
        (CENTRE, 176),
        (CENTRE + 96, 180, 90),
        (CENTRE + 138, 300, 70),
        (CENTRE + 136, 410),
        (CENTRE, 414),
    )
    if look.has("detail", "pompom"):
        for number in range(26):
            angle = number * 2.4
            r = 40 * math.sqrt((number + 1) / 26)
            x, y = CENTRE + r * math.cos(angle), 158 + r * math.sin(angle)
            canvas.fill(
                ellipse(x, y, 19, 18),
                Paint(lighter(look.rgb, 0.5), "wool"),
                relief=0.5,
                depth=8,
                edge=0.12,
            )
    part = canvas.fill(crown, paint, relief=0.75, depth=40)
    for x in range(-120, 121, 20):
        canvas.shadow(
            limb(((CENTRE + x * 0.25, 184), (CENTRE + x, 270), (CENTRE + x * 1.06, 400)), 6),
            0.16,
            3,
            part,
        )
    cuff = symmetric((CENTRE, 376), (CENTRE + 142, 370, 12), (CENTRE + 144, 456, 16), (CENTRE, 464))
    canvas.shadow(moved(cuff, 0, -8), 0.25, 6, part)
    band = canvas.fill(cuff, paint.plain(), relief=0.8, depth=18)
    for x in range(-140, 141, 14):
        canvas.line(
            curve((CENTRE + x, 368), (CENTRE + x, 466)),
            line_colour(look.rgb),
            2,
            opacity=0.35,
            clip=band,
        )


def _draw_brimmed(canvas: Canvas, look: Look) -> None:
    """Draw a fedora or a wide sun hat with its ribbon."""
    wide = 208.0 if look.has("style", "sun hat") else 172.0
    paint = look.paint()
    brim = symmetric(
        (CENTRE, 372),
        (CENTRE + wide * 0.6, 368, 60),
        (CENTRE + wide, 394, 30),
        (CENTRE + wide * 0.62, 446, 70),
        (CENTRE, 452),
    )
    part = canvas.fill(brim, paint, relief=0.8, depth=22)
    canvas.shadow(ellipse(CENTRE, 404, 118, 24), 0.35, 9, part)
    dent = 226.0 if look.has("style", "fedora") else 212.0
    crown = symmetric(
        (CENTRE, dent + 12, 40),
        (CENTRE + 60, dent - 22, 40),
        (CENTRE + 96, dent + 24, 50),
        (CENTRE + 112, 398, 10),
        (CENTRE, 416, 90),
    )
    top = canvas.fill(crown, paint, relief=0.8, depth=34)
    if look.has("style", "fedora"):
        canvas.shadow(
            limb(((CENTRE - 8, dent + 16), (CENTRE + 6, dent + 60), (CENTRE, dent + 96)), 20, 2),
            0.3,
            8,
            top,
        )
    _draw_hat_band(canvas, look, top)


def _draw_hat_band(canvas: Canvas, look: Look, top: Part) -> None:
    """Tie a ribbon around the crown."""
    ribbon_colour = darker(look.rgb, 0.7) if sum(look.rgb) > 330 else (176, 64, 60)
    if look.has("style", "sun hat"):
        ribbon_colour = {"navy": (36, 50, 92), "red": (188, 52, 56), "black": (44, 44, 48)}[
            look.pick("ribbon", "navy", "red", "black")
        ]
    band = symmetric((CENTRE, 372, 90), (CENTRE + 116, 352), (CENTRE + 118, 400), (CENTRE, 420, 90))
    strip = canvas.fill(band, Paint(ribbon_colour, "satin"), relief=0.4, depth=8, clip=top)
    canvas.fill(
        rounded(
            (CENTRE + 76, 356, 5),
            (CENTRE + 108, 350, 5),
            (CENTRE + 112, 392, 5),
            (CENTRE + 80, 402, 5),
        ),
        Paint(lighter(ribbon_colour, 0.1), "satin"),
        relief=0.7,
        depth=6,
        clip=strip,
    )


def _draw_bucket_hat(canvas: Canvas, look: Look) -> None:
    paint = look.paint()
    brim = symmetric(
        (CENTRE, 346), (CENTRE + 118, 340), (CENTRE + 186, 436, 24), (CENTRE, 462, 120)
    )
    part = canvas.fill(brim, paint.dark(0.05), relief=0.75, depth=24)
    for step in range(4):
        y = 376 + step * 22
        canvas.line(
            curve((CENTRE - 190, y + 14), (CENTRE, y + 24), (CENTRE + 190, y + 14)),
            line_colour(look.rgb),
            1.1,
            dash=4,
            opacity=0.7,
            clip=part,
        )
    crown = symmetric(
        (CENTRE, 222), (CENTRE + 84, 224, 30), (CENTRE + 122, 352, 10), (CENTRE, 366, 90)
    )
    canvas.shadow(moved(crown, 0, 8), 0.28, 7, part)
    top = canvas.fill(crown, paint, relief=0.75, depth=34)
    canvas.line(
        curve((CENTRE - 90, 240), (CENTRE, 254), (CENTRE + 90, 240)),
        line_colour(look.rgb),
        1.3,
        opacity=0.7,
        clip=top,
    )
    for side in (-1, 1):
        canvas.fill(
            ellipse(CENTRE + side * 66, 312, 4, 4), Paint(METALS["brass"], "brass"), depth=2
        )
