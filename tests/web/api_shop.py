"""The shop of docs/api.md, behind a real engine whose encoder is computable by hand."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from PIL import Image

from catalog import repository
from catalog.database import open_catalog
from catalog.image_store import ImageStore
from catalog.records import ImageRecord, ProductRecord
from core.settings import Settings
from encoder.fake import COLOURS
from search.bootstrap import PublishedGenerations
from search.engine import EngineLimits, SearchEngine
from tests.operations.conftest import Home

SIZE = (480, 640)


@dataclass(frozen=True)
class Line:
    """One product, told shortly."""

    id: str
    title: str
    brand: str
    category: tuple[str, ...]
    price: int
    stock: int | None = None
    group: str = ""
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def colour(self) -> str:
        """Its first word."""
        return self.title.split()[0].lower()


BAGS, SHOES = ("Bags", "Handbags"), ("Shoes", "Boots")
LINES = (
    Line("VT-0042", "Red leather bag", "Aster", BAGS, 2990, 12),
    Line("VT-0043", "Blue leather bag", "Aster", BAGS, 3490, 0),
    Line("VT-0044", "Red canvas bag", "Brook & Co", BAGS, 1990, 4),
    Line("VT-0045", "Red leather bag with fringes", "Acme", BAGS, 4590, 2),
    Line("VT-0046", "Red leather bag for travel", "Aster", ("Bags", "Travel"), 12900, 7),
    Line("VT-0047", "Green canvas bag", "Acme", BAGS, 2490, None),
    Line("VT-0051", "Brown leather boot", "Brook & Co", SHOES, 8900, 5, "boot", {"size": "42"}),
    Line("VT-0052", "Brown leather boot", "Brook & Co", SHOES, 8900, 1, "boot", {"size": "43"}),
    Line("VT-0053", "Black leather boot", "Acme", SHOES, 9900, 3),
    Line("VT-0061", "Yellow wool jumper", "Aster", ("Clothing", "Jumpers"), 5900, 8),
    Line("a/b", "White wool jumper", "Aster", ("Clothing", "Jumpers"), 6900, 2),
)


@contextmanager
def served_shop(settings: Settings) -> Iterator[SearchEngine]:
    """Import, index and serve it."""
    home = Home(settings)
    with closing(open_catalog(settings)) as database, database.write() as session:
        store = ImageStore(settings.images)
        products = [_product(line, store) for line in LINES]
        store.flush()
        repository.upsert(session, products, datetime(2026, 1, 1, tzinfo=UTC))
    home.build()
    source = PublishedGenerations(settings.generations, "numpy", 1)
    engine = SearchEngine(lambda *_: home.encoder, source, EngineLimits(refresh_s=3600))
    with closing(engine):
        yield engine


def _product(line: Line, store: ImageStore) -> ProductRecord:
    picture = Image.new("RGB", SIZE, COLOURS[line.colour])
    picture.putpixel((0, LINES.index(line)), (9, 9, 9))  # no two are the same
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    alt = f"{line.title} from the front"
    image = ImageRecord(store.put(buffer.getvalue()), alt, *SIZE)
    return ProductRecord(
        line.id,
        line.title,
        description=f"{line.title} by {line.brand}.",
        brand=line.brand,
        category=line.category,
        price_minor=line.price,
        currency="EUR",
        stock=line.stock,
        availability={0: "out_of_stock", None: ""}.get(line.stock, "in_stock"),
        group_id=line.group,
        attributes={"colour": line.colour.capitalize(), **line.attributes},
        images=(image,),
    )
