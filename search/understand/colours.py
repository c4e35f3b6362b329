"""The catalogue's colours by shoppers' words, each with the shades that count to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set

from catalog.thesaurus import phrases_of_colour
from indexer.attributes import ATTRIBUTE, Columns
from search.understand import english
from search.understand.chips import ChipKind
from search.understand.coverage import covers
from search.understand.meanings import Meaning, Meanings, parts_of
from search.understand.tokens import Key, key_of

_Values = Mapping[Key, Set[str]]


def colour_field(columns: Columns) -> str | None:
    """Find the attribute that holds a product's colour: the one that most products have."""
    named = [
        name
        for name in columns.coded
        if name.startswith(ATTRIBUTE)
        and english.COLOUR_COLUMN.intersection(words_of_name(name.removeprefix(ATTRIBUTE)))
    ]
    filled = {name: int((columns.coded[name].codes >= 0).sum()) for name in named}
    return max(sorted(named), key=lambda name: filled[name], default=None)


def words_of_name(name: str) -> Key:
    """Split an attribute's name: ``base_colour`` and ``Base colour`` alike."""
    return key_of(name.replace("_", " "))


def colour_meanings(columns: Columns) -> Meanings:
    """List what colours are called.

    A colour's own name means it alone. What stands last in a shade's name or in a phrase for
    it takes the shade in: navy blue is blue, and so is maroon ("dark red") red.
    """
    field = colour_field(columns)
    if field is None:
        return Meanings()
    values = columns.coded[field].values
    called = _by_phrase(values, names_only=False)
    named = _by_phrase(values, names_only=True)
    families = _families(called)
    sure = covers(columns, field)
    found = Meanings()
    for key in {*called, *families}:
        exact = called.get(key, set())
        family = families.get(key, set())
        # "Light brown" is said of tan, and of what a shop calls brown.
        base = set() if key in named else set(called.get(key[-1:], ()))
        label = _label(key, named.get(key, exact or family))
        # Rose may be a flower, and gold a metal; rose gold is a colour.
        alone = sure and (len(key) > 1 or not english.THINGS.intersection(key))
        asked = frozenset({*exact, *family, *base} if sure else ())
        found.add(
            key,
            Meaning(ChipKind.COLOUR, field, label, asked, frozenset({*exact, *family}), alone),
        )
    return found


def _by_phrase(values: Sequence[str], names_only: bool) -> dict[Key, set[str]]:
    """Tell which values each name (or phrase) is said of."""
    said: dict[Key, set[str]] = defaultdict(set)
    for value in values:
        for phrase in _names(value) if names_only else _phrases(value):
            said[key_of(phrase)].add(value)
    said.pop((), None)
    return said


def _names(value: str) -> Iterator[str]:
    yield value
    yield from parts_of(value)


def _phrases(value: str) -> Iterator[str]:
    for name in _names(value):
        yield name
        yield from phrases_of_colour(name)


def _families(called: _Values) -> dict[Key, set[str]]:
    """Tell which values are shades of a colour: its name is the last word of theirs."""
    families: dict[Key, set[str]] = defaultdict(set)
    for key, shades in called.items():
        if len(key) > 1 and (last := key[-1:]) in called:
            families[last].update(shades)
    return families


def _label(key: Key, values: Set[str]) -> str:
    """Show a colour by the catalogue's own name where there is one."""
    for value in sorted(values):
        if key_of(value) == key:
            return value
    return " ".join(key)
