"""The API's page in a real Chromium: drawn from what is here, under the site's own policy."""

from __future__ import annotations

import pytest

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser


def test_the_page_lists_every_operation_and_can_ask_one(open_page: OpenPage, site: str) -> None:
    page = open_page("/api/v1/docs")
    page.wait_for_selector(".opblock")
    shown = page.query_selector_all(".opblock-summary-path")
    paths = {each.inner_text().replace("\u200b", "") for each in shown}
    assert paths == set(page.request.get(f"{site}/api/v1/openapi.json").json()["paths"])
    page.click("#operations-Search-search button.opblock-summary-control")
    page.click(".try-out__btn")
    page.fill("tr[data-param-name=q] input", "red bag")
    page.click("button.execute")
    page.wait_for_selector(".live-responses-table tbody .response-col_status")
    assert (
        page.inner_text(".live-responses-table tbody .response-col_status")
        .strip()
        .startswith("200")
    )
    asked = page.evaluate("performance.getEntriesByType('resource').map((each) => each.name)")
    assert [each for each in asked if not each.startswith((site, "data:"))] == []
