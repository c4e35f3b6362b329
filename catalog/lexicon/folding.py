"""Texts as they are compared: what people leave out when they type does not count."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Write a text without capitals and accents.

    >>> fold("Crème Brûlée, Weiß")
    'creme brulee, weiss'
    """
    if text.isascii():  # nearly all texts
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(each for each in apart if not unicodedata.combining(each))
    return unicodedata.normalize("NFC", plain)
