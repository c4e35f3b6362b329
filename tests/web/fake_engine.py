"""A small deterministic engine with drawn pictures, behind the protocol that the site knows."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field

from PIL import Image, ImageDraw

from catalog.records import ImageRecord, ProductRecord
from core.errors import ImageError, ProductNotFoundError
from search.filters import In
from search.query import Page, SearchQuery, SimilarQuery
from search.results import EngineStatus, SearchHit, SearchResults
from search.suggest import USUAL_LIMIT, Suggestion
from search.suggest_entries import SuggestionKind

COLOURS = {
    "red": (178, 42, 46),
    "blue": (38, 70, 140),
    "green": (52, 104, 72),
    "yellow": (226, 178, 54),
    "black": (34, 32, 30),
}
KINDS = {
    "bag": ("Bags", 7990),
    "boot": ("Shoes", 14900),
    "lamp": ("Lighting", 5900),
    "chair": ("Furniture", 129900),
    "jumper": ("Clothing", 8400),
    "pan": ("Kitchen", 3450),
}
MATERIALS = ("leather", "wool")
GENERATION = "20260101T000000Z-test"
FINGERPRINT = "f" * 64
MISSING_HASH = "0" * 64


@dataclass
class FakeImages:
    """Pictures in memory, by the hash of their bytes."""

    held: dict[str, bytes] = field(default_factory=dict)

    def put(self, data: bytes) -> str:
        name = hashlib.sha256(data).hexdigest()
        self.held[name] = data
        return name

    def has(self, image_hash: str, /) -> bool:
        return image_hash in self.held

    def read(self, image_hash: str, /) -> bytes:
        if image_hash not in self.held:
            raise ImageError("missing", "The image store has no such picture.")
        return self.held[image_hash]


class FakeEngine:
    """Ranks by shared words, or by the distance of mean colours; every answer is exact."""

    def __init__(self, products: list[ProductRecord], images: FakeImages) -> None:
        self.products = {product.id: product for product in products}
        self._images = images

    def search(self, query: SearchQuery) -> SearchResults:
        scored = [(self._score(product, query), product) for product in self.products.values()]
        return self._page([(score, each) for score, each in scored if score > 0], query.page)

    def similar(self, query: SimilarQuery) -> SearchResults:
        titles = [self.product(each).title for each in query.product_ids]
        words = set(" ".join(titles).lower().split())
        scored = [
            (len(words & set(each.title.lower().split())) / 10, each)
            for each in self.products.values()
            if each.id not in query.product_ids
        ]
        return self._page(scored, query.page)

    def product(self, product_id: str) -> ProductRecord:
        if product_id not in self.products:
            raise ProductNotFoundError(product_id)
        return self.products[product_id]

    def showcase(self, limit: int) -> tuple[SearchHit, ...]:
        with_pictures = [each for each in self.products.values() if each.images]
        return tuple(_hit(0.0, each) for each in with_pictures[:limit])

    def categories(self) -> tuple[tuple[str, int], ...]:
        names = [each.category[0] for each in self.products.values() if each.category]
        return tuple(
            sorted({(name, names.count(name)) for name in names}, key=lambda pair: (-pair[1], pair))
        )

    def suggest(self, prefix: str, limit: int = USUAL_LIMIT) -> tuple[Suggestion, ...]:
        """Suggest brands, then titles, that begin as typed."""
        typed = prefix.strip().lower()
        brands = sorted({each.brand for each in self.products.values() if each.brand})
        found = [_brand(each, typed) for each in brands if each.lower().startswith(typed)]
        found += [
            _title(each, typed)
            for each in self.products.values()
            if each.title.lower().startswith(typed)
        ]
        return tuple(found[:limit]) if typed else ()

    def status(self) -> EngineStatus:
        pictures = sum(len(each.images) for each in self.products.values())
        return EngineStatus(True, GENERATION, FINGERPRINT, len(self.products), pictures, "numpy")

    def _score(self, product: ProductRecord, query: SearchQuery) -> float:
        words = query.text.lower().split()
        shared = sum(word in product.title.lower().split() for word in words)
        score = shared / len(words) if words else 0.0
        if query.image is not None and product.images and self._images.has(product.images[0].hash):
            score += 1 - _distance(
                query.image, Image.open(io.BytesIO(self._images.read(product.images[0].hash)))
            )
        return score

    def _page(self, scored: list[tuple[float, ProductRecord]], page: Page) -> SearchResults:
        ranked = sorted(scored, key=lambda pair: -pair[0])
        shown = ranked[page.offset : page.offset + page.size]
        return SearchResults(
            hits=tuple(_hit(score, product) for score, product in shown),
            total=len(ranked),
            page=page,
            generation=GENERATION,
            fingerprint=FINGERPRINT,
            exact=True,
            timings_ms={"queue": 0.5, "encode": 4.25, "scan": 1.0},
        )


def sample_products(images: FakeImages) -> list[ProductRecord]:
    """Make 60 products, and a few that are awkward on purpose."""
    products = [
        _product(images, number, colour, kind, material)
        for number, (material, kind, colour) in enumerate(
            (material, kind, colour)
            for material in MATERIALS
            for kind in KINDS
            for colour in COLOURS
        )
    ]
    thumbnail = images.put(_draw("tiny", COLOURS["blue"], (60, 80)))
    return [
        *products,
        ProductRecord(
            id="a/b c?d#é",
            title='Odd <script>alert(1)</script> "quoted" pan & lid',
            brand="O'Neill & Söhne",
            category=("Kitchen", "Pots & pans"),
            images=(ImageRecord(thumbnail, "Blue pan", 60, 80),),
        ),
        ProductRecord(id="bare", title="Lamp without a picture"),
        ProductRecord(
            id="long",
            title="Donaudampfschifffahrtsgesellschaftskapitänsmützenhalterung" * 2,
            description="x" * 400,
            brand="B" * 80,
            price_minor=10**12,
            currency="CHF",
            stock=0,
            attributes={"w" * 60: "v" * 300},
            images=(ImageRecord(MISSING_HASH, "", 480, 640),),
        ),
    ]


def sample_engine() -> tuple[FakeEngine, FakeImages]:
    """Make the engine over the sample, and its pictures."""
    images = FakeImages()
    return FakeEngine(sample_products(images), images), images


def encoded(size: tuple[int, int], colour: tuple[int, int, int], kind: str = "PNG") -> bytes:
    """Encode a plain picture."""
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind)
    return buffer.getvalue()


def _product(
    images: FakeImages, number: int, colour: str, kind: str, material: str
) -> ProductRecord:
    category, price_minor = KINDS[kind]
    shots = [
        ImageRecord(images.put(_draw(f"{kind}{view}", COLOURS[colour], (480, 640))), alt, 480, 640)
        for view, alt in enumerate((f"{colour} {kind} from the front", ""))
    ]
    return ProductRecord(
        id=f"P-{number:03}",
        title=f"{colour.capitalize()} {material} {kind}",
        description=f"A {colour} {kind} made of {material}.\n\nKeeps for years.",
        brand=("Aster", "Brook & Co", "")[number % 3],
        category=(category, f"{kind.capitalize()}s"),
        price_minor=None if number % 17 == 5 else price_minor + number,
        currency="" if number % 17 == 5 else "EUR",
        stock=(12, 2, 0, None)[number % 4],
        attributes={"colour": colour.capitalize(), "material": material.capitalize()},
        images=tuple(shots if number % 2 else shots[:1]),
    )


def _draw(name: str, colour: tuple[int, int, int], size: tuple[int, int]) -> bytes:
    """Draw a shape on white; the name moves it, so that no two pictures are the same."""
    width, height = size
    picture = Image.new("RGB", size, "white")
    inset = width // 8 + hashlib.sha256(name.encode()).digest()[0] % (width // 8)
    ImageDraw.Draw(picture).rounded_rectangle(
        (inset, height // 4, width - inset, height - height // 5), radius=width // 10, fill=colour
    )
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def _brand(brand: str, typed: str) -> Suggestion:
    wanted = In("brand", frozenset({brand}))
    return Suggestion(SuggestionKind.BRAND, brand, ((0, len(typed)),), 20, filter=wanted)


def _title(product: ProductRecord, typed: str) -> Suggestion:
    spans = ((0, len(typed)),)
    return Suggestion(SuggestionKind.TITLE, product.title, spans, 1, product_id=product.id)


def _hit(score: float, product: ProductRecord) -> SearchHit:
    return SearchHit(product, score, product.images[0] if product.images else None)


def _distance(one: Image.Image, other: Image.Image) -> float:
    """Compare the colours in the middle, where the thing is."""
    first, second = (_middle(each.convert("RGB")) for each in (one, other))
    return sum(abs(a - b) for a, b in zip(first, second, strict=True)) / (3 * 255)


def _middle(image: Image.Image) -> bytes:
    width, height = image.size
    box = (width * 2 // 5, height * 2 // 5, width * 3 // 5, height * 3 // 5)
    return image.resize((1, 1), Image.Resampling.BOX, box).tobytes()
