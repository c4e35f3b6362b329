"""The commands ``vitrine train …``."""

from __future__ import annotations

from pathlib import Path

import click

from core.settings import Settings
from core.terminal import BarProgress, VitrineGroup, emit, json_option


@click.group("train", cls=VitrineGroup)
def train() -> None:
    """Adapt a model to the catalogue."""


@train.command("run")
@click.option(
    "--from", "parent", default=None, help="Model to start from (default: VITRINE_MODEL)."
)
@click.option("--config", type=click.Path(path_type=Path), help="TOML file of settings.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the new model.")
@json_option
@click.pass_obj
def run_command(
    settings: Settings, parent: str | None, config: Path | None, out: Path | None, as_json: bool
) -> None:
    """Fine-tune a model on the catalogue's pictures and words.

    The new model is not put in service: point VITRINE_MODEL at its folder and build the
    index again.
    """
    # Imported here: torch costs seconds that other commands need not spend.
    from encoder.reference import ModelReference, Source
    from training.config import TrainConfig
    from training.run import run_training

    reference = ModelReference.parse(parent or settings.model)
    if reference.source is not Source.DIRECTORY:
        raise click.UsageError("--from must be bundled or local-dir:PATH.")
    chosen = TrainConfig.read(config) if config else TrainConfig()
    folder = out or settings.home / "models" / "tuned"
    result = run_training(settings, Path(reference.name), chosen, folder, BarProgress())
    emit(
        {
            "model": f"local-dir:{result.folder}",
            "fingerprint": result.fingerprint,
            "examples": result.examples,
            "held_out": result.held_out,
            "steps": result.steps,
        },
        f"Trained {result.steps} steps on {result.examples} pictures; the model is in "
        f"{result.folder} (fingerprint {result.fingerprint[:12]}).\n"
        f"Use it: VITRINE_MODEL=local-dir:{result.folder} vitrine index build",
        as_json,
    )


@train.command("compose")
@click.argument("image_weights", type=click.Path(path_type=Path))
@click.argument("text_folder", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--size", default="128x96", show_default=True, help="Picture HEIGHTxWIDTH.")
def compose_command(image_weights: Path, text_folder: Path, out: Path, size: str) -> None:
    """Put a MobileNetV2 and a sentence encoder together, to train from."""
    from training.compose import compose

    height, _, width = size.partition("x")
    if not (height.isdecimal() and width.isdecimal()):
        raise click.BadParameter(
            f"{size!r} must be HEIGHTxWIDTH, as in 128x96.", param_hint="--size"
        )
    folder = compose(image_weights, text_folder, out, image_size=(int(height), int(width)))
    emit({}, f"The model to start from is in {folder}.", as_json=False)
