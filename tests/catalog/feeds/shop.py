"""A shop of any size, the same for each seed, with the oddities of real ones."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from catalog.records import Sale

START = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
KINDS = (
    ("Trail shoe", ("Shoes", "Outdoor shoes")),
    ("Wool coat", ("Clothing", "Coats & jackets")),
    ("Café table", ("Furniture", "Tables")),
    ("Größenlampe", ("Lighting",)),
)
COLORS = ("red", "Navy/White", "grün")
AVAILABILITIES = ("in_stock", "out_of_stock", "preorder", "backorder")


@dataclass(frozen=True)
class Variant:
    """One thing that can be bought."""

    sku: str
    color: str
    size: str
    price_minor: int
    was_minor: int | None
    sale: Sale | None
    quantity: int
    availability: str
    image: str


@dataclass(frozen=True)
class Model:
    """What variants have in common."""

    handle: str
    title: str
    html: str
    plain: str
    brand: str
    category: tuple[str, ...]
    state: str
    """active, draft, archived, unpublished or adult."""
    images: tuple[tuple[str, str], ...]
    """(address, alt), shared by all variants."""
    variants: tuple[Variant, ...]

    @property
    def is_shown(self) -> bool:
        return self.state == "active"


def make_shop(products: int, seed: int = 0) -> list[Model]:
    """Make models with at least so many variants in all."""
    rng = random.Random(seed)
    models: list[Model] = []
    count = 0
    while count < products:
        models.append(_make_model(len(models), rng))
        count += len(models[-1].variants)
    return models


def _make_model(number: int, rng: random.Random) -> Model:
    kind, category = rng.choice(KINDS)
    handle = f"model-{number}"
    words = rng.choice(("soft, warm", 'a 5" heel', "semi;colon", "two\nlines", "tom & jerry"))
    has_options = rng.random() < 0.5
    options = [(c, s) for c in COLORS[: rng.randint(1, 3)] for s in ("40", "41")]
    if not has_options:
        options = [("", "")]
    state = rng.choices(("active", "draft", "archived", "unpublished", "adult"), (90, 3, 3, 2, 2))
    return Model(
        handle=handle,
        title=f"{kind} {number}" + rng.choice(("", " “édition”", ", large", " & more")),
        html=f"<p>It is {_escape(words)}.</p><ul><li>No {number}</li></ul>",
        plain=f"It is {words}.\nNo {number}",
        brand=rng.choice(("Acme", "Möbel & Co", "")),
        category=category,
        state=state[0],
        images=tuple(
            (f"https://cdn.example/{handle}-{at}.jpg", rng.choice(("", f"View {at}")))
            for at in range(1, rng.randint(1, 4) + 1)
        ),
        variants=tuple(_make_variant(handle, *each, rng=rng) for each in options),
    )


def _make_variant(handle: str, color: str, size: str, rng: random.Random) -> Variant:
    price = rng.randint(500, 99_999)
    sale = None
    if rng.random() < 0.2:
        starts = START + timedelta(hours=rng.randint(0, 500))
        sale = Sale(price * 2 // 3, starts, starts + timedelta(days=rng.randint(1, 30)))
    slug = "".join(c for c in color if c.isalnum())
    availability = rng.choice(AVAILABILITIES[:2]) if color else rng.choice(AVAILABILITIES)
    image = f"https://cdn.example/{handle}-{slug}.jpg?v={size}&w=9" if color else ""
    return Variant(
        sku=f"{handle}/{slug}/{size}" if color else f"SKU {handle}",
        color=color,
        size=size,
        price_minor=price,
        was_minor=price + 1_000 if rng.random() < 0.3 else None,
        sale=sale,
        quantity=rng.randint(1, 50) if availability == "in_stock" else 0,
        availability=availability,
        image=image,
    )


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("\n", "<br>")
