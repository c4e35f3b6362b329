"""Product words of other languages and the English ones that catalogues and encoders know."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from catalog.lexicon.folding import fold

FILES = ("german", "french", "spanish", "portuguese", "chinese")
"""In this order one counts where two know as many words of a text."""

_WORD = re.compile(r"[^\W_]+")
_OPTIONAL = re.compile(r"\((.*?)\)|\[(.*?)\]")
_TRANSCRIBED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


class Part(Enum):
    """What a word says of a product."""

    KIND = "kinds"
    COLOUR = "colours"
    TRAIT = "traits"
    """Material, pattern, season, for whom."""
    GRAMMAR = "grammar"


@dataclass(frozen=True, slots=True)
class Sense:
    """What a phrase means."""

    english: str
    """Empty where English needs no word."""
    part: Part


@dataclass(frozen=True, slots=True)
class Language:
    """The words of one language."""

    name: str
    spaces: bool
    """Whether words stand apart."""
    senses: Mapping[tuple[str, ...], Sense]
    """By folded words; by the signs as one word where no spaces are written."""
    fronts: Mapping[str, str]
    """Front halves of compounds."""
    longest: int
    """Words in the longest phrase, or its signs."""


@cache
def languages() -> tuple[Language, ...]:
    """Read all languages, once.

    >>> [language.name for language in languages()]
    ['German', 'French', 'Spanish', 'Portuguese', 'Chinese']
    """
    folder = Path(__file__).parent
    files = (folder / f"{name}.toml" for name in FILES)
    return tuple(_read(tomllib.loads(path.read_text(encoding="utf-8"))) for path in files)


def _read(told: Mapping[str, Any]) -> Language:
    spaces = told.get("spaces", True)
    senses: dict[tuple[str, ...], Sense] = {}
    for part in Part:
        for english, notation in told[part.value].items():
            for phrase in phrases(notation):
                words = tuple(_WORD.findall(phrase)) if spaces else (phrase,)
                senses.setdefault(words, Sense(english, part))
    fronts = {
        phrase: english
        for english, notation in told.get("fronts", {}).items()
        for phrase in phrases(notation)
    }
    longest = max(len(words) if spaces else len(words[0]) for words in senses)
    return Language(told["name"], spaces, senses, fronts, longest)


def phrases(notation: str) -> list[str]:
    """Write out the folded phrases that a line of a language's file stands for.

    >>> phrases("schuh(e) | grün[/e]")
    ['schuh', 'schuhe', 'grun', 'gruen', 'grune', 'gruene']
    """
    written = (each for pattern in notation.split("|") for each in _written(pattern.strip()))
    return list(dict.fromkeys(fold(each) for text in written for each in _spellings(text)))


def _written(pattern: str) -> Iterator[str]:
    """Take each choice of ``(may be missing)`` and ``[one/of/these]``; no nesting."""
    pieces = _OPTIONAL.split(pattern)
    choices = [
        [piece] if at % 3 == 0 else ["", piece] if at % 3 == 1 else piece.split("/")
        for at, piece in enumerate(pieces)
        if piece is not None
    ]
    return map("".join, product(*choices))


def _spellings(text: str) -> tuple[str, ...]:
    return (text, text.translate(_TRANSCRIBED))
