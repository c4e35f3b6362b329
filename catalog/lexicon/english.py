"""English words that shoppers use, whatever the catalogue: function words, and plain English."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path

from catalog.thesaurus import THESAURUS

ENGLISH = Path(__file__).with_name("english.toml")

_WORD = re.compile(r"[^\W\d_]+")


@cache
def function_words() -> frozenset[str]:
    """Give the words that say nothing of a product: grammar, and how people ask.

    >>> "without" in function_words(), "leather" in function_words()
    (True, False)
    """
    told = tomllib.loads(ENGLISH.read_text(encoding="utf-8"))
    return frozenset(f"{told['function']['words']} {told['asking']['words']}".split())


@cache
def thesaurus_words() -> frozenset[str]:
    """Give every word of the thesaurus: its kinds, its colours and what shoppers say for them.

    >>> {"billfold", "trousers", "navy"} & thesaurus_words() == {"trousers", "navy"}
    True
    """
    told = tomllib.loads(THESAURUS.read_text(encoding="utf-8"))
    names = (name for part in told.values() for name in part)
    phrases = (phrase for part in told.values() for phrases in part.values() for phrase in phrases)
    return frozenset(_WORD.findall(" ".join((*names, *phrases))))


@cache
def english_words() -> frozenset[str]:
    """Give some 83,000 English words: what is among them is no spelling mistake.

    The thesaurus and the function words are among them.

    Source: the frequency dictionary of symspellpy (the words of SCOWL that occur in
    Google's n-grams), and words and names of shops that it lacks.
    """
    told = tomllib.loads(ENGLISH.read_text(encoding="utf-8"))
    listed = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt")
    lines = listed.read_text(encoding="utf-8-sig").splitlines()
    plain = (line.split(" ", 1)[0] for line in lines)
    ours = f"{told['known']['words']} {told['names']['words']}".split()
    words = {*plain, *ours} - set(told["foreign"]["words"].split())
    return frozenset(words) | function_words() | thesaurus_words()
