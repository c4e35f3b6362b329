"""A shop of a dozen products, its feeds, and homes in the states that jobs start from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tests.search.models import save_noisy

COLOURS = ("red", "green", "blue", "yellow", "orange", "purple", "pink", "brown", "black", "white")


@dataclass(frozen=True, slots=True)
class Feeds:
    """Three feeds that come after one another, over one folder of pictures."""

    first: Path
    changed: Path
    """Two other prices, another title, two other photos, two new products."""
    whole: Path
    """Without the first two products, for a full import."""
    model: Path


def write_feeds(folder: Path) -> Feeds:
    folder.mkdir()
    for number in range(20):
        picture = Image.new("RGB", (16, 16), COLOURS[number % len(COLOURS)])
        picture.putpixel((number % 16, 5), (7, number * 9, 200))
        picture.save(folder / f"{number}.png")
    first = {number: [f"Thing {number}", f"{number + 1}.90", number] for number in range(12)}
    first[4][2] = 3  # two products share a photo
    changed = {number: list(row) for number, row in first.items()}
    changed[1][1], changed[2][1], changed[5][0] = "70.00", "71.00", "Another thing"
    changed[6][2], changed[7][2] = 14, 15
    changed |= {12: ["Thing 12", "9.00", 12], 13: ["Thing 13", "9.50", 13]}
    whole = {number: row for number, row in changed.items() if number > 1}
    return Feeds(
        _write_feed(folder / "first.csv", first),
        _write_feed(folder / "changed.csv", changed),
        _write_feed(folder / "whole.csv", whole),
        save_noisy(folder / "model", 0.0),
    )


def _write_feed(path: Path, rows: dict[int, list[object]]) -> Path:
    lines = ["id,title,price,currency,category,image"]
    for number, (title, price, picture) in rows.items():
        lines.append(f"p{number:02},{title},{price},EUR,Things,{picture}.png")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
