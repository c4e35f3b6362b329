import tomllib

import pytest

from catalog.lexicon.english import english_words, function_words
from catalog.lexicon.languages import Language, Part, languages, phrases
from catalog.thesaurus import THESAURUS, phrases_of_colour, phrases_of_kind

BASIC_COLOURS = {
    "black", "white", "grey", "red", "blue", "green", "yellow", "orange", "pink", "brown", "purple",
}  # fmt: skip


def named() -> list[tuple[str, tuple[str, ...]]]:
    told = tomllib.loads(THESAURUS.read_text(encoding="utf-8"))
    kinds = [(kind, phrases_of_kind(kind)) for kind in told["kinds"]]
    return kinds + [(colour, phrases_of_colour(colour)) for colour in told["colours"]]


@pytest.mark.parametrize("language", languages(), ids=lambda language: language.name)
def test_every_kind_and_colour_has_a_word_in_each_language(language: Language) -> None:
    english = {sense.english for sense in language.senses.values()}
    missing = [name for name, phrases in named() if phrases[0] not in english]
    assert missing == []
    assert english >= BASIC_COLOURS


@pytest.mark.parametrize("language", languages(), ids=lambda language: language.name)
def test_words_of_a_language_can_be_matched(language: Language) -> None:
    assert all(all(words) and all(word == word.lower() for word in words)
               for words in language.senses)  # fmt: skip
    assert language.longest == max(
        len(words) if language.spaces else len(words[0]) for words in language.senses
    )


@pytest.mark.parametrize(
    ("name", "words", "english"),
    [
        ("German", ("schuhe",), "shoes"),
        ("German", ("gruenes",), "green"),
        ("German", ("grunes",), "green"),
        ("German", ("weisser",), "white"),
        ("French", ("boucles", "d", "oreilles"), "earrings"),
        ("French", ("manteaux",), "coat"),
        ("Spanish", ("pantalones",), "trousers"),
        ("Spanish", ("rojas",), "red"),
        ("Portuguese", ("aneis",), "ring"),
        ("Portuguese", ("tenis",), "sneakers"),
        ("Chinese", ("连衣裙",), "dress"),
        ("Chinese", ("連衣裙",), "dress"),
    ],
)
def test_both_numbers_inflections_and_spellings_are_known(
    name: str, words: tuple[str, ...], english: str
) -> None:
    language = next(each for each in languages() if each.name == name)
    assert language.senses[words].english == english


def test_notation_is_written_out_and_folded() -> None:
    assert phrases("sac(s) à dos | roj[o/a/os]") == [
        "sac a dos", "sacs a dos", "rojo", "roja", "rojos",
    ]  # fmt: skip


def test_kind_goes_before_a_trait_of_the_same_word() -> None:
    german = languages()[0]
    assert german.senses[("kette",)].part is Part.KIND


def test_english_has_plain_words_and_lacks_mistakes_and_other_languages() -> None:
    assert {"billfold", "without", "trousers", "colour", "hoodie"} <= english_words()
    assert english_words().isdisjoint({"sneekers", "blak", "wach", "schwarz", "rote", "verde"})
    assert {"the", "without", "something"} <= function_words()
    assert function_words().isdisjoint({"off", "only", "next", "leather"})
