import random
import string
from pathlib import Path

import pytest

from catalog.lexicon.english import english_words
from catalog.records import ProductRecord
from indexer.lexical import LexicalIndex
from search.spelling import RARE, Speller
from tests.search.wording_shop import clothing, lexical_of

__all__ = ["clothing"]

LEAST_MENDED = 0.9
"""Of single typos; 41,323 real products give .938 (docs/search-quality.md)."""


@pytest.fixture(scope="module")
def speller(clothing: LexicalIndex) -> Speller:
    return Speller.of(clothing)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("sneekers", "sneakers"),
        ("tshrt", "tshirt"),
        ("blak", "black"),
        ("wach", "watch"),
        ("shrits", "shirts"),
        ("adiddas", "adidas"),
        ("purpel", "purple"),
        ("sunglases", "sunglasses"),
        ("trowsers", "trousers"),
        ("leathre", "leather"),
        ("hanbdags", "handbags"),
        ("snaekesr", "sneakers"),
        ("blackshirt", "black shirt"),
        ("redsneakers", "red sneakers"),
    ],
)
def test_mistyped_word_becomes_the_one_that_was_meant(
    speller: Speller, typed: str, meant: str
) -> None:
    assert speller.correct(typed) == meant


@pytest.mark.parametrize(
    "word",
    [
        "sneakers",
        "zolta",  # a brand
        "numero",
        "billfold",  # English, of no product
        "wash",  # one letter from a watch
        "short",
        "hneakerz",  # two errors, and not even the first letter
        "colour",
        "pyjamas",  # the thesaurus'
        "without",
        "xl",
        "mk2s",
        "0815",
        "blu",  # too short
        "uniqlo",  # a name
        "karaoke",
        "xylophones",
        "连衣裙",
        "qqqqqqqq",
    ],
)
def test_what_is_a_word_or_no_misspelling_stays(speller: Speller, word: str) -> None:
    assert speller.correct(word) == word


def test_commoner_of_equally_near_words_is_meant(tmp_path: Path) -> None:
    products = [ProductRecord(str(at), "Gorta" if at else "Zorta") for at in range(30)]
    assert Speller.of(lexical_of(tmp_path, products)).correct("vorta") == "gorta"


def test_swapped_letters_beat_a_wrong_one(tmp_path: Path) -> None:
    products = [ProductRecord(str(at), name) for at, name in enumerate(("Zaabe", "Zable"))]
    assert Speller.of(lexical_of(tmp_path, products)).correct("zalbe") == "zable"


def test_doubled_letter_beats_another_one(tmp_path: Path) -> None:
    titles = ("Zabbel", "Zapbel", "Zapbel")  # one letter away, both of them
    products = [ProductRecord(str(at), title) for at, title in enumerate(titles)]
    assert Speller.of(lexical_of(tmp_path, products)).correct("zabel") == "zabbel"


def test_rare_word_of_a_large_shop_is_no_correction(tmp_path: Path) -> None:
    few = [ProductRecord("rare", "Zoltaria")]
    many = few + [ProductRecord(str(at), "Shoe") for at in range(RARE)]
    assert Speller.of(lexical_of(tmp_path / "few", few)).correct("zoltarea") == "zoltaria"
    assert Speller.of(lexical_of(tmp_path / "many", many)).correct("zoltarea") == "zoltarea"


def test_shop_without_products_still_spells_the_thesaurus(tmp_path: Path) -> None:
    speller = Speller.of(lexical_of(tmp_path, []))
    assert speller.correct("sneekers") == "sneakers"


def test_nine_of_ten_single_typos_are_mended(speller: Speller, clothing: LexicalIndex) -> None:
    chance = random.Random(7)
    words = [word for word in clothing.words.words if len(word) > 4 and word in english_words()]
    assert len(words) > 20
    mended = tried = 0
    while tried < 400:
        meant = chance.choice(words)
        typed = mistype(meant, chance)
        if not speller.knows(typed):
            tried += 1
            mended += speller.correct(typed).removesuffix("s") == meant.removesuffix("s")
    assert mended / tried >= LEAST_MENDED


def mistype(word: str, chance: random.Random) -> str:
    """Leave out, put in, change or swap one letter."""
    at = chance.randrange(len(word) - 1)
    letter = chance.choice(string.ascii_lowercase)
    return chance.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )
