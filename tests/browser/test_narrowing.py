"""Filters, chips and suggestions in a real Chromium, over a real engine and a small shop."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.page_faults import faults_of
from tests.web.page_shop import LONG_KIND

pytestmark = pytest.mark.browser

PAGES = {
    "facets": "/search?q=leather",
    "chosen": "/search?q=leather&filter.brand=Acme&filter.price=30..60&sort=price_asc",
    "chips": "/search?q=red+handbag+under+50+but+not+Zeta",
    "rewritten": "/search?q=handbga",
    "ways out": "/search?q=red+backpack+under+20",
    "variants": "/search?q=lamp",
    "odd names": "/search?exclude.category=Bags",
    "like": "/search?q=in+blue&like=handbag-0-red",
    "product": "/products/lamp-0-red",
    "home": "/",
    "long names": "/products/long",
    "long names chosen": f"/search?q=long&filter.category={LONG_KIND}",
    "long names understood": f"/search?q=red+{LONG_KIND}+under+1",
}


@pytest.mark.parametrize(
    ("name", "width"),
    [(name, width) for width in (390, 1280) for name in PAGES] + [("chosen", 320)],
)
def test_a_page_that_narrows_is_whole(open_shop_page: OpenPage, name: str, width: int) -> None:
    assert faults_of(open_shop_page(PAGES[name], width)) == []


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_on_a_phone_the_filters_take_the_place_of_the_results(
    open_shop_page: OpenPage, script: bool
) -> None:
    page = open_shop_page(PAGES["facets"], 390, java_script_enabled=script)
    panel, grid = page.locator("#filters"), page.locator(".results .grid")
    expect(panel).to_be_hidden()
    page.get_by_role("link", name="Filters", exact=True).click()
    expect(panel).to_be_visible()
    expect(grid).to_be_hidden()
    if script:
        page.evaluate("scrollTo(0, 0)")  # for the header lies over what is scrolled away
        assert faults_of(page) == []
    page.get_by_role("link", name="Show 39 products").click()
    expect(grid).to_be_visible()
    expect(panel).to_be_hidden()
    page.go_back()
    expect(panel).to_be_visible()
    panel.get_by_role("link", name=re.compile("^Acme")).click()
    expect(page.locator(".results-head__count")).to_contain_text("13 products")
    expect(page.get_by_role("link", name="Filters 1 chosen")).to_be_visible()


def test_the_panel_stands_beside_the_results_where_there_is_room(open_shop_page: OpenPage) -> None:
    page = open_shop_page(PAGES["facets"])
    panel = page.locator("#filters").bounding_box()
    grid = page.locator(".results .grid").bounding_box()
    assert panel is not None
    assert grid is not None
    assert panel["x"] + panel["width"] < grid["x"]
    assert abs(panel["y"] - grid["y"]) < 100


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_prices_are_set_chosen_and_cleared(open_shop_page: OpenPage, script: bool) -> None:
    page = open_shop_page(PAGES["facets"], java_script_enabled=script)
    page.get_by_label("From", exact=True).fill("30")
    page.get_by_label("To", exact=True).fill("41")
    page.get_by_role("button", name="Set price").click()
    page.wait_for_url(re.compile(r"filter\.price=30\.\.41$"))
    expect(page.get_by_label("From", exact=True)).to_have_value("30")
    page.get_by_role("link", name="Remove: €30 – €41").click()
    page.wait_for_url(re.compile(r"\?q=leather$"))


def test_a_chip_is_taken_off_with_the_keyboard(open_shop_page: OpenPage) -> None:
    page = open_shop_page(PAGES["chips"])
    chip = page.get_by_role("link", name="Remove: not Zeta")
    chip.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q=red\\+handbag\\+under\\+50$"))
    expect(page.get_by_role("searchbox").or_(page.get_by_role("combobox"))).to_have_value(
        "red handbag under 50"
    )


def suggested(page: Page, typed: str) -> Page:
    box = page.get_by_role("combobox")
    box.fill("")
    box.press_sequentially(typed)
    page.wait_for_selector("[role=option]")
    return page


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", ["/", "/search?q=lamp"])
def test_words_are_completed_as_they_are_typed(
    open_shop_page: OpenPage, path: str, width: int
) -> None:
    page = suggested(open_shop_page(path, width), "boo")
    box, first = page.get_by_role("combobox"), page.get_by_role("option").first
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(first).to_contain_text("Boots")
    expect(first).to_contain_text("in Shoes")
    listed = page.get_by_role("listbox").bounding_box()
    assert listed is not None
    assert listed["x"] >= 0
    assert listed["x"] + listed["width"] <= width
    page.keyboard.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "suggestion-0")
    expect(box).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search\?filter\.category=Shoes\+%3E\+Boots$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Boots")


def test_the_list_is_left_without_losing_what_was_typed(open_shop_page: OpenPage) -> None:
    page = suggested(open_shop_page("/"), "red leather b")
    box = page.get_by_role("combobox")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(box).not_to_have_attribute("aria-activedescendant", re.compile("."))
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("red leather b")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search\?q=red\+leather\+b$"))


def test_a_suggestion_is_clicked(open_shop_page: OpenPage) -> None:
    page = suggested(open_shop_page("/"), "red leather boot 0")
    page.get_by_role("option", name="Red leather boot 0").click()
    page.wait_for_url(re.compile("/products/boot-0-red$"))


def test_names_of_shops_stay_words_in_suggestions(open_shop_page: OpenPage) -> None:
    page = suggested(open_shop_page("/"), "odd")
    expect(page.get_by_role("option").filter(has_text="<b>Odd</b>")).to_have_count(1)


def test_a_search_goes_on_where_suggestions_cannot_be_had(open_shop_page: OpenPage) -> None:
    page = open_shop_page("/")
    page.route("**/api/v1/suggestions**", lambda route: route.fulfill(status=200, body="no json"))
    box = page.get_by_role("combobox")
    with page.expect_response("**/api/v1/suggestions**"):
        box.press_sequentially("lamp")
    box.press("Enter")
    page.wait_for_url(re.compile(r"/search\?q=lamp$"))
