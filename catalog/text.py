"""Product text made fit to keep: no markup, no control characters, no more than fits."""

from __future__ import annotations

import html
import re
import unicodedata

import nh3

MAX_MARKUP_CHARS = 50_000
"""Longest text that is looked at; what follows is cut before the parser sees it."""

_MARKUP = re.compile(r"<[/!?a-zA-Z]|&#?[a-zA-Z0-9]+;")
_BREAKING_TAG = re.compile(
    r"<(?=/?(?:p|br|li|ul|ol|div|tr|td|th|table|h[1-6]|section)\b)", re.IGNORECASE
)
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def is_damaged(text: str) -> bool:
    """Tell whether a text holds control characters, lone surrogates or undecodable bytes."""
    if text.isprintable():  # as most are, and told in one step
        return _REPLACEMENT in text
    return _REPLACEMENT in text or _UNSTORABLE.search(text) is not None


def strip_controls(text: str) -> str:
    """Put a space in the place of every character that databases or people cannot take."""
    return text if text.isprintable() else _UNSTORABLE.sub(" ", text)


def strip_markup(text: str) -> str:
    """Take the words out of HTML; text without any comes back as it is.

    Shops escape twice as often as once, so what looks like markup after the first
    round is stripped again.
    """
    for _ in range(2):
        if not _MARKUP.search(text):
            return text
        spaced = _BREAKING_TAG.sub("\n<", text[:MAX_MARKUP_CHARS])
        text = html.unescape(nh3.clean(spaced, tags=set()))
    return text


def one_line(text: str) -> str:
    r"""Clean a text that people read in one line: a title, a brand, a label.

    >>> one_line(" <b>Trail&nbsp;shoe</b>\x00 42 ")
    'Trail shoe 42'
    >>> one_line("Size < 40 & up")
    'Size < 40 & up'
    """
    if text.isascii() and text.isprintable() and "<" not in text and "&" not in text:
        return " ".join(text.split())  # there is nothing to clean in most labels
    stripped = _strip(text)
    return " ".join(unicodedata.normalize("NFC", stripped).split())


def paragraphs(text: str) -> str:
    r"""Clean a longer text and keep its lines.

    >>> paragraphs("<p>Soft.</p><p>Warm  &amp; dry</p><script>alert(1)</script>")
    'Soft.\nWarm & dry'
    """
    lines = (" ".join(line.split()) for line in _strip(text).splitlines())
    return unicodedata.normalize("NFC", "\n".join(line for line in lines if line))


def cut(text: str, max_chars: int) -> str:
    """Shorten a text to ``max_chars``, between words where there are any.

    >>> cut("a warm winter coat", 12)
    'a warm…'
    >>> cut("a warm", 12)
    'a warm'
    """
    if len(text) <= max_chars:
        return text
    head = text[: max_chars - 1]
    at_word = head.rpartition(" ")[0]
    # A single word longer than half the limit would vanish; then it is cut inside.
    return (at_word if len(at_word) > len(head) // 2 else head).rstrip() + "…"


def _strip(text: str) -> str:
    """Strip controls on both sides: the HTML parser takes no surrogates, and may spell &#1;."""
    return strip_controls(strip_markup(strip_controls(text)))
