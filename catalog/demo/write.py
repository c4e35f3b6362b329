"""Write the demonstration catalogue to a directory: its pictures and its feed."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from catalog.demo.catalogue import DemoProduct, demo_products
from catalog.demo.render import RENDERER_VERSION, render_product

FEED_NAME = "catalogue.jsonl"
_MARKER_NAME = ".demo.json"
_JPEG_QUALITY = 90
# Products a worker takes at a time: enough to hide the hand-over, few enough for a smooth bar.
_CHUNK = 8


def write_demo(
    directory: Path,
    *,
    seed: int = 0,
    count: int | None = None,
    advance: Callable[[int], object] | None = None,
    processes: int | None = None,
) -> Path:
    """Write the catalogue's pictures and its feed, and give the feed's path.

    `advance` is called with 1 for every finished product. Pictures are drawn by `processes`
    worker processes, by default one a core; 1 draws in this process. A second call with the
    same seed and count finds the pictures complete and draws only what has since been removed.

    Raises:
        OSError: a file could not be written.
    """
    products = demo_products(seed, count)
    (directory / "images").mkdir(parents=True, exist_ok=True)
    marker = {"renderer": RENDERER_VERSION, "seed": seed, "products": len(products)}
    is_complete = _read_marker(directory) == marker
    if not is_complete:
        (directory / _MARKER_NAME).unlink(missing_ok=True)
    missing = [
        product for product in products if not (is_complete and _has_images(directory, product))
    ]
    for _ in range(len(products) - len(missing)):
        _tell(advance)
    for _ in _draw_all(directory, missing, processes):
        _tell(advance)
    feed = directory / FEED_NAME
    _write_aside(feed, "".join(_feed_line(product) for product in products).encode())
    _write_aside(directory / _MARKER_NAME, json.dumps(marker).encode())
    return feed


def _tell(advance: Callable[[int], object] | None) -> None:
    if advance is not None:
        advance(1)


def _read_marker(directory: Path) -> object:
    """Give what the last complete run wrote about itself, or None."""
    try:
        return json.loads((directory / _MARKER_NAME).read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def _has_images(directory: Path, product: DemoProduct) -> bool:
    return all((directory / name).is_file() for name in product.images)


def _draw_all(directory: Path, products: list[DemoProduct], processes: int | None) -> Iterator[str]:
    """Draw products, in worker processes unless there are few, and give each one's id."""
    workers = min(processes or os.cpu_count() or 1, -(-len(products) // _CHUNK))
    if workers <= 1:
        for product in products:
            yield _draw(str(directory), product)
        return
    # Workers are spawned and not forked, because the caller may have threads running.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        directories = [str(directory)] * len(products)
        yield from pool.map(_draw, directories, products, chunksize=_CHUNK)


def _draw(directory: str, product: DemoProduct) -> str:
    """Draw one product's pictures, put them into place, and give the product's id."""
    for name, image in zip(product.images, render_product(product), strict=True):
        path = Path(directory) / name
        staged = path.with_name(f"{path.name}.{os.getpid()}.partial")
        image.save(staged, "JPEG", quality=_JPEG_QUALITY)
        staged.replace(path)
    return product.id


def _write_aside(path: Path, content: bytes) -> None:
    staged = path.with_name(f"{path.name}.{os.getpid()}.partial")
    staged.write_bytes(content)
    staged.replace(path)


def _feed_line(product: DemoProduct) -> str:
    """Give a product as one line of JSON, its attributes as further keys."""
    row: dict[str, object] = {
        "id": product.id,
        "title": product.title,
        "description": product.description,
        "brand": product.brand,
        "category": product.category,
        "price": product.price,
        "currency": product.currency,
        "stock": product.stock,
        "group_id": product.group_id,
        "image": list(product.images),
        "image_alt": list(product.image_alts),
        **product.attributes,
    }
    return json.dumps(row, ensure_ascii=False) + "\n"
