"""Paint shaded shapes on a transparent canvas and set them on a studio background.

The canvas is twice the finished size and holds premultiplied colour: painting starts from
transparent black, so that smooth edges and glass blend rightly with whatever lies behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from catalog.demo.geometry import Points
from catalog.demo.palette import FINISHES, RGB, WHITE, brightness, darker, lighter, line_colour
from catalog.demo.patterns import pattern_layers
from catalog.demo.shading import Relief, light_and_shade, profile_shades
from catalog.demo.studio import HEIGHT, WIDTH, Painting
from catalog.demo.textures import texture

SCALE = 2
_MASK_FINENESS = 2
# Above this many canvas pixels a mask is drawn without extra fineness, which would cost more than
# everything else; a slight blur takes the steps off its edge instead, and off lines.
_LARGE = 330_000
_SMOOTH = ImageFilter.BoxBlur(0.6)
Box = tuple[int, int, int, int]
Profile = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Paint:
    """Say what a surface is made of: colour, material, pattern and how they lie."""

    colour: RGB
    material: str = "cotton"
    pattern: str = "plain"
    accents: tuple[RGB, ...] = (WHITE,)
    unit: float = 1.0
    degrees: int = 0
    upright: bool = False
    opacity: float = 1.0
    shift: int = 0

    def but(self, **changes: object) -> Paint:
        """Copy this paint with some properties changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def plain(self, colour: RGB | None = None) -> Paint:
        """Copy this paint without its pattern, in another colour if one is given."""
        return replace(self, colour=colour or self.colour, pattern="plain")

    def dark(self, share: float = 0.25) -> Paint:
        """Copy this paint darker, for insides and shaded sides."""
        return replace(
            self,
            colour=darker(self.colour, share),
            accents=tuple(darker(accent, share) for accent in self.accents),
        )

    def light(self, share: float = 0.25) -> Paint:
        """Copy this paint lighter."""
        return replace(self, colour=lighter(self.colour, share))


@dataclass(frozen=True, slots=True)
class Part:
    """Remember where a shape was painted, to clip what is painted on it."""

    mask: Image.Image
    place: Box


@dataclass(frozen=True, slots=True)
class Pose:
    """Place a drawing on the canvas: enlarged and turned about a centre, then shifted."""

    scale: float = 1.0
    degrees: float = 0.0
    centre: tuple[float, float] = (WIDTH / 2, HEIGHT / 2)
    shift: tuple[float, float] = (0.0, 0.0)

    def apply(self, outline: Points) -> Points:
        """Move an outline from drawing units to canvas pixels."""
        angle = np.radians(self.degrees)
        cosine, sine = float(np.cos(angle)), float(np.sin(angle))
        matrix = np.array([[cosine, sine], [-sine, cosine]]) * self.scale
        centre = np.array(self.centre)
        placed: Points = ((outline - centre) @ matrix + centre + np.array(self.shift)) * SCALE
        return placed


class Canvas:
    """Collect the painted parts of one picture."""

    def __init__(self, pose: Pose | None = None) -> None:
        self.pose = pose or Pose()
        size = (WIDTH * SCALE, HEIGHT * SCALE)
        self._colour = Image.new("RGB", size)
        self._alpha = Image.new("L", size)

    def fill(
        self,
        outline: Points,
        paint: Paint,
        *,
        relief: float = 0.5,
        depth: float = 16.0,
        edge: float = 0.75,
        holes: Sequence[Points] = (),
        across: Profile | None = None,
        down: Profile | None = None,
        clip: Part | None = None,
    ) -> Part:
        """Paint a shape and give it back for clipping.

        `relief` is how strongly the rim rounds off over `depth` units; `edge` the opacity of
        the outline; `across` and `down` are profiles of (place 0..1, brightness -1..1).
        """
        placed = [self.pose.apply(piece) for piece in (outline, *holes)]
        place = _bounds(placed[0], 4)
        if place is None:
            return Part(Image.new("L", (1, 1)), (0, 0, 1, 1))
        mask = _mask(placed, place)
        if clip is not None:
            mask = ImageChops.multiply(mask, _clip_mask(clip, place))
        swatch = _swatch(paint, place)
        if relief > 0:
            swatch = light_and_shade(swatch, mask, Relief(relief, depth * self.pose.scale * SCALE))
        gloss = FINISHES[paint.material].gloss
        if across is not None:
            swatch = profile_shades(swatch, across, upright=False, gloss=gloss)
        if down is not None:
            swatch = profile_shades(swatch, down, upright=True, gloss=gloss)
        self._paste(swatch, mask, place, paint.opacity)
        part = Part(mask, place)
        if edge > 0:
            colour = line_colour(paint.colour)
            for piece in (outline, *holes):
                closed = np.concatenate([piece, piece[:1]])
                self.line(closed, colour, 1.3, opacity=edge, clip=clip)
        return part

    def line(
        self,
        route: Points,
        colour: RGB,
        width: float = 1.4,
        *,
        opacity: float = 1.0,
        clip: Part | None = None,
        dash: float = 0.0,
    ) -> None:
        """Draw a line along a route; `dash` is the length of its stitches, 0 for a whole line."""
        placed = self.pose.apply(route)
        thick = width * self.pose.scale * SCALE
        place = _bounds(placed, int(thick) + 4)
        if place is None:
            return
        mask = Image.new("L", (place[2] - place[0], place[3] - place[1]))
        draw = ImageDraw.Draw(mask)
        local = placed - np.array(place[:2])
        runs = _dashes(local, dash * self.pose.scale * SCALE) if dash > 0 else [local]
        for run in runs:
            xy = [(float(x), float(y)) for x, y in run]
            draw.line(xy, fill=255, width=max(1, round(thick)), joint="curve")
            if thick > 6 and dash == 0:
                _round_caps(draw, xy, thick / 2)
        mask = mask.filter(_SMOOTH)
        if clip is not None:
            mask = ImageChops.multiply(mask, _clip_mask(clip, place))
        swatch = Image.new("RGB", mask.size, colour)
        self._paste(swatch, mask, place, opacity)

    def tone(
        self, outline: Points, colour: RGB, opacity: float, blur: float, clip: Part | None = None
    ) -> None:
        """Lay a soft-edged tone: a fold, a shadow of one part on another, or a highlight.

        Without a clip it falls on whatever is painted, never on the background.
        """
        reach = blur * self.pose.scale * SCALE
        placed = self.pose.apply(outline)
        place = _bounds(placed, int(reach * 2) + 4)
        if place is None:
            return
        step = max(1, min(8, int(reach / 2)))
        wide, high = place[2] - place[0], place[3] - place[1]
        small = Image.new("L", (wide // step + 1, high // step + 1))
        local = (placed - np.array(place[:2])) / step
        ImageDraw.Draw(small).polygon([(float(x), float(y)) for x, y in local], fill=255)
        small = small.filter(ImageFilter.GaussianBlur(reach / step))
        mask = small.resize((small.width * step, small.height * step), Image.Resampling.BILINEAR)
        mask = mask.crop((0, 0, wide, high))
        below = _clip_mask(clip, place) if clip is not None else self._alpha.crop(place)
        mask = ImageChops.multiply(mask, below).point(lambda value: value * opacity)
        self._colour.paste(Image.new("RGB", mask.size, colour), place[:2], mask)

    def shadow(
        self, outline: Points, strength: float = 0.25, blur: float = 8.0, clip: Part | None = None
    ) -> None:
        """Darken softly what lies under an outline."""
        self.tone(outline, (14, 12, 22), strength, blur, clip)

    def shine(
        self, outline: Points, strength: float = 0.4, blur: float = 4.0, clip: Part | None = None
    ) -> None:
        """Brighten softly what lies under an outline."""
        self.tone(outline, WHITE, strength, blur, clip)

    def painting(self) -> Painting:
        """Give what has been painted, to be framed and set in the studio."""
        return Painting(self._colour, self._alpha)

    def _paste(self, swatch: Image.Image, mask: Image.Image, place: Box, opacity: float) -> None:
        if opacity < 1:
            mask = mask.point(lambda value: value * opacity)
        self._colour.paste(swatch, place[:2], mask)
        self._alpha.paste(255, place[:2], mask)


def _bounds(placed: Points, margin: int) -> Box | None:
    """Give the canvas rectangle around an outline, or None where it lies outside."""
    left, top = np.floor(placed.min(axis=0)).astype(int) - margin
    right, bottom = np.ceil(placed.max(axis=0)).astype(int) + margin
    left, top = max(int(left), 0), max(int(top), 0)
    right, bottom = min(int(right), WIDTH * SCALE), min(int(bottom), HEIGHT * SCALE)
    return (left, top, right, bottom) if right > left and bottom > top else None


def _mask(pieces: Sequence[Points], place: Box) -> Image.Image:
    """Draw the first outline solid and the others as holes, smooth-edged."""
    wide, high = place[2] - place[0], place[3] - place[1]
    fineness = 1 if wide * high > _LARGE else _MASK_FINENESS
    mask = Image.new("L", (wide * fineness, high * fineness))
    draw = ImageDraw.Draw(mask)
    for number, piece in enumerate(pieces):
        local = (piece - np.array(place[:2])) * fineness
        draw.polygon([(float(x), float(y)) for x, y in local], fill=0 if number else 255)
    return mask.reduce(fineness) if fineness > 1 else mask.filter(_SMOOTH)


def _clip_mask(clip: Part, place: Box) -> Image.Image:
    """Cut the mask of an earlier part to the rectangle of a new one."""
    left, top = place[0] - clip.place[0], place[1] - clip.place[1]
    wide, high = place[2] - place[0], place[3] - place[1]
    return clip.mask.crop((left, top, left + wide, top + high))


def _swatch(paint: Paint, place: Box) -> Image.Image:
    """Cut a piece of the paint's surface: its colours through its pattern, with its grain."""
    finish = FINISHES[paint.material]
    size = (place[2] - place[0], place[3] - place[1])
    grain = None
    if finish.texture != "smooth":
        sheet = texture(finish.texture, paint.upright)
        grain = sheet.crop(place) if paint.shift % 4 == 0 else _flipped(sheet, paint.shift, place)
    swatch = _grained(paint.colour, grain, size, finish.contrast)
    if paint.pattern != "plain":
        layers = pattern_layers(paint.pattern, paint.unit, paint.degrees)
        for number, layer in enumerate(layers):
            accent = paint.accents[number % len(paint.accents)]
            swatch.paste(_grained(accent, grain, size, finish.contrast), mask=layer.crop(place))
    return swatch


def _flipped(sheet: Image.Image, shift: int, place: Box) -> Image.Image:
    """Cut grain from a mirrored sheet, so that neighbouring boards differ without a seam."""
    left, top, right, bottom = place
    if shift & 1:
        left, right = sheet.width - right, sheet.width - left
    if shift & 2:
        top, bottom = sheet.height - bottom, sheet.height - top
    grain = sheet.crop((left, top, right, bottom))
    if shift & 1:
        grain = grain.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return grain.transpose(Image.Transpose.FLIP_TOP_BOTTOM) if shift & 2 else grain


def _grained(
    colour: RGB, grain: Image.Image | None, size: tuple[int, int], contrast: float
) -> Image.Image:
    if grain is None:
        return Image.new("RGB", size, colour)
    # On near-white, full grain would read as dirt.
    contrast *= 1 - 0.6 * min(max((brightness(colour) - 0.72) / 0.2, 0), 1)
    low = Image.new("RGB", size, darker(colour, contrast * 1.3))
    high = Image.new("RGB", size, lighter(colour, contrast * 0.8))
    return Image.composite(high, low, grain)


def _dashes(route: Points, length: float) -> list[Points]:
    """Cut a route into stitches of a length with gaps of two thirds of it."""
    steps = np.hypot(*np.diff(route, axis=0).T)
    travelled = np.concatenate([[0.0], np.cumsum(steps)])
    starts = np.arange(0.0, travelled[-1], length * 1.67)
    ends = np.minimum(starts + length, travelled[-1])
    places = np.stack([starts, ends], axis=1)
    x = np.interp(places, travelled, route[:, 0])
    y = np.interp(places, travelled, route[:, 1])
    return list(np.stack([x, y], axis=2))


def _round_caps(draw: ImageDraw.ImageDraw, xy: list[tuple[float, float]], radius: float) -> None:
    for x, y in (xy[0], xy[-1]):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
