"""Put together the demonstration catalogue: invented products, the same for the same seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from catalog.demo.dealing import Model, Variant, deal_models
from catalog.demo.kinds import Kind
from catalog.demo.kinds_bags import ACCESSORIES, BAGS
from catalog.demo.kinds_clothing import CLOTHING
from catalog.demo.kinds_furniture import FURNITURE
from catalog.demo.kinds_kitchen import KITCHEN
from catalog.demo.kinds_lighting import LIGHTING
from catalog.demo.kinds_shoes import SHOES
from catalog.demo.look import Look
from catalog.demo.render import STAGES
from catalog.demo.wording import write_alt, write_description, write_title

KINDS: tuple[Kind, ...] = CLOTHING + SHOES + BAGS + ACCESSORIES + FURNITURE + LIGHTING + KITCHEN
CURRENCY = "EUR"
_VIEW_TEXTS = {"back": "seen from behind", "mirror": "from the other side", "detail": "close up"}
_SECOND_IMAGE_SHARE = 0.15
_SOLD_OUT_SHARE = 0.08


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """Describe one product of the demonstration catalogue.

    `price` is a decimal string; `images` are file names relative to the catalogue's directory.
    `kind` and `model` are for the renderer: variants of a group share both, and so their shape.
    """

    id: str
    title: str
    description: str
    brand: str
    category: str
    price: str
    currency: str
    stock: int
    group_id: str
    attributes: Mapping[str, str]
    images: tuple[str, ...]
    image_alts: tuple[str, ...]
    kind: str
    model: str

    def look(self, view: str = "front") -> Look:
        """Give what the drawing of this product's kind needs."""
        attributes = self.attributes
        return Look(
            attributes["colour"],
            attributes["material"],
            attributes["pattern"],
            attributes,
            self.model,
            view,
        )


def demo_products(seed: int = 0, count: int | None = None) -> list[DemoProduct]:
    """List the catalogue's products, or `count` of them taken evenly from all kinds.

    Another seed gives other products of the same kinds, under other ids.
    """
    products = _whole_catalogue(seed)
    if count is None or count >= len(products):
        return products
    by_kind: dict[str, list[DemoProduct]] = {kind.name: [] for kind in KINDS}
    for product in products:
        by_kind[product.kind].append(product)
    rounds = max(len(some) for some in by_kind.values())
    order = [some[turn] for turn in range(rounds) for some in by_kind.values() if turn < len(some)]
    kept = {product.id for product in order[: max(count, 0)]}
    return [product for product in products if product.id in kept]


def _whole_catalogue(seed: int) -> list[DemoProduct]:
    """Deal all models, mix them, and number their variants."""
    models = [model for kind in KINDS for model in deal_models(kind, seed)]
    Random(f"{seed}/order").shuffle(models)
    prefix = "VT" if seed == 0 else f"V{seed}"
    products: list[DemoProduct] = []
    titles: set[str] = set()
    for group, model in enumerate(models, start=1):
        group_id = f"{prefix}-G{group:03d}"
        for variant in model.variants:
            product_id = f"{prefix}-{len(products) + 1:04d}"
            product = _make_product(model, variant, product_id, group_id, seed, titles)
            titles.add(product.title)
            products.append(product)
    return products


def _make_product(
    model: Model, variant: Variant, product_id: str, group_id: str, seed: int, titles: set[str]
) -> DemoProduct:
    random = Random(f"{seed}/{product_id}")
    # All variants of a model are titled alike, as in a real shop.
    title = write_title(model, variant, Random(f"{seed}/{group_id}/title"), titles)
    images, alts = [f"images/{product_id}.jpg"], [write_alt(model, variant, "seen from the front")]
    if random.random() < _SECOND_IMAGE_SHARE:
        view = STAGES[model.kind.name].other_view
        images.append(f"images/{product_id}-2.jpg")
        alts.append(write_alt(model, variant, _VIEW_TEXTS[view]))
    return DemoProduct(
        id=product_id,
        title=title,
        description=write_description(model, variant, random),
        brand=model.brand.name,
        category=model.kind.category,
        price=model.price,
        currency=CURRENCY,
        stock=0 if random.random() < _SOLD_OUT_SHARE else random.randint(1, 120),
        group_id=group_id,
        attributes=_attributes(model, variant),
        images=tuple(images),
        image_alts=tuple(alts),
        kind=model.kind.name,
        model=f"{seed}/{group_id}",
    )


def _attributes(model: Model, variant: Variant) -> dict[str, str]:
    """Collect the columns that shoppers filter by; `style` names the style in words."""
    attributes = {
        "colour": variant.colour,
        "pattern": model.pattern,
        "material": variant.material,
    }
    if model.gender:
        attributes["gender"] = model.gender
    if variant.size:
        attributes["size"] = variant.size
    return attributes | dict(model.details)
