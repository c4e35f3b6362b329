"""Whether a product can be had, in the many words that feeds have for it."""

from __future__ import annotations

import re

IN_STOCK = "in_stock"
OUT_OF_STOCK = "out_of_stock"
PREORDER = "preorder"
BACKORDER = "backorder"

# Source: Google's product data specification, old spellings and new; schema.org/ItemAvailability;
# WooCommerce's stock status. Written without anything but letters.
_WORDS = {
    IN_STOCK: "instock available yes true instoreonly onlineonly limitedavailability lowstock",
    OUT_OF_STOCK: "outofstock soldout discontinued unavailable notavailable no false",
    PREORDER: "preorder presale availableforpreorder",
    BACKORDER: "backorder onbackorder madetoorder availablefororder",
}
_MEANINGS = {word: meaning for meaning, words in _WORDS.items() for word in words.split()}
_SCHEMA_ORG = re.compile(r"\s*(?:https?://(?:www\.)?schema\.org/|schema:)", re.IGNORECASE)
MAX_WORD_CHARS = 80


def normalize_availability(written: str) -> str:
    """Give the one word for what a feed says; empty where it says nothing that is known.

    >>> normalize_availability("In Stock"), normalize_availability("https://schema.org/OutOfStock")
    ('in_stock', 'out_of_stock')
    """
    bare = _SCHEMA_ORG.sub("", written[:MAX_WORD_CHARS])
    return _MEANINGS.get(re.sub(r"[\W_]+", "", bare).lower(), "")
