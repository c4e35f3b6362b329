"""A shop of a dozen products, its feeds, their pictures' server, and damage to its index."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from indexer.embedding_store import ContentKind
from indexer.snapshot import embeddings_file
from tests.catalog.fetch.server import Request, Server, answer
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


def write_feed_of_urls(feed: Path, server: Server) -> Path:
    """Write a feed that names its pictures by their URLs."""
    head, *rows = feed.read_text(encoding="utf-8").splitlines()
    starts = (row.rpartition(",") for row in rows)
    path = feed.with_name(f"{feed.stem}-of-urls.csv")
    lines = [head, *(f"{start},{server.url('/' + name)}" for start, _, name in starts)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def picture_server(folder: Path) -> Server:
    """Make a server of the pictures below a folder, which answers conditional requests."""

    def serve(request: Request) -> bytes:
        content = (folder / request.target.removeprefix("/")).read_bytes()
        tag = f'"{hashlib.sha256(content).hexdigest()}"'
        is_known = request.headers.get("if-none-match") == tag
        return answer(content, 304 if is_known else 200, ETag=tag)

    return Server(serve)


def damage_index(home: Path) -> None:
    """Flip a bit in the generation in service, and one in a stored embedding."""
    served = (home / "index" / (home / "index" / "current").read_text()).resolve()
    stores = sorted(home.glob("embeddings/*/image.vectors"))
    for path in (served / embeddings_file(ContentKind.IMAGE), *stores):
        content = bytearray(path.read_bytes())
        content[-20] ^= 1
        path.write_bytes(content)


def _write_feed(path: Path, rows: dict[int, list[object]]) -> Path:
    lines = ["id,title,price,currency,category,image"]
    for number, (title, price, picture) in rows.items():
        lines.append(f"p{number:02},{title},{price},EUR,Things,{picture}.png")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
