"""``vitrine model`` over a real home: who is put in service, who is not, and the way back."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli import vitrine
from core.settings import Settings
from encoder import loading, reference
from encoder.checkpoint import Checkpoint
from encoder.learned import LEARNED, learned_from, read_learned, write_learned
from encoder.registry import ModelRegistry
from indexer import generations
from search import bootstrap, promotion
from search.engine import SearchEngine
from search.evaluation import read_queries
from search.query import SearchQuery
from search.trial import QuerySet, judged_queries
from tests.search.model_shop import ModelShop
from tests.search.models import load_noisy
from training.gate import verdict
from training.split import is_held_out


class Cli:
    """Runs ``vitrine`` in a shop's home."""

    def __init__(self, shop: ModelShop) -> None:
        self.shop = shop
        self.settings = shop.settings
        self.fingerprints = {
            name: Checkpoint.open(folder).fingerprint() for name, folder in shop.models.items()
        }

    def __call__(self, *arguments: str, **environ: str) -> Result:
        home = str(self.settings.home)
        env = {"VITRINE_INDEX": "numpy", "VITRINE_THREADS": "1", **environ}
        return CliRunner().invoke(vitrine, ["--home", home, *arguments], env=env)

    def json(self, *arguments: str) -> Any:
        result = self(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def promote(self, name: str, *more: str) -> Result:
        queries, untouched = str(self.shop.queries), str(self.shop.untouched)
        return self("model", "promote", self.shop.reference(name), "--queries", queries,
                    "--untouched", untouched, *more)  # fmt: skip

    def state(self) -> tuple[str, ...]:
        """All that a refusal must leave as it was."""
        home = self.settings.home
        models = sorted(str(path) for path in (home / "models").rglob("*") if path.is_file())
        pointer = home / "index" / "current"
        return (*models, pointer.read_text() if pointer.exists() else "")


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    shop = ModelShop(tmp_path)
    monkeypatch.setattr(reference, "BUNDLED", shop.models["bundled"])
    monkeypatch.setattr(loading, "load_model", load_noisy)
    return Cli(shop)


@pytest.fixture
def engine(cli: Cli) -> Iterator[SearchEngine]:
    """A server's engine over the first index, made with the bundled model."""
    cli.json("index", "build")
    settings = replace(cli.settings, refresh_s=3600)
    with bootstrap.open_engine(settings) as engine:
        yield engine


def test_a_damaged_model_is_refused_with_3_and_nothing_changes(cli: Cli) -> None:
    cli.json("index", "build")
    before = cli.state()
    result = cli.promote("damaged")
    assert result.exit_code == 3
    assert "is not promoted" in result.stderr
    assert "not better than the model in service beyond noise" in result.stderr
    assert "loses in the segment 'words: 1-2'" in result.stderr
    assert "forgets" in result.stderr
    assert cli.state() == before
    assert cli("model", "list").stdout.startswith("No model has been promoted")
    fingerprint = cli.fingerprints["damaged"]
    told = json.loads((cli.settings.trials / fingerprint[:16] / "gate.json").read_text())
    assert (told["promoted"], told["fingerprint"]) == (False, fingerprint)
    assert cli.json("index", "build")["published"] is False


def test_a_model_that_is_only_as_good_is_refused(cli: Cli) -> None:
    result = cli.promote("alike")
    assert result.exit_code == 3
    assert "+0.000 [+0.000, +0.000] on 44 held-out queries" in result.stderr


def test_a_better_model_is_taken_and_the_old_pair_serves_until_the_next_build(
    cli: Cli, engine: SearchEngine
) -> None:
    bundled, better = cli.fingerprints["bundled"], cli.fingerprints["better"]
    first = engine.status().generation
    result = cli.promote("better")
    assert result.exit_code == 0, result.output
    assert f"{better[:12]} is promoted" in result.stdout
    folder = cli.settings.models / better[:16]
    assert json.loads((folder / "gate.json").read_text())["promoted"] is True

    assert engine.refresh() is False
    assert engine.search(SearchQuery("red")).fingerprint == bundled
    served = cli("search", "red", "--json")
    assert json.loads(served.stdout)["model"] == bundled, "a new process follows the index, too"

    report = cli.json("index", "build")
    assert {field["embedded"] for field in report["fields"].values()} == {0}, "the trial did"
    assert engine.refresh() is True
    results = engine.search(SearchQuery("red"))
    assert (results.generation, results.fingerprint) == (report["generation"], better)
    assert first != report["generation"]
    assert cli.json("evaluate", str(cli.shop.queries))["fingerprint"] == better


def test_a_promoted_model_needs_its_first_folder_no_more(cli: Cli, engine: SearchEngine) -> None:
    assert cli.promote("better").exit_code == 0
    for path in cli.shop.models["better"].iterdir():
        path.unlink()
    cli.json("index", "build")
    assert engine.refresh() is True
    assert engine.status().fingerprint == cli.fingerprints["better"]


def test_rollback_brings_the_old_pair_back_in_one_command(cli: Cli, engine: SearchEngine) -> None:
    first = engine.status().generation
    cli.promote("better")
    for _ in range(4):
        cli.json("index", "build", "--force", "--keep", "1")
    assert engine.refresh() is True
    told = cli.json("model", "rollback")
    bundled = cli.fingerprints["bundled"]
    assert told == {"fingerprint": bundled, "generation": first, "answering": first}
    assert engine.refresh() is True
    results = engine.search(SearchQuery("red"))
    assert (results.generation, results.fingerprint) == (first, cli.fingerprints["bundled"])
    listed = cli.json("model", "list")
    assert [(row["action"], row["in_service"]) for row in listed] == [
        ("rollback", True),
        ("promote", False),
    ]
    assert cli.json("index", "build")["generation"] == first, "the next build is of it as well"


def test_rollback_without_a_generation_of_the_old_model_says_what_makes_one(cli: Cli) -> None:
    cli.promote("better")
    cli.json("index", "build")
    result = cli("model", "rollback")
    assert result.exit_code == 0
    served = generations.current(cli.settings.generations)
    assert f"the generation {served}, of the other model, answers until" in result.stdout
    assert "`vitrine index build` makes one from stored embeddings" in result.stdout
    assert cli.json("index", "list")[0]["id"] == served, "the other pair serves meanwhile"
    report = cli.json("index", "build")
    assert {field["embedded"] for field in report["fields"].values()} == {0}


def test_a_rollback_cut_short_after_the_pointer_is_ended_by_another(
    cli: Cli, engine: SearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = engine.status().generation
    cli.promote("better")
    cli.json("index", "build")
    assert engine.refresh() is True

    def die(registry: ModelRegistry, event: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ModelRegistry, "record", die)
        assert cli("model", "rollback").exit_code != 0
    assert engine.refresh() is True, "the pair that is wanted serves already"
    assert engine.search(SearchQuery("red")).fingerprint == cli.fingerprints["bundled"]
    told = cli.json("model", "rollback")
    bundled = cli.fingerprints["bundled"]
    assert told == {"fingerprint": bundled, "generation": first, "answering": first}


def test_there_is_nothing_to_go_back_to_before_the_first_promotion(cli: Cli) -> None:
    result = cli("model", "rollback")
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert "none to go back to" in result.stderr


def test_when_every_promotion_is_taken_back_the_refusal_says_so(cli: Cli) -> None:
    cli.promote("better")
    assert cli("model", "rollback").exit_code == 0
    result = cli("model", "rollback")
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    bundled = cli.fingerprints["bundled"][:12]
    assert f"Every promotion has been taken back: the model {bundled}" in result.stderr


def test_one_query_over_and_over_is_no_proof(cli: Cli) -> None:
    line: dict[str, object] = {"query": "a black lamp for the dark hall", "relevant": ["black-0"]}
    again = str(cli.shop.write("again.jsonl", [line] * 40))
    result = cli("model", "promote", cli.shop.reference("better"), "--queries", again,
                 "--untouched", str(cli.shop.untouched))  # fmt: skip
    assert result.exit_code == 3
    assert "There are only 1 held-out queries" in result.stderr
    assert "again.jsonl: 1 queries, 39 more were repetitions" in result.stdout


def test_a_refusal_for_want_of_titles_says_that_the_others_were_learned(cli: Cli) -> None:
    pictures = sorted((cli.shop.root / "feed").glob("*.png"))
    titles = {file: file.stem.replace("-", " lamp ") for file in pictures}
    seen = [file for file, title in titles.items() if is_held_out(title)][:1]
    hashes = [hashlib.sha256(file.read_bytes()).hexdigest() for file in seen]
    write_learned(cli.shop.models["better"], learned_from(hashes))
    result = cli("model", "promote", cli.shop.reference("better"),
                 "--untouched", str(cli.shop.untouched))  # fmt: skip
    assert result.exit_code == 3
    assert "held-out queries (1 more are left out: a model learned the answers)" in result.stderr
    assert "1 more are left out, since a model learned from their pictures" in result.stdout
    bundled = cli.fingerprints["bundled"][:12]
    assert f"the model {bundled} learned from is not recorded" in result.stdout


def test_a_promoted_model_keeps_the_record_of_what_it_learned(cli: Cli) -> None:
    learned = learned_from(["ab" * 32, "cd" * 32])
    write_learned(cli.shop.models["better"], learned)
    assert cli.promote("better").exit_code == 0
    kept = cli.settings.models / cli.fingerprints["better"][:16]
    found = read_learned(kept)
    assert found is not None
    assert found.tolist() == learned.tolist()
    (kept / LEARNED).unlink()  # as a program before this one kept it
    cli("model", "rollback")
    assert cli.promote("better").exit_code == 0
    assert read_learned(kept) is not None


def test_force_promotes_and_records_the_reasons(cli: Cli) -> None:
    result = cli.promote("damaged", "--force", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["promoted"], told["forced"], len(told["reasons"]) > 2) == (True, True, True)
    (row,) = cli.json("model", "list")
    assert (row["forced"], row["reasons"], row["in_service"]) == (True, told["reasons"], True)
    assert row["previous"] == cli.fingerprints["bundled"]
    assert row["report"]["held_out"]["difference"]["high"] < 0
    assert "promote (forced)" in cli("model", "list").stdout


def test_force_on_a_model_that_passes_is_no_force(cli: Cli) -> None:
    assert cli.promote("better", "--force").exit_code == 0
    assert cli.json("model", "list")[0]["forced"] is False


def test_evaluate_shows_every_segment_beside_the_model_in_service(cli: Cli) -> None:
    queries = str(cli.shop.queries)
    result = cli("model", "evaluate", cli.shop.reference("better"), "--queries", queries)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "queries.jsonl: 44 queries; 55 documents (product)"
    assert cli.fingerprints["better"][:12] in lines[1]
    assert cli.fingerprints["bundled"][:12] in lines[1]
    assert any(line.startswith("words: 3-4") and "[+" in line for line in lines)
    told = cli.json("model", "evaluate", cli.shop.reference("better"), "--documents", "image")
    assert told["queries_from"] == "held-out titles"
    beside = cli.json("model", "evaluate", "promoted", "--queries", queries,
                      "--against", cli.shop.reference("damaged"))  # fmt: skip
    assert beside["against"] == cli.fingerprints["damaged"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["evaluate", "local-dir:nowhere"], "nowhere does not exist"),
        (["evaluate", "nonsense"], "names no model"),
        (["evaluate", "bundled", "--queries", "nowhere.jsonl"], "nowhere.jsonl"),
        (["promote", "bundled", "--queries", "QUERIES"], "is already in service"),
        (["promote", "promoted", "--queries", "QUERIES"], "is already in service"),
        (["promote", "RN50/openai", "--queries", "QUERIES"], "is in no folder"),
        (["promote", "local-dir:nowhere", "--queries", "QUERIES"], "nowhere does not exist"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(cli: Cli, arguments: list[str], reason: str) -> None:
    given = [str(cli.shop.queries) if each == "QUERIES" else each for each in arguments]
    result = cli("model", *given)
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert reason in result.stderr


@pytest.mark.parametrize("action", [["promote", "bundled"], ["rollback"]])
def test_a_pinned_model_is_neither_promoted_over_nor_rolled_back(
    cli: Cli, action: list[str]
) -> None:
    pinned = cli.shop.reference("alike")
    result = cli("model", *action, VITRINE_MODEL=pinned)
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert f"VITRINE_MODEL is {pinned!r}" in result.stderr


def test_titles_among_their_own_texts_are_wrong_usage(cli: Cli) -> None:
    result = cli("model", "evaluate", "bundled", "--documents", "product")
    assert result.exit_code == 2
    assert "find themselves" in result.stderr


def test_a_full_disk_while_a_model_is_kept_changes_nothing(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_full(source: object, target: object, length: int) -> None:
        raise OSError(28, "No space left on device", "weights")

    monkeypatch.setattr("encoder.registry.shutil.copyfileobj", run_full)
    result = cli.promote("better")
    assert result.exit_code == 1
    assert "No space left on device" in result.stderr
    assert ModelRegistry(cli.settings.models).events() == []
    assert [path.name for path in cli.settings.models.iterdir()] == ["registry.lock"]


def test_a_promotion_that_another_overtook_is_refused(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = verdict.judge

    def judge_slowly(*arguments: Any, **named: Any) -> Any:
        with monkeypatch.context() as patched:
            patched.setattr(promotion, "judge", real)
            assert cli.promote("damaged", "--force").exit_code == 0
        return real(*arguments, **named)

    monkeypatch.setattr(promotion, "judge", judge_slowly)
    result = cli.promote("better")
    assert result.exit_code == 1
    assert "Another model was put in service while this one was being measured" in result.stderr
    served = ModelRegistry(cli.settings.models).in_service()
    assert served == cli.fingerprints["damaged"]


def test_without_a_file_the_untouched_set_is_the_demo_catalogue(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Settings] = []

    def open_few(settings: Settings, progress: Any) -> tuple[Settings, QuerySet]:
        asked.append(settings)
        queries = read_queries(cli.shop.untouched)
        return settings, judged_queries(queries, "untouched.jsonl", "product")

    monkeypatch.setattr(promotion, "open_untouched", open_few)
    result = cli("model", "promote", cli.shop.reference("better"),
                 "--queries", str(cli.shop.queries), "--json")  # fmt: skip
    assert result.exit_code == 0, result.output
    assert [each.home for each in asked] == [cli.settings.home]
    assert json.loads(result.stdout)["untouched"]["queries_from"] == "untouched.jsonl"
