"""Keep the cut-off fitted to a catalogue that nobody has tuned, whenever its index is built."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import VitrineError
from core.reports import reported_run
from core.settings import Settings
from core.terminal import Progress
from indexer.generations import current, folder
from indexer.manifest import IndexManifest, read_manifest
from search.tuning import FittedOn, read_tuning

if TYPE_CHECKING:
    from search.tuning_report import TuningReport

log = logging.getLogger(__name__)

LEAST_PRODUCTS = 200
"""Fewer are seen at a glance, whatever is asked for, and have too few kinds to fit on. The
smallest shop that the fit was measured on has 769 (docs/search-quality.md)."""

GROWN = 1.5
"""A catalogue that is so many times as large, or as small, is another one. What a tenth of the
products adds moves the least level by less than its own noise."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What a build found of the tuning of what it published."""

    report: TuningReport | None
    """Of the fit; None where none was due."""
    hint: str = ""
    """What a person may want to do about it."""

    def to_text(self) -> str:
        """Say it in one line; empty where there is nothing to say."""
        if self.report is None:
            return self.hint
        after = self.report.cutoff.after
        if not self.report.stored:
            return "A fit of the cut-off to the catalogue is no better than what is in force."
        return (
            "Fitted the cut-off to the catalogue: of what other shops sell, "
            f'{after.refused:.0%} is answered with "nothing fits", and of shoppers\' phrases for '
            f"what is here, {after.kept:.0%} with products. With judged queries it is better: "
            "`vitrine tune QUERIES`."
        )


def keep_tuned(settings: Settings, progress: Progress) -> Upkeep:
    """Fit the cut-off of the generation in service, where that is due.

    It is due where there has been no fit for the model, or where one that this made itself is
    of a catalogue of another size. What a person had fitted on judged queries stays. A
    failure is logged and no more: the generation is in service already, and answers.
    """
    try:
        manifest = read_manifest(folder(settings.generations, current(settings.generations)))
        fitted_on = read_tuning(settings.tuning, manifest.fingerprint).fitted_on
        if fitted_on is not None and fitted_on.queries:
            return Upkeep(None, _hint(fitted_on, manifest))
        if not _is_due(fitted_on, manifest):
            return Upkeep(None)
        return Upkeep(_fit(settings, progress))
    except (VitrineError, OSError, MemoryError) as error:
        log.warning(
            "the cut-off was not fitted, and stays as it was: %s `vitrine tune` tries again.", error
        )
        return Upkeep(None)


def _is_due(fitted_on: FittedOn | None, manifest: IndexManifest) -> bool:
    if manifest.products < LEAST_PRODUCTS:
        return False
    return fitted_on is None or _is_another(fitted_on, manifest)


def _is_another(fitted_on: FittedOn, manifest: IndexManifest) -> bool:
    smaller, larger = sorted((max(1, fitted_on.products), max(1, manifest.products)))
    return larger >= GROWN * smaller


def _hint(fitted_on: FittedOn, manifest: IndexManifest) -> str:
    if not _is_another(fitted_on, manifest):
        return ""
    return (
        f"The ranking was tuned on {fitted_on.products:,} products, and there are "
        f"{manifest.products:,} now: `vitrine tune QUERIES` fits it anew."
    )


def _fit(settings: Settings, progress: Progress) -> TuningReport:
    # Torch, which the fit needs, is not imported where there is nothing to fit.
    from search.tuning_job import tune

    with reported_run(settings.reports, "tune") as run:
        report = tune(settings, [], progress, remember=True)
        run.result = report.as_json()
    return report
