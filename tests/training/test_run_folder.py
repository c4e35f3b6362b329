"""What a run does with its folder: one run at a time, nothing of another's, nothing left over."""

import errno
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from core.errors import BusyError, ModelError, TrainingError
from core.lock import exclusive
from core.settings import Settings
from encoder.checkpoint import WEIGHTS
from encoder.learned import learned_from, read_learned
from tests.encoder.models import save_native, save_with_sentence_tower
from tests.training.shop import open_shop, run
from training.checkpoint import STATE, RunState, save_state
from training.data import Sources
from training.pairs import NO_FACTS, TrainingExample, WeightedText
from training.record import FINISHED, STARTED, digest_data
from training.run import RunResult
from training.session import CACHE, Session
from training.sources import catalogue_examples
from training.split import split


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop in ``home``, a model in ``parent``, and a run that has ended in ``done``."""
    root = tmp_path_factory.mktemp("folders")
    open_shop(root / "home")
    run(settings_of(root), save_native(root / "parent"), root / "done", epochs=1)
    return root


def settings_of(root: Path) -> Settings:
    return Settings(home=root / "home", threads=1)


def again(root: Path, out: Path, **changes: Any) -> RunResult:
    return run(settings_of(root), root / "parent", out, **{"epochs": 1, **changes})


@pytest.fixture
def done(root: Path, tmp_path: Path) -> Path:
    """The folder of a run that has ended, to be spoilt."""
    return Path(shutil.copytree(root / "done", tmp_path / "done"))


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_folder_tells_which_pictures_its_model_learned_from(root: Path, tmp_path: Path) -> None:
    from catalog.database import open_catalog
    from catalog.repository import stream_products

    database = open_catalog(settings_of(root))
    with database.read() as session:
        examples = catalogue_examples(stream_products(session), {"title": 1.0})
    database.close()
    training, held_out = split(examples)
    learned = read_learned(root / "done")
    assert learned is not None
    assert learned.tolist() == learned_from(each.image for each in training).tolist()
    assert held_out
    queries = tmp_path / "queries.jsonl"
    queries.write_text(json.dumps({"query": training[0].title}))
    further = tmp_path / "further"
    run(settings_of(root), root / "done", further, epochs=1, sources=Sources(hold_out=queries))
    assert read_learned(further).tolist() == learned.tolist()  # type: ignore[union-attr]


def test_a_run_does_not_write_over_its_parent(root: Path) -> None:
    before = (root / "parent" / WEIGHTS[0]).read_bytes()
    with pytest.raises(TrainingError, match="the model that it starts from"):
        again(root, root / "home" / ".." / "parent")
    assert (root / "parent" / WEIGHTS[0]).read_bytes() == before
    assert STARTED not in names(root / "parent")


@pytest.mark.parametrize("restart", [False, True])
def test_a_run_does_not_write_over_a_model_that_no_run_made(
    restart: bool, root: Path, tmp_path: Path
) -> None:
    other = save_native(tmp_path / "other", seed=1)
    before = (other / WEIGHTS[0]).read_bytes()
    with pytest.raises(TrainingError, match="holds a model that no run made"):
        again(root, other, restart=restart)
    assert (other / WEIGHTS[0]).read_bytes() == before


def test_two_runs_do_not_write_into_one_folder(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with (
        exclusive(out / "run.lock", "A run"),
        pytest.raises(BusyError, match=r"A run in .*out is already running"),
    ):
        again(root, out)
    assert names(out) == {"run.lock"}


def test_what_a_kill_left_after_the_end_is_cleared(root: Path, done: Path) -> None:
    (done / STATE).write_bytes(b"left")
    (done / f".{STATE}.123.partial").write_bytes(b"left")
    (done / CACHE).mkdir()
    expected = names(root / "done")
    assert again(root, done).fingerprint == again(root, root / "done").fingerprint
    assert names(done) == expected


def test_an_ended_run_whose_weights_are_gone_is_no_success(root: Path, done: Path) -> None:
    (done / WEIGHTS[0]).unlink()
    with pytest.raises(TrainingError, match=r"has ended, but .* not whole .*--restart"):
        again(root, done)


def test_an_ended_run_whose_weights_are_others_is_no_success(root: Path, done: Path) -> None:
    shutil.copy(root / "parent" / WEIGHTS[0], done / WEIGHTS[0])
    with pytest.raises(TrainingError, match="is no longer what its run made"):
        again(root, done)


def test_a_restart_leaves_no_weights_of_the_run_before(
    root: Path, done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise TrainingError("no step was taken")

    monkeypatch.setattr(Session, "train", fail)
    with pytest.raises(TrainingError, match="no step was taken"):
        again(root, done, restart=True)
    assert names(done).isdisjoint({WEIGHTS[0], FINISHED, "learned.npy", "metrics.jsonl"})


def test_a_full_disk_at_the_last_write_leaves_the_checkpoint(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, fsync = tmp_path / "out", os.fsync

    def full(descriptor: int) -> None:
        if os.path.basename(os.readlink(f"/proc/self/fd/{descriptor}")).startswith(
            f".{WEIGHTS[0]}"
        ):
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            again(root, out, checkpoint_steps=2)
    assert STATE in names(out)
    assert WEIGHTS[0] not in names(out)
    assert not list(out.glob(".*"))
    assert again(root, out, checkpoint_steps=2).steps == 4
    assert load_file(out / WEIGHTS[0]).keys() == load_file(root / "done" / WEIGHTS[0]).keys()


def test_another_models_checkpoint_is_named(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    save_state(out, RunState(1, {"model.visual.proj": torch.zeros(2, 2)}))
    with pytest.raises(TrainingError, match=r"another model or other settings .*--restart"):
        again(root, out)
    assert again(root, out, restart=True).steps == 4


def test_weights_of_another_architecture_are_named(root: Path, tmp_path: Path) -> None:
    mixed = save_with_sentence_tower(tmp_path / "mixed")
    shutil.copy(root / "parent" / WEIGHTS[0], mixed / WEIGHTS[0])
    with pytest.raises(ModelError, match=r"The model in .*mixed cannot be loaded"):
        run(settings_of(root), mixed, tmp_path / "out", epochs=1)


def test_truncated_weights_are_named(root: Path, tmp_path: Path) -> None:
    cut = save_native(tmp_path / "cut")
    weights = cut / WEIGHTS[0]
    weights.write_bytes(weights.read_bytes()[:-1000])
    with pytest.raises(ModelError, match=r"The model in .*cut cannot be loaded"):
        run(settings_of(root), cut, tmp_path / "out", epochs=1)


def test_holding_everything_out_names_what_holds_it_out(root: Path, tmp_path: Path) -> None:
    queries = tmp_path / "queries.jsonl"
    colours, kinds = ("red", "green", "blue"), ("shoe", "dress")
    titles = [f"{colours[n % 3]} {kinds[n % 2]} {n}" for n in range(60)]
    queries.write_text("".join(json.dumps({"query": title}) + "\n" for title in titles))
    with pytest.raises(
        TrainingError, match=r"60 of 60 examples are held out .*or by .*queries.jsonl"
    ):
        again(root, tmp_path / "out", sources=Sources(hold_out=queries))


def example(number: int) -> TrainingExample:
    texts = (WeightedText(f"text {number}", 1.0),)
    return TrainingExample(f"p{number}", f"{number:064x}", texts, NO_FACTS, "")


def test_what_changes_sides_or_title_changes_the_digest() -> None:
    examples = [example(number) for number in range(4)]
    whole = digest_data(examples[:3], examples[3:])
    renamed = [replace(examples[0], product_title="another"), *examples[1:3]]
    others = {
        digest_data(examples[:2], examples[2:]),
        digest_data(examples, []),
        digest_data(renamed, examples[3:]),
    }
    assert whole not in others
    assert len(others) == 3
    assert digest_data(examples[:3], examples[3:]) == whole
