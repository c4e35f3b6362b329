"""Draw kitchen tools: knives, cutting boards and toasters."""

from __future__ import annotations

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
    points,
    rounded,
    symmetric,
    turned,
)
from catalog.demo.look import Look
from catalog.demo.palette import METALS, RGB, WOODS, darker, lighter, line_colour

_BLACK: RGB = (46, 46, 50)


def draw_knife(canvas: Canvas, look: Look) -> None:
    """Draw a kitchen knife: chef's, santoku, bread or paring."""
    style = look.shape.get("style", "chef's knife")
    steel = Paint(METALS["stainless steel"], "stainless steel")
    grip = look.paint()
    blade_top, deep = {
        "paring knife": (210.0, 34.0),
        "bread knife": (66.0, 42.0),
        "santoku knife": (110.0, 64.0),
    }.get(style, (66.0, 60.0))
    left, low = CENTRE - 20, 398.0
    blade = _blade_outline(blade_top, deep, left, low, style)
    tilt, pivot = 24.0, (CENTRE, 320.0)
    canvas_part = canvas.fill(
        turned(blade, tilt, pivot),
        steel,
        relief=0.5,
        depth=9,
        across=((0, -0.12), (0.5, 0.22), (1, -0.05)),
    )
    bevel = curve(
        (left + deep - 13, low),
        (left + deep - 14, (low + blade_top) / 2 + 40),
        (left + deep * 0.5, blade_top + 40),
    )
    canvas.line(turned(bevel, tilt, pivot), (150, 154, 162), 1.6, clip=canvas_part)
    bolster = box(left - 1, low - 4, left + 27, low + 22, 4)
    canvas.fill(turned(bolster, tilt, pivot), steel.dark(0.06), relief=0.9, depth=7)
    _draw_knife_handle(canvas, look, grip, left, low, pivot, steel, style, tilt)


def _draw_knife_handle(
    canvas: Canvas,
    look: Look,
    grip: Paint,
    left: float,
    low: float,
    pivot: tuple[float, float],
    steel: Paint,
    style: str,
    tilt: float,
) -> None:
    """Draw the riveted handle."""
    end = 560.0 if style != "paring knife" else 520.0
    handle = rounded(
        (left - 1, low + 18),
        (left + 27, low + 18),
        (left + 24, low + 80, 60),
        (left + 32, end, 14),
        (left + 6, end + 8, 14),
        (left - 3, low + 80, 60),
    )
    part = canvas.fill(
        turned(handle, tilt, pivot),
        grip.but(upright=True) if look.material in WOODS else grip,
        relief=0.9,
        depth=11,
    )
    for share in (0.24, 0.5, 0.76):
        rivet = ellipse(left + 13, low + 18 + (end - low - 18) * share, 4, 4)
        canvas.fill(turned(rivet, tilt, pivot), steel, relief=0.8, depth=3, clip=part)


def _blade_outline(blade_top: float, deep: float, left: float, low: float, style: str) -> Points:
    """Give the outline of the blade before it is turned."""
    if style == "santoku knife":
        blade = rounded(
            (left, low),
            (left, blade_top + 44, 50),
            (left + 30, blade_top, 12),
            (left + deep, blade_top + 50, 50),
            (left + deep, low, 6),
        )
    elif style == "bread knife":
        spine = rounded(
            (left + deep, low),
            (left, low),
            (left, blade_top + 16, 20),
            (left + deep * 0.5, blade_top, 20),
            (left + deep, blade_top + 30, 20),
            (left + deep, blade_top + 44),
            closed=False,
        )
        edge = [(left + deep - 5 * (y % 2), blade_top + 44 + 7 * y) for y in range(1, 41)]
        blade = joined(spine, points(*edge))
    else:
        blade = rounded(
            (left, low),
            (left, blade_top + 20, 10),
            (left + 3, blade_top, 2),
            (left + deep * 0.96, blade_top + 150, 120),
            (left + deep, low, 6),
        )
    return blade


def draw_cutting_board(canvas: Canvas, look: Look) -> None:
    """Draw a cutting board: with handle, round, or rectangular with a groove."""
    style = look.shape.get("style", "rectangular board")
    paint = look.paint(upright=look.material != "marble")
    if style == "round board":
        outline = ellipse(CENTRE, 330, 172, 172)
        holes = [ellipse(CENTRE, 190, 14, 14)]
    elif style == "paddle board":
        outline = symmetric(
            (CENTRE, 78),
            (CENTRE + 28, 80, 22),
            (CENTRE + 24, 190, 30),
            (CENTRE + 124, 216, 44),
            (CENTRE + 124, 548, 36),
            (CENTRE, 552),
        )
        holes = [ellipse(CENTRE, 112, 12, 12)]
    else:
        outline, holes = (
            box(CENTRE - 142, 120, CENTRE + 142, 540, 26),
            [box(CENTRE - 34, 144, CENTRE + 34, 166, 11)],
        )
    canvas.fill(
        moved(outline, 3, 9),
        paint.dark(0.4),
        relief=0.3,
        depth=6,
        holes=[moved(hole, 3, 9) for hole in holes],
    )
    part = canvas.fill(outline, paint, relief=0.6, depth=10, holes=holes)
    _draw_board_surface(canvas, look, paint, part, style)


def _draw_board_surface(canvas: Canvas, look: Look, paint: Paint, part: Part, style: str) -> None:
    """Draw glued strips of wood, or a groove for juice."""
    if look.pick("laminated", "yes", "no") == "yes" and look.material in WOODS:
        for number, x in enumerate((-98, -36, 20, 84)):
            stripe = box(CENTRE + x, 60, CENTRE + x + 30, 580)
            tone = darker(look.rgb, 0.22) if number % 2 else lighter(look.rgb, 0.12)
            canvas.fill(stripe, paint.but(colour=tone, opacity=0.6), relief=0, edge=0.25, clip=part)
    elif style == "rectangular board":
        groove = box(CENTRE - 118, 186, CENTRE + 118, 514, 16)
        canvas.line(
            points(
                *[(float(x), float(y)) for x, y in groove],
                (float(groove[0][0]), float(groove[0][1])),
            ),
            darker(look.rgb, 0.4),
            6,
            opacity=0.6,
            clip=part,
        )
        canvas.line(
            moved(points(*[(float(x), float(y)) for x, y in groove]), 2, 3),
            lighter(look.rgb, 0.4),
            2,
            opacity=0.6,
            clip=part,
        )


def draw_toaster(canvas: Canvas, look: Look) -> None:
    """Draw a toaster with slices of bread rising from its slots."""
    paint = look.paint()
    retro = look.has("style", "retro toaster")
    _draw_toast(canvas, look)
    for side in (-1, 1):
        canvas.fill(
            box(CENTRE + side * 118 - 22, 486, CENTRE + side * 118 + 22, 508, 6),
            Paint(_BLACK, "rubber"),
            relief=0.6,
            depth=6,
        )
    radius = 74.0 if retro else 34.0
    body = rounded(
        (CENTRE - 168, 278, radius),
        (CENTRE + 168, 278, radius),
        (CENTRE + 176, 494, 26),
        (CENTRE - 176, 494, 26),
    )
    part = canvas.fill(
        body, paint, relief=0.8, depth=30, down=((0, 0.3), (0.16, 0.1), (0.3, 0.0), (1, -0.22))
    )
    canvas.fill(
        box(CENTRE - 180, 470, CENTRE + 180, 500),
        Paint(METALS["chrome"] if retro else darker(look.rgb, 0.4), "chrome"),
        relief=0.4,
        depth=6,
        clip=part,
    )
    for left in (-104, 16):
        canvas.fill(
            box(CENTRE + left, 292, CENTRE + left + 88, 306, 7),
            Paint((56, 54, 54)),
            relief=0.3,
            depth=4,
        )
    for left in (-104, 16):
        canvas.line(curve((CENTRE + left + 4, 306), (CENTRE + left + 84, 306)), METALS["chrome"], 2)
    _draw_toaster_controls(canvas, look, part)
    canvas.shine(
        limb(((CENTRE - 140, 322), (CENTRE - 20, 318), (CENTRE + 90, 320)), 16, 6), 0.32, 7, part
    )


def _draw_toast(canvas: Canvas, look: Look) -> None:
    """Let two slices rise from the slots."""
    for x in (-86, 34):
        if look.pick("bread", "yes", "no", "yes") == "yes":
            slice_shape = rounded(
                (CENTRE + x, 318),
                (CENTRE + x - 5, 226, 16),
                (CENTRE + x + 28, 216, 20),
                (CENTRE + x + 60, 226, 16),
                (CENTRE + x + 55, 318),
            )
            canvas.fill(slice_shape, Paint((188, 126, 70), "cotton"), relief=0.5, depth=8)
            inner = (slice_shape - slice_shape.mean(axis=0)) * 0.84 + slice_shape.mean(axis=0)
            canvas.fill(
                moved(inner, 0, 4), Paint((232, 190, 128), "cotton"), relief=0.3, depth=6, edge=0
            )


def _draw_toaster_controls(canvas: Canvas, look: Look, part: Part) -> None:
    """Draw the lever and the dial."""
    canvas.line(
        points((CENTRE + 148, 330), (CENTRE + 148, 440)), line_colour(look.rgb), 5, clip=part
    )
    canvas.fill(
        box(CENTRE + 130, 338, CENTRE + 182, 360, 8), Paint(_BLACK, "plastic"), relief=0.9, depth=7
    )
    canvas.fill(
        ellipse(CENTRE - 110, 424, 21, 21), Paint(METALS["chrome"], "chrome"), relief=0.9, depth=8
    )
    canvas.fill(ellipse(CENTRE - 110, 424, 13, 13), Paint(_BLACK, "plastic"), relief=0.8, depth=5)
    canvas.line(points((CENTRE - 110, 424), (CENTRE - 104, 414)), (240, 240, 240), 2.4)
