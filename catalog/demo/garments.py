"""Draw what all upper garments share: body, sleeves, neckline, ribs, folds, buttons."""

from __future__ import annotations

import math
from dataclasses import dataclass

from catalog.demo.canvas import Canvas, Paint, Part
from catalog.demo.geometry import (
    CENTRE,
    Corner,
    Points,
    between,
    curve,
    ellipse,
    limb,
    mirrored,
    moved,
    ribbon,
    rounded,
    symmetric,
)
from catalog.demo.look import Look
from catalog.demo.palette import RGB, darker, lighter, line_colour

SLEEVES = {"none": 0.0, "short": 96.0, "elbow": 170.0, "long": 342.0}


@dataclass(frozen=True, slots=True)
class Cut:
    """Measure an upper garment: half widths from the middle, heights from the top."""

    neck: float = 44.0
    neck_y: float = 104.0
    drop: float = 42.0
    neckline: str = "round"
    shoulder: float = 114.0
    shoulder_y: float = 134.0
    chest: float = 108.0
    chest_y: float = 240.0
    waist: float = 103.0
    waist_y: float = 370.0
    hem: float = 107.0
    hem_y: float = 506.0
    hem_curve: float = 8.0
    sleeve: str = "short"
    sleeve_width: float = 66.0
    cuff_width: float = 52.0
    flare: float = 0.0


def neckline(cut: Cut) -> Points:
    """Give the front edge of the neck from the wearer's right to left shoulder."""
    left, right = CENTRE - cut.neck, CENTRE + cut.neck
    bottom = cut.neck_y + cut.drop
    corners: tuple[Corner, ...]
    if cut.neckline == "v":
        corners = ((left, cut.neck_y), (CENTRE, bottom, 6), (right, cut.neck_y))
    elif cut.neckline == "square":
        corners = (
            (left, cut.neck_y),
            (left + 6, bottom, 8),
            (right - 6, bottom, 8),
            (right, cut.neck_y),
        )
    else:
        inner = cut.neck * 0.94
        corners = (
            (left, cut.neck_y),
            (CENTRE - inner, bottom, 1e4),
            (CENTRE + inner, bottom, 1e4),
            (right, cut.neck_y),
        )
    return rounded(*corners, closed=False)


def body_outline(cut: Cut) -> Points:
    """Give the outline of the body of a garment, without sleeves."""
    right: tuple[Corner, ...] = (
        (CENTRE + cut.neck, cut.neck_y),
        (CENTRE + cut.shoulder, cut.shoulder_y, 16),
        (CENTRE + cut.shoulder * 0.95, cut.shoulder_y + 40, 60),
        (CENTRE + cut.chest, cut.chest_y, 40),
        (CENTRE + cut.waist, cut.waist_y, 160),
        (CENTRE + cut.hem, cut.hem_y, 8),
        (CENTRE + cut.hem * 0.5, cut.hem_y + cut.hem_curve, 80),
    )
    half = rounded(*right, (CENTRE, cut.hem_y + cut.hem_curve), closed=False)
    left = mirrored(half)[::-1]
    # The neckline closes the outline at the top; it runs from left to right.
    lower = _chain(half, left)
    return _chain(neckline(cut), lower)


def _chain(first: Points, second: Points) -> Points:
    return between(first, second[::-1])


def sleeve_outline(cut: Cut) -> tuple[Points, Points]:
    """Give the right sleeve's outline and its cuff line, from outside to inside."""
    length = SLEEVES[cut.sleeve]
    lean = math.radians({"short": 32.0, "elbow": 20.0, "long": 13.5}.get(cut.sleeve, 0.0))
    along = (math.sin(lean), math.cos(lean))
    side = (math.cos(lean), -math.sin(lean))
    top_x, top_y = CENTRE + cut.shoulder, cut.shoulder_y
    start = (top_x - 14, top_y + 46)
    end = (start[0] + along[0] * length, start[1] + along[1] * length)
    half = cut.cuff_width / 2
    outer = (end[0] + side[0] * half, end[1] + side[1] * half)
    inner = (end[0] - side[0] * half, end[1] - side[1] * half)
    middle = (start[0] + along[0] * length * 0.5, start[1] + along[1] * length * 0.5)
    puff = cut.sleeve_width / 2 + cut.flare
    outline = rounded(
        (top_x - 34, top_y - 12),
        (top_x + 2, top_y + 2, 30),
        (middle[0] + side[0] * puff, middle[1] + side[1] * puff, 90),
        (*outer, 4),
        (*inner, 4),
        (middle[0] - side[0] * puff, middle[1] - side[1] * puff, 70),
        (CENTRE + cut.chest - 4, cut.chest_y + 12, 14),
        (CENTRE + cut.chest - 34, cut.chest_y - 30),
    )
    return outline, curve(outer, inner)


def draw_sleeves(
    canvas: Canvas, paint: Paint, cut: Cut, *, cuff: str = "stitch", cuff_paint: Paint | None = None
) -> None:
    """Draw both sleeves with their cuffs: stitched, ribbed, buttoned or none."""
    if cut.sleeve == "none":
        return
    right, edge = sleeve_outline(cut)
    lean = {"short": 32, "elbow": 20, "long": 13}[cut.sleeve]
    turn = 15 if lean < 25 else 30
    for flip in (False, True):
        outline = mirrored(right) if flip else right
        line = mirrored(edge) if flip else edge
        part = canvas.fill(
            outline,
            paint.but(degrees=paint.degrees + (-turn if flip else turn)),
            relief=0.6,
            depth=22,
        )
        _sleeve_folds(canvas, cut, part, flip)
        _draw_cuff(canvas, cuff_paint or paint, line, cuff, part)


def _sleeve_folds(canvas: Canvas, cut: Cut, part: Part, flip: bool) -> None:
    """Shade the arm side next to the body and a few creases at the elbow."""
    x, y = CENTRE + cut.chest, cut.chest_y
    creases = [((x + 2, y - 16), (x + 18, y + 30), (x + 24, y + 84), 16.0)]
    if cut.sleeve == "long":
        creases += [
            ((x + 12, y + 92), (x + 40, y + 106), (x + 66, y + 96), 9.0),
            ((x + 26, y + 122), (x + 46, y + 130), (x + 70, y + 118), 7.0),
        ]
    for start, middle, end, wide in creases:
        fold = limb((start, middle, end), wide, 1)
        canvas.shadow(mirrored(fold) if flip else fold, 0.2, 5, part)


def _draw_cuff(canvas: Canvas, paint: Paint, edge: Points, cuff: str, clip: Part) -> None:
    (x0, y0), (x1, y1) = edge[0], edge[-1]
    length = math.hypot(x1 - x0, y1 - y0)
    up = ((y1 - y0) / length, -(x1 - x0) / length)
    if up[1] > 0:
        up = (-up[0], -up[1])
    if cuff == "stitch":
        shifted = moved(edge, up[0] * 9, up[1] * 9)
        canvas.line(shifted, line_colour(paint.colour), 1.0, opacity=0.65, clip=clip)
    elif cuff in ("rib", "band"):
        high = 26.0 if cuff == "rib" else 22.0
        inward = 0.05
        dx, dy = (x1 - x0) * inward, (y1 - y0) * inward
        band = rounded(
            (x0 + up[0] * high, y0 + up[1] * high),
            (x1 + up[0] * high, y1 + up[1] * high),
            (x1 - dx, y1 - dy, 5),
            (x0 + dx, y0 + dy, 5),
        )
        part = canvas.fill(band, paint.plain(darker(paint.colour, 0.06)), depth=12)
        if cuff == "rib":
            _rib_lines(canvas, paint.colour, edge, up, high, part)
        else:
            button(canvas, (x0 * 0.75 + x1 * 0.25 + up[0] * 11, y0 * 0.75 + y1 * 0.25 + up[1] * 11))


def _rib_lines(
    canvas: Canvas, colour: RGB, edge: Points, up: tuple[float, float], high: float, part: Part
) -> None:
    """Draw the upright ribs of a knitted band."""
    (x0, y0), (x1, y1) = edge[0], edge[-1]
    count = max(3, int(math.hypot(x1 - x0, y1 - y0) / 6))
    for number in range(1, count):
        share = number / count
        x, y = x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
        canvas.line(
            curve((x, y), (x + up[0] * high, y + up[1] * high)),
            line_colour(colour),
            1.2,
            opacity=0.4,
            clip=part,
        )


def draw_body(canvas: Canvas, paint: Paint, cut: Cut, *, hem: str = "stitch") -> Part:
    """Draw the inside of the neck, then the body with folds and its hem."""
    inside = between(
        neckline(cut),
        curve(
            (CENTRE - cut.neck, cut.neck_y),
            (CENTRE, cut.neck_y + 20),
            (CENTRE + cut.neck, cut.neck_y),
        ),
    )
    canvas.fill(inside, paint.dark(0.34).but(pattern="plain"), relief=0.3, edge=0.5)
    part = canvas.fill(body_outline(cut), paint, relief=0.55, depth=26)
    draw_folds(canvas, cut, part)
    if hem == "stitch":
        line = moved(hem_line(cut), 0, -10)
        canvas.line(line, line_colour(paint.colour), 1.0, opacity=0.6, clip=part)
    elif hem == "rib":
        draw_rib_hem(canvas, paint, cut)
    return part


def hem_line(cut: Cut) -> Points:
    """Give the lower edge of the body from left to right."""
    return curve(
        (CENTRE - cut.hem, cut.hem_y),
        (CENTRE - cut.hem * 0.5, cut.hem_y + cut.hem_curve),
        (CENTRE + cut.hem * 0.5, cut.hem_y + cut.hem_curve),
        (CENTRE + cut.hem, cut.hem_y),
    )


def draw_folds(canvas: Canvas, cut: Cut, part: Part) -> None:
    """Lay the soft creases that cloth makes under the arms and at the waist."""
    for side in (1, -1):
        x = CENTRE + side * cut.chest
        y = cut.chest_y
        canvas.shadow(
            limb(((x, y - 8), (x - side * 34, y + 22), (x - side * 56, y + 74)), 14, 1),
            0.17,
            6,
            part,
        )
        canvas.shadow(
            limb(
                (
                    (CENTRE + side * cut.waist, cut.waist_y - 10),
                    (x - side * 30, cut.waist_y + 14),
                    (x - side * 62, cut.waist_y + 8),
                ),
                12,
                1,
            ),
            0.15,
            6,
            part,
        )
        canvas.shine(
            limb(((x - side * 34, y + 60), (x - side * 26, cut.hem_y - 120)), 12, 2), 0.12, 8, part
        )


def draw_rib_hem(canvas: Canvas, paint: Paint, cut: Cut, high: float = 30.0) -> None:
    """Draw the ribbed band at the lower edge, a little narrower than the body."""
    lower = hem_line(cut)
    outline = rounded(
        (CENTRE - cut.hem - 1, cut.hem_y - 6),
        (CENTRE + cut.hem + 1, cut.hem_y - 6),
        (CENTRE + cut.hem * 0.93, cut.hem_y + high, 8),
        (CENTRE - cut.hem * 0.93, cut.hem_y + high, 8),
    )
    part = canvas.fill(outline, paint.plain(darker(paint.colour, 0.06)), depth=14)
    left, right = lower[0][0], lower[-1][0]
    count = int((right - left) / 7)
    for number in range(1, count):
        x = left + (right - left) * number / count
        x_below = CENTRE + (x - CENTRE) * 0.94
        canvas.line(
            curve((x, cut.hem_y - 4), (x_below, cut.hem_y + high)),
            line_colour(paint.colour),
            1.3,
            opacity=0.4,
            clip=part,
        )


def draw_neck_band(canvas: Canvas, paint: Paint, cut: Cut, width: float = 9.0) -> None:
    """Edge the neck, front and back, with a band."""
    back = curve(
        (CENTRE - cut.neck, cut.neck_y), (CENTRE, cut.neck_y + 14), (CENTRE + cut.neck, cut.neck_y)
    )
    plain = paint.plain(darker(paint.colour, 0.05))
    canvas.fill(ribbon(back, width * 0.8), plain.dark(0.14), relief=0.3, depth=6)
    canvas.fill(ribbon(neckline(cut), width), plain, relief=0.45, depth=6)


def button(
    canvas: Canvas, place: tuple[float, float], colour: RGB = (236, 232, 224), radius: float = 4.0
) -> None:
    """Draw a sewn button with its rim and holes."""
    x, y = place
    canvas.shadow(ellipse(x + 1, y + 2, radius + 1, radius + 1), 0.3, 1.6)
    canvas.fill(ellipse(x, y, radius, radius), Paint(colour, "plastic"), relief=0.7, depth=3)
    for side in (-1, 1):
        canvas.fill(
            ellipse(x + side * radius * 0.32, y, radius * 0.17, radius * 0.17),
            Paint(darker(colour, 0.6), "plastic"),
            relief=0,
            edge=0,
        )


def button_colour(cloth: RGB) -> RGB:
    """Choose buttons that show on the cloth without shouting."""
    return lighter(cloth, 0.72) if sum(cloth) < 420 else darker(cloth, 0.35)


def draw_zip(canvas: Canvas, top: float, bottom: float, metal: RGB = (186, 188, 194)) -> None:
    """Draw a closed zip down the middle with its teeth and puller."""
    line = curve((CENTRE, top), (CENTRE, bottom))
    canvas.line(line, (70, 70, 76), 7.0, opacity=0.5)
    canvas.line(line, metal, 4.4)
    canvas.line(line, darker(metal, 0.5), 4.0, dash=1.6)
    canvas.fill(
        rounded(
            (CENTRE - 4, top + 4, 2),
            (CENTRE + 4, top + 4, 2),
            (CENTRE + 3, top + 26, 3),
            (CENTRE - 3, top + 26, 3),
        ),
        Paint(metal, "steel"),
        depth=4,
    )


def collar_wings(cut: Cut, spread: float, length: float) -> tuple[Points, Points]:
    """Give the left and right wing of a turned-down collar that meets in the middle."""
    meet = (CENTRE, cut.neck_y + cut.drop)
    right = rounded(
        (CENTRE + cut.neck - 6, cut.neck_y - 12, 10),
        (CENTRE + cut.neck + 6, cut.neck_y + 2, 8),
        (CENTRE + spread, cut.neck_y + length, 3),
        (*meet, 2),
        (CENTRE + cut.neck - 16, cut.neck_y + 4, 30),
    )
    return mirrored(right), right


def draw_collar(
    canvas: Canvas, paint: Paint, cut: Cut, *, spread: float = 34.0, length: float = 62.0
) -> None:
    """Draw a turned-down collar: its stand behind the neck and both wings."""
    stand = symmetric(
        (CENTRE, cut.neck_y - 16),
        (CENTRE + cut.neck - 4, cut.neck_y - 13, 12),
        (CENTRE + cut.neck + 2, cut.neck_y + 4, 4),
        (CENTRE, cut.neck_y + 14, 60),
    )
    canvas.fill(stand, paint.dark(0.16), relief=0.4, depth=8)
    for wing in collar_wings(cut, spread, length):
        canvas.shadow(moved(wing, 1, 4), 0.22, 4)
        canvas.fill(wing, paint, relief=0.5, depth=8)


def sewn_pocket(canvas: Canvas, paint: Paint, look: Look, left: float, top: float) -> None:
    """Draw a chest pocket with its seam."""
    wide, high = look.vary("pocket", 42, 50), 50.0
    outline = rounded(
        (left, top),
        (left + wide, top),
        (left + wide, top + high - 8, 4),
        (left + wide / 2, top + high, 6),
        (left, top + high - 8, 4),
    )
    canvas.fill(outline, paint, relief=0.3, depth=6)
    canvas.line(
        curve((left + 1, top + 8), (left + wide - 1, top + 8)),
        line_colour(paint.colour),
        0.9,
        opacity=0.6,
    )
