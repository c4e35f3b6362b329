"""The palette against WCAG 2.2 AA, in both colour schemes."""

from __future__ import annotations

import re

import pytest

from web.static_files import FOLDER

TEXT, CONTROL = 4.5, 3.0
"""Least contrast of text (1.4.3) and of what marks a control (1.4.11)."""


def palettes() -> dict[str, dict[str, str]]:
    css = (FOLDER / "site.css").read_text(encoding="utf-8")
    light, dark = css.split("prefers-color-scheme: dark", 1)
    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in (light, dark)]
    return {"light": found[0], "dark": found[0] | found[1]}


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_what_wcag_defines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("ink", "paper", TEXT),
        ("muted", "paper", TEXT),
        ("muted", "raised", TEXT),
        ("accent", "paper", TEXT),
        ("accent", "raised", TEXT),
        ("accent-strong", "paper", TEXT),
        ("warn", "paper", TEXT),
        ("on-accent", "accent", TEXT),
        ("on-accent", "accent-strong", TEXT),
        ("control", "paper", CONTROL),
        ("control", "raised", CONTROL),
    ],
)
def test_colours_can_be_told_apart(scheme: str, front: str, back: str, least: float) -> None:
    palette = palettes()[scheme]
    assert contrast(palette[front], palette[back]) >= least


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_on_an_empty_tile_can_be_read(scheme: str) -> None:
    css = (FOLDER / "products.css").read_text(encoding="utf-8")
    words = re.findall(r"\.tile__none \{\s+color: (#[0-9a-f]{6})", css)
    assert contrast(words[0], palettes()[scheme]["tile"]) >= TEXT
