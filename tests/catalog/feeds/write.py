"""The same shop in every format that is read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from tests.catalog.feeds.shop import Model, Variant

SHOPIFY_OLD = (
    "Handle", "Title", "Body (HTML)", "Vendor", "Product Category", "Type", "Tags", "Published",
    "Option1 Name", "Option1 Value", "Option2 Name", "Option2 Value", "Variant SKU",
    "Variant Inventory Tracker", "Variant Inventory Qty", "Variant Inventory Policy",
    "Variant Price", "Variant Compare At Price", "Image Src", "Image Position", "Image Alt Text",
    "Gift Card", "Google Shopping / Gender", "Variant Image", "Cost per item", "Status",
)  # fmt: skip
SHOPIFY_NEW = (
    "URL handle", "Title", "Description", "Vendor", "Product category", "Type", "Tags",
    "Published on online store", "Option1 name", "Option1 value", "Option2 name", "Option2 value",
    "SKU", "Inventory tracker", "Inventory quantity", "Continue selling when out of stock",
    "Price", "Compare-at price", "Product image URL", "Image position", "Image alt text",
    "Gift card", "Google Shopping / Gender", "Variant image URL", "Cost per item", "Status",
)  # fmt: skip


def amount(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def google_values(model: Model, variant: Variant) -> dict[str, object]:
    """Write a variant as Google's attributes; several values stand in a list."""
    values: dict[str, object] = {
        "id": variant.sku,
        "title": model.title,
        "description": model.html,
        "link": f"https://shop.example/{model.handle}?a=1&b=2",
        "brand": model.brand,
        "google_product_category": "1604",
        "product_type": " > ".join(model.category),
        "price": f"{amount(variant.price_minor)} EUR",
        "availability": variant.availability,
        "quantity": str(variant.quantity),
        "item_group_id": model.handle if len(model.variants) > 1 else "",
        "color": variant.color,
        "size": variant.size,
        "adult": "yes" if model.state == "adult" else "no",
        "condition": "new",
        "image_link": pictures(model, variant)[0],
        "additional_image_link": pictures(model, variant)[1:],
        "product_detail": [("Materials", "Sole", "rubber, cork")],
    }
    if variant.sale and variant.sale.starts_at and variant.sale.ends_at:
        starts = variant.sale.starts_at.strftime("%Y-%m-%dT%H:%M+0000")
        values["sale_price"] = f"{amount(variant.sale.price_minor)} EUR"
        values["sale_price_effective_date"] = f"{starts}/{variant.sale.ends_at.isoformat()}"
    return values


def pictures(model: Model, variant: Variant) -> list[str]:
    return [*([variant.image] if variant.image else []), *(each for each, _ in model.images)]


def shown_by_google(models: Iterable[Model]) -> Iterator[tuple[Model, Variant]]:
    """Google's feeds leave unpublished products out by themselves."""
    return (
        (model, variant)
        for model in models
        if model.state in ("active", "adult")
        for variant in model.variants
    )


def google_xml(models: Iterable[Model], path: Path, style: str = "rss") -> Path:
    """Write RSS with ``g:``, Atom, or RSS without prefixes and with CDATA."""
    outer = {
        "rss": ('<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>\n'
                "<title>A shop</title><link>https://shop.example</link>", "</channel></rss>"),
        "atom": ('<feed xmlns="http://www.w3.org/2005/Atom" '
                 'xmlns:gm="http://base.google.com/ns/1.0"><title>A shop</title>', "</feed>"),
        "plain": ("<rss><channel>", "</channel></rss>"),
    }[style]  # fmt: skip
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n' + outer[0] + "\n")
        for model, variant in shown_by_google(models):
            file.write(_xml_item(google_values(model, variant), style))
        file.write(outer[1] + "\n")
    return path


def _xml_item(values: dict[str, object], style: str) -> str:
    prefix = {"rss": "g:", "atom": "gm:", "plain": ""}[style]
    item = "entry" if style == "atom" else "item"
    lines = [f"<{item}>"]
    if style == "atom":
        lines.append(f'<id>tag:shop.example,{values["id"]}</id><link href="https://x.example/"/>')
    for name, value in values.items():
        tag = name if style == "rss" and name in ("title", "link") else prefix + name
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, tuple):
                keys = ("section_name", "attribute_name", "attribute_value")
                text = "".join(
                    f"<{prefix}{key}>{part}</{prefix}{key}>"
                    for key, part in zip(keys, each, strict=True)
                )
            else:
                text = f"<![CDATA[{each}]]>" if style == "plain" else escape(str(each))
            lines.append(f"  <{tag}>{text}</{tag}>")
    return "\n".join([*lines, f"</{item}>"]) + "\n"


def google_table(models: Iterable[Model], path: Path, delimiter: str, spaces: bool) -> Path:
    """Write Google's attributes as columns, with the header's words joined by _ or a space."""
    rows = [google_values(*each) for each in shown_by_google(models)]
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow([name.replace("_", " ") if spaces else name for name in names])
        for row in rows:
            writer.writerow([_cell(row.get(name, "")) for name in names])
    return path


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ",".join(":".join(each) if isinstance(each, tuple) else each for each in value)
    return str(value)


def shopify(models: Iterable[Model], path: Path, header: tuple[str, ...]) -> Path:
    """Write an export of either generation: a row a variant, more rows for more pictures."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for model in models:
            for row in _shopify_rows(model):
                writer.writerow(row)
    return path


def _shopify_rows(model: Model) -> Iterator[list[str]]:
    count = max(len(model.variants), len(model.images))
    for at in range(count):
        first = at == 0
        variant = model.variants[at] if at < len(model.variants) else None
        # Out of order, for the position counts and not the row.
        position = len(model.images) - at
        image = model.images[position - 1] if position > 0 else ("", "")
        yield [
            model.handle,
            model.title if first else "",
            model.html if first else "",
            model.brand if first else "",
            " > ".join(model.category) if first else "",
            "Internal type" if first else "",
            "sale, new" if first else "",
            ("false" if model.state == "unpublished" else "TRUE") if first else "",
            *_shopify_variant(model, variant, first),
            image[0],
            str(position) if image[0] else "",
            image[1],
            "false" if first else "",
            "unisex" if first else "",
            variant.image if variant else "",
            "1.23" if variant else "",
            (model.state if model.state in ("draft", "archived") else "active") if first else "",
        ]


def _shopify_variant(model: Model, variant: Variant | None, first: bool) -> list[str]:
    if variant is None:
        return [""] * 10
    has_options = bool(variant.color)
    values = (variant.color, variant.size) if has_options else ("Default Title", "")
    names = (("Color", "Size") if has_options else ("Title", "")) if first else ("", "")
    was = amount(variant.was_minor) if variant.was_minor else ""
    return [
        names[0], values[0], names[1], values[1], variant.sku, "shopify",
        str(variant.quantity), "deny", amount(variant.price_minor), was,
    ]  # fmt: skip


def jsonl_object(model: Model, variant: Variant) -> dict[str, object]:
    """Write a variant as our own format has it."""
    values: dict[str, object] = {
        "id": variant.sku,
        "title": model.title,
        "description": model.html,
        "brand": model.brand,
        "category": list(model.category),
        "price": f"{amount(variant.price_minor)} EUR",
        "stock": variant.quantity,
        "availability": variant.availability,
        "group_id": model.handle if len(model.variants) > 1 else "",
        "images": [{"src": variant.image}] * bool(variant.image)
        + [{"src": location, "alt": alt} for location, alt in model.images],
        "attributes": {"color": variant.color, "size": variant.size},
        "adult": model.state == "adult",
        "published": model.state in ("active", "adult"),
    }
    if variant.was_minor:
        values["was_price"] = f"{amount(variant.was_minor)} EUR"
    if variant.sale and variant.sale.starts_at and variant.sale.ends_at:
        values["sale_price"] = f"{amount(variant.sale.price_minor)} EUR"
        dates = (variant.sale.starts_at.isoformat(), variant.sale.ends_at.isoformat())
        values["sale_price_effective_date"] = "/".join(dates)
    return values


def jsonl(models: Iterable[Model], path: Path) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for model in models:
            for variant in model.variants:
                file.write(json.dumps(jsonl_object(model, variant), ensure_ascii=False) + "\n")
    return path


def parquet(models: Iterable[Model], path: Path) -> Path:
    """Write nested columns, as a data platform would."""
    import pyarrow
    import pyarrow.parquet

    rows = [jsonl_object(model, variant) for model in models for variant in model.variants]
    names = {name: None for row in rows for name in row}
    rows = [names | row for row in rows]
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), buffer, row_group_size=500)
    path.write_bytes(buffer.getvalue())
    return path
