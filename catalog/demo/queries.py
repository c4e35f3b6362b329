"""Ask for the demonstration catalogue's products in shoppers' words, and know the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from catalog.demo.catalogue import DemoProduct

# With fewer relevant products a perfect engine could not reach a precision at ten of 1.
MINIMUM_RELEVANT = 10

Wanted = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DemoQuery:
    """Hold what a shopper types and the ids of all products that answer it."""

    query: str
    relevant: tuple[str, ...]


# What is wanted, by attribute: alternatives are separated by a bar. `kind` is the kind's name,
# `category` a beginning of the category path; products for everyone suit women and men.
_QUERIES: tuple[tuple[str, Wanted], ...] = (
    ("red sneakers", {"kind": "sneakers", "colour": "red"}),
    ("trainers for running and the gym", {"kind": "sneakers"}),
    ("white sneakers", {"kind": "sneakers", "colour": "white"}),
    ("canvas shoes with laces", {"kind": "sneakers", "material": "canvas"}),
    ("something with a hood", {"kind": "hoodie"}),
    ("hooded sweatshirt", {"kind": "hoodie"}),
    ("jumper for cold days", {"kind": "sweater"}),
    ("knitwear", {"kind": "sweater|cardigan"}),
    ("chunky wool pullover", {"kind": "sweater", "material": "chunky knit|merino wool"}),
    ("cardigan with buttons", {"kind": "cardigan"}),
    ("striped tee", {"kind": "t-shirt", "pattern": "striped"}),
    ("striped tops", {"category": "Clothing > Tops|Clothing > Knitwear", "pattern": "striped"}),
    (
        "striped mens shirt",
        {"kind": "shirt|t-shirt|polo shirt", "pattern": "striped|pinstriped", "gender": "men"},
    ),
    ("checked shirt", {"kind": "shirt", "pattern": "checked"}),
    ("plaid pattern clothes", {"category": "Clothing", "pattern": "checked"}),
    ("button-up shirt for men", {"kind": "shirt", "gender": "men"}),
    ("polo with collar", {"kind": "polo shirt"}),
    ("elegant blouse for work", {"kind": "blouse"}),
    ("flowery dress", {"kind": "dress", "pattern": "floral"}),
    ("summer dress", {"kind": "dress"}),
    ("floral clothes", {"category": "Clothing", "pattern": "floral"}),
    ("dotted pattern", {"pattern": "polka dot"}),
    ("polka dot clothing", {"category": "Clothing", "pattern": "polka dot"}),
    ("midi skirt", {"kind": "skirt", "length": "midi"}),
    ("womens skirt", {"kind": "skirt"}),
    ("jeans", {"kind": "jeans"}),
    ("denim", {"material": "denim"}),
    (
        "denim clothes in blue",
        {"category": "Clothing", "material": "denim", "colour": "blue|light blue|navy"},
    ),
    ("trousers for men", {"kind": "trousers|jeans", "gender": "men"}),
    ("shorts for the beach holiday", {"kind": "shorts"}),
    ("warm winter coat women", {"kind": "coat", "season": "winter", "gender": "women"}),
    ("wool coat", {"kind": "coat", "material": "wool"}),
    ("winter jacket or coat", {"kind": "coat|jacket", "season": "winter"}),
    ("outerwear for men", {"kind": "coat|jacket", "gender": "men"}),
    ("black clothes", {"category": "Clothing", "colour": "black"}),
    ("navy blue clothing for men", {"category": "Clothing", "colour": "navy", "gender": "men"}),
    ("green clothes women", {"category": "Clothing", "colour": "green", "gender": "women"}),
    ("leather boots", {"kind": "boots", "material": "leather"}),
    ("boots for autumn", {"kind": "boots"}),
    ("brown leather shoes", {"category": "Shoes", "colour": "brown", "material": "leather"}),
    ("black leather shoes", {"category": "Shoes", "colour": "black", "material": "leather"}),
    ("smart slip-on shoes for the office", {"kind": "loafers"}),
    ("ballerinas", {"kind": "ballet flats"}),
    ("open summer shoes", {"kind": "sandals|flip flops"}),
    ("beach slippers", {"kind": "flip flops"}),
    ("high heels for a wedding", {"kind": "heels"}),
    ("red shoes women", {"category": "Shoes", "colour": "red", "gender": "women"}),
    ("suede shoes", {"category": "Shoes", "material": "suede"}),
    ("leather handbag", {"kind": "handbag", "material": "leather"}),
    ("purse for ladies", {"kind": "handbag|clutch"}),
    ("red bag", {"category": "Bags", "colour": "red"}),
    (
        "black leather bag",
        {
            "kind": "handbag|tote bag|clutch|backpack|wallet",
            "colour": "black",
            "material": "leather",
        },
    ),
    (
        "brown leather bag",
        {
            "kind": "handbag|tote bag|clutch|backpack|suitcase|wallet",
            "colour": "brown",
            "material": "leather",
        },
    ),
    ("rucksack for school", {"kind": "backpack"}),
    ("shopper bag for groceries", {"kind": "tote bag"}),
    ("luggage for a trip", {"kind": "suitcase"}),
    ("billfold", {"kind": "wallet"}),
    ("small evening bag", {"kind": "clutch"}),
    ("wrist watch", {"kind": "watch"}),
    ("shades", {"kind": "sunglasses"}),
    ("something to wear on my head", {"kind": "hat"}),
    ("warm scarf", {"kind": "scarf"}),
    ("leather belt", {"kind": "belt", "material": "leather"}),
    ("oak dining table", {"kind": "dining table", "material": "oak"}),
    ("dining table for the family", {"kind": "dining table"}),
    ("round dining table", {"kind": "dining table", "form": "round"}),
    ("couch", {"kind": "sofa"}),
    ("comfy armchair for reading", {"kind": "armchair"}),
    ("velvet furniture", {"category": "Furniture", "material": "velvet"}),
    ("oak furniture", {"category": "Furniture", "material": "oak"}),
    ("walnut furniture", {"category": "Furniture", "material": "walnut"}),
    ("white furniture", {"category": "Furniture", "colour": "white"}),
    ("green seat", {"category": "Furniture > Seating", "colour": "green"}),
    ("chairs for the dining room", {"kind": "chair"}),
    ("bar stool", {"kind": "stool"}),
    ("double bed", {"kind": "bed"}),
    ("shelves for books", {"kind": "bookshelf"}),
    ("table to work at home", {"kind": "desk"}),
    ("low table for the living room", {"kind": "coffee table"}),
    ("chest with drawers or doors", {"kind": "sideboard"}),
    ("lamp for reading in bed", {"kind": "table lamp|desk lamp"}),
    ("standing lamp", {"kind": "floor lamp"}),
    ("hanging ceiling light", {"kind": "pendant lamp"}),
    ("desk lamp", {"kind": "desk lamp"}),
    ("lamp with a fabric shade", {"category": "Lighting", "material": "linen|cotton"}),
    ("black lamp", {"category": "Lighting", "colour": "black"}),
    ("something to boil water in", {"kind": "kettle"}),
    ("tea pot", {"kind": "teapot"}),
    ("coffee cup", {"kind": "mug"}),
    ("cooking pot", {"kind": "saucepan"}),
    ("skillet for pancakes", {"kind": "frying pan"}),
    ("sharp knife for the kitchen", {"kind": "kitchen knife"}),
    ("wooden chopping board", {"kind": "cutting board", "material": "oak|walnut|ash|pine|bamboo"}),
    ("board to cut vegetables on", {"kind": "cutting board"}),
    ("glasses for wine", {"kind": "wine glass"}),
    ("soup bowl", {"kind": "bowl"}),
    ("dinner plates", {"kind": "plate"}),
    ("toast maker for breakfast", {"kind": "toaster"}),
    ("red kitchen things", {"category": "Kitchen", "colour": "red"}),
    ("stoneware dishes", {"category": "Kitchen", "material": "stoneware"}),
    ("stainless steel kitchenware", {"category": "Kitchen", "material": "stainless steel"}),
)


def demo_queries(products: Sequence[DemoProduct]) -> list[DemoQuery]:
    """List the queries that at least ten of these products answer, each with all that do."""
    queries = []
    for query, wanted in _QUERIES:
        relevant = tuple(_relevant(products, wanted))
        if len(relevant) >= MINIMUM_RELEVANT:
            queries.append(DemoQuery(query, relevant))
    return queries


def _relevant(products: Sequence[DemoProduct], wanted: Wanted) -> Iterable[str]:
    for product in products:
        if all(_answers(product, name, values.split("|")) for name, values in wanted.items()):
            yield product.id


def _answers(product: DemoProduct, name: str, values: Sequence[str]) -> bool:
    if name == "kind":
        return product.kind in values
    if name == "category":
        return any(product.category.startswith(value) for value in values)
    value = product.attributes.get(name)
    return value in values or (name == "gender" and value == "unisex")
