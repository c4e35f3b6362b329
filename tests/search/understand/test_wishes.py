import pytest

from catalog.records import ProductRecord
from search.filters import In, Not
from search.understand.chips import ChipKind
from search.understand.sentence import understand
from search.understand.vocabulary import Vocabulary
from tests.search.understand.shop import chip, columns_of, kinds, labels, products, read

COLOUR = "attribute.base_colour"


def wanted(text: str, kind: ChipKind) -> list[object]:
    return [each.filter for each in read(text).chips if each.kind is kind]


def test_a_colour_takes_its_shades_in() -> None:
    blue = In(COLOUR, frozenset({"Blue", "Navy Blue"}))
    assert chip("blue dress", ChipKind.COLOUR).filter == blue
    assert chip("dress in blue", ChipKind.COLOUR).filter == blue
    assert chip("red dress", ChipKind.COLOUR).filter == In(COLOUR, frozenset({"Red", "Maroon"}))
    assert chip("navy dress", ChipKind.COLOUR).filter == In(COLOUR, frozenset({"Navy Blue"}))
    # "Dark blue" is said of navy, and of what this shop may call blue.
    assert chip("dark blue dress", ChipKind.COLOUR).filter == blue


def test_several_colours_and_kinds_are_alternatives_in_one_chip() -> None:
    colours = chip("black and white dresses", ChipKind.COLOUR)
    assert colours.filter == In(COLOUR, frozenset({"Black", "White", "Black/White", "Off White"}))
    assert (colours.label, colours.without) == ("Black or White", "dresses")
    both = chip("dresses or shirts", ChipKind.CATEGORY)
    assert both.filter == In("category", kinds("Dresses", "Shirts"))
    assert chip("shirts, ties, red", ChipKind.CATEGORY).filter == In(
        "category", kinds("Shirts", "Ties and Cufflinks")
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("dress", ["Dresses"]), ("shirt dress", ["Dresses"]), ("dress shirt", ["Shirts"]),
        ("dress shoes", ["Formal Shoes"]), ("watch for men", ["Watches"]),
        ("watch with a leather strap", ["Watches"]), ("pants", []),
        ("track pants", ["Track Pants"]), ("trousers", ["Trousers", "Track Pants"]),
        ("watches under 50", ["Watches"]), ("I am looking for a red dress", ["Dresses"]),
        ("a pair of heels", ["Heels"]), ("cotton shirt", ["Shirts"]), ("cufflinks", None),
    ],
)  # fmt: skip
def test_the_kind_is_the_noun_at_the_end(text: str, names: list[str] | None) -> None:
    found = wanted(text, ChipKind.CATEGORY)
    if names is None:
        names = ["Ties and Cufflinks"]
    asked = {path for each in found for path in each.values}  # type: ignore[attr-defined]
    assert {path.split(" > ")[-1] for path in asked if path.count(" > ") == 2} == set(names)


@pytest.mark.parametrize(
    "text",
    [
        "watch strap",
        "shoe laces",
        "traditional indian dress",
        "baseball shirt",
        "evening dress",
        "box of watches",
        "strap for watches",
        "something for my dress",
        "party shoes",
        "like a dress",
        "shoe polish",
        "watches of steel",
    ],
)
def test_a_kind_that_may_be_another_thing_stays_text(text: str) -> None:
    assert wanted(text, ChipKind.CATEGORY) == []
    assert read(text).positive == text


def test_only_the_noun_of_a_phrase_is_the_chip() -> None:
    """The thesaurus knows summer dresses as dresses; no filter tells which are for summer."""
    found = chip("red summer dress", ChipKind.CATEGORY)
    assert found.filter == In("category", kinds("Dresses"))
    assert (found.words, found.without) == ("dress", "red summer")
    whole = chip("dress shoes", ChipKind.CATEGORY)
    assert (whole.words, whole.filter) == ("dress shoes", In("category", kinds("Formal Shoes")))


def test_a_kind_below_a_named_category_is_that_one() -> None:
    every = chip("shoes", ChipKind.CATEGORY).filter
    men = chip("men's shoes", ChipKind.CATEGORY).filter
    assert isinstance(every, In)
    assert isinstance(men, In)
    assert {"Men > Shoes", "Women > Shoes"} <= every.values
    assert men.values == {each for each in every.values if each.startswith("Men > ")}


@pytest.mark.parametrize(
    ("text", "brand"),
    [
        ("off white sneakers", "Off White"), ("no boundaries dress", "No Boundaries"),
        ("Black & Decker drill", "Black & Decker"), ("black and decker drill", "Black & Decker"),
        ("under armour shoes under 50", "Under Armour"), ("north face jacket", "The North Face"),
        ("the north face jacket", "The North Face"), ("free people dress", "Free People"),
        ("red tape shoes", "Red Tape"), ("levis jeans", "Levi's"), ("nike shoes", "Nike"),
        ("shoes by next", "Next"), ("shoes from Nike", "Nike"),
    ],
)  # fmt: skip
def test_a_brand_is_not_torn(text: str, brand: str) -> None:
    found = chip(text, ChipKind.BRAND)
    assert found.filter == In("brand", frozenset({brand}))
    understood = read(text)
    assert [c for c in understood.chips if c.kind in (ChipKind.COLOUR, ChipKind.EXCLUSION)] == []
    assert understood.positive == text.removesuffix(" under 50")


@pytest.mark.parametrize("text", ["next day shoes", "strap for nike", "shoes like adidas"])
def test_a_word_that_is_a_brand_elsewhere_stays_text(text: str) -> None:
    assert wanted(text, ChipKind.BRAND) == []
    assert read(text).positive == text


def test_known_names_are_kept_whole_without_a_brand_column() -> None:
    plain = Vocabulary.of(
        columns_of([ProductRecord("1", "x", attributes={"colour": each}) for each in
                    ("Red", "White", "Black", "Green")])
    )  # fmt: skip
    for text in ("red tape shoes", "no boundaries top", "black & decker", "under armour top"):
        understood = understand(text, plain)
        assert (understood.positive, understood.chips) == (text, ()), text


def test_names_can_be_given() -> None:
    plain = Vocabulary.of(
        columns_of([ProductRecord("1", "x", attributes={"colour": "Red"})]), ["Red Panda"]
    )
    assert understand("red panda cup", plain).chips == ()
    assert len(understand("red cup", plain).chips) == 1


@pytest.mark.parametrize(
    "text",
    [
        "shirt with red flowers",
        "black-tie dress",
        "rose perfume",
        "red rose perfume",
        "white gold watch strap",
        "gold plated thing",
        "shoes for a black dress",
        "box of red",
    ],
)
def test_a_colour_of_something_else_stays_text(text: str) -> None:
    assert wanted(text, ChipKind.COLOUR) == []
    assert read(text).positive == text


def test_a_colour_that_is_also_a_thing_counts_before_a_kind() -> None:
    assert labels("gold watch") == ["Gold", "Watches"]
    assert labels("shoes in gold") == ["Shoes", "Gold"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("rose gold watch", {"Rose Gold"}), ("rose gold thing", {"Rose Gold"}),
        ("off white shirt", {"Off White"}), ("off-white shirt", {"Off White"}),
        ("shirt in off white", {"Off White"}), ("navy blue dress", {"Navy Blue"}),
        ("white dress", {"White", "Off White", "Black/White"}), ("gold ring watch", set()),
    ],
)  # fmt: skip
def test_a_colour_of_two_words_is_one_colour(text: str, values: set[str]) -> None:
    """No brand is called so here: the names that are kept whole give way to a colour."""
    found = [c.filter for c in understand(text, painted()).chips if c.kind is ChipKind.COLOUR]
    assert found == ([In(COLOUR, frozenset(values))] if values else [])
    assert understand(text, painted()).positive == text


def test_an_excluded_colour_of_two_words_takes_no_other_away() -> None:
    (found,) = understand("watch not rose gold", painted()).chips[1:]
    assert (found.label, found.filter) == (
        "not Rose Gold",
        Not(In(COLOUR, frozenset({"Rose Gold"}))),
    )
    assert understand("watch not gold", painted()).chips[1].filter == Not(
        In(COLOUR, frozenset({"Gold", "Rose Gold"}))
    )


def painted() -> Vocabulary:
    """A shop with colours of two words, and no brand that is called like one."""
    kept = [each for each in products() if each.brand != "Off White"]
    for record in kept:
        if record.attributes["base_colour"] == "Rose":
            record.attributes["base_colour"] = "Rose Gold"  # type: ignore[index]
    return Vocabulary.of(columns_of(kept))


def test_who_asks_for_kids_may_be_shown_what_is_for_girls_or_boys() -> None:
    values = ("Kids", "Girls", "Boys", "Women", "Men", "Unisex")
    shop = Vocabulary.of(
        columns_of([ProductRecord(each, "x", attributes={"gender": each}) for each in values])
    )

    def asked(text: str) -> frozenset[str]:
        (found,) = understand(text, shop).chips
        assert isinstance(found.filter, In)
        return found.filter.values

    assert asked("shirt for kids") == {"Kids", "Girls", "Boys"}
    assert asked("women's shirt") == {"Women", "Unisex"}
    assert asked("boys shirt") == {"Boys", "Kids", "Unisex"}
    (found,) = understand("shirt not for kids", shop).chips
    assert found.filter == Not(In("attribute.gender", frozenset({"Kids"})))


def test_a_material_narrows_and_a_usage_does_not() -> None:
    leather = chip("leather bag", ChipKind.ATTRIBUTE)
    assert leather.filter == In("attribute.material", frozenset({"Leather", "Faux Leather"}))
    assert wanted("party dress", ChipKind.ATTRIBUTE) == []
    assert chip("bag not party", ChipKind.EXCLUSION).filter is not None


@pytest.mark.parametrize(
    ("text", "value", "positive"),
    [
        ("shoes size 42", "42", "shoes"), ("shoes UK 9", "UK 9", "shoes"),
        ("XL shirt", "XL", "shirt"),
        ("shirt size m", "S, M, L", "shirt"), ("shirt size large", "S, M, L", "shirt"),
        ("size 36.5 shoes", "36.5", "shoes"), ("shoes, size 42", "42", "shoes"),
    ],
)  # fmt: skip
def test_a_size_that_the_shop_has_is_a_filter(text: str, value: str, positive: str) -> None:
    assert chip(text, ChipKind.SIZE).filter == In("attribute.size", frozenset({value}))
    assert read(text).positive == positive


def test_sizes_joined_by_or_are_alternatives() -> None:
    for text in ("shoes size 42 or 36.5 for men", "shoes size 42 or UK 9 or 36.5 for men"):
        found = chip(text, ChipKind.SIZE)
        assert isinstance(found.filter, In)
        assert found.filter.values >= {"42", "36.5"}
        assert (read(text).positive, found.without) == ("shoes for men", "shoes for men")
    assert read("shoes size 42 or red").positive == "shoes or red"


@pytest.mark.parametrize("text", ["shoes size 99", "shoes 42", "shirt m", "us open shirt"])
def test_a_size_that_is_none_stays_text(text: str) -> None:
    assert wanted(text, ChipKind.SIZE) == []
    assert read(text).positive == text


def test_a_column_that_few_products_fill_narrows_nothing() -> None:
    records = [ProductRecord("1", "a", attributes={"colour": "Red"})]
    records += [ProductRecord(str(at), "b") for at in range(2, 9)]
    few = Vocabulary.of(columns_of(records))
    assert understand("red thing", few).chips == ()
    assert understand("thing in red", few).chips == ()
    assert len(understand("thing not red", few).chips) == 1


def test_a_whole_sentence_comes_apart() -> None:
    understood = read("red leather bag under 50, but not by Acme, in stock")
    assert understood.positive == "red leather bag"
    assert [(each.kind, each.words) for each in understood.chips] == [
        (ChipKind.COLOUR, "red"),
        (ChipKind.ATTRIBUTE, "leather"),
        (ChipKind.CATEGORY, "bag"),
        (ChipKind.PRICE, "under 50"),
        (ChipKind.EXCLUSION, ", but not by Acme"),
        (ChipKind.STOCK, ", in stock"),
    ]
    assert understood.chips[4].without == "red leather bag under 50, in stock"


def test_a_brand_is_called_as_most_of_its_products_call_it() -> None:
    spellings = ("ACME", "Acme", "Acme", "acme")
    shop = columns_of(
        [ProductRecord(str(at), "x", brand=brand) for at, brand in enumerate(spellings)]
    )
    (found,) = understand("acme x", Vocabulary.of(shop)).chips
    assert found.label == "Acme"
    assert found.filter == In("brand", frozenset(spellings))
