"""``vitrine tune`` over a real home: what it stores, what it refuses, and what serves it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli import vitrine
from encoder import loading, reference
from search import tuning_job
from search.bootstrap import open_generation
from search.fusion import Weights
from search.tuning import read_tuning
from tests.search.model_shop import NAMES, ModelShop
from tests.search.models import load_noisy


class Cli:
    def __init__(self, shop: ModelShop) -> None:
        self.shop = shop
        self.settings = shop.settings

    def __call__(self, *arguments: str) -> Result:
        env = {"VITRINE_INDEX": "numpy", "VITRINE_THREADS": "1"}
        return CliRunner().invoke(vitrine, ["--home", str(self.settings.home), *arguments], env=env)

    def json(self, *arguments: str) -> Any:
        result = self(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    @property
    def files(self) -> list[Path]:
        return sorted(self.settings.tuning.glob("*")) if self.settings.tuning.exists() else []


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    shop = ModelShop(tmp_path)
    monkeypatch.setattr(reference, "BUNDLED", shop.models["better"])
    monkeypatch.setattr(loading, "load_model", load_noisy)
    shop_cli = Cli(shop)
    shop_cli.json("index", "build")
    return shop_cli


def test_a_fit_on_the_catalogue_is_stored_and_served(cli: Cli) -> None:
    report = cli.json("tune")
    assert (report["queries"], report["weights"], report["stored"]) == (0, None, ["cutoff"])
    assert report["cutoff"]["before"]["refused"] == 0
    assert report["cutoff"]["after"]["refused"] > 0.5
    assert [str(path) for path in cli.files] == [report["path"]]
    with open_generation(cli.settings) as generation:
        served = generation.tuning
        assert served.cutoff.least == report["cutoff"]["after"]["least"]
        assert len(served.off_catalogue) == report["off_catalogue"]
        assert served.fitted_on is not None
        assert served.fitted_on.generation == generation.id
    assert served.weights == Weights()


def test_a_fit_that_is_no_better_leaves_the_one_in_force(cli: Cli) -> None:
    (path,) = [Path(cli.json("tune")["path"])]
    before = path.read_bytes()
    again = cli.json("tune")
    assert (again["stored"], again["path"]) == ([], "")
    assert "cut-off stays as it is" in again["reasons"][0]
    assert path.read_bytes() == before


def test_judged_queries_are_fitted_on_and_reported(cli: Cli) -> None:
    report = cli.json("tune", str(cli.shop.queries))
    assert (report["queries"], report["skipped"], report["phrases"]) == (4 * len(NAMES), 0, 0)
    assert report["weights"]["before"] == {"image": 0.4, "text": 0.6, "lexical": 2.0}
    assert report["cutoff"]["after"]["kept"] > 0.95
    assert "cutoff" in report["stored"]
    told = cli("tune", str(cli.shop.queries))
    assert told.exit_code == 0
    assert "relevant first results kept" in told.output


def test_weights_that_bury_the_right_products_are_replaced(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In force is a ranking by pictures alone; the queries ask for what stands in titles."""
    lines: list[dict[str, object]] = [
        {"query": f"{name} lamp {number}", "relevant": [f"{name}-{number}"]}
        for name in NAMES
        for number in range(5)
    ]
    queries = cli.shop.write("titles.jsonl", lines)
    monkeypatch.setattr(
        tuning_job,
        "read_tuning",
        lambda *where: replace_weights(read_tuning(*where), Weights(image=1, text=0, lexical=0)),
    )
    report = cli.json("tune", str(queries))
    assert "weights" in report["stored"]
    assert report["weights"]["difference"]["low"] > 0
    assert report["weights"]["ndcg_after"] > report["weights"]["ndcg_before"] + 0.2
    with open_generation(cli.settings) as generation:
        assert generation.tuning.weights == Weights(**report["weights"]["after"])


def replace_weights(tuning: Any, weights: Weights) -> Any:
    from dataclasses import replace

    return replace(tuning, weights=weights)


def test_too_few_judged_queries_are_refused_and_nothing_is_stored(cli: Cli) -> None:
    lines: list[dict[str, object]] = [
        {"query": f"{name} {word}", "relevant": [f"{name}-0"]}
        for name in NAMES[:10]
        for word in ("lamp", "lamp", "light")
    ]
    lines += [{"query": f"gone {number}", "relevant": ["nowhere"]} for number in range(30)]
    result = cli("tune", str(cli.shop.write("few.jsonl", lines)))
    assert result.exit_code == 0, result.output
    few = cli.shop.write("fewer.jsonl", lines[:12])
    result = cli("tune", str(few))
    assert result.exit_code == 1
    assert "8 of the 12 judged queries are different ones" in result.output
    assert "20 are the least" in result.output


def test_a_run_is_reported(cli: Cli) -> None:
    cli.json("tune")
    (report,) = cli.settings.reports.glob("tune-*.json")
    told = json.loads(report.read_text())
    assert (told["outcome"], told["stored"]) == ("done", ["cutoff"])


def test_a_home_without_an_index_says_what_to_do(tmp_path: Path) -> None:
    result = CliRunner().invoke(vitrine, ["--home", str(tmp_path / "empty"), "tune"])
    assert result.exit_code == 1
    assert "vitrine index build" in result.output
