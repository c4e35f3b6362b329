"""Draw what jackets and coats share: lapels, linings and quilting."""

from __future__ import annotations

from dataclasses import replace

from catalog.demo.canvas import Canvas, Paint, Part
from catalog.demo.garments import (
    Cut,
    draw_body,
    sleeve_outline,
)
from catalog.demo.geometry import (
    CENTRE,
    curve,
    limb,
    mirrored,
    moved,
    rounded,
    symmetric,
)
from catalog.demo.look import Look
from catalog.demo.palette import darker, line_colour


def draw_lapels(canvas: Canvas, paint: Paint, cut: Cut, *, wide: float, depth: float) -> None:
    """Draw notched lapels and the collar above them."""
    y = cut.neck_y
    meet = y + cut.drop
    lapel = rounded(
        (CENTRE + cut.neck - 4, y - 4, 6),
        (CENTRE + cut.neck + 8, y + 20, 4),
        (CENTRE + wide + 4, y + 34, 4),
        (CENTRE + wide, y + depth * 0.62, 20),
        (CENTRE + 1, meet + 6, 4),
        (CENTRE + cut.neck * 0.62, y + cut.drop * 0.46, 50),
    )
    collar = rounded(
        (CENTRE + cut.neck - 14, y - 16, 8),
        (CENTRE + cut.neck + 8, y - 4, 10),
        (CENTRE + wide - 4, y + 24, 4),
        (CENTRE + cut.neck + 8, y + 36, 4),
        (CENTRE + cut.neck - 12, y + 16, 20),
    )
    back = symmetric(
        (CENTRE, y - 18),
        (CENTRE + cut.neck - 8, y - 16, 10),
        (CENTRE + cut.neck, y + 6, 4),
        (CENTRE, y + 12, 40),
    )
    canvas.fill(back, paint.dark(0.14), relief=0.4, depth=8)
    for shape in (mirrored(lapel), lapel, mirrored(collar), collar):
        canvas.shadow(moved(shape, 0, 5), 0.24, 5)
        canvas.fill(shape, paint, relief=0.45, depth=9)


def draw_quilted(canvas: Canvas, look: Look, cut: Cut, step: float) -> None:
    """Draw a body and sleeves that are stitched across into soft rolls."""
    paint = look.paint()
    right, _ = sleeve_outline(cut)
    for shape in (mirrored(right), right):
        arm = canvas.fill(shape, paint, relief=0.9, depth=22)
        _draw_rolls(canvas, look, arm, cut, step)
    part = draw_body(canvas, paint, replace(cut, drop=10), hem="none")
    _draw_rolls(canvas, look, part, cut, step)


def _draw_rolls(canvas: Canvas, look: Look, part: Part, cut: Cut, step: float) -> None:
    y = cut.neck_y + 34
    while y < 600:
        seam = curve((20, y - 3), (CENTRE, y + 6), (460, y - 3))
        canvas.shadow(limb(((20, y), (CENTRE, y + 9), (460, y)), 9), 0.34, 4, part)
        canvas.shine(limb(((20, y + 16), (CENTRE, y + 24), (460, y + 16)), 7), 0.20, 5, part)
        canvas.line(seam, line_colour(look.rgb), 1.2, opacity=0.6, clip=part)
        y += step


def draw_lining(canvas: Canvas, cut: Cut, look: Look) -> None:
    """Show the lining at the neck, so that the opening does not look cut out."""
    lining = symmetric(
        (CENTRE, cut.neck_y - 10),
        (CENTRE + cut.neck, cut.neck_y - 6, 8),
        (CENTRE + cut.neck, cut.neck_y + 60),
        (CENTRE, cut.neck_y + cut.drop + 20),
    )
    canvas.fill(lining, Paint(darker(look.rgb, 0.5), "satin"), relief=0.4, edge=0.3)
