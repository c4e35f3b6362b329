from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from core.errors import CatalogueEmptyError
from core.settings import Settings
from core.terminal import NoProgress
from indexer import generations, jobs
from indexer.manifest import read_manifest
from indexer.reindex import IndexJob
from operations import plan as plan_module
from operations.calibration import calibrate
from operations.commands import plan as plan_command
from operations.example_products import example_products
from operations.plan import make_plan
from operations.plan_report import Plan
from tests.operations.conftest import NAMES, Home, run_command


def job_with(home: Home, settings: Settings) -> IndexJob:
    return jobs.job_from(settings, (home.encoder.fingerprint, lambda: home.encoder))


@pytest.fixture(autouse=True)
def fake_model(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plan with the encoder that the template was built with, and for a moment only."""

    monkeypatch.setattr(plan_module, "job_from", partial(job_with, home))
    monkeypatch.setattr(plan_module, "calibrate", partial(calibrate, seconds=0.05))
    monkeypatch.setattr(plan_module, "_EXAMPLES", 200)
    monkeypatch.setattr(plan_module, "model_dim", lambda settings: home.encoder.dim)


def planned(settings: Settings, products: int | None = None, images: float | None = None) -> Plan:
    return make_plan(settings, products, images, NoProgress())


def size_on_disk(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_the_plan_of_the_shop_is_what_its_index_takes(home: Home) -> None:
    plan = planned(home.settings)
    assert (plan.products, plan.images, plan.texts) == (len(NAMES), len(NAMES), len(NAMES))
    assert plan.from_shop
    served = generations.current(home.settings.generations)
    manifest = read_manifest(home.settings.generations / served)
    data = sum(each.bytes for each in manifest.files.values())
    assert plan.disk.generation == pytest.approx(data, rel=0.1)  # .npy headers weigh at this size
    stores = sum(path.stat().st_size for path in home.settings.embeddings.glob("*/*.vectors"))
    assert plan.disk.embeddings == stores - 2 * 128
    assert plan.disk.images == size_on_disk(home.settings.images)
    assert plan.disk.database == (home.path / "vitrine.db").stat().st_size


def test_twice_the_products_take_twice_the_rows(home: Home) -> None:
    once, twice = planned(home.settings), planned(home.settings, 2 * len(NAMES))
    assert twice.images == 2 * once.images
    assert twice.disk.embeddings == 2 * once.disk.embeddings
    assert twice.disk.generation == pytest.approx(2 * once.disk.generation, rel=0.01)


def test_pictures_per_product_change_the_pictures_alone(home: Home) -> None:
    one, three = planned(home.settings), planned(home.settings, images=3.0)
    assert (three.images, three.texts) == (3 * one.images, one.texts)


def test_a_shop_without_products_is_planned_from_examples_and_not_begun(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "nowhere", index="numpy", threads=1)
    plan = planned(settings, 1000, 2.0)
    assert not plan.from_shop
    assert (plan.products, plan.images) == (1000, 2000)
    assert plan.disk.database > 1000 * 500  # title, description and attributes of each
    assert not plan.disk.images_known
    assert not settings.home.exists()


def test_an_empty_catalogue_needs_a_number(tmp_path: Path) -> None:
    with pytest.raises(CatalogueEmptyError, match="--products N"):
        planned(Settings(home=tmp_path / "nowhere"))


def test_what_does_not_fit_is_told_with_the_figures(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert planned(home.settings).problems == []
    monkeypatch.setattr(plan_module, "available_memory_bytes", lambda: 2**20)
    plan = planned(home.settings, 10**9)
    assert len(plan.problems) == 2
    assert "of memory; 1 MB are free." in plan.problems[0]
    assert "of disk;" in plan.problems[1]
    assert "It does not fit" in plan.to_text()


def test_a_flat_index_holds_a_copy_that_the_numpy_one_does_not(home: Home) -> None:
    numpy = planned(home.settings, 10**6)
    faiss = planned(replace(home.settings, index="faiss-cpu"), 10**6)
    rows = 2 * 10**6 * home.encoder.dim * 4
    assert faiss.memory.serving - numpy.memory.serving == pytest.approx(rows, rel=0.2)


def test_calibration_embeds_and_counts_what_it_was_given(home: Home) -> None:
    job = job_with(home, home.settings)
    measured = calibrate(job, [f"text {n}" for n in range(200)], [], seconds=0.05)
    assert measured.texts > 0
    assert measured.images > 0
    assert measured.image_s > 0
    assert home.encoder.images_encoded >= measured.images
    assert list(home.settings.embeddings.glob("vitrine-plan-*")) == []


def test_example_products_have_as_many_pictures_as_asked() -> None:
    products = list(example_products(100, 1.5))
    assert sum(len(each.images) for each in products) == 150
    assert products == list(example_products(100, 1.5))


def test_the_command_prints_one_screen_or_json(home: Home) -> None:
    text = run_command(plan_command, home.settings, [])
    assert text.exit_code == 0, text.output
    assert "It fits here." in text.stdout
    assert len(text.stdout.splitlines()) <= 20
    told = json.loads(run_command(plan_command, home.settings, ["--json"]).stdout)
    assert told["fits"]
    assert told["disk"]["total"] > told["disk"]["generation"]
