"""Turn a product's attributes into what its drawing needs: paints, cut and proportions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from catalog.demo.canvas import Paint
from catalog.demo.palette import COLOURS, RGB, brightness, darker, lighter, mix, surface_colour

_LEAF = (96, 138, 92)
_BUTTER = (246, 214, 110)


@dataclass(frozen=True, slots=True)
class Look:
    """Hold all that decides how one picture of a product looks.

    `model` seeds the proportions; products of one variant group share it and so their shape.
    """

    colour: str
    material: str
    pattern: str
    shape: Mapping[str, str]
    model: str
    view: str = "front"

    @property
    def rgb(self) -> RGB:
        """Give the main colour."""
        return surface_colour(self.colour, self.material)

    def paint(self, **changes: object) -> Paint:
        """Give the paint of the main surface."""
        unit = round(self.vary("unit", 0.75, 1.35) * 4) / 4
        paint = Paint(
            self.rgb,
            self.material,
            self.pattern,
            accents_for(self.rgb, self.pattern, self.model),
            unit=unit,
            shift=int(self.vary("shift", 0, 20)),
        )
        return paint.but(**changes) if changes else paint

    def has(self, name: str, *values: str) -> bool:
        """Say whether a shape property has one of the values."""
        return self.shape.get(name, "") in values

    def vary(self, name: str, low: float, high: float) -> float:
        """Draw a proportion of this model, always the same for the same name."""
        return Random(f"{self.model}/{name}").uniform(low, high)

    def pick(self, name: str, *options: str) -> str:
        """Choose a detail of this model that has no name in the catalogue."""
        return Random(f"{self.model}/{name}").choice(options)


def accents_for(colour: RGB, pattern: str, model: str) -> tuple[RGB, ...]:
    """Choose the further colours of a pattern so that they show on its main colour."""
    random = Random(f"{model}/accent")
    light = brightness(colour)
    if pattern == "floral":
        pale = random.choice([(252, 246, 238), (250, 214, 222), (252, 226, 170)])
        bold = random.choice([(206, 66, 86), (232, 128, 90), (86, 108, 176)])
        leaf = mix(_LEAF, colour, 0.15 if light > 0.35 else 0.0)
        return (leaf, bold if light > 0.62 else pale, _BUTTER if light > 0.62 else (206, 120, 60))
    if pattern == "checked":
        if light > 0.72:
            tone = COLOURS[random.choice(["red", "navy", "green", "grey"])]
            return (tone, darker(tone, 0.3))
        return (darker(colour, 0.55), lighter(colour, 0.78))
    if light > 0.62:
        tone = COLOURS[random.choice(["navy", "black", "red", "blue"])]
        return (tone, mix(colour, tone, 0.5))
    return ((248, 246, 240), mix(colour, (255, 255, 255), 0.45))
