"""A shop that never tunes is tuned by its builds; one that does is left alone."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import vitrine
from core.terminal import NoProgress
from encoder import loading, reference
from encoder.fake import COLOURS
from indexer.manifest import read_manifest
from search import tuning_upkeep
from search.bootstrap import PublishedGenerations
from search.cutoff import Cutoff, Level
from search.engine import EngineLimits, SearchEngine
from search.query import SearchQuery
from search.tuning import FittedOn, Tuning, read_tuning, tuning_path, write_tuning
from search.tuning_upkeep import keep_tuned
from tests.indexer.conftest import Shop, png
from tests.search.model_shop import ModelShop
from tests.search.models import load_noisy

PRODUCTS = 55
ASKED = "a red velvet zeppelin"
"""Some of its words no product has, so that it is the level that decides."""
FITTED_ON = FittedOn(
    at="2026-11-21T12:00:00+00:00",
    generation="20261121T120000-000000Z",
    catalogue="cd" * 32,
    products=PRODUCTS,
    queries=0,
    off_catalogue=300,
)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelShop:
    found = ModelShop(tmp_path)
    monkeypatch.setattr(reference, "BUNDLED", found.models["better"])
    monkeypatch.setattr(loading, "load_model", load_noisy)
    monkeypatch.setattr(tuning_upkeep, "LEAST_PRODUCTS", PRODUCTS)
    return found


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the fits, and make each fail in a way that must not matter."""
    counted: list[int] = []

    def fail(*_: object) -> None:
        counted.append(len(counted))
        raise MemoryError("no room for a fit")

    monkeypatch.setattr(tuning_upkeep, "_fit", fail)
    return counted


def build(shop: ModelShop, *arguments: str) -> Result:
    env = {"VITRINE_INDEX": "numpy", "VITRINE_THREADS": "1"}
    home = str(shop.settings.home)
    result = CliRunner().invoke(vitrine, ["--home", home, "index", "build", *arguments], env=env)
    assert result.exit_code == 0, result.output
    return result


def fingerprint(shop: ModelShop) -> str:
    root = shop.settings.generations
    return read_manifest(root / (root / "current").read_text().strip()).fingerprint


def write(shop: ModelShop, fitted_on: FittedOn) -> bytes:
    tuning = Tuning(fingerprint=fingerprint(shop), fitted_on=fitted_on)
    return write_tuning(shop.settings.tuning, tuning).read_bytes()


def test_the_first_build_fits_the_cut_off_and_the_next_does_not(shop: ModelShop) -> None:
    first = build(shop, "--json")
    assert json.loads(first.stdout)["published"] is True
    assert 'is answered with "nothing fits"' in first.stderr
    tuning = read_tuning(shop.settings.tuning, fingerprint(shop))
    assert tuning.cutoff.least is not None
    assert tuning.fitted_on is not None
    assert (tuning.fitted_on.products, tuning.fitted_on.queries) == (PRODUCTS, 0)
    path = tuning_path(shop.settings.tuning, tuning.fingerprint)
    before = path.read_bytes()
    assert "nothing fits" not in build(shop, "--force").stderr
    assert path.read_bytes() == before
    assert len(list(shop.settings.reports.glob("tune-*.json"))) == 1


def test_a_fit_that_is_no_better_is_not_tried_at_every_build(shop: ModelShop) -> None:
    build(shop)
    in_force = read_tuning(shop.settings.tuning, fingerprint(shop))
    grown = replace(FITTED_ON, products=2 * PRODUCTS)
    write_tuning(shop.settings.tuning, replace(in_force, fitted_on=grown))
    assert "no better than what is in force" in build(shop).stderr
    kept = read_tuning(shop.settings.tuning, in_force.fingerprint)
    assert kept.cutoff == in_force.cutoff
    assert kept.fitted_on is not None
    assert kept.fitted_on.products == PRODUCTS
    assert "no better" not in build(shop).stderr


def test_a_fit_that_fails_leaves_the_build_done(shop: ModelShop, fits: list[int]) -> None:
    told = build(shop)
    assert "no room for a fit" in told.stderr
    assert "Published the generation" in told.stdout
    assert fits == [0]
    assert not shop.settings.tuning.exists()


@pytest.mark.parametrize(
    ("products", "due"), [(PRODUCTS, 0), (40, 0), (82, 0), (83, 1), (36, 1), (0, 1)]
)
def test_a_fit_of_its_own_is_made_anew_where_the_catalogue_is_another_size(
    shop: ModelShop, fits: list[int], products: int, due: int
) -> None:
    build(shop)
    fits.clear()
    write(shop, replace(FITTED_ON, products=products))
    keep_tuned(shop.settings, NoProgress())
    assert len(fits) == due


def test_what_was_fitted_on_judged_queries_stays_with_a_word_about_it(
    shop: ModelShop, fits: list[int]
) -> None:
    build(shop)
    fits.clear()
    before = write(shop, replace(FITTED_ON, queries=40, products=10))
    told = keep_tuned(shop.settings, NoProgress()).to_text()
    assert "tuned on 10 products, and there are 55 now: `vitrine tune QUERIES`" in told
    write(shop, replace(FITTED_ON, queries=40))
    assert keep_tuned(shop.settings, NoProgress()).to_text() == ""
    assert fits == []
    assert tuning_path(shop.settings.tuning, fingerprint(shop)).read_bytes() != before


def test_a_handful_of_products_is_not_fitted_on(
    shop: ModelShop, fits: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuning_upkeep, "LEAST_PRODUCTS", PRODUCTS + 1)
    build(shop)
    assert fits == []


@pytest.fixture
def retuned(
    empty_shop: Shop, tmp_path: Path
) -> Iterator[tuple[SearchEngine, Callable[[Cutoff], Path]]]:
    """An engine, and what stores another cut-off for its model beside it."""
    for number in range(3):
        empty_shop.add(f"p{number}", f"red lamp {number}", png(COLOURS["red"], number))
    empty_shop.build()
    encoder, folder = empty_shop.encoder, tmp_path / "tuning"
    source = PublishedGenerations(empty_shop.generations, "numpy", 1, folder)
    engine = SearchEngine(lambda *_: encoder, source, EngineLimits(refresh_s=3600))

    def store(cutoff: Cutoff) -> Path:
        return write_tuning(folder, Tuning(fingerprint=encoder.fingerprint, cutoff=cutoff))

    yield engine, store
    engine.close()


def test_a_running_engine_ranks_by_what_was_tuned_meanwhile(
    retuned: tuple[SearchEngine, Callable[[Cutoff], Path]],
) -> None:
    engine, store = retuned
    assert engine.search(SearchQuery(ASKED)).total > 0
    assert engine.refresh_tuning() is False
    path = store(Cutoff(least=9.0, level=Level(off_catalogue=0)))
    assert engine.search(SearchQuery(ASKED)).total > 0, "nothing changes within a batch"
    assert engine.refresh_tuning() is True
    # The answer from before the tuning is not given again.
    nothing = engine.search(SearchQuery(ASKED))
    assert (nothing.total, len(nothing.nearest) > 0) == (0, True)
    assert engine.refresh_tuning() is False
    path.unlink()
    assert engine.refresh_tuning() is True
    assert engine.search(SearchQuery(ASKED)).total > 0
