"""List the invented brands of the demonstration catalogue and what each of them sells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Brand:
    """Describe an invented brand: the categories it sells in and how dear it is."""

    name: str
    categories: tuple[str, ...]
    level: float


BRANDS: tuple[Brand, ...] = (
    Brand("Alder & Finch", ("Clothing > Tops", "Clothing > Knitwear", "Clothing > Trousers"), 0.9),
    Brand(
        "Maison Oriel",
        (
            "Clothing > Dresses",
            "Clothing > Skirts",
            "Clothing > Tops > Blouses",
            "Shoes > Heels",
            "Bags > Clutches",
            "Shoes > Flats",
        ),
        1.25,
    ),
    Brand(
        "Norrvik",
        (
            "Clothing > Outerwear",
            "Clothing > Knitwear",
            "Accessories > Scarves",
            "Accessories > Hats",
        ),
        1.15,
    ),
    Brand(
        "Hale & Moor",
        (
            "Clothing > Tops > Shirts",
            "Clothing > Tops > Polo",
            "Clothing > Outerwear",
            "Shoes > Loafers",
            "Accessories > Belts",
            "Clothing > Trousers",
        ),
        1.1,
    ),
    Brand(
        "Petal & Thread",
        (
            "Clothing > Dresses",
            "Clothing > Skirts",
            "Clothing > Tops > Blouses",
            "Clothing > Tops > T-shirts",
            "Clothing > Knitwear > Cardigans",
        ),
        0.85,
    ),
    Brand(
        "Stridewell",
        ("Shoes > Sneakers", "Shoes > Boots", "Shoes > Flip flops", "Shoes > Sandals"),
        0.95,
    ),
    Brand(
        "Calzara",
        ("Shoes > Boots", "Shoes > Heels", "Shoes > Loafers", "Shoes > Flats", "Shoes > Sandals"),
        1.2,
    ),
    Brand("Tressel", ("Bags",), 1.15),
    Brand(
        "Portamare", ("Bags > Suitcases", "Bags > Backpacks", "Bags > Tote", "Bags > Wallets"), 0.95
    ),
    Brand("Merideon", ("Accessories > Watches", "Accessories > Sunglasses"), 1.15),
    Brand(
        "Sol & Brim",
        (
            "Accessories > Hats",
            "Accessories > Sunglasses",
            "Accessories > Scarves",
            "Accessories > Belts",
        ),
        0.9,
    ),
    Brand("Eikholm", ("Furniture",), 1.1),
    Brand("Casa Verno", ("Furniture > Seating", "Furniture > Bedroom", "Lighting"), 1.0),
    Brand("Luminelle", ("Lighting",), 1.05),
    Brand("Terra Fina", ("Kitchen > Tableware",), 1.05),
    Brand("Pannova", ("Kitchen > Cookware", "Kitchen > Appliances"), 1.0),
)

# Model names, shared by all brands; a brand uses a name once in a kind.
SERIES: tuple[str, ...] = (
    "Abel",
    "Alma",
    "Anouk",
    "Arden",
    "Astrid",
    "Aurel",
    "Bea",
    "Bergen",
    "Birk",
    "Brisa",
    "Calla",
    "Casper",
    "Celia",
    "Clio",
    "Corin",
    "Dalia",
    "Darby",
    "Edda",
    "Elio",
    "Ellis",
    "Elva",
    "Emil",
    "Enzo",
    "Esme",
    "Fable",
    "Fenn",
    "Flora",
    "Freja",
    "Gale",
    "Greta",
    "Hanne",
    "Harlow",
    "Hedda",
    "Holm",
    "Ida",
    "Ilse",
    "Indra",
    "Ines",
    "Isla",
    "Iver",
    "Jonas",
    "Juno",
    "Kaia",
    "Karel",
    "Lark",
    "Leif",
    "Lena",
    "Lido",
    "Linden",
    "Livia",
    "Lotte",
    "Lumi",
    "Mabel",
    "Maren",
    "Marlo",
    "Milo",
    "Mira",
    "Nell",
    "Nico",
    "Noor",
    "Nova",
    "Odin",
    "Olea",
    "Opal",
    "Orla",
    "Otis",
    "Paola",
    "Petra",
    "Pia",
    "Quill",
    "Rafa",
    "Remy",
    "Rhea",
    "Romy",
    "Rune",
    "Sable",
    "Selma",
    "Signe",
    "Silas",
    "Sol",
    "Sorrel",
    "Stella",
    "Sunna",
    "Tage",
    "Tilda",
    "Tova",
    "Una",
    "Vale",
    "Vera",
    "Vida",
    "Viggo",
    "Willa",
    "Wren",
    "Yara",
    "Ylva",
    "Zelda",
    "Zeno",
    "Zora",
)


def brands_for(category: str) -> tuple[Brand, ...]:
    """Give the brands that sell in a category."""
    return tuple(
        brand for brand in BRANDS if any(category.startswith(sold) for sold in brand.categories)
    )
