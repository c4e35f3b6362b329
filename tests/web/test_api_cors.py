from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from core.errors import SettingsError
from core.settings import Settings
from tests.web.fake_engine import FakeEngine, FakeImages
from web.app import create_app

SHOP = "https://shop.example"
ASKED = "/api/v1/search?q=red"
EXPOSED = (
    "ETag, RateLimit, RateLimit-Policy, Retry-After, Server-Timing, WWW-Authenticate, X-Query-Id, "
    "X-Request-Id"
)
PREFLIGHT = {"Access-Control-Request-Method": "POST"}


@pytest.fixture
def sample_client(
    settings: Settings, engine: FakeEngine, images: FakeImages, request: pytest.FixtureRequest
) -> FlaskClient:
    origins = replace(settings, cors_origins=request.param)
    return create_app(origins, engine, images).test_client()


def shared(client: FlaskClient, path: str, origin: str, method: str = "GET") -> dict[str, str]:
    headers = {"Origin": origin, **(PREFLIGHT if method == "OPTIONS" else {})}
    answer = client.open(path, method=method, headers=headers)
    names = [name for name in dict(answer.headers) if name.startswith("Access-Control-")]
    return {name.removeprefix("Access-Control-"): answer.headers[name] for name in names}


@pytest.mark.parametrize("sample_client", [""], indirect=True)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_no_other_site_may_use_the_api_unless_it_is_named(
    sample_client: FlaskClient, method: str
) -> None:
    assert shared(sample_client, ASKED, SHOP, method) == {}


@pytest.mark.parametrize("sample_client", [f"{SHOP}, http://localhost:3000"], indirect=True)
def test_a_named_origin_may_use_the_api_and_no_other(sample_client: FlaskClient) -> None:
    for origin in (SHOP, "http://localhost:3000"):
        expected = {"Allow-Origin": origin, "Expose-Headers": EXPOSED}
        assert shared(sample_client, ASKED, origin) == expected
        assert shared(sample_client, "/api/v1/search?q=", origin) == expected
    for stranger in ("https://shop.example.evil", "http://shop.example", "null", ""):
        assert shared(sample_client, ASKED, stranger) == {}
    for elsewhere in ("/", "/search?q=red", "/healthz"):
        assert shared(sample_client, elsewhere, SHOP) == {}
    assert "Origin" in sample_client.get(ASKED).headers["Vary"]


@pytest.mark.parametrize("sample_client", [SHOP], indirect=True)
def test_a_browser_that_asks_first_is_told_what_may_be_sent(sample_client: FlaskClient) -> None:
    told = shared(sample_client, "/api/v1/search/image", SHOP, "OPTIONS")
    assert told == {
        "Allow-Origin": SHOP,
        "Expose-Headers": EXPOSED,
        "Allow-Methods": "GET, HEAD, POST",
        "Allow-Headers": "Authorization, Content-Type, If-None-Match, X-API-Key, X-Client-Id, "
        "X-Request-Id",
        "Max-Age": "600",
    }


@pytest.mark.parametrize("sample_client", ["*"], indirect=True)
def test_any_origin_never_comes_with_credentials(sample_client: FlaskClient) -> None:
    told = shared(sample_client, ASKED, SHOP)
    assert told["Allow-Origin"] == "*"
    assert "Allow-Credentials" not in told


@pytest.mark.parametrize(
    "origins",
    ["shop.example", "https://shop.example/", "HTTPS://shop.example", "https://*.x", "x y"],
)
def test_what_no_browser_sends_as_an_origin_is_refused_as_a_setting(origins: str) -> None:
    with pytest.raises(SettingsError, match=r"VITRINE_CORS_ORIGINS .*https://shop\.example or"):
        Settings.load({"VITRINE_CORS_ORIGINS": origins})
