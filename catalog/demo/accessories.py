"""Draw accessories: sunglasses, scarves and belts."""

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
    mirrored,
    moved,
    ribbon,
    rounded,
)
from catalog.demo.look import Look
from catalog.demo.palette import METALS, darker, lighter


def draw_sunglasses(canvas: Canvas, look: Look) -> None:
    """Draw sunglasses: aviator, round, cat-eye or square."""
    style = look.shape.get("style", "square sunglasses")
    y = 320.0
    lens = _lens_outline(style, y)
    thin = style == "aviator sunglasses" or style == "round sunglasses"
    frame = look.paint()
    rim = 6.0 if thin else 13.0
    hinge_x = float(lens[:, 0].max())
    for flip in (True, False):
        temple = limb(
            ((hinge_x - 4, y - 34), (hinge_x + 16, y - 52), (hinge_x - 6, y - 92)),
            11 if not thin else 7,
        )
        shape = mirrored(temple) if flip else temple
        canvas.fill(shape, frame.dark(0.15), relief=0.7, depth=6)
    bridge = curve((CENTRE - 30, y - 22), (CENTRE, y - 44), (CENTRE + 30, y - 22))
    canvas.fill(ribbon(bridge, rim), frame, relief=0.8, depth=6)
    if style == "aviator sunglasses":
        canvas.fill(
            ribbon(curve((CENTRE - 52, y - 44), (CENTRE, y - 50), (CENTRE + 52, y - 44)), 6),
            frame,
            relief=0.8,
            depth=4,
        )
    _draw_lenses(canvas, look, frame, lens, rim, shape, y)


def _lens_outline(style: str, y: float) -> Points:
    """Give the outline of the right lens."""
    lens = {
        "aviator sunglasses": rounded(
            (CENTRE + 24, y - 44, 16),
            (CENTRE + 160, y - 46, 40),
            (CENTRE + 164, y + 20, 50),
            (CENTRE + 110, y + 76, 50),
            (CENTRE + 44, y + 46, 60),
        ),
        "round sunglasses": ellipse(CENTRE + 92, y + 4, 68, 66),
        "cat-eye sunglasses": rounded(
            (CENTRE + 22, y - 30, 22),
            (CENTRE + 186, y - 78, 14),
            (CENTRE + 168, y + 20, 60),
            (CENTRE + 96, y + 56, 60),
            (CENTRE + 28, y + 34, 40),
        ),
    }.get(
        style,
        rounded(
            (CENTRE + 22, y - 52, 18),
            (CENTRE + 166, y - 58, 18),
            (CENTRE + 158, y + 52, 34),
            (CENTRE + 36, y + 52, 34),
        ),
    )
    return lens


def _draw_lenses(
    canvas: Canvas, look: Look, frame: Paint, lens: Points, rim: float, shape: Points, y: float
) -> None:
    """Set both tinted lenses into their rims."""
    tint = {"brown": (104, 70, 44), "green": (48, 78, 62), "grey": (58, 62, 70)}[
        look.pick("lens", "brown", "green", "grey")
    ]
    for flip in (True, False):
        shape = mirrored(lens) if flip else lens
        part = canvas.fill(
            shape,
            Paint(tint, "glass", opacity=0.93),
            relief=0.2,
            depth=10,
            down=((0, -0.35), (0.5, 0.0), (1, 0.45)),
        )
        x = CENTRE - 92 if flip else CENTRE + 92
        canvas.shine(limb(((x - 46, y + 40), (x + 10, y - 50)), 22), 0.22, 3, part)
        canvas.shine(limb(((x - 14, y + 46), (x + 32, y - 46)), 8), 0.2, 2, part)
        canvas.fill(ribbon(joined(shape, shape[:2]), rim), frame, relief=0.8, depth=6)


def draw_scarf(canvas: Canvas, look: Look) -> None:
    """Draw a scarf, laid in a loop with both fringed ends hanging."""
    paint = look.paint()
    tails = ((CENTRE - 62, 250, CENTRE - 84, 540, 92.0), (CENTRE + 52, 250, CENTRE + 66, 500, 92.0))
    for x0, y0, x1, y1, wide in tails:
        tail = limb(((x0, y0), ((x0 + x1) / 2, (y0 + y1) / 2), (x1, y1)), wide, wide + 8)
        _draw_fringe(canvas, look, x1, y1, wide + 4)
        canvas.shadow(moved(tail, 3, 6), 0.2, 5)
        part = canvas.fill(tail, paint.but(degrees=0), relief=0.65, depth=20)
        for offset in (-22, 14):
            canvas.shadow(
                limb(((x0 + offset, y0 + 20), (x1 + offset, y1 - 30)), 14, 2), 0.18, 6, part
            )
    _draw_wrap(canvas, paint)


def _draw_wrap(canvas: Canvas, paint: Paint) -> None:
    """Lay the loop around the neck over both ends."""
    back = rounded(
        (CENTRE - 120, 190, 60),
        (CENTRE, 96, 90),
        (CENTRE + 120, 190, 60),
        (CENTRE + 80, 240, 40),
        (CENTRE, 180, 80),
        (CENTRE - 80, 240, 40),
    )
    canvas.fill(back, paint.dark(0.22), relief=0.7, depth=22)
    wrap = rounded(
        (CENTRE - 128, 176, 56),
        (CENTRE - 60, 232, 70),
        (CENTRE + 60, 232, 70),
        (CENTRE + 128, 176, 56),
        (CENTRE + 134, 286, 80),
        (CENTRE, 344, 100),
        (CENTRE - 134, 286, 80),
    )
    canvas.shadow(moved(wrap, 0, 10), 0.3, 7)
    part = canvas.fill(wrap, paint.but(degrees=15), relief=0.8, depth=30)
    _draw_wrap_folds(canvas, part)


def _draw_wrap_folds(canvas: Canvas, part: Part) -> None:
    """Shade and light the folds of the loop."""
    for index in range(3):
        y = 226 + index * 30
        canvas.shadow(
            limb(
                (
                    (CENTRE - 120 + index * 10, y - 30),
                    (CENTRE, y + 26),
                    (CENTRE + 120 - index * 10, y - 26),
                ),
                12,
                4,
            ),
            0.22,
            5,
            part,
        )
        canvas.shine(
            limb(
                (
                    (CENTRE - 110 + index * 10, y - 14),
                    (CENTRE, y + 40),
                    (CENTRE + 110 - index * 10, y - 10),
                ),
                6,
                4,
            ),
            0.14,
            5,
            part,
        )


def _draw_fringe(canvas: Canvas, look: Look, x: float, y: float, wide: float) -> None:
    for number in range(int(wide / 6)):
        place = x - wide / 2 + 3 + number * 6
        canvas.line(
            curve((place, y - 6), (place + (number % 3 - 1), y + 26)),
            darker(look.rgb, 0.12 + 0.1 * (number % 2)),
            3,
        )


def draw_belt(canvas: Canvas, look: Look) -> None:
    """Draw a belt, rolled up with its buckle in front."""
    paint = look.paint(pattern="plain")
    metal = Paint(METALS[look.pick("buckle", "gold", "silver", "steel")], "steel")
    ring = rounded(
        (CENTRE - 160, 268),
        (CENTRE + 176, 268),
        (CENTRE + 176, 360, 60),
        (CENTRE + 8, 412, 90),
        (CENTRE - 160, 360, 60),
    )
    canvas.fill(ring, paint.dark(0.3), relief=0.3, edge=0.5)
    for step in range(3):
        grow = 1 - step * 0.17
        outer = ellipse(CENTRE + 8, 270 + step * 4, 168 * grow, 66 * grow)
        canvas.fill(outer, paint.dark(0.2 + step * 0.1), relief=0.6, depth=8)
        inner = ellipse(CENTRE + 8, 272 + step * 4, 158 * grow, 58 * grow)
        canvas.fill(inner, paint.dark(0.55), relief=0.2, depth=8, edge=0.3)
    front = rounded(
        (CENTRE - 160, 270),
        (CENTRE - 154, 318, 50),
        (CENTRE, 340, 90),
        (CENTRE + 170, 318, 50),
        (CENTRE + 176, 270),
        (CENTRE + 176, 332),
        (CENTRE + 160, 398, 50),
        (CENTRE, 420, 90),
        (CENTRE - 150, 398, 50),
        (CENTRE - 160, 332),
    )
    part = canvas.fill(
        front,
        paint,
        relief=0.6,
        depth=16,
        across=((0, -0.45), (0.3, 0.12), (0.6, 0.05), (1, -0.45)),
    )
    _draw_belt_seams(canvas, paint, part)
    _draw_belt_end(canvas, paint)
    _draw_buckle(canvas, look, metal)


def _draw_belt_end(canvas: Canvas, paint: Paint) -> None:
    """Draw the free end with its holes."""
    strap = rounded(
        (CENTRE + 12, 340),
        (CENTRE + 180, 346, 20),
        (CENTRE + 210, 384, 12),
        (CENTRE + 178, 414, 20),
        (CENTRE + 12, 414),
    )
    canvas.shadow(moved(strap, 2, 7), 0.3, 5)
    end = canvas.fill(strap, paint, relief=0.6, depth=10)
    for number in range(4):
        canvas.fill(
            ellipse(CENTRE + 66 + number * 28, 380, 3.4, 4.4),
            Paint(darker(paint.colour, 0.75)),
            relief=0,
            edge=0.2,
            clip=end,
        )


def _draw_belt_seams(canvas: Canvas, paint: Paint, part: Part) -> None:
    for y in (-62.0, 6.0):
        route = curve(
            (CENTRE - 160, 338 + y * 0.9),
            (CENTRE - 150, 392 + y),
            (CENTRE, 416 + y),
            (CENTRE + 160, 392 + y),
            (CENTRE + 176, 338 + y * 0.9),
        )
        canvas.line(
            moved(route, 0, -12), lighter(paint.colour, 0.4), 1.2, dash=5, opacity=0.8, clip=part
        )


def _draw_buckle(canvas: Canvas, look: Look, metal: Paint) -> None:
    x, y = CENTRE + 6, 378.0
    if look.pick("form", "frame", "round") == "frame":
        outline, hole = (
            box(x - 46, y - 52, x + 34, y + 52, 14),
            box(x - 32, y - 38, x + 20, y + 38, 6),
        )
    else:
        outline, hole = ellipse(x - 6, y, 50, 54), ellipse(x - 6, y, 36, 40)
    canvas.shadow(moved(outline, 2, 6), 0.3, 4)
    canvas.fill(outline, metal, holes=[hole], relief=0.9, depth=7)
    canvas.fill(limb(((x - 34, y), (x + 34, y + 1)), 7, 6), metal, relief=0.9, depth=4)
