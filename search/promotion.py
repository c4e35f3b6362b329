"""Models put in service when they have earned it, and taken out again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.errors import (
    AlreadyInServiceError,
    EvaluationError,
    ModelError,
    ModelPinnedError,
    ModelRegistryError,
    NoGenerationError,
)
from core.files import replacing
from core.memory import keep_freed_memory
from core.settings import Settings
from core.terminal import Progress
from encoder.checkpoint import Checkpoint
from encoder.loading import PROMOTED, model_reference
from encoder.reference import ModelReference, Source
from encoder.registry import NAME_CHARS, ModelAction, ModelEvent, ModelRegistry
from indexer import generations
from search.trial import QuerySet, TrialReport, TriedModel, try_model
from search.untouched import open_untouched
from training.gate.verdict import Verdict, judge

GATE = "gate.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """What came of the wish to promote a model."""

    fingerprint: str
    reference: str
    previous: str
    """Fingerprint of the model that was in service."""
    promoted: bool
    forced: bool
    """Whether it was promoted although the gate refused it."""
    reasons: tuple[str, ...]
    """Why the gate refused it; empty where it passed."""
    held_out: TrialReport
    untouched: TrialReport
    report: str
    """Path of the file that says all this."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Rollback:
    """Which model is in service again, and what the index answers with."""

    fingerprint: str
    generation: str
    """The one in service; empty where none of that model is left."""
    answering: str
    """The one that answers now, that of another model where none of this one is left; empty
    where there is no index."""


def evaluate_model(
    settings: Settings,
    name: str,
    against: str | None,
    sets: Sequence[QuerySet],
    progress: Progress,
) -> list[TrialReport]:
    """Measure a model beside another, by default beside the one in service.

    The one in service itself is measured alone, unless ``against`` names another.

    Raises:
        EvaluationError: nothing can be measured, or both names mean one model.
    """
    _prepare(settings)
    model, other = TriedModel.named(settings, name), TriedModel.named(settings, against or "")
    if other.fingerprint != model.fingerprint:
        return try_model(settings, model, other, sets, progress)
    if against is not None:
        raise EvaluationError(f"{name} and {against} are the same model {model.fingerprint[:12]}.")
    return try_model(settings, model, None, sets, progress)


def promote(
    settings: Settings,
    name: str,
    held_out: QuerySet,
    untouched: QuerySet | None,
    force: bool,
    progress: Progress,
) -> Promotion:
    """Put a model in service if it passes the gate, or by force; nothing changes if not.

    The index goes on answering with the model that made it until the next build.

    Args:
        settings: Whose home the model is for.
        name: The model.
        held_out: Queries that it was not trained on.
        untouched: Queries that it was not adapted to; over the demo catalogue where None.
        force: Promote it whatever the gate says; the record tells.
        progress: Where to tell how far it is.

    Raises:
        ModelPinnedError: the settings name a model themselves.
        AlreadyInServiceError: it is the one in service.
        ModelError: it is in no folder, or cannot be loaded.
    """
    checkpoint = _promotable(settings, name)
    _prepare(settings)
    model, serving = TriedModel.named(settings, name), TriedModel.named(settings)
    if model.fingerprint == serving.fingerprint:
        raise AlreadyInServiceError(model.fingerprint)
    tried = _try_both(settings, model, serving, (held_out, untouched), progress)
    verdict = _judge(*tried)
    taken = verdict.passed or force
    where = _report_path(settings, model, taken)
    promotion = _promotion(name, model, serving, verdict, tried, where, taken)
    if taken:
        _put_in_service(settings, checkpoint, promotion)
    else:
        _write(promotion)
    return promotion


def roll_back(settings: Settings) -> Rollback:
    """Put the model before the last promoted one in service again, and an index of it.

    The index is moved first. Where a crash falls between the two, what is served is a pair
    all the same, and doing it again ends it.

    Raises:
        ModelPinnedError: the settings name a model themselves.
        ModelRegistryError: there is no model to go back to.
        BusyError: an index build or a promotion is running.
    """
    _refuse_if_pinned(settings)
    registry = ModelRegistry(settings.models)
    if not registry.previous():
        raise ModelRegistryError(_nothing_before(registry))
    with registry.changing():
        leaving, target = registry.in_service(), registry.previous()
        if not registry.holds(target):
            raise ModelError(
                f"The model {target[:12]} is no longer whole in {registry.folder(target)}. Name "
                "one with VITRINE_MODEL, or promote another."
            )
        generation = generations.rollback_to_model(settings.generations, target)
        registry.record(
            ModelEvent(
                action=ModelAction.ROLLBACK,
                at=_now(),
                fingerprint=target,
                reference=f"{Source.DIRECTORY.value}:{registry.folder(target)}",
                previous=leaving,
            )
        )
    return Rollback(target, generation, generation or _answering(settings))


def _answering(settings: Settings) -> str:
    try:
        return generations.current(settings.generations)
    except NoGenerationError:
        return ""


def _nothing_before(registry: ModelRegistry) -> str:
    if not registry.events():
        return "No model has been promoted, so there is none to go back to."
    return (
        f"Every promotion has been taken back: the model {registry.in_service()[:12]}, which came "
        "before the first, is in service, so there is none to go back to."
    )


def _put_in_service(settings: Settings, checkpoint: Checkpoint, promotion: Promotion) -> None:
    registry = ModelRegistry(settings.models)
    with registry.changing():
        serving = _checkpoint_of(model_reference(settings))
        if serving.fingerprint() != promotion.previous:
            raise ModelRegistryError(
                "Another model was put in service while this one was being measured. Try again."
            )
        # The one that is replaced is kept as well: the bundled one goes with an upgrade.
        registry.keep(serving, promotion.previous)
        registry.keep(checkpoint, promotion.fingerprint)
        _write(promotion)
        registry.record(_event(promotion))


def _promotable(settings: Settings, name: str) -> Checkpoint:
    _refuse_if_pinned(settings)
    reference = model_reference(settings, name)
    if reference.source is not Source.DIRECTORY:
        raise ModelError(
            f"{name} is in no folder of this machine, and a promoted model's files are kept. "
            "Promote a local-dir:PATH, or serve it with VITRINE_MODEL."
        )
    return _checkpoint_of(reference)


def _refuse_if_pinned(settings: Settings) -> None:
    if settings.model != PROMOTED:
        raise ModelPinnedError(settings.model)


def _checkpoint_of(reference: ModelReference) -> Checkpoint:
    return Checkpoint.open(Path(reference.name))


def _try_both(
    settings: Settings,
    model: TriedModel,
    serving: TriedModel,
    sets: tuple[QuerySet, QuerySet | None],
    progress: Progress,
) -> list[TrialReport]:
    """Measure on held-out queries and on untouched ones."""
    held_out, untouched = sets
    if untouched is not None:
        return try_model(settings, model, serving, [held_out, untouched], progress)
    tried = try_model(settings, model, serving, [held_out], progress)
    apart, queries = open_untouched(settings, progress)
    return tried + try_model(apart, model, serving, [queries], progress)


def _prepare(settings: Settings) -> None:
    settings.ensure_home()
    keep_freed_memory()


def _judge(held_out: TrialReport, untouched: TrialReport) -> Verdict:
    return judge(held_out.measure, held_out.segments, untouched.segments, left_out=held_out.learned)


def _report_path(settings: Settings, model: TriedModel, taken: bool) -> Path:
    if taken:
        return ModelRegistry(settings.models).folder(model.fingerprint) / GATE
    return settings.trials / model.fingerprint[:NAME_CHARS] / GATE


def _promotion(
    name: str,
    model: TriedModel,
    serving: TriedModel,
    verdict: Verdict,
    tried: Sequence[TrialReport],
    report: Path,
    promoted: bool,
) -> Promotion:
    return Promotion(
        fingerprint=model.fingerprint,
        reference=name,
        previous=serving.fingerprint,
        promoted=promoted,
        forced=promoted and not verdict.passed,
        reasons=verdict.reasons,
        held_out=tried[0],
        untouched=tried[1],
        report=str(report),
    )


def _write(promotion: Promotion) -> None:
    path = Path(promotion.report)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(json.dumps(promotion.as_json(), ensure_ascii=False, indent=2).encode() + b"\n")


def _event(promotion: Promotion) -> ModelEvent:
    return ModelEvent(
        action=ModelAction.PROMOTE,
        at=_now(),
        fingerprint=promotion.fingerprint,
        reference=promotion.reference,
        previous=promotion.previous,
        forced=promotion.forced,
        reasons=promotion.reasons,
        report={
            "held_out": _summary(promotion.held_out),
            "untouched": _summary(promotion.untouched),
        },
    )


def _summary(report: TrialReport) -> Mapping[str, Any]:
    overall = report.segments[0]
    return {"queries_from": report.queries_from, "measure": report.measure, **asdict(overall)}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
