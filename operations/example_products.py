"""Products to measure with where a shop has none yet: as long as usual ones, all different."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator

from catalog.records import ImageRecord, ProductRecord

_WORDS = tuple(
    word
    for line in (
        "cotton leather slim classic summer women men black white blue grey relaxed",
        "waterproof lightweight printed striped casual formal shirt dress sandal lamp chair",
        "jacket trouser bag watch kettle steel oak linen wool soft durable comfortable",
        "everyday modern elegant",
    )
    for word in line.split()
)
_TITLE_WORDS, _DESCRIPTION_WORDS = 7, 60
"""A title of Google's feeds has 150 characters at most and half as many commonly; descriptions
of shops' feeds are a short paragraph."""


def example_products(count: int, images_per_product: float) -> Iterator[ProductRecord]:
    """Make products that repeat exactly from one call to the next."""
    rng = random.Random(7)
    given = 0
    for number in range(count):
        wanted = round((number + 1) * images_per_product)
        images = tuple(
            ImageRecord(hashlib.sha256(f"{number}-{n}".encode()).hexdigest(), "", 600, 800)
            for n in range(wanted - given)
        )
        given = wanted
        yield ProductRecord(
            id=f"EX-{number:07}",
            title=f"{' '.join(rng.choices(_WORDS, k=_TITLE_WORDS)).capitalize()} {number}",
            description=" ".join(rng.choices(_WORDS, k=_DESCRIPTION_WORDS)),
            brand=f"Brand {rng.randrange(200)}",
            category=("Everything", rng.choice(_WORDS).title(), rng.choice(_WORDS).title()),
            price_minor=rng.randrange(500, 50_000),
            currency="EUR",
            stock=rng.randrange(100),
            attributes={
                name: rng.choice(_WORDS) for name in ("colour", "material", "season", "fit")
            },
            images=images,
        )
