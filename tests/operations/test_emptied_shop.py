"""A shop that withdraws its last product: from the command to the pages, and back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from catalog.image_store import ImageStore
from catalog.import_commands import withdraw_command
from core.errors import SnapshotError
from core.settings import Settings
from encoder.base import DualEncoder
from encoder.fake import FakeEncoder
from indexer import generations
from indexer.snapshot import IndexSnapshot
from operations import check_index
from operations.doctor import examine
from operations.findings import Finding, Severity
from search.bootstrap import PublishedGenerations
from search.engine import EngineLimits, SearchEngine
from tests.operations.conftest import NAMES, Home, run_command
from tests.web.uploading import RED_PNG, post_image
from web.app import create_app

IDS = [f"p{number:02}" for number in range(len(NAMES))]


@pytest.fixture(autouse=True)
def fake_model(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the settings name the encoder that made the template's index."""
    monkeypatch.setattr(check_index, "model_fingerprint", lambda _: home.encoder.fingerprint)
    monkeypatch.setattr("encoder.loading.model_fingerprint", lambda _: home.encoder.fingerprint)


@pytest.fixture
def emptied(home: Home) -> Home:
    withdraw_all(home)
    return home


def withdraw_all(home: Home) -> None:
    result = run_command(withdraw_command, home.settings, IDS)
    assert result.exit_code == 0, result.output


def open_engine(home: Home) -> SearchEngine:
    def encoder(fingerprint: str, where: str) -> DualEncoder:
        assert fingerprint == home.encoder.fingerprint
        return home.encoder

    source = PublishedGenerations(home.settings.generations, "numpy", 1)
    return SearchEngine(encoder, source, EngineLimits(refresh_s=3600))


Opened = Callable[[Home], tuple[SearchEngine, FlaskClient]]


@pytest.fixture
def site() -> Iterator[Opened]:
    """Open the site over a home as it is served."""
    with ExitStack() as opened:

        def open_site(home: Home) -> tuple[SearchEngine, FlaskClient]:
            engine = open_engine(home)
            opened.callback(engine.close)
            app = create_app(home.settings, engine, ImageStore(home.settings.images))
            return engine, app.test_client()

        yield open_site


def test_a_site_that_runs_shows_no_product_after_the_last_was_withdrawn(
    home: Home, site: Opened
) -> None:
    engine, client = site(home)
    assert sorted(found_by_api(client)) == IDS
    withdraw_all(home)
    report = home.build()
    assert (report.published, report.products, report.embedded) == (True, 0, 0)
    assert "the site shows no products" in report.to_text()
    assert engine.refresh()
    assert_shows_nothing(client)
    assert client.get("/products/p00").status_code == 404


def test_a_site_that_starts_over_an_emptied_shop_says_so(emptied: Home, site: Opened) -> None:
    emptied.build()
    assert_shows_nothing(site(emptied)[1])


def found_by_api(client: FlaskClient) -> list[str]:
    response = client.get("/api/v1/search?filter.category=Lamps")
    assert response.status_code == 200
    return [hit["id"] for hit in response.get_json()["hits"]]


def assert_shows_nothing(client: FlaskClient) -> None:
    front, found = client.get("/"), client.get("/search?q=red")
    sent = post_image(client, "/search/image", RED_PNG)
    by_picture = client.get(sent.location)
    for page in (front, found, by_picture):
        assert page.status_code == 200
        assert "There is nothing on the shelf at the moment" in page.text
        assert "/products/" not in page.text
    assert found_by_api(client) == []
    assert client.get("/readyz").status_code == 200
    assert client.get("/api/v1/products/p00").status_code == 404
    assert client.get("/api/v1/products/p00/similar").status_code == 404


def test_the_empty_generation_is_whole_and_the_second_build_reads_nothing(emptied: Home) -> None:
    built = emptied.build()
    snapshot = IndexSnapshot(emptied.settings.generations / built.generation)
    assert (snapshot.manifest.products, snapshot.manifest.fields) == (0, {"image": 0, "text": 0})
    assert snapshot.image_embeddings.shape == snapshot.text_embeddings.shape
    assert snapshot.text_embeddings.shape == (0, emptied.encoder.dim)
    snapshot.close()
    again = emptied.build()
    assert (again.published, again.products_read) == (False, False)


def test_the_doctor_tells_what_to_do_before_and_after(emptied: Home) -> None:
    assert [each.advice for each in warnings_of(emptied)] == ["Bring it up: vitrine index build"]
    emptied.build()
    (told,) = warnings_of(emptied)
    assert "the site shows no products: all were withdrawn" in told.what
    assert told.advice == "Fill the catalogue: vitrine catalog import FILE"
    emptied.add("new", "red", 77)
    assert emptied.build().products == 1
    assert warnings_of(emptied) == []


def warnings_of(home: Home) -> list[Finding]:
    examination = examine(home.settings)
    assert examination.healthy, examination.to_text()
    return [each for each in examination.findings if each.severity is Severity.WARNING]


def test_products_come_back_with_a_rollback_and_with_an_import(emptied: Home, site: Opened) -> None:
    emptied.build()
    engine, client = site(emptied)
    generations.rollback(emptied.settings.generations)
    assert engine.refresh()
    assert sorted(found_by_api(client)) == IDS
    emptied.add("new", "red", 77)
    emptied.build()
    assert engine.refresh()
    assert found_by_api(client) == ["new"]


def test_an_emptied_shop_takes_another_model(emptied: Home, site: Opened) -> None:
    emptied.build()
    emptied.encoder = FakeEncoder("2")
    assert emptied.build().published
    assert_shows_nothing(site(emptied)[1])


def test_a_database_that_was_lost_takes_no_product_off_the_site(home: Home) -> None:
    served = generations.current(home.settings.generations)
    for path in home.path.glob("vitrine.db*"):
        path.unlink()
    with pytest.raises(SnapshotError, match=r"VITRINE_DATABASE_URL.*index build --force") as told:
        home.build()
    assert served in str(told.value)
    assert generations.current(home.settings.generations) == served


def test_a_never_filled_catalogue_is_refused_with_how_to_fill_it(tmp_path: Path) -> None:
    fresh = Home(Settings(home=tmp_path / "fresh", index="numpy", threads=1))
    for force in (False, True):
        with pytest.raises(SnapshotError, match="vitrine catalog import FILE"):
            fresh.build(force=force)
    assert generations.list_generations(fresh.settings.generations) == []


def test_a_lost_database_is_published_as_empty_only_by_force(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    for path in home.path.glob("vitrine.db*"):
        path.unlink()
    caplog.set_level(logging.WARNING)
    report = home.build(force=True)
    assert (report.published, report.products) == (True, 0)
    assert caplog.records == []
