"""A catalogue that no shop's model is adapted to, to see what adapting made it forget."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from catalog.database import open_catalog
from catalog.demo.catalogue import demo_products
from catalog.demo.queries import demo_queries
from catalog.demo.write import write_demo
from catalog.image_store import ImageStore
from catalog.images import ImageLimits
from catalog.importer import ImportOptions, import_feed
from core.files import replacing
from core.lock import exclusive
from core.settings import Settings
from core.terminal import Progress
from search.evaluation import JudgedQuery
from search.trial import QuerySet, judged_queries

SEED = 977
"""Other products than the demo shop's, of the same kinds; nothing is trained on them."""
_STAMP = "imported"


def open_untouched(
    settings: Settings, progress: Progress, count: int | None = None
) -> tuple[Settings, QuerySet]:
    """Draw and import the untouched catalogue if it is not there; give it with its queries.

    It is a home of its own inside the home, with its own database and embeddings. The first
    time takes about half a minute. ``count`` takes fewer products, for tests.
    """
    apart = replace(settings, home=settings.untouched, database_url="")
    products = demo_products(SEED, count)
    with exclusive(apart.home / "drawing.lock", "Drawing the untouched set", wait=True):
        _draw_and_import(apart, count, len(products), progress)
    queries = [JudgedQuery(each.query, frozenset(each.relevant)) for each in demo_queries(products)]
    return apart, judged_queries(queries, "the untouched demo catalogue", "product")


def _draw_and_import(apart: Settings, count: int | None, total: int, progress: Progress) -> None:
    with progress.stage("Drawing the untouched set", total, "products") as tick:
        feed = write_demo(apart.ensure_home() / "demo", seed=SEED, count=count, advance=tick)
    stamp = apart.home / _STAMP
    drawn = hashlib.sha256(feed.read_bytes()).hexdigest()
    if not stamp.is_file() or stamp.read_text(encoding="ascii") != drawn:
        options = ImportOptions(
            limits=ImageLimits(apart.max_image_bytes, apart.max_image_pixels),
            threads=apart.compute_threads,
        )
        database = open_catalog(apart)
        try:
            import_feed(database, ImageStore(apart.images), feed, options, progress)
        finally:
            database.close()
        with replacing(stamp) as file:
            file.write(drawn.encode("ascii"))
