"""A small real shop with a real engine, for pages that count, narrow and suggest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from encoder.fake import COLOURS
from search.bootstrap import PublishedGenerations
from search.engine import EngineLimits, SearchEngine
from tests.indexer.conftest import Shop, png
from tests.web.fake_engine import FakeImages

KINDS = {
    "handbag": (("Bags", "Handbags"), 3000),
    "backpack": (("Bags", "Backpacks"), 4000),
    "boot": (("Shoes", "Boots"), 9000),
    "lamp": (("Lighting",), 2500),
}
SHOWN_COLOURS = ("red", "blue", "green", "black")
BRANDS = ("Acme", "Zeta", "Brook & Co")
HOSTILE = '<b>Odd</b> "brand" & 20..30'
LONG = "L" * 400
LONG_KIND = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtenkleidung"


def fill(shop: Shop) -> None:
    """Add 48 products of four kinds, lamps in models of four colours each, and odd ones."""
    number = 0
    for kind, (category, price) in KINDS.items():
        for model in range(3):
            for colour in SHOWN_COLOURS:
                shop.add(
                    f"{kind}-{model}-{colour}",
                    f"{colour.capitalize()} leather {kind} {model}",
                    png(COLOURS[colour], number),
                    category=category,
                    brand=BRANDS[model],
                    price_minor=price + 1000 * model + 50 * SHOWN_COLOURS.index(colour),
                    currency="EUR",
                    stock=(4, 0, 9, None)[number % 4],
                    group_id=f"lamps {model}" if kind == "lamp" else "",
                    attributes={"colour": colour.capitalize(), "material": "Leather"},
                )
                number += 1
    shop.add(
        "odd", "Odd thing", png((1, 2, 3), 200), brand=HOSTILE, attributes={"colour": "10..20"}
    )
    shop.add(
        "long",
        f"Long {LONG_KIND}",
        png((3, 2, 1), 201),
        brand=LONG,
        category=(LONG_KIND, f"More {LONG_KIND}"),
        attributes={LONG_KIND: LONG_KIND},
    )


@contextmanager
def open_shop(home: Path) -> Iterator[tuple[SearchEngine, FakeImages]]:
    """Build the shop's index under a folder, and answer from it."""
    shop = Shop(home)
    fill(shop)
    shop.build()
    source = PublishedGenerations(shop.generations, "numpy", 1)
    engine = SearchEngine(lambda *_: shop.encoder, source, EngineLimits(refresh_s=3600))
    try:
        yield engine, FakeImages(shop.pictures)
    finally:
        engine.close()
