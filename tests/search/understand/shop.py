"""A shop whose brands, colours and kinds lie in wait for a careless reader."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from catalog.records import CATEGORY_SEPARATOR, ProductRecord
from indexer.attributes import Columns, ColumnsWriter
from search.understand.chips import Chip, ChipKind, Understanding
from search.understand.sentence import understand
from search.understand.vocabulary import Vocabulary

BRANDS = (
    "Acme", "Nike", "Adidas", "Off White", "No Boundaries", "Black & Decker", "Under Armour",
    "The North Face", "Free People", "Red Tape", "Next", "Levi's",
)  # fmt: skip
COLOURS = (
    "Black", "White", "Blue", "Navy Blue", "Red", "Maroon", "Green", "Brown", "Tan", "Gold",
    "Black/White", "Off White", "Rose",
)  # fmt: skip
PATHS = (
    ("Men", "Shoes", "Sports Shoes"), ("Women", "Shoes", "Heels"), ("Women", "Shoes", "Flats"),
    ("Men", "Shoes", "Formal Shoes"), ("Women", "Clothing", "Dresses"),
    ("Men", "Clothing", "Shirts"), ("Men", "Clothing", "Track Pants"),
    ("Men", "Clothing", "Trousers"), ("Women", "Bags", "Handbags"), ("Men", "Bags", "Backpacks"),
    ("Men", "Accessories", "Watches"), ("Men", "Accessories", "Ties and Cufflinks"),
    ("Women", "Accessories", "Belts"),
)  # fmt: skip
MATERIALS = ("Leather", "Cotton", "Suede", "Faux Leather")
SIZES = ("42", "UK 9", "XL", "S, M, L", "36.5")
USAGES = ("Party", "Sports", "Casual")


def products() -> list[ProductRecord]:
    """Make 60 of each kind, priced from 10 to 128 euros; handbags cost ten times as much."""
    made = []
    for kind, path in enumerate(PATHS):
        for number in range(60):
            at = kind * 60 + number
            price = 1000 + 200 * number
            made.append(
                ProductRecord(
                    str(at),
                    f"Product {at}",
                    brand=BRANDS[at % len(BRANDS)],
                    category=path,
                    price_minor=price * 10 if path[-1] == "Handbags" else price,
                    currency="EUR",
                    stock=at % 3,
                    attributes={
                        "base_colour": COLOURS[at % len(COLOURS)],
                        "material": MATERIALS[at % len(MATERIALS)],
                        "size": SIZES[at % len(SIZES)],
                        "usage": USAGES[at % len(USAGES)],
                    },
                )
            )
    return made


@cache
def columns() -> Columns:
    return columns_of(products())


def columns_of(records: list[ProductRecord]) -> Columns:
    # The arrays are mapped, and stay readable when the folder is gone (unlink(2)).
    with TemporaryDirectory() as directory:
        writer = ColumnsWriter(Path(directory))
        for record in records:
            writer.add(record)
        writer.finish()
        return Columns(Path(directory))


@cache
def vocabulary() -> Vocabulary:
    return Vocabulary.of(columns())


def read(text: str) -> Understanding:
    return understand(text, vocabulary())


def chip(text: str, kind: ChipKind) -> Chip:
    """Give the only chip of a kind."""
    (found,) = [each for each in read(text).chips if each.kind is kind]
    return found


def labels(text: str) -> list[str]:
    return [each.label for each in read(text).chips]


def kinds(*names: str) -> frozenset[str]:
    """Give the paths of kinds."""
    return frozenset(CATEGORY_SEPARATOR.join(path) for path in PATHS if path[-1] in names)
