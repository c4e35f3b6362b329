"""Draw handbags: satchels, flap bags, bucket bags and hobos."""

from __future__ import annotations

from catalog.demo.canvas import Canvas, Paint, Part
from catalog.demo.geometry import (
    CENTRE,
    box,
    curve,
    ellipse,
    limb,
    moved,
    rounded,
    symmetric,
)
from catalog.demo.leatherwork import draw_handle, fitting_paint, inset, stitch
from catalog.demo.look import Look
from catalog.demo.palette import darker, lighter, line_colour


def draw_handbag(canvas: Canvas, look: Look) -> None:
    """Draw a handbag: satchel, hobo, bucket, top-handle or crossbody."""
    {
        "top-handle bag": _draw_top_handle,
        "shoulder bag": _draw_flap_bag,
        "crossbody bag": _draw_flap_bag,
        "bucket bag": _draw_bucket,
        "hobo bag": _draw_hobo,
    }[look.shape.get("style", "top-handle bag")](canvas, look)


def _draw_top_handle(canvas: Canvas, look: Look) -> None:
    paint, metal = look.paint(), fitting_paint(look)
    low, flare = 500.0, look.vary("flare", 18, 40)
    rise = look.vary("rise", 100, 130)
    for behind in (True, False):
        lift = 12 if behind else 0
        arc = curve(
            (CENTRE - 74, 296),
            (CENTRE - 70, 290 - rise - lift),
            (CENTRE + 70, 290 - rise - lift),
            (CENTRE + 74, 296),
        )
        if behind:
            draw_handle(canvas, look, arc, 13, behind=True)
    body = symmetric(
        (CENTRE, 268), (CENTRE + 132, 268, 18), (CENTRE + 132 + flare, low, 24), (CENTRE, low)
    )
    part = canvas.fill(body, paint, relief=0.7, depth=30)
    stitch(canvas, look, inset(body, 0.06), part)
    for side in (-1, 1):
        gusset = curve(
            (CENTRE + side * 112, 268),
            (CENTRE + side * 122, 380),
            (CENTRE + side * (106 + flare), low),
        )
        canvas.line(gusset, line_colour(look.rgb), 1.4, opacity=0.7, clip=part)
    canvas.shadow(limb(((CENTRE - 130, 276), (CENTRE + 130, 276)), 14), 0.25, 6, part)
    _draw_handle_fittings(canvas, look, metal, paint, rise)


def _draw_handle_fittings(
    canvas: Canvas, look: Look, metal: Paint, paint: Paint, rise: float
) -> None:
    """Draw the near handle, its rings and tabs, and the clasp."""
    draw_handle(
        canvas,
        look,
        curve(
            (CENTRE - 74, 306),
            (CENTRE - 70, 294 - rise),
            (CENTRE + 70, 294 - rise),
            (CENTRE + 74, 306),
        ),
        14,
    )
    for side in (-1, 1):
        x = CENTRE + side * 74
        canvas.fill(
            rounded((x - 11, 306, 4), (x + 11, 306, 4), (x + 8, 346, 8), (x - 8, 346, 8)),
            paint.plain(),
            relief=0.6,
            depth=6,
        )
        canvas.fill(ellipse(x, 304, 13, 13), metal, holes=[ellipse(x, 304, 8, 8)], depth=5)
    canvas.fill(box(CENTRE - 20, 268, CENTRE + 20, 330, 8), paint.plain(), relief=0.6, depth=8)
    canvas.fill(box(CENTRE - 13, 304, CENTRE + 13, 324, 5), metal, depth=6)


def _draw_flap_bag(canvas: Canvas, look: Look) -> None:
    """Draw a bag with a flap on a strap or a chain."""
    paint, metal = look.paint(), fitting_paint(look)
    wide = look.vary("wide", 138, 160)
    _draw_shoulder_strap(canvas, look, metal, wide)
    low = 318 + look.vary("high", 150, 178)
    body = symmetric(
        (CENTRE, 300), (CENTRE + wide, 300, 18), (CENTRE + wide + 6, low, 26), (CENTRE, low)
    )
    part = canvas.fill(body, paint.dark(0.08), relief=0.7, depth=26)
    drop = look.vary("drop", 84, 120)
    flap = symmetric(
        (CENTRE, 292),
        (CENTRE + wide - 2, 292, 22),
        (CENTRE + wide, 300 + drop * 0.72, 34),
        (CENTRE + wide * 0.4, 300 + drop, 50),
        (CENTRE, 300 + drop),
    )
    canvas.shadow(moved(flap, 0, 8), 0.32, 7, part)
    cover = canvas.fill(flap, paint, relief=0.7, depth=24)
    if look.has("finish", "quilted"):
        _draw_quilting(canvas, look, part)
        _draw_quilting(canvas, look, cover)
    else:
        stitch(canvas, look, inset(flap, 0.06), cover)
    for side in (-1, 1):
        canvas.fill(
            ellipse(CENTRE + side * (wide - 16), 316, 11, 11),
            metal,
            holes=[ellipse(CENTRE + side * (wide - 16), 316, 7, 7)],
            depth=4,
        )
    canvas.fill(box(CENTRE - 20, 286 + drop, CENTRE + 20, 316 + drop, 6), metal, depth=7)
    canvas.fill(box(CENTRE - 5, 294 + drop, CENTRE + 5, 310 + drop, 3), metal.dark(0.3), depth=3)


def _draw_shoulder_strap(canvas: Canvas, look: Look, metal: Paint, wide: float) -> None:
    """Hang the bag on a chain, a short strap or a long one."""
    strap = curve(
        (CENTRE - wide + 18, 318),
        (CENTRE - wide * 0.72, 110),
        (CENTRE + wide * 0.72, 110),
        (CENTRE + wide - 18, 318),
    )
    if look.has("style", "crossbody bag"):
        strap = curve(
            (CENTRE - wide + 12, 318),
            (CENTRE - wide * 0.5, 20),
            (CENTRE + wide * 0.5, 20),
            (CENTRE + wide - 12, 318),
        )
        draw_handle(canvas, look, strap, 10)
    elif look.pick("strap", "chain", "leather") == "chain":
        canvas.line(strap, darker(metal.colour, 0.4), 9)
        canvas.line(strap, metal.colour, 7, dash=9)
        canvas.line(strap, lighter(metal.colour, 0.6), 2.4, dash=6)
    else:
        draw_handle(canvas, look, strap, 13)


def _draw_quilting(canvas: Canvas, look: Look, part: Part) -> None:
    for offset in range(-420, 421, 42):
        for lean in (1, -1):
            route = curve((CENTRE + offset - 150 * lean, 240), (CENTRE + offset + 150 * lean, 560))
            canvas.line(route, darker(look.rgb, 0.45), 2.2, opacity=0.7, clip=part)
            canvas.line(moved(route, 2, 0), lighter(look.rgb, 0.4), 1.4, opacity=0.4, clip=part)


def _draw_bucket(canvas: Canvas, look: Look) -> None:
    paint, metal = look.paint(), fitting_paint(look)
    strap = curve((CENTRE - 96, 280), (CENTRE - 80, 70), (CENTRE + 80, 70), (CENTRE + 96, 280))
    draw_handle(canvas, look, strap, 15)
    canvas.fill(ellipse(CENTRE, 262, 112, 20), paint.dark(0.5), relief=0.2)
    body = symmetric(
        (CENTRE, 280),
        (CENTRE + 60, 278, 30),
        (CENTRE + 114, 258, 6),
        (CENTRE + 130, 500, 28),
        (CENTRE, 512, 60),
    )
    part = canvas.fill(body, paint, relief=0.75, depth=34)
    for index, x in enumerate(range(-88, 89, 22)):
        fold = limb(
            (
                (CENTRE + x, 280),
                (CENTRE + x * 1.02, 330),
                (CENTRE + x * 1.05, 360 + 20 * (index % 2)),
            ),
            8,
            1,
        )
        canvas.shadow(fold, 0.26, 4, part)
    base = symmetric((CENTRE, 452), (CENTRE + 134, 446), (CENTRE + 136, 510), (CENTRE, 520))
    canvas.fill(base, paint.plain().dark(0.18), relief=0.4, depth=10, clip=part)
    _draw_drawstring(canvas, look, metal, paint, part)


def _draw_drawstring(canvas: Canvas, look: Look, metal: Paint, paint: Paint, part: Part) -> None:
    """Draw the cord that gathers the top, with tassels, and the rings of the strap."""
    canvas.line(
        curve((CENTRE - 114, 304), (CENTRE, 322), (CENTRE + 114, 304)),
        darker(look.rgb, 0.5),
        6,
        clip=part,
    )
    for sway, long in ((-16.0, 74.0), (14.0, 86.0)):
        canvas.line(
            curve((CENTRE, 312), (CENTRE + sway, 340), (CENTRE + sway * 1.2, 312 + long)),
            darker(look.rgb, 0.5),
            5,
        )
        canvas.fill(
            rounded(
                (CENTRE + sway * 1.2 - 6, 308 + long),
                (CENTRE + sway * 1.2 + 6, 308 + long),
                (CENTRE + sway * 1.3 + 9, 344 + long, 3),
                (CENTRE + sway * 1.3 - 9, 344 + long, 3),
            ),
            paint.plain().dark(0.3),
            relief=0.7,
            depth=5,
        )
    for side in (-1, 1):
        canvas.fill(
            ellipse(CENTRE + side * 97, 290, 11, 11),
            metal,
            holes=[ellipse(CENTRE + side * 97, 290, 7, 7)],
            depth=4,
        )


def _draw_hobo(canvas: Canvas, look: Look) -> None:
    paint, metal = look.paint(), fitting_paint(look)
    strap = curve((CENTRE - 138, 300), (CENTRE - 100, 90), (CENTRE + 100, 90), (CENTRE + 138, 300))
    draw_handle(canvas, look, strap, 24)
    body = symmetric(
        (CENTRE, 348, 40),
        (CENTRE + 80, 340, 60),
        (CENTRE + 150, 262, 14),
        (CENTRE + 178, 400, 70),
        (CENTRE + 120, 512, 70),
        (CENTRE, 520),
    )
    part = canvas.fill(body, paint, relief=0.8, depth=36)
    rim = curve((CENTRE - 148, 268), (CENTRE - 80, 340), (CENTRE + 80, 340), (CENTRE + 148, 268))
    canvas.line(moved(rim, 0, 4), darker(look.rgb, 0.4), 4, clip=part)
    for side in (-1, 1):
        for index in range(3):
            fold = limb(
                (
                    (CENTRE + side * 142, 290 + index * 6),
                    (CENTRE + side * (120 - index * 22), 370),
                    (CENTRE + side * (90 - index * 26), 430),
                ),
                12,
                1,
            )
            canvas.shadow(fold, 0.2, 6, part)
        canvas.fill(
            ellipse(CENTRE + side * 141, 282, 15, 15),
            metal,
            holes=[ellipse(CENTRE + side * 141, 282, 10, 10)],
            depth=5,
        )
    stitch(canvas, look, moved(rim, 0, 12), part)
