"""A home with a real catalogue of coloured lamps, and models from good to ruined."""

import json
from pathlib import Path

from PIL import Image

from catalog.database import open_catalog
from catalog.image_store import ImageStore
from catalog.importer import import_feed
from core.settings import Settings
from encoder.fake import COLOURS
from tests.search.models import save_noisy

NAMES = sorted(set(COLOURS) - {"gray"})
EACH = 5
PHRASES = ("{}", "{} lamp", "something {} please", "a {} lamp for the dark hall")
NOISE = {"bundled": 1.0, "better": 0.1, "alike": 1.0, "damaged": 8.0}


class ModelShop:
    """Fifty-five lamps, five of each colour, each with a picture of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.settings = Settings(home=root / "home", index="numpy", threads=1)
        self.models = {name: save_noisy(root / name, noise, name) for name, noise in NOISE.items()}
        self._import()
        self.queries = self._write_queries("queries.jsonl", PHRASES)
        self.untouched = self._write_queries("untouched.jsonl", ("the {} one", "in {}"))

    def reference(self, name: str) -> str:
        return f"local-dir:{self.models[name]}"

    def write(self, name: str, lines: list[dict[str, object]]) -> Path:
        path = self.root / name
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return path

    def _write_queries(self, name: str, phrases: tuple[str, ...]) -> Path:
        lines: list[dict[str, object]] = [
            {"query": phrase.format(colour), "relevant": [f"{colour}-{n}" for n in range(EACH)]}
            for colour in NAMES
            for phrase in phrases
        ]
        return self.write(name, lines)

    def _import(self) -> None:
        feed = self.root / "feed"
        feed.mkdir()
        rows = []
        for colour in NAMES:
            for number in range(EACH):
                picture = Image.new("RGB", (16, 16), COLOURS[colour])
                picture.putpixel((number, 0), (number, 7, 9))
                name = f"{colour}-{number}"
                picture.save(feed / f"{name}.png")
                category = "Lamps" if number else "Lights"
                row = {"id": name, "title": f"{colour} lamp {number}", "category": category}
                rows.append({**row, "image": f"{name}.png"})
        path = feed / "feed.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        self.settings.ensure_home()
        database = open_catalog(self.settings)
        report = import_feed(database, ImageStore(self.settings.images), path)
        database.close()
        assert report.added == len(NAMES) * EACH
