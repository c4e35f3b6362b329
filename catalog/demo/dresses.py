"""Draw dresses and skirts."""

from __future__ import annotations

from dataclasses import replace

from catalog.demo.canvas import Canvas, Paint, Part
from catalog.demo.garments import (
    Cut,
    button,
    button_colour,
    draw_collar,
    draw_neck_band,
    draw_sleeves,
    neckline,
)
from catalog.demo.geometry import (
    CENTRE,
    Corner,
    Points,
    between,
    box,
    curve,
    limb,
    mirrored,
    moved,
    rounded,
    symmetric,
)
from catalog.demo.look import Look
from catalog.demo.palette import darker, line_colour


def draw_dress(canvas: Canvas, look: Look) -> None:
    """Draw a dress: slip, wrap, shirt, fit-and-flare or maxi."""
    style = look.shape.get("style", "fit and flare")
    cut = _dress_cut(look, style)
    if look.view == "back":
        cut = replace(cut, drop=20.0, neckline="round")
    paint = look.paint()
    if cut.sleeve != "none":
        draw_sleeves(canvas, paint, cut, cuff="band" if cut.sleeve == "long" else "stitch")
    _draw_inside(canvas, paint, cut, straps=style == "slip dress")
    outline = _dress_outline(cut, straps=style == "slip dress")
    part = canvas.fill(outline, paint, relief=0.55, depth=26)
    _draw_skirt_folds(canvas, cut.waist, cut.waist_y, cut.hem, cut.hem_y, part, look)
    _draw_bodice(canvas, look, cut, part)
    if style == "slip dress":
        return
    if style == "shirt dress":
        _draw_shirt_front(canvas, look, cut, part)
        return
    draw_neck_band(canvas, paint.plain() if look.pattern == "plain" else paint, cut, 5)
    if style == "wrap dress" and look.view == "front":
        _draw_wrap(canvas, look, cut, part)


def _dress_cut(look: Look, style: str) -> Cut:
    """Measure a dress by its style and length."""
    length = {"mini": 452.0, "midi": 548.0, "maxi": 604.0}[look.shape.get("length", "midi")]
    flare = {"slip dress": 92.0, "shirt dress": 112.0, "sheath dress": 96.0}.get(style, 148.0)
    deep = {
        "wrap dress": 96.0,
        "fit and flare dress": 50.0,
        "slip dress": 66.0,
        "shirt dress": 34.0,
    }
    return Cut(
        neck=38 if style in ("shirt dress", "wrap dress") else 46,
        neck_y=62,
        drop=deep.get(style, 44.0),
        neckline="v" if style in ("wrap dress", "slip dress") else "round",
        shoulder=92 if look.shape.get("sleeve", "none") != "none" else 72,
        shoulder_y=86,
        chest=86,
        chest_y=180,
        waist=62 + (10 if style in ("shirt dress", "slip dress") else 0),
        waist_y=262,
        hem=flare * (0.86 if look.has("length", "mini") else 1.0) + look.vary("flare", -8, 8),
        hem_y=length + look.vary("hem", -8, 6),
        hem_curve=14,
        sleeve=look.shape.get("sleeve", "none"),
        sleeve_width=66,
        cuff_width=44 if look.has("sleeve", "long") else 62,
    )


def _dress_outline(cut: Cut, *, straps: bool) -> Points:
    """Give a dress's outline with a narrow waist and a swinging hem."""
    if straps:
        top: tuple[Corner, ...] = (
            (CENTRE, cut.neck_y + cut.drop, 20),
            (CENTRE + 50, cut.neck_y + 44, 10),
            (CENTRE + 84, cut.chest_y - 20, 26),
            (CENTRE + cut.chest - 8, cut.chest_y, 30),
        )
        return symmetric(*top, *_skirt_corners(cut))
    right = rounded(
        (CENTRE + cut.neck, cut.neck_y),
        (CENTRE + cut.shoulder, cut.shoulder_y, 8),
        (CENTRE + cut.shoulder * 0.92, cut.shoulder_y + 44, 50),
        (CENTRE + cut.chest, cut.chest_y, 26),
        *_skirt_corners(cut),
        closed=False,
    )
    return between(neckline(cut), between(right, mirrored(right))[::-1])


def _skirt_corners(cut: Cut) -> tuple[Corner, ...]:
    return (
        (CENTRE + cut.waist, cut.waist_y, 40),
        (CENTRE + cut.waist + 10 + (cut.hem - cut.waist) * 0.42, cut.waist_y + 80, 110),
        (CENTRE + cut.hem, cut.hem_y, 8),
        (CENTRE + cut.hem * 0.5, cut.hem_y + cut.hem_curve, 60),
        (CENTRE, cut.hem_y + cut.hem_curve),
    )


def _draw_inside(canvas: Canvas, paint: Paint, cut: Cut, *, straps: bool) -> None:
    if straps:
        strap = curve(
            (CENTRE + 54, cut.neck_y + 52),
            (CENTRE + 46, cut.neck_y + 10),
            (CENTRE + 30, cut.neck_y - 20),
        )
        for route in (mirrored(strap), strap):
            canvas.line(route, darker(paint.colour, 0.35), 5)
            canvas.line(route, paint.colour, 3.6)
        back = symmetric(
            (CENTRE, cut.neck_y + 62),
            (CENTRE + 60, cut.neck_y + 56),
            (CENTRE + 60, cut.chest_y),
            (CENTRE, cut.chest_y),
        )
        canvas.fill(back, paint.dark(0.3), relief=0.2, edge=0.3)
        return
    back_edge = curve(
        (CENTRE - cut.neck, cut.neck_y), (CENTRE, cut.neck_y + 24), (CENTRE + cut.neck, cut.neck_y)
    )
    canvas.fill(
        between(neckline(cut), back_edge),
        paint.dark(0.36).plain(darker(paint.colour, 0.36)),
        relief=0.3,
        edge=0.4,
    )


def _draw_bodice(canvas: Canvas, look: Look, cut: Cut, part: Part) -> None:
    """Shade the waist and the darts above it."""
    y = cut.waist_y
    seam = curve((CENTRE - cut.waist - 6, y - 2), (CENTRE, y + 6), (CENTRE + cut.waist + 6, y - 2))
    if not look.has("style", "slip dress"):
        canvas.line(seam, line_colour(look.rgb), 1.4, opacity=0.75, clip=part)
    canvas.shadow(
        limb(
            ((CENTRE - cut.waist - 8, y + 4), (CENTRE, y + 12), (CENTRE + cut.waist + 8, y + 4)), 9
        ),
        0.16,
        5,
        part,
    )
    for side in (-1, 1):
        dart = limb(
            ((CENTRE + side * 46, y), (CENTRE + side * 44, y - 36), (CENTRE + side * 40, y - 66)),
            8,
            1,
        )
        canvas.shadow(dart, 0.18, 4, part)
        canvas.shadow(
            limb(
                ((CENTRE + side * cut.chest, cut.chest_y), (CENTRE + side * 56, cut.chest_y + 10)),
                12,
                2,
            ),
            0.18,
            5,
            part,
        )


def _draw_skirt_folds(
    canvas: Canvas, waist: float, waist_y: float, hem: float, hem_y: float, part: Part, look: Look
) -> None:
    """Let folds fall from the waist and widen towards the hem."""
    count = 7 if hem > waist * 1.6 else 4
    for number in range(count):
        share = (number + 0.5 + look.vary(f"fold{number}", -0.15, 0.15)) / count * 2 - 1
        top = (CENTRE + share * waist * 0.9, waist_y + 8 + look.vary(f"drop{number}", 0, 40))
        bottom = (CENTRE + share * hem * 0.96, hem_y + 10)
        middle = (top[0] * 0.6 + bottom[0] * 0.4, (top[1] + bottom[1]) / 2)
        strength = 0.24 if count == 7 else 0.14
        canvas.shadow(limb((top, middle, bottom), 2, hem * 0.15), strength, 6, part)
        lit = moved(limb((top, middle, bottom), 1, hem * 0.09), -hem * 0.12, 0)
        canvas.shine(lit, 0.16, 6, part)


def _draw_shirt_front(canvas: Canvas, look: Look, cut: Cut, part: Part) -> None:
    """Button a dress from collar to hem and tie it with a belt."""
    paint = look.paint()
    if look.view == "front":
        canvas.fill(
            box(CENTRE - 10, cut.neck_y + 22, CENTRE + 10, cut.hem_y + 16),
            paint,
            relief=0.3,
            depth=5,
            clip=part,
            edge=0.5,
        )
        for number in range(8):
            y = cut.neck_y + 56 + number * (cut.hem_y - cut.neck_y - 84) / 7
            button(canvas, (CENTRE, y), button_colour(look.rgb), 4.5)
    belt = symmetric(
        (CENTRE, cut.waist_y - 8),
        (CENTRE + cut.waist + 3, cut.waist_y - 12, 3),
        (CENTRE + cut.waist + 3, cut.waist_y + 10, 3),
        (CENTRE, cut.waist_y + 14),
    )
    canvas.shadow(moved(belt, 0, 5), 0.25, 4, part)
    canvas.fill(belt, paint.dark(0.12), relief=0.5, depth=7)
    canvas.fill(
        rounded((236, 256, 3), (252, 256, 3), (262, 350, 3), (246, 354, 3)),
        paint.dark(0.12),
        relief=0.5,
        depth=7,
    )
    draw_collar(
        canvas, paint, cut if look.view == "front" else replace(cut, drop=24), spread=36, length=58
    )


def _draw_wrap(canvas: Canvas, look: Look, cut: Cut, part: Part) -> None:
    """Cross the front over and tie it at the side."""
    paint = look.paint()
    meet = cut.neck_y + cut.drop
    edge = curve(
        (CENTRE, meet), (CENTRE + 34, cut.waist_y - 24), (CENTRE + cut.waist - 4, cut.waist_y)
    )
    canvas.shadow(
        moved(
            limb(
                (
                    (CENTRE, meet),
                    (CENTRE + 34, cut.waist_y - 24),
                    (CENTRE + cut.waist, cut.waist_y),
                ),
                8,
            ),
            2,
            6,
        ),
        0.25,
        4,
        part,
    )
    canvas.line(edge, line_colour(look.rgb), 1.6, clip=part)
    _draw_wrap_edge(canvas, look, cut, part)
    _draw_tied_belt(canvas, cut, paint)


def _draw_wrap_edge(canvas: Canvas, look: Look, cut: Cut, part: Part) -> None:
    """Let the free edge of the skirt fall from the knot."""
    fall = curve(
        (CENTRE + cut.waist - 12, cut.waist_y),
        (CENTRE + 30, cut.waist_y + 130),
        (CENTRE + 24, cut.hem_y + 14),
    )
    canvas.shadow(
        moved(
            limb(
                (
                    (CENTRE + cut.waist - 12, cut.waist_y),
                    (CENTRE + 30, cut.waist_y + 130),
                    (CENTRE + 24, cut.hem_y + 14),
                ),
                3,
                12,
            ),
            6,
            0,
        ),
        0.28,
        4,
        part,
    )
    canvas.line(fall, line_colour(look.rgb), 1.4, clip=part)


def _draw_tied_belt(canvas: Canvas, cut: Cut, paint: Paint) -> None:
    """Tie the belt in a bow at the side."""
    knot_x, knot_y = CENTRE + cut.waist - 14, cut.waist_y + 2
    for sway, long in ((-12.0, 92.0), (16.0, 106.0)):
        tail = limb(
            (
                (knot_x, knot_y),
                (knot_x + sway * 0.4, knot_y + long * 0.5),
                (knot_x + sway, knot_y + long),
            ),
            7,
            14,
        )
        canvas.shadow(moved(tail, 2, 4), 0.25, 3)
        canvas.fill(tail, paint.dark(0.08), relief=0.6, depth=6)
    for side in (-1, 1):
        loop = rounded(
            (knot_x, knot_y, 4),
            (knot_x + side * 36, knot_y - 16, 14),
            (knot_x + side * 40, knot_y + 12, 14),
        )
        canvas.fill(loop, paint.dark(0.05), relief=0.7, depth=7)
    canvas.fill(box(knot_x - 8, knot_y - 9, knot_x + 8, knot_y + 9, 6), paint, relief=0.7, depth=6)


def draw_skirt(canvas: Canvas, look: Look) -> None:
    """Draw a skirt: A-line, pleated, pencil or denim with buttons."""
    style = look.shape.get("style", "a-line skirt")
    length = {"mini": 390.0, "midi": 500.0, "maxi": 575.0}[look.shape.get("length", "midi")]
    hem = {"pencil skirt": 100.0, "pleated skirt": 172.0, "denim skirt": 128.0}.get(style, 160.0)
    top, waist = 130.0, 84.0
    hip = waist + (hem - waist) * 0.3 + (22 if style in ("pencil skirt", "denim skirt") else 6)
    outline = symmetric(
        (CENTRE, top + 10),
        (CENTRE + waist, top + 4),
        (CENTRE + hip, top + 110, 120),
        (CENTRE + hem, length, 8),
        (CENTRE + hem * 0.5, length + 16, 80),
        (CENTRE, length + 16),
    )
    paint = look.paint()
    part = canvas.fill(outline, paint, relief=0.55, depth=26)
    if style == "pleated skirt":
        _draw_pleats(canvas, look, waist, hem, top, length, part)
    elif style == "denim skirt":
        _draw_denim_front(canvas, look, top, length, part)
    else:
        _draw_skirt_folds(canvas, waist, top + 20, hem, length, part, look)
    band = symmetric(
        (CENTRE, top - 14),
        (CENTRE + waist - 2, top - 20, 3),
        (CENTRE + waist + 1, top + 8, 3),
        (CENTRE, top + 15),
    )
    canvas.shadow(moved(band, 0, 5), 0.22, 4, part)
    canvas.fill(band, paint.plain().dark(0.05), relief=0.5, depth=8)
    if style == "denim skirt":
        button(canvas, (CENTRE, top), (196, 168, 122), 6)


def _draw_pleats(
    canvas: Canvas, look: Look, waist: float, hem: float, top: float, length: float, part: Part
) -> None:
    count = 13
    for number in range(count):
        share = (number + 0.5) / count * 2 - 1
        start = (CENTRE + share * waist, top)
        end = (CENTRE + share * hem, length + 18)
        canvas.line(curve(start, end), line_colour(look.rgb), 1.3, opacity=0.55, clip=part)
        shade = limb(((start[0] + 3, start[1]), (end[0] + 7, end[1])), 5, 13)
        canvas.shadow(shade, 0.30, 2.5, part)
        canvas.shine(limb(((start[0] - 3, start[1]), (end[0] - 7, end[1])), 3, 8), 0.15, 3, part)


def _draw_denim_front(canvas: Canvas, look: Look, top: float, length: float, part: Part) -> None:
    thread = (214, 158, 92) if look.material == "denim" else line_colour(look.rgb)
    canvas.line(curve((CENTRE, top), (CENTRE, length + 18)), line_colour(look.rgb), 1.5, clip=part)
    for number in range(5):
        button(canvas, (CENTRE, top + 46 + number * (length - top - 70) / 4), (196, 168, 122), 6)
    for side in (-1, 1):
        pocket = curve(
            (CENTRE + side * 50, top + 8),
            (CENTRE + side * 60, top + 54),
            (CENTRE + side * 112, top + 58),
        )
        canvas.line(pocket, line_colour(look.rgb), 1.5, clip=part)
        canvas.line(moved(pocket, -side * 4, 5), thread, 1.1, dash=4, clip=part)
        canvas.line(
            curve((CENTRE + side * 12, top + 14), (CENTRE + side * 12, length + 14)),
            thread,
            1.1,
            dash=4,
            clip=part,
        )
    hem = curve((CENTRE - 140, length - 8), (CENTRE, length + 6), (CENTRE + 140, length - 8))
    canvas.line(hem, thread, 1.1, dash=4, clip=part)
