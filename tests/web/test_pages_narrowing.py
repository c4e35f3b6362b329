"""Filters, chips, orders and ways out on the pages, over a real engine: what is shown is true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.settings import Settings
from search.engine import SearchEngine
from tests.web.fake_engine import FakeImages
from tests.web.page_shop import HOSTILE, open_shop
from tests.web.test_pages import (
    links,
    parse,
    test_every_field_has_a_label,
    test_every_id_is_unique_and_every_reference_leads_to_one,
    test_every_page_has_one_heading_one_main_and_a_way_to_skip,
    test_every_picture_has_its_text_and_room,
    test_everything_comes_from_the_site_itself,
    test_nothing_is_inline_that_the_policy_forbids,
    upload,
)
from web.app import create_app

__all__ = [
    "test_every_field_has_a_label",
    "test_every_id_is_unique_and_every_reference_leads_to_one",
    "test_every_page_has_one_heading_one_main_and_a_way_to_skip",
    "test_every_picture_has_its_text_and_room",
    "test_everything_comes_from_the_site_itself",
    "test_nothing_is_inline_that_the_policy_forbids",
]

PATHS = {
    "facets": "/search?q=leather",
    "chosen": "/search?q=leather&filter.brand=Acme&filter.price=30..60&sort=price_asc",
    "tree": "/search?q=leather&filter.category=Bags",
    "chips": "/search?q=red+handbag+under+40+but+not+Zeta",
    "rewritten": "/search?q=handbga",
    "literal": "/search?q=red+handbag&understand=0",
    "ways out": "/search?q=red+backpack+under+20",
    "variants": "/search?q=lamp",
    "filters alone": "/search?filter.category=Shoes",
    "all but": "/search?exclude.brand=Zeta",
    "like": "/search?q=in+blue&like=handbag-0-red",
    "product": "/products/lamp-0-red",
    "similar": "/products/handbag-0-red/similar",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SearchEngine, FakeImages]]:
    with open_shop(tmp_path_factory.mktemp("shop")) as opened:
        yield opened


@pytest.fixture(scope="module")
def app(shop: tuple[SearchEngine, FakeImages], tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(Settings(home=tmp_path_factory.mktemp("site")), *shop)


@pytest.fixture(scope="module")
def parsed() -> dict[str, Element]:
    return {}


@pytest.fixture(params=[*PATHS, "upload"])
def page(
    request: pytest.FixtureRequest, client: FlaskClient, parsed: dict[str, Element]
) -> Element:
    name = request.param
    if name not in parsed:  # parsing strictly takes longer than making the page
        path = PATHS.get(name) or upload(client, q="handbag") + "&filter.brand=Acme"
        parsed[name] = get(client, path)
    return parsed[name]


def text_of(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def classed(page: Element, name: str) -> list[Element]:
    return [each for each in page.iter() if name in each.attrib.get("class", "").split()]


def total_of(page: Element) -> int:
    (line,) = classed(page, "results-head__count")
    return int(text_of(line).split(" ", 1)[0].replace(",", ""))


def get(client: FlaskClient, path: str) -> Element:
    response = client.get(path, follow_redirects=True)
    assert response.status_code == 200, (path, response.text)
    return parse(response.text)


def total_at(client: FlaskClient, path: str) -> int:
    """Read a page's total without parsing all of it."""
    response = client.get(path)
    found = re.search(r"results-head__count\">([\d,]+) product", response.text)
    assert found, (path, response.text)
    return int(found[1].replace(",", ""))


def choices(page: Element) -> dict[str, tuple[int, bool, str]]:
    """Give each facet's choices: count, whether chosen, address."""
    found: dict[str, tuple[int, bool, str]] = {}
    for facet in classed(page, "facet"):
        name = text_of(classed(facet, "facet__name")[0])
        for link in classed(facet, "choice"):
            label = text_of(classed(link, "choice__label")[0])
            count = int(re.sub(r"\D", "", text_of(classed(link, "choice__count")[0])))
            chosen = "choice--on" in link.attrib["class"]
            found[f"{name}: {label.removeprefix('Chosen, take back: ')}"] = (
                count,
                chosen,
                link.attrib["href"],
            )
    return found


def titles(page: Element) -> list[str]:
    return [text_of(each) for each in classed(page, "card__title")]


def chips(page: Element) -> dict[str, str]:
    return {
        text_of(each).removeprefix("Remove: "): each.attrib["href"]
        for each in classed(page, "chip")
    }


@pytest.mark.parametrize("name", ["facets", "tree", "chips", "filters alone", "all but", "like"])
def test_a_choices_count_is_what_choosing_it_finds(client: FlaskClient, name: str) -> None:
    offered = choices(get(client, PATHS[name]))
    assert len(offered) >= 2
    for label, (count, chosen, url) in offered.items():
        if not chosen:
            assert (label, total_at(client, url)) == (label, count)


def test_of_one_facet_any_chosen_value_will_do(client: FlaskClient) -> None:
    first = choices(get(client, PATHS["facets"]))
    acme, zeta = first["Brand: Acme"], first["Brand: Zeta"]
    one = choices(get(client, acme[2]))
    assert one["Brand: Acme"][:2] == (acme[0], True)
    assert one["Brand: Zeta"][:2] == (zeta[0], False)
    both = get(client, one["Brand: Zeta"][2])
    assert total_of(both) == acme[0] + zeta[0]
    assert choices(both)["Brand: Acme"][1]


def test_a_choice_and_all_choices_can_be_taken_back(client: FlaskClient) -> None:
    page = get(client, PATHS["chosen"])
    assert chips(page) == {
        "Leather": "/search?filter.brand=Acme&filter.price=30..60&sort=price_asc",
        "Acme": "/search?q=leather&filter.price=30..60&sort=price_asc",
        "€30 – €60": "/search?q=leather&filter.brand=Acme&sort=price_asc",
    }
    assert choices(page)["Brand: Acme"][2] == chips(page)["Acme"]
    assert {"/search?q=leather&sort=price_asc"} <= {
        each.attrib["href"] for each in page.iter("a") if text_of(each) == "Clear all"
    }


def test_a_tree_is_walked_down_and_up(client: FlaskClient) -> None:
    top = choices(get(client, PATHS["facets"]))
    bags = choices(get(client, top["Category: Bags"][2]))
    handbags = choices(get(client, bags["Category: Handbags"][2]))
    assert handbags["Category: Handbags"][:2] == (12, True)
    assert not handbags["Category: Bags"][1]
    assert handbags["Category: Handbags"][2] == top["Category: Bags"][2]
    assert bags["Category: Bags"][2] == "/search?q=leather"
    # Choosing beside it leaves it, as in any tree.
    assert choices(get(client, handbags["Category: Shoes"][2]))["Category: Shoes"][1]


@pytest.mark.parametrize(
    ("sent", "address"),
    [
        ("price_from=30&price_to=45.50", "/search?q=leather&filter.price=30..45.50"),
        ("price_from=30,5&price_to=", "/search?q=leather&filter.price=30.5.."),
        ("price_from=&price_to=40", "/search?q=leather&filter.price=..40"),
        ("price_from=60&price_to=9", "/search?q=leather&filter.price=9..60"),
        ("price_from=&price_to=", "/search?q=leather"),
        ("sort=newest&price_to=40", "/search?q=leather&filter.price=..40&sort=newest"),
    ],
)
def test_the_price_form_leads_to_an_address_that_can_be_shared(
    client: FlaskClient, sent: str, address: str
) -> None:
    response = client.get(f"/search?q=leather&page=2&filter.price=1..2&{sent}")
    assert (response.status_code, response.headers["Location"]) == (302, address)


def test_a_price_that_is_no_number_is_said(client: FlaskClient) -> None:
    response = client.get("/search?q=leather&price_from=cheap")
    assert response.status_code == 422
    assert "is no range" in response.text
    assert 'value="leather"' in response.text


def test_the_price_form_carries_all_the_rest_along(client: FlaskClient) -> None:
    page = get(client, PATHS["chosen"] + "&page=1")
    (form,) = classed(page, "price")
    sent = {each.attrib["name"]: each.attrib.get("value", "") for each in form.iter("input")}
    assert sent == {
        "q": "leather",
        "filter.brand": "Acme",
        "sort": "price_asc",
        "price_from": "30",
        "price_to": "60",
    }


def test_filters_and_orders_are_kept_over_pages_and_pages_begin_anew(client: FlaskClient) -> None:
    page = get(client, "/search?q=leather&exclude.category=Shoes&sort=price_desc")
    second = next(each for each in page.iter("a") if text_of(each) == "Next").attrib["href"]
    assert second == "/search?q=leather&exclude.category=Shoes&sort=price_desc&page=2"
    turned = get(client, second)
    assert len(titles(turned)) == total_of(turned) - 24
    assert set(titles(turned)).isdisjoint(titles(page))
    sorts = {text_of(each): each.attrib["href"] for each in classed(turned, "sorts__link")}
    assert sorts == {
        "Best match": "/search?q=leather&exclude.category=Shoes",
        "Lowest price": "/search?q=leather&exclude.category=Shoes&sort=price_asc",
        "Highest price": "/search?q=leather&exclude.category=Shoes&sort=price_desc",
        "Newest": "/search?q=leather&exclude.category=Shoes&sort=newest",
    }


def test_prices_rise_and_fall_as_the_order_says(client: FlaskClient) -> None:
    for sort, falls, said in (("price_asc", False, "lowest"), ("price_desc", True, "highest")):
        page = get(client, f"/search?q=leather&sort={sort}")
        prices = [
            float(text_of(each).split(" ")[0].removeprefix("€"))
            for each in classed(page, "card__price")
        ]
        assert len(prices) == 24
        assert prices == sorted(prices, reverse=falls)
        assert f"{said} price first" in text_of(classed(page, "results-head__count")[0])


def test_what_was_understood_is_told_and_can_be_taken_off(client: FlaskClient) -> None:
    page = get(client, "/search?q=red+handbag+under+40+but+not+Zeta&filter.material=&sort=newest")
    assert {
        label: dict(parse_qsl(urlsplit(url).query))["q"] for label, url in chips(page).items()
    } == {
        "Red": "handbag under 40 but not Zeta",
        "Handbags": "red under 40 but not Zeta",
        "up to €40": "red handbag but not Zeta",
        "not Zeta": "red handbag under 40",
    }
    assert all(url.endswith("&sort=newest") for url in chips(page).values())
    assert set(titles(page)) == {"Red leather handbag 0"}
    assert total_at(client, chips(page)["up to €40"]) == 2


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("between 20 and 40 EUR", "€20 – €40"),
        ("over 25.50", "€25.50 or more"),
        ("cheap", "cheap (up to €31.50)"),
        ("in stock", "in stock"),
    ],
)
def test_understood_prices_have_the_sign_of_the_shops_prices(
    client: FlaskClient, said: str, label: str
) -> None:
    assert label in chips(get(client, f"/search?q=handbag+{said.replace(' ', '+')}"))


def test_words_can_be_taken_literally_and_understood_again(client: FlaskClient) -> None:
    read = get(client, "/search?q=red+handbag")
    (literal,) = classed(read, "reading__literal")
    page = get(client, literal.attrib["href"])
    assert chips(page) == {}
    assert total_of(page) != total_of(read)
    assert "/search?q=red+handbag" in {each.attrib.get("href") for each in page.iter("a")}


def test_mended_words_are_told_with_a_way_back(client: FlaskClient) -> None:
    page = get(client, "/search?q=handbga&filter.brand=Acme")
    (said,) = classed(page, "reading__words")
    assert text_of(said) == "Showing results for handbag. Search for “handbga” instead"
    (link,) = said.iter("a")
    assert link.attrib["href"] == "/search?q=handbga&filter.brand=Acme&understand=0"
    assert "Showing results" not in client.get(link.attrib["href"]).text
    (said,) = classed(get(client, "/search?q=rote+lampe"), "reading__words")
    assert text_of(said).startswith("Read as red lamp.")


def test_variants_are_counted_and_led_to(client: FlaskClient) -> None:
    page = get(client, "/search?q=lamp&filter.price=..25.60")
    found = classed(page, "grid__variants")
    assert [text_of(each) for each in found] == ["2 variants of Red leather lamp 0"]
    variants = get(client, found[0].attrib["href"])
    assert total_of(variants) == 2
    assert {each[:-15] for each in titles(variants)} == {"Red", "Blue"}
    # Taking the model off again, models are one hit each.
    assert chips(variants)["Variants of one model"] == "/search?q=lamp&filter.price=..25.60"


def test_a_product_shows_the_other_variants_and_their_prices(client: FlaskClient) -> None:
    page = get(client, "/products/lamp-0-red")
    (section,) = [
        e for e in page.iter("section") if e.attrib.get("aria-labelledby") == "variants-title"
    ]
    assert set(titles(section)) == {f"{each} leather lamp 0" for each in ("Blue", "Green", "Black")}
    assert "4 variants, €25.00 – €26.50" in text_of(section)
    all_of_it = next(each for each in section.iter("a") if text_of(each) == "See all 4")
    assert total_at(client, all_of_it.attrib["href"]) == 4
    assert "Also comes as" not in client.get("/products/boot-0-red").text


def test_like_this_but_in_another_colour(client: FlaskClient) -> None:
    product = get(client, "/products/handbag-0-red")
    (form,) = classed(product, "like")
    sent = {each.attrib["name"]: each.attrib.get("value", "") for each in form.iter("input")}
    assert sent == {"like": "handbag-0-red", "q": ""}
    page = get(client, "/search?like=handbag-0-red&q=in+blue")
    assert text_of(next(page.iter("h1"))) == "Red leather handbag 0, but “in blue”"
    assert titles(page)[0].startswith("Blue leather")
    assert "Red leather handbag 0" not in titles(page)
    assert client.get("/search?like=nothing-like-it&q=in+blue").status_code == 404


def test_a_category_is_a_page_of_its_own(client: FlaskClient) -> None:
    assert "/search?filter.category=Shoes" in links(client.get("/").text)
    page = get(client, "/search?filter.category=Shoes")
    assert text_of(next(page.iter("h1"))) == "Shoes"
    assert total_of(page) == 12
    trail = [
        e for e in get(client, "/products/handbag-0-red").iter("a") if text_of(e) == "Handbags"
    ]
    assert trail[0].attrib["href"] == "/search?filter.category=Bags+%3E+Handbags"
    assert total_at(client, trail[0].attrib["href"]) == 12


def test_a_picture_without_results_does_not_claim_an_order(client: FlaskClient) -> None:
    address = upload(client)
    page = get(client, f"{address}?filter.price=..1")
    (said,) = classed(page, "results-head__count")
    assert text_of(said) == "0 products"
    assert "best match first" not in text_of(page)


def test_a_pictures_filters_are_kept_when_words_are_added(client: FlaskClient) -> None:
    page = get(client, f"{upload(client)}?filter.brand=Acme&sort=price_asc")
    (form,) = classed(page, "refine")
    sent = {each.attrib["name"]: each.attrib.get("value", "") for each in form.iter("input")}
    assert sent == {"filter.brand": "Acme", "sort": "price_asc", "q": ""}


def test_words_of_shops_in_filters_stay_words_and_can_be_chosen(client: FlaskClient) -> None:
    page = get(client, "/search?exclude.category=Bags")
    count, chosen, url = choices(page)[f"Brand: {HOSTILE}"]
    assert (count, chosen, total_at(client, url)) == (1, False, 1)
    count, chosen, url = choices(page)["Colour: 10..20"]
    assert (count, chosen, total_at(client, url)) == (1, False, 1)
    assert titles(get(client, url)) == ["Odd thing"]
    # An address does not take a brand of 400 letters; its product is found all the same.
    assert not any(label.startswith("Brand: LLL") for label in choices(page))


def test_an_address_that_is_full_is_still_a_page(client: FlaskClient) -> None:
    full = "&".join(f"filter.brand=B{number}" for number in range(64))
    page = get(client, f"/search?q=leather&{full}")
    assert total_of(page) == 0
    assert choices(page)["Brand: Acme"][0] == 13
    assert client.get(f"/search?q=leather&{full}&filter.brand=One").status_code == 422


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("filter.brnad=Acme", "There is no field"),
        ("filter.attribute.nothing=1", "There is no field"),
        ("filter.price=lots", "is no range"),
        ("sort=best", "There is no sort"),
    ],
)
def test_what_cannot_be_asked_is_a_page_that_says_why(
    client: FlaskClient, arguments: str, said: str
) -> None:
    response = client.get(f"/search?q=leather&{arguments}")
    assert response.status_code == 422
    assert said in response.text
    parse(response.text)
