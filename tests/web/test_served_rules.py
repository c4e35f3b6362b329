"""`vitrine rules` beside a served site: its answers change without a restart."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from catalog.image_store import ImageStore
from search import bootstrap
from search.engine import SearchEngine
from search.rule_commands import rules
from tests.operations.conftest import Home, home, run_command, template
from web.app import create_app
from web.query_commands import similar

__all__ = ["home", "template"]
SEARCH = "/api/v1/search?q=lamp&per_page=100&explain=1&facets=brand"


@pytest.fixture
def engine(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[SearchEngine]:
    """Open the engine as `vitrine serve` does, but for the model."""
    monkeypatch.setattr(bootstrap, "encoder_for", lambda *_: home.encoder)
    with bootstrap.open_engine(home.settings) as engine:
        yield engine


@pytest.fixture
def client(home: Home, engine: SearchEngine) -> FlaskClient:
    app = create_app(home.settings, engine, ImageStore(home.settings.images))
    return app.test_client()


def test_added_rule_changes_what_the_served_site_answers(
    home: Home, engine: SearchEngine, client: FlaskClient
) -> None:
    before = client.get(SEARCH)
    found = [hit["id"] for hit in before.get_json()["hits"]]
    assert before.get_json()["total"]["value"] == len(found) == 12
    for arguments in (
        ["add", "pin", "--query", "lamps", "--product", found[-1], "--note", "sale"],
        ["add", "hide", "--category", "Lamps", "--product", found[0]],
        ["add", "hide", "--containing", "lamp", "--product", found[1]],
    ):
        assert run_command(rules, home.settings, arguments).exit_code == 0
    engine.refresh_rules()  # as it does every few seconds
    after = client.get(SEARCH, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    answer = after.get_json()
    assert answer["hits"][0]["id"] == found[-1]
    assert answer["hits"][0]["explain"]["effects"] == ["pinned from place 1 by rule 1 (sale)"]
    assert found[1] not in [hit["id"] for hit in answer["hits"]]
    assert answer["total"]["value"] == len(answer["hits"])
    assert answer["facets"][0]["values"][0]["count"] == answer["total"]["value"]
    page = client.get("/search?q=lamp").get_data(as_text=True)
    assert f"/products/{found[1]}" not in page
    assert f"/products/{found[-1]}" in page


def test_command_similar_leaves_out_what_is_hidden(home: Home) -> None:
    def found() -> list[str]:
        result = run_command(similar, home.settings, ["p00", "--limit", "100", "--json"])
        return [hit["id"] for hit in json.loads(result.stdout)["hits"]]

    before = found()
    arguments = ["add", "hide", "--everywhere", "--product", before[0]]
    assert run_command(rules, home.settings, arguments).exit_code == 0
    assert found() == before[1:]
