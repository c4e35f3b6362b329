"""The words of a shop of clothes, as an index on the disk would have them."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from catalog.records import ProductRecord
from indexer.lexical import LexicalIndex
from indexer.lexical_writer import LexicalWriter

KINDS = {
    "Shoes": ("Sneakers", 40),
    "Watches": ("Watch", 30),
    "Tshirts": ("Tshirt", 60),
    "Shirts": ("Shirt", 40),
    "Handbags": ("Handbag", 20),
    "Dresses": ("Dress", 20),
    "Sunglasses": ("Sunglasses", 20),
    "Jackets": ("Jacket", 15),
    "Jeans": ("Jeans", 15),
    "Robe": ("Robe", 3),
    "Wallets": ("Leather Wallet", 10),
    "Perfume": ("Ocean Homme Perfume", 5),
}
COLOURS = ("Black", "White", "Blue", "Red", "Green", "Brown", "Silver", "Purple")
BRANDS = ("Adidas", "Zolta", "Numero Uno")


def clothes() -> list[ProductRecord]:
    products: list[ProductRecord] = []
    for category, (name, count) in KINDS.items():
        for at in range(count):
            brand, colour = BRANDS[at % len(BRANDS)], COLOURS[at % len(COLOURS)]
            title = f"{brand} {('Men', 'Women')[at % 2]} {colour} {name}"
            products.append(
                ProductRecord(
                    str(len(products)), title, brand=brand, category=("Clothing", category)
                )
            )
    return products


def lexical_of(directory: Path, products: Sequence[ProductRecord]) -> LexicalIndex:
    directory.mkdir(exist_ok=True)
    writer = LexicalWriter(directory)
    for product in products:
        writer.add(product)
    writer.finish()
    return LexicalIndex(directory)


@pytest.fixture(scope="module")
def clothing(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    return lexical_of(tmp_path_factory.mktemp("clothing"), clothes())
