"""Whatever is sent, the answer says what is wrong with it, and is never a 5xx."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.fake_engine import encoded
from tests.web.uploading import RED_JPEG, RED_PNG, bomb, post_image

SEARCH = "/api/v1/search"
BY_IMAGE = "/api/v1/search/image"


def problem(response: Any) -> tuple[int, str, str | None]:
    body = response.get_json()
    assert response.content_type == "application/problem+json", response.text
    assert body["status"] == response.status_code
    assert body["type"] == f"urn:vitrine:problem:{body['code']}"
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == response.headers["X-Request-Id"]
    assert response.headers["Cache-Control"] == "no-store"
    return response.status_code, body["code"], body.get("pointer")


@pytest.mark.parametrize(
    ("query_string", "expected"),
    [
        ("", (422, "empty", "/q")),
        ("q=", (422, "empty", "/q")),
        ("q=%20%09", (422, "empty", "/q")),
        ("q=" + "x" * 501, (422, "too_long", "/q")),
        ("q=a%00b", (422, "control_character", "/q")),
        ("q=a%1bb", (422, "control_character", "/q")),
        ("q=%ff%fe", (400, "bad_request", None)),
        ("q=a&x=%c3%28", (400, "bad_request", None)),
        ("q=a&page=0", (422, "out_of_range", "/page")),
        ("q=a&page=-1", (422, "out_of_range", "/page")),
        ("q=a&page=abc", (422, "not_a_number", "/page")),
        ("q=a&page=1.5", (422, "not_a_number", "/page")),
        ("q=a&page=%D9%A1", (422, "not_a_number", "/page")),
        ("q=a&page=999999", (422, "too_deep", "/page")),
        ("q=a&per_page=0", (422, "out_of_range", "/per_page")),
        ("q=a&per_page=1000000", (422, "out_of_range", "/per_page")),
        ("q=a&perpage=5", (422, "unknown_parameter", "/perpage")),
        ("q=a&a%2Fb~=5", (422, "unknown_parameter", "/a~1b~0")),
        ("q=a&q=b", (422, "repeated", "/q")),
        ("q=a&diversity=0_1", (422, "not_a_number", "/diversity")),
        ("q=a&diversity=%200.5", (422, "not_a_number", "/diversity")),
        ("q=a&diversity=%D9%A1", (422, "not_a_number", "/diversity")),
        ("q=a&diversity=", (422, "not_a_number", "/diversity")),
    ],
)
def test_a_bad_argument_is_named(
    client: FlaskClient, query_string: str, expected: tuple[int, str, str | None]
) -> None:
    assert problem(client.get(f"{SEARCH}?{query_string}")) == expected


def test_the_longest_query_that_is_allowed_is_answered(client: FlaskClient) -> None:
    assert client.get(f"{SEARCH}?q={'x' * 500}").status_code == 200


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (None, (422, "missing", "/image")),
        (b"", (422, "empty", "/image")),
        (b"only words, no picture", (415, "not_an_image", "/image")),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", (415, "unsupported_format", "/image")),
        (RED_JPEG[: len(RED_JPEG) // 2], (422, "truncated", "/image")),
        (RED_PNG[:60], (422, "truncated", "/image")),
        (bomb(), (413, "too_many_pixels", "/image")),
        (RED_PNG + bytes(200_000), (413, "too_many_bytes", "/image")),
        (RED_PNG + bytes(400_000), (413, "request_entity_too_large", None)),
    ],
    ids=["missing", "empty", "text", "svg", "cut jpeg", "cut png", "bomb", "large", "huge"],
)
@pytest.mark.parametrize("name", ["photo.jpg", "notes.txt"])
def test_a_bad_picture_is_told_whatever_its_name(
    client: FlaskClient, data: bytes | None, name: str, expected: tuple[int, str, str | None]
) -> None:
    assert problem(post_image(client, BY_IMAGE, data, name)) == expected


def test_a_picture_is_judged_by_content_and_not_by_name(client: FlaskClient) -> None:
    assert post_image(client, BY_IMAGE, RED_PNG, "notes.txt").status_code == 200


@pytest.mark.parametrize("content_type", ["application/json", "image/jpeg", "text/plain", ""])
def test_another_content_type_is_refused(client: FlaskClient, content_type: str) -> None:
    response = client.post(BY_IMAGE, data=RED_JPEG, content_type=content_type)
    assert problem(response) == (415, "unsupported_media_type", None)


@pytest.mark.parametrize(
    "body", [b"", b"--x\r\n", b"not multipart at all", b"--x\r\n\r\nfoo\r\n--x--"]
)
def test_a_broken_multipart_body_is_a_4xx(client: FlaskClient, body: bytes) -> None:
    response = client.post(BY_IMAGE, data=body, content_type="multipart/form-data; boundary=x")
    assert problem(response)[0] in (400, 422)


def test_a_multipart_body_without_a_boundary_is_a_4xx(client: FlaskClient) -> None:
    response = client.post(BY_IMAGE, data=b"x", content_type="multipart/form-data")
    assert problem(response) == (422, "missing", "/image")


def test_form_fields_are_checked_like_arguments(client: FlaskClient) -> None:
    assert problem(post_image(client, BY_IMAGE, RED_PNG, page="0"))[1] == "out_of_range"
    assert problem(post_image(client, BY_IMAGE, RED_PNG, size="9"))[2] == "/size"
    assert problem(post_image(client, f"{BY_IMAGE}?q=x", RED_PNG))[1] == "unknown_parameter"
    twice = {"image": [(io.BytesIO(RED_PNG), "a.png"), (io.BytesIO(RED_PNG), "b.png")]}
    assert problem(client.post(BY_IMAGE, data=twice)) == (422, "repeated", "/image")
    elsewhere = {"image": (io.BytesIO(RED_PNG), "a.png"), "photo": (io.BytesIO(RED_PNG), "b.png")}
    assert problem(client.post(BY_IMAGE, data=elsewhere))[2] == "/photo"


def test_a_form_field_that_is_not_utf8_is_refused(client: FlaskClient) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="q"\r\n\r\n\xff\xfe\r\n'
        b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
        + RED_PNG
        + b"\r\n--x--\r\n"
    )
    response = client.post(BY_IMAGE, data=body, content_type="multipart/form-data; boundary=x")
    assert problem(response) == (400, "bad_request", None)


@pytest.mark.parametrize("rest", ["", "; filename=a.png"])
@pytest.mark.parametrize("path", [BY_IMAGE, "/search/image"])
def test_a_form_field_without_a_name_is_refused(client: FlaskClient, path: str, rest: str) -> None:
    body = f"--x\r\nContent-Disposition: form-data{rest}\r\n\r\na\r\n--x--\r\n".encode()
    response = client.post(path, data=body, content_type="multipart/form-data; boundary=x")
    assert response.status_code == 400
    assert "a field without a name" in response.text


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", SEARCH, {"GET", "HEAD", "OPTIONS", "POST"}),
        ("GET", BY_IMAGE, {"POST", "OPTIONS"}),
        ("DELETE", "/api/v1/products/P-001", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_another_method_is_refused_with_the_right_ones(
    client: FlaskClient, method: str, path: str, allowed: set[str]
) -> None:
    response = client.open(path, method=method)
    assert problem(response) == (405, "method_not_allowed", None)
    assert set(response.headers["Allow"].split(", ")) == allowed


def test_a_huge_body_where_none_belongs_is_told_as_that(client: FlaskClient) -> None:
    for path in ("/api/v1/similar", "/search", "/products/P-001"):
        assert post_image(client, path, RED_PNG + bytes(400_000)).status_code == 405


@pytest.mark.parametrize("path", ["/api/v1/products/none", "/api/v1/products/none/similar"])
def test_a_product_that_is_not_there_is_a_404(client: FlaskClient, path: str) -> None:
    assert problem(client.get(path)) == (404, "product_not_found", None)


@pytest.mark.parametrize("path", ["/api/", "/api/v1", "/api/v2/search?q=a", "/api/v1/%ff"])
def test_an_address_that_is_not_there_is_a_404(client: FlaskClient, path: str) -> None:
    assert problem(client.get(path)) == (404, "not_found", None)


def test_a_large_picture_within_the_limits_is_taken(client: FlaskClient) -> None:
    assert post_image(client, BY_IMAGE, encoded((2000, 2000), (9, 9, 9))).status_code == 200


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from([SEARCH, "/search", "/search/image/x", "/products/P-001/similar"]),
    raw=st.binary(max_size=80),
)
def test_no_query_string_is_a_5xx(client: FlaskClient, path: str, raw: bytes) -> None:
    response = client.get(path, query_string=quote(raw, safe="&=%+"))
    assert response.status_code < 500, response.text


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(q=st.text(max_size=40), page=st.text(max_size=6), per_page=st.text(max_size=6))
def test_no_text_is_a_5xx(client: FlaskClient, q: str, page: str, per_page: str) -> None:
    arguments = {"q": q, "page": page, "per_page": per_page}
    encodable = {name: value.encode("utf-8", "replace") for name, value in arguments.items()}
    assert client.get(SEARCH, query_string=encodable).status_code in (200, 422)
    assert client.get("/search", query_string=encodable).status_code in (200, 302, 422)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.text(max_size=40))
def test_no_path_is_a_5xx(client: FlaskClient, path: str) -> None:
    raw = quote(path.encode("utf-8", "replace"), safe="/")
    for root in ("/products/", "/api/v1/products/", "/media/", "/static/", "/uploads/", "/"):
        assert client.get(root + raw).status_code < 500


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cut=st.integers(0, len(RED_JPEG)), junk=st.binary(max_size=30))
def test_no_damaged_picture_is_a_5xx(client: FlaskClient, cut: int, junk: bytes) -> None:
    data = RED_JPEG[:cut] + junk + RED_JPEG[cut + len(junk) :]
    assert post_image(client, BY_IMAGE, data).status_code < 500
    assert post_image(client, "/search/image", data).status_code < 500
