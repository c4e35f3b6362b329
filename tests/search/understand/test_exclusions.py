import pytest

from search.filters import AllOf, In, Not
from search.understand.chips import ChipKind
from search.understand.sentence import understand
from search.understand.vocabulary import Vocabulary
from tests.search.understand.shop import chip, columns_of, kinds, labels, products, read

COLOUR = "attribute.base_colour"
BLACK = frozenset({"Black", "Black/White"})
RED = frozenset({"Red", "Maroon"})


def excluded(text: str) -> list[str]:
    """List what a sentence excludes by likeness."""
    return list(read(text).negatives)


@pytest.mark.parametrize(
    "text",
    [
        "shirt without stripes", "shirt w/o stripes", "shirt but no stripes", "shirt no stripes",
        "shirt with no stripes", "shirt but without any stripes", "shirt, not with stripes",
        "shirt except stripes", "shirt other than stripes", "shirt -stripes", "shirt not stripes",
        "shirt free of stripes", "shirt sans stripes", "shirt minus stripes",
        "shirt that has no stripes", "shirt rather than stripes", "no stripes, shirt",
    ],
)  # fmt: skip
def test_every_way_to_say_no_excludes_the_same(text: str) -> None:
    understood = read(text)
    assert understood.negatives == ("stripes",)
    assert understood.positive in ("shirt", "shirt that")


@pytest.mark.parametrize(
    ("text", "negatives", "positive"),
    [
        ("shoes without laces or buckles", ["laces", "buckles"], "shoes"),
        ("shoes without laces, buckles or straps", ["laces", "buckles", "straps"], "shoes"),
        ("shoes without laces and buckles", ["laces", "buckles"], "shoes"),
        ("shoes without laces and red", ["laces"], "shoes and red"),
        ("shoes without laces, red", ["laces"], "shoes, red"),
        ("dress without stripes and dots, red or blue", ["stripes", "dots"], "dress, red or blue"),
        ("shoes not not laces", ["laces"], "shoes not"),
        ("shoes without laces for work", ["laces"], "shoes for work"),
        ("dress with no sleeves and with pockets", ["sleeves"], "dress and with pockets"),
        ("dress without sleeves but pockets", ["sleeves"], "dress but pockets"),
        ("dress no sleeves knee length", ["sleeves"], "dress knee length"),
        ("dress with no floral print", ["floral print"], "dress"),
        ("non-slip shoes without laces", ["laces"], "non-slip shoes"),
        ("shoes without laces in red", ["laces"], "shoes in red"),
        ("dress without a back zip under 50", ["back zip"], "dress"),
        ("watch without a black strap", ["black strap"], "watch"),
        ("watch no gold strap", ["gold strap"], "watch"),
        ("dress with no black belt loop", ["black belt loop"], "dress"),
    ],
)
def test_an_exclusion_ends_where_its_list_ends(
    text: str, negatives: list[str], positive: str
) -> None:
    assert excluded(text) == negatives
    assert read(text).positive == positive


def test_not_black_shoes_are_neither_all_that_is_not_black_nor_no_shoes() -> None:
    both = chip("sandals but not black shoes", ChipKind.EXCLUSION)
    assert isinstance(both.filter, Not)
    assert isinstance(both.filter.filter, AllOf)
    assert both.filter.filter.filters[0] == In(COLOUR, BLACK)
    black = chip("not black, shoes", ChipKind.EXCLUSION)
    assert black.filter == Not(In(COLOUR, BLACK))
    assert read("not black, shoes").positive == "shoes"
    # Something has to be looked for, and it can only be the other shoes.
    assert read("not black shoes").positive == "shoes"


def test_each_excluded_colour_is_a_chip_with_its_shades() -> None:
    first, second = read("no red, no blue").chips
    assert first.filter == Not(In(COLOUR, RED))
    assert second.filter == Not(In(COLOUR, frozenset({"Blue", "Navy Blue"})))
    assert (first.without, second.without) == ("no blue", "no red")
    assert read("no red, no blue").positive == ""


def test_an_excluded_colour_without_a_noun_stands_for_itself() -> None:
    found = chip("dress not red knee length", ChipKind.EXCLUSION)
    assert found.filter == Not(In(COLOUR, RED))
    assert read("dress not red knee length").positive == "dress knee length"
    assert read("shirt with no red stripes").negatives == ("red stripes",)


def test_taking_one_thing_off_a_list_keeps_the_others_excluded() -> None:
    laces, buckles, straps = [
        each for each in read("shoes without laces, buckles or straps").chips if each.negative
    ]
    assert read(laces.without).negatives == ("buckles", "straps")
    assert read(buckles.without).negatives == ("laces", "straps")
    assert straps.without == "shoes without laces, buckles"


@pytest.mark.parametrize(
    "text", ["bag not by Acme", "bag but not Acme", "bag except from Acme", "bag -acme"]
)
def test_an_excluded_brand_is_filtered_out(text: str) -> None:
    found = chip(text, ChipKind.EXCLUSION)
    assert (found.filter, found.negative) == (Not(In("brand", frozenset({"Acme"}))), "")


def test_a_brand_with_an_everyday_name_is_meant_behind_by() -> None:
    assert chip("shoes not by Next", ChipKind.EXCLUSION).filter == Not(
        In("brand", frozenset({"Next"}))
    )


def test_an_excluded_kind_is_filtered_out() -> None:
    found = chip("shoes but no heels", ChipKind.EXCLUSION)
    assert found.filter == Not(In("category", kinds("Heels")))
    assert (found.label, found.negative) == ("not Heels", "")


def test_a_kind_that_can_be_a_part_is_pushed_away_by_likeness_too() -> None:
    found = chip("dress without a belt", ChipKind.EXCLUSION)
    assert found.filter == Not(In("category", kinds("Belts")))
    assert found.negative == "belt"


def test_leather_free_and_non_leather_exclude_leather() -> None:
    leather = Not(In("attribute.material", frozenset({"Leather", "Faux Leather"})))
    for text in ("leather-free shoes", "non-leather shoes", "shoes -leather", "shoes not leather"):
        assert chip(text, ChipKind.EXCLUSION).filter == leather, text
        assert read(text).positive == "shoes", text


@pytest.mark.parametrize(
    "text",
    [
        "wrinkle-free shirt", "cruelty-free bag",
        "non-stick pan", "non slip mat", "no-show socks", "hands-free bag", "Chanel No 5",
        "No. 5 perfume", "not without pockets", "without", "no", "-", "not", "dress without",
        "bags without and with", "forget-me-not dress", "not only for men", "t-shirt",
    ],
)  # fmt: skip
def test_what_excludes_nothing_stays_in_the_text(text: str) -> None:
    understood = read(text)
    assert [c for c in understood.chips if c.kind is ChipKind.EXCLUSION] == []
    assert understood.positive == text


def test_data_excludes_only_where_most_products_have_it() -> None:
    """A material that is known of few is pushed away by likeness as well."""
    few = [p for p in products() if p.attributes["material"] != "Cotton"]
    for record in few[60:]:
        del record.attributes["material"]  # type: ignore[attr-defined]
    (found,) = [
        each
        for each in understand("shoes not leather", Vocabulary.of(columns_of(few))).chips
        if each.kind is ChipKind.EXCLUSION
    ]
    assert (found.negative, type(found.filter)) == ("leather", Not)


def test_many_exclusions_are_bounded_and_none_is_lost() -> None:
    text = ", ".join(f"no thing{number}x" for number in range(30))
    understood = read(text)
    assert len(understood.chips) == 12
    assert understood.positive.startswith("no thing12x")


def test_labels_say_what_is_not_wanted() -> None:
    assert labels("thing without a chain, not red, not by Acme") == [
        "without chain",
        "not Red",
        "not Acme",
    ]
