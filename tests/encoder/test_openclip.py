"""OpenClipEncoder against open_clip itself, on small models saved for real."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.errors import ModelError
from core.settings import Settings
from encoder.checkpoint import CONFIG, WEIGHTS, Checkpoint
from encoder.loading import load_encoder, model_fingerprint
from encoder.openclip import OpenClipEncoder, choose_device
from encoder.reference import ModelReference
from encoder.text_padding import padding_is_inert
from encoder.torchvision_operators import import_open_clip

TEXTS = ["red shoes", "a blue dress for the summer in green green green", "shoe", ""]


def load(folder: Path, batch_size: int = 64) -> OpenClipEncoder:
    reference = ModelReference.parse(f"local-dir:{folder}")
    return OpenClipEncoder.load(reference, device="cpu", batch_size=batch_size)


def pictures(count: int = 3) -> list[Image.Image]:
    rng = np.random.default_rng(0)
    sizes = [(40, 30), (20, 50), (33, 33)]
    return [
        Image.fromarray(rng.integers(0, 256, (*sizes[n % 3], 3), dtype=np.uint8))
        for n in range(count)
    ]


def padded(folder: Path, texts: list[str]) -> np.ndarray:
    """The slow oracle: open_clip's own encoding, every text padded to the full context."""
    open_clip = import_open_clip()
    name = f"local-dir:{folder}"
    model = open_clip.create_model(name, text_cfg=Checkpoint.open(folder).text_config).eval()
    with torch.inference_mode():
        embeddings = model.encode_text(open_clip.get_tokenizer(name)(texts), normalize=True)
    return np.asarray(embeddings.numpy())


@pytest.mark.parametrize("form", ["native", "sentence", "two_way"])
def test_texts_equal_open_clips_own_padded_encoding(
    form: str, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(form)
    np.testing.assert_allclose(load(folder).encode_texts(TEXTS), padded(folder, TEXTS), atol=1e-5)


@pytest.mark.parametrize(
    ("form", "inert"), [("native", True), ("sentence", True), ("two_way", False)]
)
def test_padding_is_left_off_only_where_that_changes_nothing(
    form: str, inert: bool, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(form)
    model = import_open_clip().create_model(
        f"local-dir:{folder}", text_cfg=Checkpoint.open(folder).text_config
    )
    assert padding_is_inert(model) is inert


def test_pictures_equal_open_clips_own_preprocessing_and_encoding(native: Path) -> None:
    model, _, preprocess = import_open_clip().create_model_and_transforms(f"local-dir:{native}")
    with torch.inference_mode():
        batch = torch.stack([preprocess(picture) for picture in pictures()])
        expected = model.eval().encode_image(batch, normalize=True).numpy()
    np.testing.assert_allclose(load(native).encode_images(pictures()), expected, atol=1e-5)


def test_order_is_kept_when_texts_are_sorted_into_batches(sentence: Path) -> None:
    whole, split = load(sentence), load(sentence, batch_size=2)
    texts = [" ".join(["red"] * count) for count in (9, 1, 5, 2, 7)]
    np.testing.assert_allclose(split.encode_texts(texts), whole.encode_texts(texts), atol=1e-5)


def test_image_size_is_the_checkpoints(native: Path) -> None:
    assert load(native).image_size == (32, 32)


def test_half_precision_weights_load_and_stay_within_a_thousandth(
    native: Path, tmp_path: Path
) -> None:
    from safetensors.torch import load_file, save_file

    folder = tmp_path / "half"
    shutil.copytree(native, folder)
    state = load_file(native / WEIGHTS[0])
    save_file({name: value.half() for name, value in state.items()}, folder / WEIGHTS[0])
    cosine = (load(folder).encode_texts(TEXTS) * load(native).encode_texts(TEXTS)).sum(axis=1)
    np.testing.assert_allclose(cosine, 1, atol=1e-3)


def test_a_moved_folder_keeps_its_fingerprint_and_its_vectors(
    sentence: Path, tmp_path: Path
) -> None:
    moved = tmp_path / "elsewhere"
    shutil.copytree(sentence, moved)
    assert Checkpoint.open(moved).fingerprint() == Checkpoint.open(sentence).fingerprint()
    np.testing.assert_array_equal(
        load(moved).encode_texts(TEXTS), load(sentence).encode_texts(TEXTS)
    )


def change_weights(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    state = load_file(folder / WEIGHTS[0])
    state["logit_scale"] += 1e-3
    save_file(state, folder / WEIGHTS[0])


def change_preprocessing(folder: Path) -> None:
    config = json.loads((folder / CONFIG).read_text())
    config["preprocess_cfg"]["interpolation"] = "bilinear"
    (folder / CONFIG).write_text(json.dumps(config))


def change_architecture(folder: Path) -> None:
    config = json.loads((folder / CONFIG).read_text())
    config["model_cfg"]["quick_gelu"] = True
    (folder / CONFIG).write_text(json.dumps(config))


def change_tokenizer(folder: Path) -> None:
    rules = (folder / "tokenizer.json").read_text()
    (folder / "tokenizer.json").write_text(rules.replace('"summer"', '"winter"'))


def change_kind_of_tokenizer(folder: Path) -> None:
    config = json.loads((folder / CONFIG).read_text())
    del config["model_cfg"]["text_cfg"]["hf_tokenizer_name"]
    (folder / CONFIG).write_text(json.dumps(config))


@pytest.mark.parametrize(
    "change",
    [
        change_weights,
        change_preprocessing,
        change_architecture,
        change_tokenizer,
        change_kind_of_tokenizer,
    ],
)
def test_fingerprint_changes_with_whatever_changes_a_vector(
    change: object, sentence: Path, tmp_path: Path
) -> None:
    assert callable(change)
    folder = tmp_path / "changed"
    shutil.copytree(sentence, folder)
    change(folder)
    assert Checkpoint.open(folder).fingerprint() != Checkpoint.open(sentence).fingerprint()


def test_the_loaded_encoder_bears_the_fingerprint_of_its_folder(native: Path) -> None:
    settings = Settings(model=f"local-dir:{native}")
    assert load_encoder(settings).fingerprint == model_fingerprint(settings)


def test_a_hub_model_loads_from_the_hubs_cache_without_a_network(
    native: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached = tmp_path / "models--shop--small"
    snapshot = cached / "snapshots" / "0"
    shutil.copytree(native, snapshot)
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text("0")
    go_offline(monkeypatch, tmp_path)
    encoder = OpenClipEncoder.load(
        ModelReference.parse("hf-hub:shop/small"), device="cpu", batch_size=8
    )
    np.testing.assert_allclose(
        encoder.encode_texts(TEXTS), load(native).encode_texts(TEXTS), atol=1e-6
    )
    assert len(encoder.fingerprint) == 64


def test_a_hub_model_without_a_network_says_what_was_wanted_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_offline(monkeypatch, tmp_path)
    with pytest.raises(ModelError, match=r"open_clip_config\.json.*absent/model.*local-dir:PATH"):
        OpenClipEncoder.load(
            ModelReference.parse("hf-hub:absent/model"), device="cpu", batch_size=8
        )


def test_a_tag_without_a_network_says_what_was_wanted_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_offline(monkeypatch, tmp_path)
    with pytest.raises(ModelError, match=r"'openai' of RN50.*local-dir:PATH"):
        OpenClipEncoder.load(ModelReference.parse("RN50/openai"), device="cpu", batch_size=8)


def go_offline(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(cache))
    monkeypatch.setattr("open_clip.pretrained.download_pretrained_from_url", refuse)


def refuse(*_: object, **__: object) -> str:
    raise OSError("no network")


def test_weights_that_can_run_code_are_refused(native: Path, tmp_path: Path) -> None:
    folder = tmp_path / "unsafe"
    shutil.copytree(native, folder)
    (folder / WEIGHTS[0]).rename(folder / "open_clip_pytorch_model.bin")
    with pytest.raises(ModelError, match=r"open_clip_pytorch_model\.bin.*safetensors only"):
        load(folder)


def test_damaged_weights_are_a_named_error(native: Path, tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(native, folder)
    whole = (folder / WEIGHTS[0]).read_bytes()
    (folder / WEIGHTS[0]).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match=r"damaged.* cannot be loaded"):
        load(folder)


def test_a_missing_weight_is_named(native: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = tmp_path / "incomplete"
    shutil.copytree(native, folder)
    state = load_file(folder / WEIGHTS[0])
    del state["ln_final.bias"]
    save_file(state, folder / WEIGHTS[0])
    with pytest.raises(ModelError, match=r"ln_final\.bias"):
        load(folder)


@pytest.mark.parametrize(
    "config",
    [
        "[]",
        "{",
        '{"model_cfg": null}',
        '{"model_cfg": {"vision_cfg": {}, "text_cfg": null}}',
        '{"model_cfg": {"vision_cfg": {}, "text_cfg": {}}, "preprocess_cfg": []}',
        '{"model_cfg": {"vision_cfg": {}, "text_cfg": {}}}',
    ],
)
def test_a_config_of_another_form_is_a_named_error(
    config: str, native: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "odd"
    shutil.copytree(native, folder)
    (folder / CONFIG).write_text(config)
    with pytest.raises(ModelError, match="odd"):
        load(folder)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nowhere does not exist"):
        load_encoder(Settings(model=f"local-dir:{tmp_path / 'nowhere'}"))


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_gpu_that_is_not_there_is_refused() -> None:
    assert choose_device("auto") == "cpu"
    with pytest.raises(ModelError, match="VITRINE_DEVICE"):
        choose_device("cuda")


@pytest.mark.parametrize("text", ["", "bundle", "local-dir:", "ftp:x", "/tag", "a/b/c"])
def test_a_name_of_no_known_form_is_refused(text: str) -> None:
    with pytest.raises(ModelError, match="names no model"):
        ModelReference.parse(text)
