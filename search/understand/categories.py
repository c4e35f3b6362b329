"""The catalogue's kinds of products by shoppers' words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Set
from functools import lru_cache
from itertools import takewhile

from catalog.records import CATEGORY_SEPARATOR
from catalog.thesaurus import phrases_of_kind
from indexer.attributes import Columns
from search.filters import CATEGORY
from search.understand import english
from search.understand.chips import ChipKind
from search.understand.coverage import covers
from search.understand.meanings import Meaning, Meanings, parts_of
from search.understand.tokens import Key, key_of


def category_meanings(columns: Columns, colours: Meanings) -> Meanings:
    """List what kinds are called.

    A category's own name and the thesaurus's plainest word for it show that the kind is meant.
    Its other phrases are said of other kinds, too (a pullover can be a sweatshirt), so that
    they exclude but do not narrow. Whoever asks for pants may be shown track pants: every
    category counts in whose name or phrases the word stands last, as English has it.
    """
    named: dict[Key, set[str]] = defaultdict(set)
    said: dict[Key, set[str]] = defaultdict(set)
    for path in _paths(columns):
        names, phrases = _names(path), _phrases(path)
        for key in names:
            named[key].add(path)
        for key in {*names, *phrases}:
            # "Blue jeans" are jeans that are blue.
            if not (len(key) > 1 and key[:1] in colours):
                said[key].add(path)
    sure = covers(columns, f"{CATEGORY}_1")
    kinds = Meanings()
    tails = _tails(said)
    for key, paths in said.items():
        exact = named.get(key) or paths
        noun = key if key in named else _noun(key, named)
        asked = frozenset(said[noun] | tails[noun]) if noun else frozenset(paths | tails[key])
        label = _label(noun or key, named[noun] if noun else exact)
        kinds.add(
            key,
            Meaning(
                ChipKind.CATEGORY,
                CATEGORY,
                label,
                asked,
                frozenset(exact),
                sure and bool(noun),
                noun_words=len(noun),
            ),
        )
    return kinds


def within(paths: Collection[str], words: Collection[str]) -> frozenset[str]:
    """Keep the categories below one that is named, where there are any: men's shoes."""
    kept = {path for path in paths if not _above(path).isdisjoint(words)}
    return frozenset(kept or paths)


@lru_cache(maxsize=10_000)
def _above(path: str) -> frozenset[str]:
    keys = (key_of(segment) for segment in path.split(CATEGORY_SEPARATOR)[:-1])
    return frozenset(key[0] for key in keys if len(key) == 1)


def _paths(columns: Columns) -> Iterator[str]:
    for level in columns.category_levels:
        yield from level.values


def _names(path: str) -> list[Key]:
    """Give a category's names: its own, those joined in it, and the plainest word for each."""
    own = path.split(CATEGORY_SEPARATOR)[-1]
    names = [own, *parts_of(own)]
    names += [phrase for name in tuple(names) for phrase in phrases_of_kind(name)[:1]]
    return [key for name in names if (key := key_of(name))]


def _phrases(path: str) -> list[Key]:
    own = path.split(CATEGORY_SEPARATOR)[-1]
    phrases: list[str] = []
    for name in (own, *parts_of(own)):
        phrases += phrases_of_kind(name)
        # What others call the kind: this shop's "Tshirts" are another's "T-shirts".
        for plainest in phrases_of_kind(name)[:1]:
            phrases += phrases_of_kind(f"{plainest}s")
    return [key for phrase in phrases if (key := key_of(phrase))]


def _tails(said: dict[Key, set[str]]) -> dict[Key, set[str]]:
    """Tell for each word or words the categories whose phrases have them as their noun.

    It stands last in English, or before what describes it: a bag to carry on the back is a bag.
    """
    tails: dict[Key, set[str]] = defaultdict(set)
    for key, paths in said.items():
        head = tuple(takewhile(lambda word: word not in english.BEFORE_COMPLEMENT, key))
        for start in range(len(head)):
            tails[head[start:]].update(paths)
    return tails


def _noun(key: Key, named: Mapping[Key, Set[str]]) -> Key:
    """Find what a phrase is of by its last words: a dress shirt is a shirt."""
    if english.BEFORE_COMPLEMENT.intersection(key):
        return ()
    return next((key[at:] for at in range(1, len(key)) if key[at:] in named), ())


def _label(key: Key, paths: Collection[str]) -> str:
    """Show a kind by the catalogue's own name where there is one."""
    own = sorted({path.split(CATEGORY_SEPARATOR)[-1] for path in paths}, key=lambda o: (len(o), o))
    return next((name for name in own if key_of(name) == key), own[0])
