"""Draw jeans, trousers and shorts."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.demo.canvas import Canvas, Paint, Part
from catalog.demo.garments import button
from catalog.demo.geometry import (
    CENTRE,
    Points,
    box,
    curve,
    limb,
    mirrored,
    moved,
    rounded,
    symmetric,
)
from catalog.demo.look import Look
from catalog.demo.palette import RGB, darker, lighter, line_colour

_THREAD: RGB = (216, 160, 92)
_BRASS: RGB = (196, 160, 104)


@dataclass(frozen=True, slots=True)
class Legs:
    """Measure a pair of trousers: half widths at waist and hip, and the legs."""

    waist: float
    hip: float
    knee: float
    hem: float
    spread: float
    top: float
    crotch: float
    bottom: float


_FITS: dict[str, tuple[float, float, float]] = {
    # Width at the knee, width at the hem, spread of the hem's middle from the centre.
    "skinny": (58, 44, 62),
    "slim": (66, 54, 64),
    "straight": (76, 72, 66),
    "regular": (76, 70, 66),
    "tapered": (80, 56, 64),
    "wide leg": (94, 112, 76),
    "flared": (66, 104, 74),
    "relaxed": (86, 80, 70),
}


def _legs(look: Look, bottom: float) -> Legs:
    knee, hem, spread = _FITS[look.shape.get("fit", "regular")]
    top = 74.0
    return Legs(80, 104, knee, hem, spread, top, top + 150 + look.vary("rise", -6, 10), bottom)


def _leg_outline(legs: Legs) -> Points:
    """Give the right leg with its half of the hips."""
    middle = (legs.crotch + legs.bottom) / 2 - 10
    centre_knee = CENTRE + legs.spread * 0.86
    end = CENTRE + legs.spread
    return rounded(
        (CENTRE - 2, legs.top + 8),
        (CENTRE + legs.waist, legs.top),
        (CENTRE + legs.hip, legs.top + 96, 80),
        (centre_knee + legs.knee / 2, middle, 90),
        (end + legs.hem / 2, legs.bottom, 5),
        (end - legs.hem / 2, legs.bottom + 4, 5),
        (centre_knee - legs.knee / 2, middle, 90),
        (CENTRE + 3, legs.crotch, 8),
        (CENTRE - 2, legs.crotch - 12),
    )


def _draw_legs(canvas: Canvas, look: Look, legs: Legs) -> list[Part]:
    """Draw both legs, the left one first, with folds at hip and knee."""
    right = _leg_outline(legs)
    parts = []
    for side, shape in ((-1, mirrored(right)), (1, right)):
        part = canvas.fill(
            shape, look.paint(degrees=0, upright=look.material == "denim"), relief=0.6, depth=22
        )
        for index in range(3):
            y = legs.crotch - 6 + index * 16
            crease = limb(
                ((CENTRE + side * 4, y), (CENTRE + side * (34 + index * 8), y - 12 + index * 14)),
                8,
                1,
            )
            canvas.shadow(crease, 0.18, 4, part)
        if legs.bottom > 420:
            knee_y = (legs.crotch + legs.bottom) / 2
            x = CENTRE + side * legs.spread * 0.86
            for y, wide in ((knee_y - 4, 26), (knee_y + 16, 20)):
                canvas.shadow(
                    limb(((x + side * 34, y), (x + side * (34 - wide), y + 8)), 9, 1), 0.16, 4, part
                )
        parts.append(part)
    return parts


def _draw_waistband(canvas: Canvas, paint: Paint, legs: Legs, high: float = 24) -> Part:
    back = symmetric(
        (CENTRE, legs.top - high - 2),
        (CENTRE + legs.waist - 6, legs.top - high - 8, 4),
        (CENTRE + legs.waist - 4, legs.top - 8),
        (CENTRE, legs.top + 2),
    )
    canvas.fill(back, paint.dark(0.38), relief=0.2, depth=8, edge=0.5)
    band = symmetric(
        (CENTRE, legs.top - high + 8),
        (CENTRE + legs.waist - 4, legs.top - high - 6, 3),
        (CENTRE + legs.waist + 1, legs.top + 2, 3),
        (CENTRE, legs.top + 12),
    )
    canvas.shadow(moved(band, 0, 4), 0.2, 4)
    return canvas.fill(band, paint, relief=0.5, depth=7)


def _draw_fly(canvas: Canvas, colour: RGB, legs: Legs, thread: RGB | None) -> None:
    """Draw the seam down the front and the curve of the fly beside it."""
    canvas.line(curve((CENTRE, legs.top + 8), (CENTRE, legs.crotch)), line_colour(colour), 1.5)
    fly = curve(
        (CENTRE + 24, legs.top + 8), (CENTRE + 24, legs.crotch - 64), (CENTRE + 2, legs.crotch - 44)
    )
    if thread is None:
        canvas.line(fly, line_colour(colour), 1.1, opacity=0.7)
    else:
        canvas.line(fly, thread, 1.2, dash=4)
        canvas.line(moved(fly, -4, 0), thread, 1.2, dash=4)


def draw_jeans(canvas: Canvas, look: Look) -> None:
    """Draw five-pocket jeans with contrasting seams, faded at the thighs."""
    legs = _legs(look, 572 + look.vary("length", -16, 8))
    parts = _draw_legs(canvas, look, legs)
    thread = _THREAD if look.rgb != (246, 245, 242) else (206, 196, 180)
    for side, part in ((-1, parts[0]), (1, parts[1])):
        thigh = limb(
            ((CENTRE + side * 54, 190), (CENTRE + side * 58, 290), (CENTRE + side * 58, 400)),
            34,
            20,
        )
        canvas.shine(thigh, 0.26 if look.has("wash", "faded") else 0.12, 13, part)
        x, y = CENTRE + side * legs.spread, legs.bottom
        canvas.line(curve((x - 70, y - 9), (x + 70, y - 9)), thread, 1.2, dash=4, clip=part)
        side_seam = curve(
            (CENTRE + side * (legs.waist - 3), legs.top),
            (CENTRE + side * (legs.hip - 3), legs.top + 94),
            (CENTRE + side * (legs.hip - 12), legs.top + 170),
        )
        canvas.line(side_seam, thread, 1.0, opacity=0.7, dash=4, clip=part)
        if look.has("detail", "ripped knees"):
            _draw_rip(canvas, look, CENTRE + side * legs.spread * 0.86, 392 + side * 8, part)
    if look.view == "back":
        _draw_back_pockets(canvas, look, legs, thread)
    else:
        _draw_fly(canvas, look.rgb, legs, thread)
        _draw_jeans_pockets(canvas, look, legs, parts, thread)
    _draw_waistband(canvas, look.paint(), legs)
    for offset in (-58, 58):
        canvas.fill(
            box(CENTRE + offset - 4, legs.top - 22, CENTRE + offset + 4, legs.top + 14, 2),
            look.paint(),
            depth=4,
        )
    if look.view == "front":
        button(canvas, (CENTRE, legs.top - 2), _BRASS, 7)


def _draw_jeans_pockets(
    canvas: Canvas, look: Look, legs: Legs, parts: list[Part], thread: RGB
) -> None:
    for side, part in ((-1, parts[0]), (1, parts[1])):
        route = curve(
            (CENTRE + side * 40, legs.top + 4),
            (CENTRE + side * 46, legs.top + 48),
            (CENTRE + side * 104, legs.top + 52),
        )
        canvas.shadow(
            moved(
                limb(
                    (
                        (CENTRE + side * 40, legs.top + 4),
                        (CENTRE + side * 46, legs.top + 48),
                        (CENTRE + side * 104, legs.top + 52),
                    ),
                    5,
                ),
                0,
                -3,
            ),
            0.25,
            3,
            part,
        )
        canvas.line(route, line_colour(look.rgb), 1.6, clip=part)
        canvas.line(moved(route, -side * 3, 5), thread, 1.2, dash=4, clip=part)


def _draw_back_pockets(canvas: Canvas, look: Look, legs: Legs, thread: RGB) -> None:
    y = legs.top + 44
    canvas.line(curve((CENTRE, legs.top + 8), (CENTRE, legs.crotch)), line_colour(look.rgb), 1.6)
    yoke = curve(
        (CENTRE - 92, legs.top + 22), (CENTRE, legs.top + 42), (CENTRE + 92, legs.top + 22)
    )
    canvas.line(yoke, thread, 1.2, dash=4)
    for side in (-1, 1):
        x = CENTRE + side * 48
        pocket = rounded(
            (x - 30, y), (x + 30, y), (x + 27, y + 56, 4), (x, y + 72, 4), (x - 27, y + 56, 4)
        )
        canvas.fill(pocket, look.paint(), relief=0.4, depth=6)
        canvas.line(
            moved(pocket * 1.0, 0, 0) * 0.9 + [x * 0.1, (y + 34) * 0.1], thread, 1.1, dash=4
        )


def _draw_rip(canvas: Canvas, look: Look, x: float, y: float, part: Part) -> None:
    """Fray the cloth across a knee."""
    hole = rounded((x - 22, y, 6), (x, y - 9, 10), (x + 22, y, 6), (x, y + 10, 10))
    canvas.fill(hole, Paint(lighter(look.rgb, 0.62), "denim"), relief=0.5, clip=part, edge=0.3)
    for offset in (-4, 0, 4):
        canvas.line(
            curve((x - 24, y + offset), (x + 24, y + offset * 1.4)), (248, 248, 250), 1.1, clip=part
        )


def draw_trousers(canvas: Canvas, look: Look) -> None:
    """Draw trousers: pressed, chino, cargo or jogging."""
    style = look.shape.get("style", "chinos")
    legs = _legs(look, 574 + look.vary("length", -16, 8))
    parts = _draw_legs(canvas, look, legs)
    for side, part in ((-1, parts[0]), (1, parts[1])):
        if style == "suit trousers":
            x_top, x_low = CENTRE + side * 52, CENTRE + side * legs.spread
            canvas.line(
                curve((x_top, legs.top + 30), (x_low, legs.bottom)),
                line_colour(look.rgb),
                1.2,
                opacity=0.6,
                clip=part,
            )
            canvas.shine(
                limb(((x_top - 5, legs.top + 60), (x_low - 5, legs.bottom)), 5), 0.16, 4, part
            )
        slant = curve((CENTRE + side * 58, legs.top + 4), (CENTRE + side * 92, legs.top + 76))
        canvas.line(slant, line_colour(look.rgb), 1.5, clip=part)
        if style == "cargo trousers":
            _draw_cargo_pocket(canvas, look, CENTRE + side * 84, 310)
        if style == "joggers":
            _draw_ankle_rib(canvas, look, legs, side)
    _draw_trouser_waist(canvas, look, legs, style)


def _draw_trouser_waist(canvas: Canvas, look: Look, legs: Legs, style: str) -> None:
    """Draw the waistband: buttoned with loops, or with a cord."""
    if style != "joggers":
        _draw_fly(canvas, look.rgb, legs, None)
        _draw_waistband(canvas, look.paint(), legs)
        button(
            canvas,
            (CENTRE, legs.top - 2),
            darker(look.rgb, 0.4) if sum(look.rgb) > 200 else (120, 120, 126),
            6,
        )
        for offset in (-58, 58):
            canvas.fill(
                box(CENTRE + offset - 4, legs.top - 22, CENTRE + offset + 4, legs.top + 14, 2),
                look.paint(),
                depth=4,
            )
    else:
        _draw_drawstring(canvas, look, legs)


def _draw_cargo_pocket(canvas: Canvas, look: Look, x: float, y: float) -> None:
    paint = look.paint()
    canvas.shadow(box(x - 27, y, x + 27, y + 74, 5), 0.25, 5)
    canvas.fill(box(x - 26, y, x + 26, y + 70, 5), paint, relief=0.5, depth=8)
    flap = rounded(
        (x - 28, y - 4), (x + 28, y - 4), (x + 28, y + 20, 4), (x, y + 26, 4), (x - 28, y + 20, 4)
    )
    canvas.fill(flap, paint, relief=0.5, depth=7)
    button(canvas, (x, y + 14), darker(look.rgb, 0.5), 4)


def _draw_ankle_rib(canvas: Canvas, look: Look, legs: Legs, side: int) -> None:
    x, y = CENTRE + side * legs.spread, legs.bottom
    half = legs.hem / 2 * 0.9
    part = canvas.fill(
        box(x - half, y - 6, x + half, y + 24, 5),
        look.paint(pattern="plain").dark(0.08),
        relief=0.6,
        depth=9,
    )
    for number in range(1, 9):
        rib_x = x - half + number * half * 2 / 9
        canvas.line(
            curve((rib_x, y - 6), (rib_x, y + 24)),
            line_colour(look.rgb),
            1.2,
            opacity=0.4,
            clip=part,
        )


def _draw_drawstring(canvas: Canvas, look: Look, legs: Legs) -> None:
    """Draw a gathered waistband with its cord."""
    part = _draw_waistband(canvas, look.paint(pattern="plain"), legs, 28)
    for number in range(1, 22):
        x = CENTRE - legs.waist + number * legs.waist * 2 / 22
        canvas.line(
            curve((x, legs.top - 34), (x, legs.top + 14)),
            line_colour(look.rgb),
            1.2,
            opacity=0.4,
            clip=part,
        )
    colour = (240, 240, 238) if sum(look.rgb) < 600 else (90, 90, 96)
    for sway, long in ((-14.0, 62.0), (12.0, 74.0)):
        cord = curve(
            (CENTRE + sway * 0.3, legs.top),
            (CENTRE + sway * 0.6, legs.top + long * 0.5),
            (CENTRE + sway, legs.top + long),
        )
        canvas.line(cord, darker(colour, 0.35), 4.4)
        canvas.line(cord, colour, 3.0)


def draw_shorts(canvas: Canvas, look: Look) -> None:
    """Draw shorts: chino, denim or swim."""
    style = look.shape.get("style", "chino shorts")
    top, waist = 190.0, 98.0
    bottom = 404 + look.vary("length", -24, 34)
    legs = Legs(waist, 122, 124, 128 + look.vary("hem", -4, 12), 78, top, top + 128, bottom)
    parts = []
    right = rounded(
        (CENTRE - 2, top + 8),
        (CENTRE + waist, top),
        (CENTRE + 122, top + 90, 70),
        (CENTRE + 78 + legs.hem / 2, bottom - 4, 5),
        (CENTRE + 16, bottom + 10, 5),
        (CENTRE + 3, legs.crotch, 6),
        (CENTRE - 2, legs.crotch - 10),
    )
    thread = _THREAD if style == "denim shorts" else line_colour(look.rgb)
    for side, shape in ((-1, mirrored(right)), (1, right)):
        part = canvas.fill(shape, look.paint(), relief=0.6, depth=22)
        parts.append(part)
        for index in range(2):
            y = legs.crotch - 8 + index * 20
            canvas.shadow(
                limb(((CENTRE + side * 4, y), (CENTRE + side * 44, y - 6 + index * 20)), 9, 1),
                0.18,
                4,
                part,
            )
        canvas.line(
            curve((CENTRE + side * 8, bottom - 4), (CENTRE + side * 150, bottom - 18)),
            thread,
            1.2,
            dash=4,
            clip=part,
        )
        slant = curve((CENTRE + side * 62, top + 4), (CENTRE + side * 108, top + 66))
        canvas.line(slant, line_colour(look.rgb), 1.5, clip=part)
    if style == "swim shorts":
        _draw_drawstring(canvas, look, legs)
        return
    _draw_shorts_waist(canvas, look, legs, style, thread, top)


def _draw_shorts_waist(
    canvas: Canvas, look: Look, legs: Legs, style: str, thread: RGB, top: float
) -> None:
    """Draw the fly, the waistband and its loops."""
    _draw_fly(canvas, look.rgb, legs, thread if style == "denim shorts" else None)
    _draw_waistband(canvas, look.paint(), legs)
    button(
        canvas, (CENTRE, top - 2), _BRASS if style == "denim shorts" else darker(look.rgb, 0.4), 7
    )
    for offset in (-66, 66):
        canvas.fill(
            box(CENTRE + offset - 4, top - 22, CENTRE + offset + 4, top + 14, 2),
            look.paint(),
            depth=4,
        )
