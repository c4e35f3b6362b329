"""Draw loafers and ballet flats from the side."""

from __future__ import annotations

from catalog.demo.canvas import Canvas, Paint, Part
from catalog.demo.geometry import (
    box,
    curve,
    ellipse,
    limb,
    moved,
    rounded,
    turned,
)
from catalog.demo.look import Look
from catalog.demo.palette import RGB, darker, lighter, line_colour


def draw_loafers(canvas: Canvas, look: Look) -> None:
    """Draw a loafer with penny strap, tassels or a metal bit."""
    paint = look.paint()
    canvas.fill(
        rounded((76, 352, 20), (150, 380, 40), (242, 366, 20), (210, 420), (90, 420)),
        paint.dark(0.5),
        relief=0.2,
    )
    upper = rounded(
        (66, 446),
        (60, 390, 30),
        (74, 346, 16),
        (130, 376, 60),
        (206, 384, 30),
        (240, 346, 20),
        (300, 360, 60),
        (400, 388, 50),
        (434, 424, 30),
        (436, 446, 6),
    )
    part = canvas.fill(upper, paint, relief=0.7, depth=22)
    seam = curve((236, 404), (280, 376), (340, 384), (402, 404), (404, 420))
    canvas.shadow(
        moved(limb(((236, 404), (280, 376), (340, 384), (402, 404)), 5), 0, 4), 0.3, 3, part
    )
    canvas.line(seam, line_colour(look.rgb), 2.2, clip=part)
    strap = rounded(
        (222, 352, 6), (262, 346, 6), (276, 400, 10), (262, 440, 4), (230, 440, 4), (236, 396, 20)
    )
    canvas.shadow(moved(strap, 2, 4), 0.25, 4, part)
    band = canvas.fill(strap, paint.light(0.05), relief=0.6, depth=8, clip=part)
    _draw_loafer_trim(canvas, look, band, paint)
    canvas.shine(limb(((320, 376), (376, 388), (412, 410)), 9, 5), 0.4, 5, part)
    canvas.shine(limb(((84, 372), (92, 400), (120, 424)), 9, 5), 0.3, 6, part)
    _draw_flat_sole(canvas, darker(look.rgb, 0.55), heel=20)


def _draw_loafer_trim(canvas: Canvas, look: Look, band: Part, paint: Paint) -> None:
    """Decorate the strap: slotted, tasselled or with a metal bit."""
    style = look.shape.get("style", "penny loafers")
    if style == "penny loafers":
        canvas.fill(ellipse(253, 374, 11, 4.5), paint.dark(0.55), relief=0, edge=0.3, clip=band)
    elif style == "tassel loafers":
        for sway in (0, 16):
            canvas.line(curve((258, 366), (270 + sway * 0.6, 382)), darker(look.rgb, 0.4), 4)
            tassel = rounded(
                (266 + sway * 0.6, 380, 3),
                (274 + sway * 0.6, 379, 3),
                (286 + sway, 410, 2),
                (268 + sway, 413, 2),
            )
            canvas.fill(tassel, paint.dark(0.15), relief=0.6, depth=4)
    else:
        for x in (240, 270):
            canvas.fill(
                ellipse(x, 374, 8, 8),
                Paint((214, 174, 92), "brass"),
                holes=[ellipse(x, 374, 4.5, 4.5)],
                depth=4,
            )
        canvas.fill(limb(((244, 374), (268, 373)), 5), Paint((214, 174, 92), "brass"), depth=4)


def _draw_flat_sole(canvas: Canvas, colour: RGB, heel: float) -> None:
    sole = rounded(
        (60, 440, 3),
        (440, 440, 4),
        (438, 454, 8),
        (170, 454, 3),
        (166, 454 + heel * 0.5, 3),
        (164, 454 + heel, 3),
        (64, 454 + heel, 3),
    )
    part = canvas.fill(sole, Paint(colour, "leather"), relief=0.6, depth=7)
    canvas.line(
        curve((60, 446), (438, 446)), lighter(colour, 0.35), 1.0, dash=3, opacity=0.8, clip=part
    )


def draw_ballet_flats(canvas: Canvas, look: Look) -> None:
    """Draw a ballet flat with a bow or an ankle strap."""
    paint = look.paint()
    canvas.fill(
        rounded((78, 372, 16), (160, 408, 60), (290, 402, 30), (270, 440), (90, 440)),
        paint.dark(0.3).plain(lighter(darker(look.rgb, 0.3), 0.3)),
        relief=0.2,
        edge=0.4,
    )
    upper = rounded(
        (66, 452),
        (60, 410, 20),
        (72, 366, 14),
        (110, 404, 50),
        (190, 428, 80),
        (282, 398, 24),
        (380, 396, 60),
        (436, 430, 30),
        (438, 452, 6),
    )
    part = canvas.fill(upper, paint, relief=0.7, depth=16)
    rim = curve((70, 370), (110, 406), (190, 430), (284, 400))
    canvas.line(rim, darker(look.rgb, 0.28), 5)
    canvas.line(rim, lighter(look.rgb, 0.1), 3)
    canvas.shine(limb(((320, 408), (376, 412), (412, 432)), 8, 4), 0.4, 4, part)
    if look.has("style", "strap ballet flats"):
        strap = limb(((96, 396), (150, 340), (214, 372), (236, 420)), 9)
        canvas.fill(strap, paint.plain(), relief=0.6, depth=5)
        canvas.fill(
            box(206, 368, 222, 386, 3),
            Paint((214, 174, 92), "brass"),
            holes=[box(210, 372, 218, 382, 1)],
            depth=3,
        )
    else:
        for turn in (-14, 14):
            loop = rounded((286, 400, 4), (286 + turn * 2.4, 376, 10), (286 + turn * 2.6, 406, 10))
            canvas.fill(turned(loop, 16, (286, 400)), paint.plain(), relief=0.8, depth=6)
        canvas.fill(ellipse(287, 400, 6, 6), paint.plain(), relief=0.7, depth=4)
    _draw_flat_sole(canvas, darker(look.rgb, 0.5), heel=8)
