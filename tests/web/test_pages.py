from __future__ import annotations

import io
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from catalog.records import ProductRecord
from core.errors import NoGenerationError, OverloadedError
from search.query import SearchQuery, SimilarQuery
from search.results import SearchResults
from tests.web.fake_engine import FakeEngine, FakeImages
from tests.web.uploading import RED_JPEG, RED_PNG, bomb, post_image
from web.app import create_app
from web.services import services
from web.starting import StartingEngine
from web.urls import product_url, similar_url


def parse(html: str) -> Element:
    """Parse strictly: a page that is not well-formed raises."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    page = parser.parse(html)
    assert isinstance(page, Element)
    return page


def upload(client: FlaskClient, data: bytes = RED_JPEG, **fields: str) -> str:
    response = post_image(client, "/search/image", data, **fields)
    assert response.status_code == 303, response.text
    return response.headers["Location"]


PATHS = {
    "home": "/",
    "results": "/search?q=red",
    "last page": "/search?q=leather&page=2",
    "beyond": "/search?q=leather&page=40",
    "zero": "/search?q=zeppelin",
    "product": "/products/P-001",
    "odd product": "/products/a%2Fb%20c%3Fd%23%C3%A9",
    "bare product": "/products/bare",
    "long product": "/products/long",
    "similar": "/products/P-001/similar",
    "not found": "/products/none",
    "bad page": "/search?q=red&page=abc",
    "hostile words": "/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
}


@pytest.fixture(params=[*PATHS, "upload"])
def page(request: pytest.FixtureRequest, client: FlaskClient) -> Element:
    path = PATHS.get(request.param) or upload(client, q="bag")
    return parse(client.get(path).text)


def test_every_picture_has_its_text_and_room(page: Element) -> None:
    for img in page.iter("img"):
        assert "alt" in img.attrib
        assert int(img.attrib["width"]) > 0
        assert int(img.attrib["height"]) > 0


def test_every_field_has_a_label(page: Element) -> None:
    labelled = {label.attrib["for"] for label in page.iter("label")}
    for field in page.iter("input"):
        assert field.attrib.get("type") == "hidden" or field.attrib["id"] in labelled


def test_every_id_is_unique_and_every_reference_leads_to_one(page: Element) -> None:
    ids = Counter(each.attrib["id"] for each in page.iter() if "id" in each.attrib)
    assert [name for name, count in ids.items() if count > 1] == []
    for each in page.iter():
        for name in ("aria-labelledby", "aria-describedby", "for"):
            assert set(each.attrib.get(name, "").split()) <= set(ids)


def test_every_page_has_one_heading_one_main_and_a_way_to_skip(page: Element) -> None:
    assert len(list(page.iter("h1"))) == 1
    assert [each.attrib["id"] for each in page.iter("main")] == ["main"]
    assert next(page.iter("a")).attrib["href"] == "#main"


def test_nothing_is_inline_that_the_policy_forbids(page: Element) -> None:
    assert list(page.iter("style")) == []
    for each in page.iter():
        assert "style" not in each.attrib
        assert not any(name.startswith("on") for name in each.attrib)
    assert all(each.attrib.get("src") for each in page.iter("script"))


def test_everything_comes_from_the_site_itself(page: Element) -> None:
    for each in page.iter():
        for name in ("src", "href", "action"):
            assert not urlsplit(each.attrib.get(name, "")).netloc


def test_results_are_a_list_of_cards_with_one_link_each(client: FlaskClient) -> None:
    page = parse(client.get("/search?q=red").text)
    grid = next(each for each in page.iter("ul") if each.attrib.get("class") == "grid")
    assert [len(list(item.iter("a"))) for item in grid] == [1] * 12
    lazy = [img.attrib.get("loading") for img in grid.iter("img")]
    assert lazy == [None] * 4 + ["lazy"] * 8


def test_the_count_is_said_to_those_who_cannot_see_it(client: FlaskClient) -> None:
    pages = {path: parse(client.get(path).text) for path in ("/search?q=red", "/search?q=zeppelin")}
    said = {
        path: [
            "".join(p.itertext())
            for p in page.iter("p")
            if p.attrib.get("role") == "status" and p.attrib["class"] == "visually-hidden"
        ]
        for path, page in pages.items()
    }
    assert said == {
        "/search?q=red": ["12 products found."],
        "/search?q=zeppelin": ["0 products found."],
    }


def links(html: str) -> set[str]:
    return {unescape(each) for each in re.findall(r'href="([^"]+)"', html)}


def crawl(client: FlaskClient, start: str) -> Iterator[str]:
    for link in links(client.get(start).text):
        if link.startswith("/"):
            yield link


@pytest.mark.parametrize(
    "start", [PATHS[name] for name in ("home", "results", "zero", "odd product", "similar")]
)
def test_every_link_leads_somewhere(client: FlaskClient, start: str) -> None:
    for link in crawl(client, start):
        with client.get(link) as response:
            assert response.status_code == 200, link


def test_pages_of_results_lead_to_each_other(client: FlaskClient) -> None:
    first = client.get("/search?q=leather").text
    second = client.get("/search?q=leather&page=2").text
    assert "/search?q=leather&page=2" in links(first)
    assert "/search?q=leather" in links(second)
    assert "page 2" in second


def test_a_page_beyond_the_last_leads_back(client: FlaskClient) -> None:
    response = client.get("/search?q=leather&page=40")
    assert response.status_code == 200
    assert "There is nothing on this page." in response.text
    assert {"/search?q=leather", "/search?q=leather&page=2"} <= links(response.text)


def test_words_of_shoppers_and_shops_stay_words(client: FlaskClient) -> None:
    for path in (PATHS["hostile words"], PATHS["odd product"], "/search?q=odd"):
        html = client.get(path).text
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_an_error_page_keeps_the_words(client: FlaskClient) -> None:
    response = client.get("/search?q=red+shoes&page=0")
    assert response.status_code == 422
    assert 'value="red shoes"' in response.text
    assert "page counts from 1." in response.text


def test_a_page_too_far_down_leads_to_the_first_results(client: FlaskClient) -> None:
    html = client.get("/search?q=red+shoes&page=999").text
    assert "/search?q=red%20shoes" in links(html)
    assert "<title>That did not work" in html


def test_strangers_arguments_do_not_break_a_shared_link(client: FlaskClient) -> None:
    assert client.get("/search?q=red&utm_source=letter&per_page=9999").status_code == 200


def test_an_empty_search_leads_home(client: FlaskClient) -> None:
    assert client.get("/search?q=+").headers["Location"] == "/"


def test_a_product_shows_all_that_is_known(client: FlaskClient) -> None:
    html = client.get("/products/P-001").text
    for expected in ("Blue leather bag", "Brook &amp; Co", "€79.91", "Only 2 left", "Material"):
        assert expected in html
    assert html.count("/960.jpg") == 0  # the pictures have 480 pixels: none is upscaled


def test_a_product_without_anything_is_still_a_page(client: FlaskClient) -> None:
    html = client.get("/products/bare").text
    assert "No picture" in html
    assert 'class="stock' not in html


def test_an_upload_leads_to_an_address_that_can_be_paged_and_gone_back_to(
    client: FlaskClient,
) -> None:
    address = upload(client, q="bag")
    assert re.fullmatch(r"/search/image/[\w-]{22}\?q=bag", address)
    first, again = client.get(address), client.get(address)
    assert first.status_code == again.status_code == 200
    assert "“bag”" in first.text
    assert client.get(address + "&page=2").status_code == 200
    assert first.headers["Cache-Control"] == "private, no-cache"


def test_the_picture_that_was_sent_is_shown_without_its_metadata(client: FlaskClient) -> None:
    exif = Image.Exif()
    exif[0x010F] = "A maker"
    photo = io.BytesIO()
    Image.new("RGB", (1000, 1500), "navy").save(photo, "JPEG", exif=exif)
    token = upload(client, photo.getvalue()).rsplit("/", 1)[1]
    response = client.get(f"/uploads/{token}.jpg")
    shown = Image.open(io.BytesIO(response.data))
    assert shown.size == (640, 960)
    assert dict(shown.getexif()) == {}
    assert response.headers["Cache-Control"] == "private, max-age=600"


@pytest.mark.parametrize("token", ["x", "A" * 22, "..%2F..%2Fvitrine.db", "A" * 21 + "."])
def test_a_picture_that_is_not_kept_is_a_404_that_says_so(client: FlaskClient, token: str) -> None:
    response = client.get(f"/search/image/{token}")
    assert response.status_code == 404
    if len(token) == 22:
        assert "no longer kept" in response.text
    assert client.get(f"/uploads/{token}.jpg").status_code == 404


def test_a_picture_is_forgotten_after_an_hour(client: FlaskClient, app: Flask) -> None:
    address = upload(client)
    with app.app_context():
        folder = services().settings.uploads
    (kept,) = folder.glob("*.jpg")
    os.utime(kept, (0, 0))
    assert client.get(address).status_code == 404
    upload(client)
    assert not kept.exists()


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        (b"words", 415, "not a picture"),
        (bomb(), 413, "30,000 × 30,000 pixels"),
        (RED_PNG + bytes(400_000), 413, "larger than this address takes"),
        (b"", 422, "no bytes"),
        (None, 422, "No picture was sent"),
    ],
    ids=["text", "bomb", "huge", "empty", "none"],
)
def test_a_bad_upload_is_a_page_that_says_why(
    client: FlaskClient, data: bytes | None, status: int, said: str
) -> None:
    response = post_image(client, "/search/image", data)
    assert response.status_code == status
    assert response.content_type == "text/html; charset=utf-8"
    assert said in response.text
    parse(response.text)


class BusyEngine(FakeEngine):
    def search(self, query: SearchQuery) -> SearchResults:
        raise OverloadedError(retry_after_s=7)

    def similar(self, query: SimilarQuery) -> SearchResults:
        raise OverloadedError(retry_after_s=7)


class BrokenEngine(FakeEngine):
    def search(self, query: SearchQuery) -> SearchResults:
        raise RuntimeError("secret: /srv/keys")


class EmptyEngine(FakeEngine):
    def search(self, query: SearchQuery) -> SearchResults:
        raise NoGenerationError(Path("/srv/secret"))


ClientOf = Callable[[type[FakeEngine]], FlaskClient]


@pytest.fixture
def client_of(app: Flask, engine: FakeEngine, images: FakeImages) -> ClientOf:
    with app.app_context():
        parts = services()

    def build(kind: type[FakeEngine]) -> FlaskClient:
        replaced = kind(list(engine.products.values()), images)
        return create_app(parts.settings, replaced, parts.images).test_client()

    return build


def test_an_overloaded_engine_is_a_503_that_keeps_the_words(client_of: ClientOf) -> None:
    client = client_of(BusyEngine)
    page, answer = client.get("/search?q=red+shoes"), client.get("/api/v1/search?q=red")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "7")
    assert "/search?q=red%20shoes" in links(page.text)
    assert (answer.status_code, answer.get_json()["code"]) == (503, "overloaded")


def test_a_product_is_shown_even_when_its_likenesses_are_not(client_of: ClientOf) -> None:
    response = client_of(BusyEngine).get("/products/P-001")
    assert response.status_code == 200
    assert "More like this" not in response.text


def test_a_fault_of_ours_is_logged_by_its_name_and_tells_nothing(
    client_of: ClientOf, caplog: pytest.LogCaptureFixture
) -> None:
    for path in ("/search?q=red", "/api/v1/search?q=red"):
        response = client_of(BrokenEngine).get(path, headers={"X-Request-Id": "trace-1"})
        assert response.status_code == 500
        assert "secret" not in response.text
        assert "trace-1" in response.text
    assert [getattr(record, "request_id", "") for record in caplog.records] == ["trace-1"] * 2
    assert "secret: /srv/keys" in caplog.text


def test_a_shop_without_an_index_says_so_without_naming_folders(client_of: ClientOf) -> None:
    client = client_of(EmptyEngine)
    for response in (client.get("/search?q=red"), client.get("/api/v1/search?q=red")):
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "10"
        assert "secret" not in response.text


def test_a_starting_site_answers_and_looks_again(app: Flask, engine: FakeEngine) -> None:
    with app.app_context():
        parts = services()
    starting = StartingEngine()
    client = create_app(parts.settings, starting, parts.images).test_client()
    page = client.get("/")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "3")
    assert '<meta http-equiv="refresh" content="3">' in page.text
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    assert client.get("/api/v1/search?q=red").get_json()["code"] == "not_ready"
    starting.use(engine)
    assert client.get("/").status_code == client.get("/readyz").status_code == 200


def test_a_shop_without_a_catalogue_says_which_commands_fill_it(
    app: Flask, engine: FakeEngine
) -> None:
    with app.app_context():
        parts = services()
    starting = StartingEngine()
    starting.wait_for_generation(Path("/srv/secret"))
    client = create_app(parts.settings, starting, parts.images).test_client()
    for path in ("/", "/search?q=red", "/products/P-001", "/products/P-001/similar"):
        page = client.get(path)
        assert page.status_code == 503
        assert "No catalogue is indexed yet." in page.text
        assert "<code>vitrine catalog import FILE</code>" in page.text
        assert "<code>vitrine index build</code>" in page.text
        assert "secret" not in page.text
        parse(page.text)
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert (ready.status_code, ready.headers["Retry-After"]) == (503, "10")
    assert (ready.get_json()["ready"], ready.get_json()["code"]) == (False, "no_generation")
    starting.use(engine)
    assert client.get("/").status_code == client.get("/readyz").status_code == 200


def test_ids_that_end_like_an_address_are_reached(client_of: ClientOf) -> None:
    class AwkwardEngine(FakeEngine):
        def __init__(self, products: list[ProductRecord], images: FakeImages) -> None:
            awkward = [
                ProductRecord(id=name, title=f"Called {name}")
                for name in ("x", "x/similar", "y/similar", "similar")
            ]
            super().__init__([*products, *awkward], images)

    client = client_of(AwkwardEngine)
    for name in ("x", "x/similar", "y/similar", "similar"):
        url = product_url(name)
        assert f"Called {name}</h1>" in client.get(url).text
        answer = client.get(f"/api/v1{url}").get_json()
        assert (answer["id"], answer["url"]) == (name, url)
    for name in ("x/similar", "y/similar", "similar"):
        assert "Like Called" in client.get(similar_url(name)).text
        answer = client.get(f"/api/v1{similar_url(name)}?page=2").get_json()
        assert answer["query"] == {"similar_to": [name]}
    assert client.get("/api/v1/products/y").status_code == 404
