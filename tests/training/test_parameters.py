"""Which weights learn, and how fast."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.errors import TrainingError
from encoder.checkpoint import Checkpoint
from encoder.openclip import load_directory
from encoder.torchvision_operators import import_open_clip
from tests.encoder.models import save_native, save_with_sentence_tower
from tests.training.shop import CONFIG, trainer
from training.adapters import merge_adapters
from training.batches import batches
from training.parameters import groups, learning, prepare
from training.phrases import Phrasebook

CLIP = import_open_clip().CLIP


@pytest.mark.parametrize(
    ("image", "text", "expected"),
    [
        ("locked", "head", {"text_projection", "logit_scale"}),
        ("head", "locked", {"visual.proj", "logit_scale"}),
    ],
)
def test_a_native_clip_learns_only_what_the_config_says(
    image: str, text: str, expected: set[str], tmp_path: Path
) -> None:
    model, _ = load_directory(Checkpoint.open(save_native(tmp_path)))
    prepare(model, replace(CONFIG, image_tower=image, text_tower=text))
    assert set(learning(model)) == expected


def test_a_full_tower_learns_all_of_itself_and_nothing_of_a_locked_one(tmp_path: Path) -> None:
    model, _ = load_directory(Checkpoint.open(save_with_sentence_tower(tmp_path)))
    prepare(model, replace(CONFIG, image_tower="locked", text_tower="full"))
    assert {name.split(".")[0] for name in learning(model)} == {"text", "logit_scale"}
    every = [name for name, _ in model.named_parameters() if name.startswith("text.")]
    assert set(every) <= set(learning(model))


def test_earlier_layers_learn_slower(tmp_path: Path) -> None:
    model, _ = load_directory(Checkpoint.open(save_native(tmp_path)))
    config = replace(CONFIG, text_tower="full", rate=1.0, head_rate=0.7, layer_decay=0.5)
    prepare(model, config)
    names = {id(each): name for name, each in model.named_parameters()}
    rates = {
        names[id(p)]: group["peak"] for group in groups(model, config) for p in group["params"]
    }
    assert rates["visual.proj"] == rates["text_projection"] == rates["logit_scale"] == 0.7
    assert rates["visual.ln_post.weight"] == rates["ln_final.weight"] == 1.0
    assert rates["visual.transformer.resblocks.1.ln_1.weight"] == 1.0
    assert rates["visual.transformer.resblocks.0.ln_1.weight"] == 0.5
    assert rates["transformer.resblocks.0.mlp.c_fc.weight"] == 0.5
    assert rates["visual.conv1.weight"] == rates["token_embedding.weight"] == 0.25


def test_the_layers_of_a_resnet_are_counted_from_its_stem() -> None:
    vision = {"image_size": 32, "layers": [1, 1, 1, 1], "width": 8, "patch_size": None}
    text = {"context_length": 8, "vocab_size": 64, "width": 16, "heads": 2, "layers": 1}
    model = CLIP(16, vision, text)
    config = replace(CONFIG, rate=1.0, head_rate=0.7, layer_decay=0.5)
    prepare(model, config)
    names = {id(each): name for name, each in model.named_parameters()}
    rates = {
        names[id(p)]: group["peak"] for group in groups(model, config) for p in group["params"]
    }
    assert [rates[f"visual.layer{layer}.0.conv1.weight"] for layer in (4, 3, 2, 1)] == [
        1.0, 0.5, 0.25, 0.125,
    ]  # fmt: skip
    stem = {rates[f"visual.{kind}{n}.weight"] for kind in ("conv", "bn") for n in (1, 2, 3)}
    assert stem == {0.0625}
    assert rates["visual.attnpool.c_proj.weight"] == 0.7


def test_adapters_that_fit_nothing_are_refused(tmp_path: Path) -> None:
    model, _ = load_directory(Checkpoint.open(save_native(tmp_path)))
    config = replace(CONFIG, image_tower="adapters", adapter_rank=1024)
    with pytest.raises(TrainingError, match=r"image tower has no matrix larger .*rank 1024"):
        prepare(model, config)


def test_one_dimensional_weights_are_spared_the_decay(tmp_path: Path) -> None:
    model, _ = load_directory(Checkpoint.open(save_native(tmp_path)))
    prepare(model, CONFIG)
    for group in groups(model, CONFIG):
        decayed = {each.ndim > 1 for each in group["params"]}
        assert decayed == {group["weight_decay"] > 0}


def test_a_head_that_is_not_there_is_named(tmp_path: Path) -> None:
    folder = save_with_sentence_tower(tmp_path)
    model, _ = load_directory(Checkpoint.open(folder))
    model.visual.proj = None
    with pytest.raises(TrainingError, match="image tower has no projection"):
        prepare(model, replace(CONFIG, image_tower="head"))


@pytest.mark.parametrize("save", [save_native, save_with_sentence_tower])
def test_adapters_learn_alone_and_merge_to_the_same_embeddings(
    save: object, tmp_path: Path
) -> None:
    made = trainer(save(tmp_path), image_tower="adapters", text_tower="adapters", adapter_rank=2)  # type: ignore[operator]
    before = {name: each.clone() for name, each in made.model.state_dict().items()}
    for number, batch in enumerate(batches(made.examples, 12, 0, 0, Phrasebook())):
        made.step(batch, number)
    for name, value in made.model.state_dict().items():
        moved = not torch.equal(value, before[name])
        assert moved == (".0.up" in name or name == "logit_scale"), name
    made.model.eval()
    pixels = made.images._pixels
    images, texts = made.images.embed(pixels), made.texts.embed_all(["red shoe"])
    merge_adapters(made.model)
    assert not any("parametrizations" in name for name in made.model.state_dict())
    assert torch.allclose(made.images.embed(pixels), images, atol=1e-6)
    assert torch.allclose(made.texts.embed_all(["red shoe"]), texts, atol=1e-6)
