"""The record of promoted models, whatever happens to its files."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import BusyError, FingerprintMismatchError, ModelError, ModelRegistryError
from core.settings import Settings
from encoder import loading, reference
from encoder.checkpoint import Checkpoint
from encoder.registry import EVENTS, ModelAction, ModelEvent, ModelRegistry
from tests.search.models import load_noisy, save_noisy

A, B, C = ("a" * 64, "b" * 64, "c" * 64)


def promoted(fingerprint: str, previous: str) -> ModelEvent:
    return ModelEvent(
        action=ModelAction.PROMOTE,
        at="2026-01-01T00:00:00+00:00",
        fingerprint=fingerprint,
        reference="local-dir:x",
        previous=previous,
    )


def rolled_back(fingerprint: str, previous: str) -> ModelEvent:
    return ModelEvent(
        action=ModelAction.ROLLBACK, at="2026-01-01T00:00:00+00:00", fingerprint=fingerprint,
        reference="local-dir:x", previous=previous,
    )  # fmt: skip


@pytest.fixture
def registry(tmp_path: Path) -> ModelRegistry:
    return ModelRegistry(tmp_path / "models")


@pytest.fixture
def model(tmp_path: Path) -> Checkpoint:
    return Checkpoint.open(save_noisy(tmp_path / "model", 1.0))


def test_nothing_promoted_is_nothing_in_service(registry: ModelRegistry) -> None:
    assert (registry.in_service(), registry.previous(), registry.history()) == ("", "", [])


def test_events_come_back_as_they_were_recorded(registry: ModelRegistry) -> None:
    first = replace(
        promoted(B, A), forced=True, reasons=("It loses ‘shoes’.",), report={"mean": 0.5}
    )
    second = rolled_back(A, B)
    registry.record(first)
    registry.record(second)
    assert registry.events() == [first, second]


def test_each_rollback_goes_one_further_back(registry: ModelRegistry) -> None:
    for event in (promoted(B, A), promoted(C, B)):
        registry.record(event)
    assert (registry.in_service(), registry.previous()) == (C, B)
    registry.record(rolled_back(B, C))
    assert (registry.in_service(), registry.previous()) == (B, A)
    registry.record(rolled_back(A, B))
    assert (registry.in_service(), registry.previous()) == (A, "")
    registry.record(promoted(C, A))
    assert registry.history() == [A, C]


@pytest.mark.parametrize("kept", range(1, 40, 7))
def test_an_event_that_a_crash_cut_short_never_happened(
    registry: ModelRegistry, tmp_path: Path, kept: int
) -> None:
    registry.record(promoted(B, A))
    path = tmp_path / "models" / EVENTS
    whole = path.read_bytes()
    path.write_bytes(whole + promoted(C, B).to_bytes()[:kept])
    assert registry.in_service() == B
    registry.record(rolled_back(A, B))
    assert path.read_bytes() == whole + rolled_back(A, B).to_bytes()


@pytest.mark.parametrize(
    "damage", [b"\n", b"{}\n", b"[1]\n", b'{"action": "demote"}\n', b"\xff\n", b"null\n"]
)
def test_a_damaged_event_is_named_and_not_skipped(
    registry: ModelRegistry, tmp_path: Path, damage: bytes
) -> None:
    registry.record(promoted(B, A))
    path = tmp_path / "models" / EVENTS
    path.write_bytes(damage + path.read_bytes())
    with pytest.raises(ModelRegistryError, match=r"events.jsonl, line 1, .*VITRINE_MODEL"):
        registry.in_service()


def test_a_fingerprint_cannot_lead_out_of_the_folder(
    registry: ModelRegistry, tmp_path: Path
) -> None:
    registry.record(promoted(B, A))
    path = tmp_path / "models" / EVENTS
    told = json.loads(path.read_bytes())
    path.write_text(json.dumps({**told, "fingerprint": "../../../../etc/x"}) + "\n")
    with pytest.raises(ModelRegistryError):
        registry.in_service()


def test_a_model_is_kept_whole_and_alone(registry: ModelRegistry, model: Checkpoint) -> None:
    for name in ("training.json", "tokenizer.json", "optimizer.bin", "notes.txt"):
        (model.directory / name).write_text(name)
    fingerprint = model.fingerprint()
    folder = registry.keep(model, fingerprint)
    assert sorted(path.name for path in folder.iterdir()) == [
        "open_clip_config.json", "open_clip_model.safetensors", "tokenizer.json", "training.json"
    ]  # fmt: skip
    assert folder.name == fingerprint[:16]
    assert registry.holds(fingerprint)
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_keeping_it_again_changes_nothing_and_a_damaged_one_is_mended(
    registry: ModelRegistry, model: Checkpoint
) -> None:
    fingerprint = model.fingerprint()
    folder = registry.keep(model, fingerprint)
    (folder / "gate.json").write_text("{}")
    registry.keep(model, fingerprint)
    assert (folder / "gate.json").is_file()
    (folder / "open_clip_model.safetensors").write_bytes(b"?")
    assert not registry.holds(fingerprint)
    registry.keep(model, fingerprint)
    assert registry.holds(fingerprint)


def test_a_full_disk_leaves_nothing_behind(
    registry: ModelRegistry, model: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("encoder.registry.os.fsync", run_full)
    with pytest.raises(OSError, match="No space left"):
        registry.keep(model, model.fingerprint())
    assert list((tmp_path / "models").iterdir()) == []


def test_a_killed_copy_is_swept_by_the_next(
    registry: ModelRegistry, model: Checkpoint, tmp_path: Path
) -> None:
    (tmp_path / "models" / "0123456789abcdef.partial").mkdir(parents=True)
    folder = registry.keep(model, model.fingerprint())
    assert list((tmp_path / "models").iterdir()) == [folder]


def test_a_model_that_changes_while_it_is_copied_is_refused(
    registry: ModelRegistry, model: Checkpoint
) -> None:
    with pytest.raises(ModelError, match="changed while it was being copied"):
        registry.keep(model, A)
    assert not registry.folder(A).exists()


def test_two_cannot_change_the_registry_at_once(registry: ModelRegistry) -> None:
    with (
        registry.changing(),
        pytest.raises(BusyError, match="change of the model in service is already"),
        registry.changing(),
    ):
        pass


class Home:
    """A home whose bundled model and loader are fakes."""

    def __init__(self, tmp_path: Path) -> None:
        self.settings = Settings(home=tmp_path / "home")
        self.registry = ModelRegistry(self.settings.models)
        self.bundled = Checkpoint.open(save_noisy(tmp_path / "bundled", 1.0))
        self.other = Checkpoint.open(save_noisy(tmp_path / "other", 2.0))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    home = Home(tmp_path)
    monkeypatch.setattr(reference, "BUNDLED", home.bundled.directory)
    monkeypatch.setattr(loading, "load_model", load_noisy)
    return home


def test_the_settings_mean_the_bundled_model_until_one_is_promoted(home: Home) -> None:
    assert str(loading.model_reference(home.settings)) == "bundled"
    fingerprint = home.other.fingerprint()
    folder = home.registry.keep(home.other, fingerprint)
    home.registry.record(promoted(fingerprint, home.bundled.fingerprint()))
    assert str(loading.model_reference(home.settings)) == f"local-dir:{folder}"
    assert loading.model_fingerprint(home.settings) == fingerprint
    assert loading.load_encoder(home.settings).fingerprint == fingerprint
    pinned = Settings(home=home.settings.home, model="bundled")
    assert loading.model_fingerprint(pinned) == home.bundled.fingerprint()


def test_a_pinned_job_does_not_follow_a_promotion(home: Home) -> None:
    pinned = loading.pin_model(home.settings)
    fingerprint = home.other.fingerprint()
    home.registry.keep(home.other, fingerprint)
    home.registry.record(promoted(fingerprint, home.bundled.fingerprint()))
    assert loading.model_fingerprint(pinned) == home.bundled.fingerprint()


def test_a_promoted_model_that_was_removed_is_named(home: Home) -> None:
    home.registry.record(promoted(B, A))
    with pytest.raises(ModelError, match="vitrine model rollback"):
        loading.model_reference(home.settings)


def test_encoders_are_found_among_those_kept_bundled_and_configured(home: Home) -> None:
    fingerprint = home.other.fingerprint()
    with pytest.raises(FingerprintMismatchError, match="The generation x holds"):
        loading.encoder_for(home.settings, fingerprint, "The generation x")
    bundled = home.bundled.fingerprint()
    assert loading.encoder_for(home.settings, bundled, "").fingerprint == bundled
    configured = Settings(home=home.settings.home, model=f"local-dir:{home.other.directory}")
    assert loading.encoder_for(configured, fingerprint, "").fingerprint == fingerprint
    home.registry.keep(home.other, fingerprint)
    assert loading.encoder_for(home.settings, fingerprint, "").fingerprint == fingerprint


def test_a_damaged_kept_model_is_not_taken_for_itself(home: Home) -> None:
    fingerprint = home.other.fingerprint()
    folder = home.registry.keep(home.other, fingerprint)
    (folder / "open_clip_model.safetensors").write_bytes(b"?")
    with pytest.raises(FingerprintMismatchError):
        loading.encoder_for(home.settings, fingerprint, "The generation x")
