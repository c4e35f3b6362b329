"""The catalogue's other attributes (material, pattern, gender, …) and sizes by their words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from indexer.attributes import ATTRIBUTE, Columns
from search.understand import english
from search.understand.chips import ChipKind
from search.understand.colours import colour_field, words_of_name
from search.understand.coverage import covers
from search.understand.meanings import Meaning, Meanings, parts_of
from search.understand.tokens import Key, key_of

MAX_WORDS = 4
"""A longer value is a sentence, which nobody types."""

_FLAGS = frozenset({"yes", "no", "true", "false", "none", "other", "n", "y", "na"})


def size_field(columns: Columns) -> str | None:
    """Find the attribute that holds a product's size: the one that most products have."""
    named = [name for name in _attributes(columns) if _is_named(name, english.SIZE_COLUMN)]
    filled = {name: int((columns.coded[name].codes >= 0).sum()) for name in named}
    return max(sorted(named), key=lambda name: filled[name], default=None)


def size_meanings(columns: Columns) -> Meanings:
    """List the catalogue's sizes: ``42``, ``UK 9``, ``XL`` (also out of ``S, M, XL``)."""
    sizes = Meanings()
    field = size_field(columns)
    if field is None:
        return sizes
    carrying: dict[Key, set[str]] = defaultdict(set)
    label: dict[Key, str] = {}
    for value in columns.coded[field].values:
        for part in {value, *parts_of(value)}:
            key = size_key(part)
            carrying[key].add(value)
            label.setdefault(key, part)
    for key, values in carrying.items():
        held = frozenset(values)
        sizes.add(key, Meaning(ChipKind.SIZE, field, f"size {label[key]}", held, held))
    return sizes


def size_key(words: str) -> Key:
    """Give a size's key: letters in one way (``3XL`` is ``XXXL``), and no stems cut.

    >>> size_key("uk 9"), size_key("xs"), size_key("Medium")
    (('uk', '9'), ('xs',), ('m',))
    """
    low = words.casefold().strip()
    known = english.LETTER_SIZES.get(low) or english.SIZES_AFTER_THE_WORD.get(low) or low
    return tuple(known.casefold().replace("-", " ").split())


def trait_meanings(columns: Columns) -> Meanings:
    """List what attributes other than colour and size are called.

    Only materials, patterns and for whom a product is narrow a search by themselves; other
    values are too often said of something else (a party shoe is not one that a shop files
    under "Party"). All of them exclude.
    """
    own = {colour_field(columns), size_field(columns)}
    fields = [name for name in _attributes(columns) if name not in own]
    # The fields that shoppers ask by, and then those that most products have, come last: they
    # stay where two have the same value.
    fields.sort(key=lambda name: (_narrows(name), int((columns.coded[name].codes >= 0).sum())))
    traits = Meanings()
    for field in fields:
        sure = _narrows(field) and covers(columns, field)
        for key, values in _by_key(columns.coded[field].values).items():
            also = _also(key, columns.coded[field].values)
            exact = frozenset(values)
            label = next((value for value in sorted(values) if key_of(value) == key), None)
            traits.add(
                key,
                Meaning(
                    ChipKind.ATTRIBUTE, field, label or " ".join(key), exact | also, exact, sure
                ),
            )
    return traits


def _by_key(values: Sequence[str]) -> dict[Key, set[str]]:
    """Tell which values a phrase is said of: leather is said of genuine leather, too."""
    said: dict[Key, set[str]] = defaultdict(set)
    for value in values:
        for part in {value, *parts_of(value)}:
            key = key_of(part)
            if _is_said(part, key):
                for start in range(len(key)):
                    said[key[start:]].add(value)
    return said


def _is_said(part: str, key: Key) -> bool:
    telling = any(char.isalpha() for char in part) and part.casefold() not in _FLAGS
    return telling and 0 < len(key) <= MAX_WORDS and len(part) > 2


def _also(key: Key, values: Sequence[str]) -> frozenset[str]:
    wanted = {word for word in key for word in english.ALSO.get(word, ())}
    return frozenset(value for value in values if wanted.intersection(key_of(value)))


def _attributes(columns: Columns) -> Iterator[str]:
    return (name for name in columns.coded if name.startswith(ATTRIBUTE))


def _narrows(name: str) -> bool:
    return _is_named(name, english.MATERIAL_COLUMNS)


def _is_named(name: str, words: frozenset[str]) -> bool:
    return bool(words.intersection(words_of_name(name.removeprefix(ATTRIBUTE))))
