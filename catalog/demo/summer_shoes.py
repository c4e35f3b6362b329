"""Draw open shoes: sandals, high heels and flip flops."""

from __future__ import annotations

from catalog.demo.canvas import Canvas, Paint
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
    turned,
)
from catalog.demo.look import Look
from catalog.demo.palette import RGB, darker, lighter, line_colour

_CORK: RGB = (196, 150, 100)
_INSOLE: RGB = (206, 172, 134)
_BRASS: RGB = (214, 174, 92)


def draw_sandals(canvas: Canvas, look: Look) -> None:
    """Draw a sandal from the side: flat with straps, footbed, wedge or platform."""
    style = look.shape.get("style", "strappy sandals")
    if style == "footbed sandals":
        _draw_footbeds(canvas, look)
        return
    lift = {"wedge sandals": 84.0, "platform sandals": 40.0}.get(style, 0.0)
    paint = look.paint(pattern="plain")
    base = 462.0
    thick = 22.0
    heel_y = base - thick - lift
    toe_y = base - thick + 2 - lift * (0.28 if style == "wedge sandals" else 1.0)
    foot = curve((66, heel_y), (150, heel_y + 2), (270, (heel_y + toe_y) / 2 + 12), (440, toe_y))
    ankle = style in ("strappy sandals", "wedge sandals", "platform sandals")
    if ankle:
        _draw_ankle_strap(canvas, paint, heel_y, behind=True)
    _draw_sandal_sole(canvas, look, foot, base, style)
    _draw_straps(canvas, look, paint, heel_y, toe_y, style)
    if ankle:
        _draw_ankle_strap(canvas, paint, heel_y, behind=False)


def _draw_sandal_sole(canvas: Canvas, look: Look, foot: Points, base: float, style: str) -> None:
    bottom = rounded(
        (440, base, 8),
        (250, base - (14 if style == "wedge sandals" else 0), 60),
        (66, base, 8),
        closed=False,
    )
    if style in ("wedge sandals", "platform sandals"):
        bottom = rounded((436, base, 8), (66, base, 8), closed=False)
    material, colour = (
        ("straw", (206, 172, 118))
        if style in ("wedge sandals", "platform sandals")
        else ("suede", _CORK)
    )
    canvas.fill(joined(foot, bottom), Paint(colour, material), relief=0.6, depth=12)
    canvas.fill(ribbon(moved(foot, 0, 3), 9), Paint(_INSOLE, "suede"), relief=0.5, depth=5)
    canvas.fill(ribbon(bottom, 7), Paint(darker(look.rgb, 0.6), "rubber"), relief=0.4, depth=4)


def _draw_straps(
    canvas: Canvas, look: Look, paint: Paint, heel_y: float, toe_y: float, style: str
) -> None:
    """Lay the straps over the foot."""
    rise = toe_y - 58
    if style == "platform sandals":
        cover = rounded(
            (270, toe_y + 3, 6), (292, toe_y - 74, 44), (384, toe_y - 62, 44), (412, toe_y + 3, 6)
        )
        part = canvas.fill(cover, paint, relief=0.9, depth=18)
        canvas.line(
            curve((286, toe_y), (304, toe_y - 52), (376, toe_y - 44), (400, toe_y)),
            line_colour(look.rgb),
            1.1,
            opacity=0.6,
            dash=4,
            clip=part,
        )
        return
    bands = (
        ((300, toe_y - 4), (322, rise), (386, toe_y - 44), (404, toe_y + 2), 20.0),
        ((258, (heel_y + toe_y) / 2), (286, rise - 10), (332, rise + 14), (352, toe_y), 16.0),
    )
    for start, first, second, end, broad in bands:
        strap = limb((start, first, second, end), broad)
        canvas.shadow(moved(strap, 2, 4), 0.2, 3)
        canvas.fill(strap, paint, relief=0.8, depth=8)


def _draw_footbeds(canvas: Canvas, look: Look) -> None:
    """Draw a pair of cork sandals from above, with two buckled straps each."""
    paint = look.paint(pattern="plain")
    for flip in (True, False):
        sole = mirrored(_sole_outline()) if flip else _sole_outline()
        canvas.fill(moved(sole, 2, 8), Paint(darker(_CORK, 0.35), "suede"), relief=0.4)
        bed = canvas.fill(sole, Paint(_INSOLE, "suede"), relief=0.7, depth=16)
        canvas.shadow(ellipse(CENTRE + (-66 if flip else 66), 452, 26, 40), 0.16, 10, bed)
        for top, wide, left, right in ((176.0, 66.0, 108.0, 248.0), (282.0, 58.0, 116.0, 240.0)):
            strap = rounded(
                (left, top + 6, 10),
                (178, top - 12, 70),
                (right, top + 2, 10),
                (right + 2, top + wide, 10),
                (178, top + wide - 16, 70),
                (left - 2, top + wide + 6, 10),
            )
            strap = mirrored(strap) if flip else strap
            canvas.shadow(moved(strap, 2, 8), 0.3, 5, bed)
            part = canvas.fill(strap, paint, relief=0.8, depth=14)
            outer = left + 30
            buckle, hole = (
                box(outer - 17, top + 6, outer + 17, top + wide - 4, 6),
                box(outer - 9, top + 15, outer + 9, top + wide - 13, 3),
            )
            pin = limb(((outer - 20, top + wide / 2), (outer + 14, top + wide / 2)), 5)
            if flip:
                buckle, hole, pin = mirrored(buckle), mirrored(hole), mirrored(pin)
            canvas.fill(buckle, Paint(_BRASS, "brass"), holes=[hole], depth=5, clip=part)
            canvas.fill(pin, Paint(_BRASS, "brass"), relief=0.8, depth=3, clip=part)


def _sole_outline() -> Points:
    """Give the right sole of a flat sandal from above."""
    sole = rounded(
        (176, 112, 66),
        (240, 150, 70),
        (246, 262, 80),
        (220, 350, 70),
        (224, 474, 66),
        (178, 532, 60),
        (128, 484, 66),
        (128, 350, 70),
        (104, 250, 80),
        (114, 148, 70),
    )
    return turned(sole, 4, (176, 320))


def _draw_ankle_strap(canvas: Canvas, paint: Paint, heel_y: float, *, behind: bool) -> None:
    """Draw heel counter and ankle strap, the far half behind the near one."""
    y = heel_y - 92
    if behind:
        canvas.fill(
            limb(((92, y + 12), (146, y - 20), (206, y + 4)), 11),
            paint.dark(0.3),
            relief=0.5,
            depth=5,
        )
        return
    counter = rounded(
        (62, heel_y + 2, 6),
        (66, heel_y - 60, 30),
        (84, y + 2, 8),
        (102, y + 8, 8),
        (98, heel_y - 50, 30),
        (150, heel_y + 4, 6),
    )
    canvas.fill(counter, paint, relief=0.7, depth=10)
    strap = limb(((88, y + 12), (150, y + 40), (208, y + 2)), 12)
    canvas.fill(strap, paint, relief=0.7, depth=6)
    canvas.fill(
        box(142, y + 18, 162, y + 40, 3),
        Paint(_BRASS, "brass"),
        holes=[box(147, y + 23, 157, y + 35, 2)],
        depth=3,
    )


def draw_heels(canvas: Canvas, look: Look) -> None:
    """Draw a high-heeled pump or sandal with a stiletto, block or kitten heel."""
    heel = look.shape.get("heel", "stiletto heel")
    lift = {"stiletto heel": 128.0, "block heel": 104.0, "kitten heel": 72.0}[heel]
    ground = 476.0
    heel_y = ground - lift - 14
    paint = look.paint()
    _draw_heel_post(canvas, look, heel, heel_y, ground)
    inside = rounded(
        (84, heel_y - 52, 14),
        (160, heel_y + 4, 50),
        (300, 416, 30),
        (290, 440, 10),
        (100, heel_y + 6),
    )
    canvas.fill(inside, Paint(_INSOLE, "leather"), relief=0.3, edge=0.5)
    upper = rounded(
        (72, heel_y + 12, 8),
        (64, heel_y - 30, 24),
        (82, heel_y - 62, 14),
        (112, heel_y - 22, 40),
        (196, heel_y + 44, 80),
        (292, 404, 24),
        (350, 404, 50),
        (424, 446, 34),
        (440, 470, 8),
        (346, 470, 30),
        (270, 452, 60),
        (160, heel_y + 42, 80),
    )
    part = canvas.fill(upper, paint, relief=0.75, depth=16)
    canvas.shine(limb(((330, 420), (376, 434), (412, 456)), 9, 4), 0.45, 4, part)
    canvas.shine(limb(((86, heel_y - 30), (110, heel_y), (170, heel_y + 34)), 8, 4), 0.32, 4, part)
    sole = ribbon(
        curve((96, heel_y + 16), (170, heel_y + 46), (270, 456), (340, 473), (440, 473)), 6
    )
    canvas.fill(sole, Paint(darker(look.rgb, 0.55), "leather"), relief=0.4, depth=4)
    if look.has("style", "ankle strap heels"):
        _draw_heel_strap(canvas, heel_y, paint)


def _draw_heel_strap(canvas: Canvas, heel_y: float, paint: Paint) -> None:
    """Buckle a strap around the ankle."""
    y = heel_y - 74
    canvas.fill(limb(((82, heel_y - 50), (84, y + 4)), 12, 9), paint, relief=0.6, depth=5)
    canvas.fill(limb(((80, y + 6), (132, y + 30), (188, y)), 10), paint, relief=0.7, depth=5)
    canvas.fill(
        box(124, y + 10, 142, y + 30, 3),
        Paint(_BRASS, "brass"),
        holes=[box(128, y + 14, 138, y + 26, 2)],
        depth=3,
    )


def _draw_heel_post(canvas: Canvas, look: Look, heel: str, heel_y: float, ground: float) -> None:
    if heel == "block heel":
        post = rounded(
            (70, heel_y - 4, 6),
            (166, heel_y + 26, 10),
            (142, heel_y + 60, 20),
            (138, ground, 3),
            (72, ground, 3),
        )
    elif heel == "kitten heel":
        post = rounded(
            (70, heel_y - 4, 6),
            (160, heel_y + 26, 10),
            (112, heel_y + 40, 20),
            (100, ground, 3),
            (84, ground, 3),
        )
    else:
        post = rounded(
            (70, heel_y - 4, 8),
            (164, heel_y + 26, 10),
            (104, heel_y + 50, 40),
            (90, ground, 3),
            (78, ground, 3),
            (78, heel_y + 50, 40),
        )
    canvas.fill(post, look.paint(pattern="plain").dark(0.12), relief=0.7, depth=10)
    width = 70 if heel == "block heel" else 18
    left = 71 if heel == "block heel" else 76
    canvas.fill(
        box(left, ground - 5, left + width, ground + 2, 2),
        Paint((48, 44, 44), "rubber"),
        relief=0.3,
        depth=3,
    )


def draw_flip_flops(canvas: Canvas, look: Look) -> None:
    """Draw a pair of flip flops from above."""
    sole = _sole_outline()
    for flip in (True, False):
        shape = moved(mirrored(sole), -10) if flip else moved(sole, 10)
        canvas.shadow(moved(shape, 4, 8), 0.2, 6)
        canvas.fill(moved(shape, 2, 6), Paint(darker(look.rgb, 0.42), "rubber"), relief=0.4)
        part = canvas.fill(shape, look.paint(), relief=0.5, depth=12)
        inner = (shape - shape.mean(axis=0)) * 0.9 + shape.mean(axis=0)
        canvas.line(joined(inner, inner[:1]), line_colour(look.rgb), 1.2, opacity=0.5, clip=part)
        _draw_thong(canvas, look, flip)


def _draw_thong(canvas: Canvas, look: Look, flip: bool) -> None:
    tone = darker(look.rgb, 0.5) if sum(look.rgb) > 330 else lighter(look.rgb, 0.65)
    paint = Paint(tone, "rubber")
    post = (186.0, 196.0)
    for end, lean in (((128.0, 350.0), (138.0, 250.0)), ((222.0, 336.0), (230.0, 250.0))):
        strap = limb((post, lean, end), 12, 22)
        strap = moved(mirrored(strap), -10) if flip else moved(strap, 10)
        canvas.shadow(moved(strap, 3, 7), 0.3, 4)
        canvas.fill(strap, paint, relief=0.9, depth=9)
    knob = moved(ellipse(*post, 9, 9), 10)
    canvas.fill(mirrored(knob) if flip else knob, paint, relief=0.9, depth=7)
