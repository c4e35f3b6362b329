"""Whole runs on a small shop: from the catalogue, or a file of pairs, to a model that loads."""

import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from core.errors import TrainingError
from core.settings import Settings
from encoder.openclip import OpenClipEncoder
from encoder.reference import ModelReference
from tests.encoder.models import save_native, save_with_sentence_tower
from tests.training.shop import COLOURS, CONFIG, open_shop, run, swatch
from training import wise_ft
from training.checkpoint import STATE
from training.config import TrainConfig
from training.curves import CURVES
from training.data import Sources
from training.loop import Trainer
from training.metrics_log import METRICS, read_metrics
from training.record import FINISHED

CONFIGS = Path(__file__).parents[2] / "training" / "configs"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return open_shop(tmp_path_factory.mktemp("shop"))


@pytest.mark.parametrize("save", [save_with_sentence_tower, save_native])
def test_a_run_teaches_colours_and_leaves_a_model_that_loads(
    save: Callable[[Path], Path], settings: Settings, tmp_path: Path
) -> None:
    result = run(settings, save(tmp_path / "parent"), tmp_path / "out", text_tower="full")
    losses = [line["loss"] for line in read_metrics(tmp_path / "out" / METRICS) if "loss" in line]
    assert losses[-1] < losses[0] - 0.2
    reference = ModelReference.parse(f"local-dir:{tmp_path / 'out'}")
    encoder = OpenClipEncoder.load(reference, device="cpu", batch_size=8)
    assert encoder.fingerprint == result.fingerprint
    swatches = [Image.new("RGB", (18, 24), colour) for colour in COLOURS.values()]
    scores = encoder.encode_texts(list(COLOURS)) @ encoder.encode_images(swatches).T
    assert scores.argmax(axis=1).tolist() == [0, 1, 2]


def test_a_run_leaves_its_record_and_a_picture_of_its_curves(
    settings: Settings, tmp_path: Path
) -> None:
    parent, out = save_native(tmp_path / "parent"), tmp_path / "out"
    result = run(settings, parent, out, epochs=2)
    record = json.loads((out / FINISHED).read_text())
    assert record["config"] == {**replace(CONFIG, epochs=2).to_json()}
    assert record["fingerprint"] == result.fingerprint
    assert record["device"] == "cpu"
    assert {"data", "parent", "commit", "torch", "program", "threads", "skipped"} <= record.keys()
    epochs = [line for line in read_metrics(out / METRICS) if "epoch" in line]
    assert [line["epoch"] for line in epochs] == [1, 2]
    assert all(0 <= line["recall@10"] <= 1 for line in epochs)
    with Image.open(out / CURVES) as curves:
        assert curves.format == "PNG"
        assert len(curves.convert("RGB").getcolors(2**24) or []) > 50
    assert not (out / "cache").exists()


@pytest.mark.parametrize(("locked", "name"), [("text", "text."), ("image", "visual.")])
def test_a_locked_tower_does_not_move(
    locked: str, name: str, settings: Settings, tmp_path: Path
) -> None:
    parent = save_with_sentence_tower(tmp_path / "parent")
    towers = {"image_tower": "full", "text_tower": "full", f"{locked}_tower": "locked"}
    run(settings, parent, tmp_path / "out", epochs=1, **towers)
    before, after = (
        load_file(folder / "open_clip_model.safetensors") for folder in (parent, tmp_path / "out")
    )
    moved = {
        key.startswith(name): value
        for key, value in before.items()
        if float((value.float() - after[key].float()).abs().max()) > 5e-3
    }
    assert moved.keys() == {False}


@pytest.mark.parametrize("mode", ["head", "adapters"])
def test_every_way_to_learn_makes_a_model(mode: str, settings: Settings, tmp_path: Path) -> None:
    result = run(
        settings, save_native(tmp_path / "parent"), tmp_path / "out", epochs=1, image_tower=mode,
        text_tower=mode, adapter_rank=2, gradient_checkpointing=mode == "adapters",
    )  # fmt: skip
    reference = ModelReference.parse(f"local-dir:{tmp_path / 'out'}")
    encoder = OpenClipEncoder.load(reference, device="cpu", batch_size=8)
    assert encoder.fingerprint == result.fingerprint


def test_the_best_mixture_with_the_parent_is_kept(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wise_ft, "FEWEST_TITLES", 1)
    parent = save_native(tmp_path / "parent")
    ruinous = {"rate": 1.0, "head_rate": 1.0, "warmup_steps": 0, "epochs": 1}
    alone = run(settings, parent, tmp_path / "alone", **ruinous)
    mixed = run(settings, parent, tmp_path / "mixed", alphas=(0.0, 0.5, 1.0), **ruinous)
    assert alone.alpha == 1.0
    assert mixed.measures["recall@10"] >= alone.measures["recall@10"]
    if mixed.alpha == 0.0:
        before, after = (
            load_file(each / "open_clip_model.safetensors") for each in (parent, tmp_path / "mixed")
        )
        assert all(np.allclose(before[key], after[key], atol=1e-3) for key in before)


def test_fewer_examples_than_a_batch_is_one_sentence(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="fewer than one batch of 500"):
        run(settings, save_native(tmp_path / "parent"), tmp_path / "out", batch_size=500)


def test_a_loss_that_is_no_number_keeps_the_last_good_checkpoint(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent, out = save_native(tmp_path / "parent"), tmp_path / "out"
    compare, steps = Trainer._compare, itertools.count()

    def compare_until_the_second(self: Trainer, *given: Any) -> torch.Tensor:
        return compare(self, *given) * (float("nan") if next(steps) else 1.0)

    monkeypatch.setattr(Trainer, "_compare", compare_until_the_second)
    with pytest.raises(
        TrainingError, match=r"is nan at step 1\. The last good.*of step 1,.*--rest"
    ):
        run(settings, parent, out, checkpoint_steps=1)
    assert (out / STATE).is_file()


def test_a_picture_that_is_gone_is_counted_and_the_rest_learned(tmp_path: Path) -> None:
    settings = open_shop(tmp_path / "home")
    pictures = sorted(each for each in settings.images.rglob("*") if each.is_file())
    pictures[0].unlink()
    pictures[1].write_bytes(b"no picture")
    result = run(settings, save_native(tmp_path / "parent"), tmp_path / "out", epochs=1)
    assert result.skipped["reasons"]["picture_cannot_be_read"]["count"] == 2
    assert result.examples + result.held_out == 58


def write_pairs(folder: Path, count: int = 30) -> Path:
    folder.mkdir()
    rng = np.random.default_rng(3)
    lines = []
    for number in range(count):
        colour = list(COLOURS)[number % 3]
        Image.fromarray(swatch(colour, rng)).save(folder / f"{number}.png")
        lines.append({"image": f"{number}.png", "text": f"{colour} shoe {number}", "weight": 2})
    lines += [{"image": "none.png", "text": "red"}, {"image": "1.png", "text": " "}]
    path = folder / "pairs.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines))
    return path


def test_a_file_of_pairs_teaches_without_a_catalogue(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", threads=1)
    sources = Sources(pairs=write_pairs(tmp_path / "pairs"))
    parent = save_native(tmp_path / "parent")
    result = run(settings, parent, tmp_path / "out", sources=sources, text_tower="full")
    assert result.skipped["total"] == 2
    assert result.examples + result.held_out == 30
    losses = [line["loss"] for line in read_metrics(tmp_path / "out" / METRICS) if "loss" in line]
    assert losses[-1] < losses[0]


def test_titles_that_are_held_out_by_name_are_not_trained_on(
    settings: Settings, tmp_path: Path
) -> None:
    queries = tmp_path / "queries.jsonl"
    queries.write_text('{"query": "RED  shoe 0"}\n{"query": "blue dress 5"}\n')
    parent = save_native(tmp_path / "parent")
    free = run(settings, parent, tmp_path / "free", epochs=1)
    bound = run(settings, parent, tmp_path / "bound", epochs=1, sources=Sources(hold_out=queries))
    assert (bound.examples, bound.held_out) == (free.examples - 2, free.held_out + 2)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("epoch = 3", "no setting 'epoch'"),
        ("epochs = 'x'", "must be a whole number"),
        ("epochs = 0", "epochs is 0, but must be from 1"),
        ("flip = 1", "flip is 1, but must be true or false"),
        ("loss = 'hinge'", "one of info_nce, sigmoid"),
        ("texts = {titles = 1.0}", "one of title, description, attributes, category"),
        ("texts = 'title'", "must be a table of numbers"),
        ("alphas = [0.5, 2.0]", "shares of 0 to 1"),
        ("image_tower = 'locked'", "nothing would learn"),
        ("rate = nan", "rate is nan"),
        ("rate = 1e5", "rate is 100000.0, but must be from 0 to 1"),
        ("head_rate = inf", "head_rate is inf"),
        ("weight_decay = inf", "weight_decay is inf"),
        ("text_anchor = inf", "text_anchor is inf, but must be from 0 up, and finite"),
        ("texts = {title = inf}", "texts.title is inf"),
        ("scale = 200.0", "scale is 200, but must not be above max_scale, 100"),
        ("[", "cannot be read"),
    ],
)
def test_a_bad_config_is_named(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(TrainingError, match=reason):
        TrainConfig.read(path)


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.toml")), ids=lambda path: path.stem)
def test_the_configs_that_come_along_read(path: Path) -> None:
    assert TrainConfig.read(path).epochs >= 1


def test_an_anchor_keeps_words_where_the_parent_had_them(
    settings: Settings, tmp_path: Path
) -> None:
    parent = save_with_sentence_tower(tmp_path / "parent")

    def embed(folder: Path) -> np.ndarray[Any, Any]:
        reference = ModelReference.parse(f"local-dir:{folder}")
        return OpenClipEncoder.load(reference, device="cpu", batch_size=8).encode_texts(
            list(COLOURS)
        )

    drifts = {}
    for anchor in (0.0, 100.0):
        out = tmp_path / f"out-{anchor:g}"
        run(settings, parent, out, epochs=2, text_tower="full", text_anchor=anchor)
        drifts[anchor] = float((1 - (embed(parent) * embed(out)).sum(axis=1)).mean())
    assert drifts[100.0] < drifts[0.0] / 3
