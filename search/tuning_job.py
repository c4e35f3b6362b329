"""Fit how a catalogue is ranked and where it ends, and keep what is better beyond noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from core.errors import EvaluationError
from core.settings import Settings
from core.terminal import Progress
from encoder.loading import encoder_for
from search.bootstrap import open_generation
from search.cutoff import Cutoff, Level
from search.evaluation import JudgedQuery
from search.fusion import Weights
from search.tuning import FittedOn, Tuning, read_tuning, write_tuning
from search.tuning_comparison import PHRASES_WORSE, WORSE, JudgedCut, compare_cutoffs
from search.tuning_cutoff import (
    Boundary,
    Wanted,
    fit_boundary,
    leave_out_sold,
)
from search.tuning_ranking import (
    SHARES,
    WEIGHTS,
    Judged,
    best_weights,
    count_shown,
    fit_share,
    hold_out_share,
    hold_out_weights,
    prepare,
    score_weights,
)
from search.tuning_report import CutoffResult, TuningReport, WeightsResult
from search.tuning_samples import Sampler, pick_judged, reach_off_catalogue, reach_phrases
from training.gate.bootstrap import paired_interval

MINIMUM_QUERIES = 20
"""Fewer judged queries tell no difference from chance."""
JUDGED_MAY_LOSE = 0.015
"""Share of the relevant results of first pages that the boundary may cost; with what the share
of the ranking costs it stays under the three in a hundred that are bearable."""
PHRASES_MAY_LOSE = 0.03


@dataclass(frozen=True, slots=True)
class Fit:
    """A tuning, and how it was come by."""

    tuning: Tuning
    """To be stored where the report says that something is better."""
    report: TuningReport


def fit_tuning(
    sampler: Sampler, in_force: Tuning, queries: Sequence[JudgedQuery], progress: Progress
) -> Fit:
    """Fit weights and cut-off on judged queries, or the cut-off alone on the catalogue.

    Without judged queries, phrases that shoppers use for the catalogue's kinds say what must be
    found. Weights are not fitted on them: the words stand in the products' own texts, and
    what fits them best ranks real queries worse (nDCG@10 .764 for .805 on the fashion
    catalogue).

    Args:
        sampler: Scores the generation's products.
        in_force: What the shop ranks by now.
        queries: Judged ones; none to do without.
        progress: Where to tell how far it is.

    Raises:
        EvaluationError: there are judged queries, but too few with products that are there.
    """
    judged = _judged(sampler, queries)
    weights = None if judged is None else _fit_weights(judged, sampler, in_force, progress)
    chosen = weights.after if weights is not None and weights.better else in_force.weights
    level = sampler.level(chosen)
    cut = None if judged is None else _fit_cut(judged, sampler, chosen, in_force, progress)
    wanted = _wanted(sampler, level, cut, progress)
    asked = reach_off_catalogue(sampler, level, progress)
    unsold = leave_out_sold(asked, wanted)
    boundary = fit_boundary(unsold, wanted, level.off_catalogue)
    share = in_force.cutoff.share if cut is None else cut.share
    fitted = Cutoff(share, boundary.least, level)
    cutoff = compare_cutoffs(in_force.cutoff, fitted, unsold, wanted, cut)
    report = _report(sampler, judged, weights, cutoff)
    report = replace(
        report,
        skipped=len(queries) - report.queries,
        phrases=len(wanted.reach) if wanted is not None and judged is None else 0,
        off_catalogue=len(unsold),
        sold=len(asked) - len(unsold),
    )
    return Fit(_tuning(sampler, in_force, fitted, boundary, report), report)


def _report(
    sampler: Sampler,
    judged: Judged | None,
    weights: WeightsResult | None,
    cutoff: CutoffResult,
) -> TuningReport:
    better = (("weights", weights is not None and weights.better), ("cutoff", cutoff.better))
    return TuningReport(
        fingerprint=sampler.generation.fingerprint,
        generation=sampler.generation.id,
        products=sampler.generation.products,
        queries=0 if judged is None else len(judged),
        weights=weights,
        cutoff=cutoff,
        stored=tuple(name for name, stored in better if stored),
        reasons=_reasons(weights, cutoff),
    )


def _judged(sampler: Sampler, queries: Sequence[JudgedQuery]) -> Judged | None:
    if not queries:
        return None
    picked = pick_judged(queries, sampler.generation)
    if len(picked) < MINIMUM_QUERIES:
        raise EvaluationError(
            f"{len(picked)} of the {len(queries)} judged queries are different ones with products "
            f"of this catalogue; {MINIMUM_QUERIES} are the least that tell a difference from "
            "chance. `vitrine tune` without a file fits on the catalogue itself."
        )
    return prepare(picked, sampler)


def _fit_weights(
    judged: Judged, sampler: Sampler, in_force: Tuning, progress: Progress
) -> WeightsResult:
    candidates = [in_force.weights, *(each for each in WEIGHTS if each != in_force.weights)]
    measured = score_weights(judged, sampler, candidates, progress)
    held = hold_out_weights(measured)
    difference = paired_interval(held, measured[:, 0])
    return WeightsResult(
        before=in_force.weights,
        after=candidates[best_weights(measured)],
        ndcg_before=float(measured[:, 0].mean()),
        ndcg_after=float(held.mean()),
        difference=difference,
        better=difference.low > 0,
    )


def _fit_cut(
    judged: Judged, sampler: Sampler, weights: Weights, in_force: Tuning, progress: Progress
) -> JudgedCut:
    """Fit the share; the one in force stays, unless another is better beyond noise."""
    shares = (*SHARES, in_force.cutoff.share)
    shown, reach = count_shown(judged, sampler, weights, shares, progress)
    # The share in force is measured beside the others and is no choice of the fit: a
    # second fit must not lean on the first.
    tried, as_before = shown.only_shares(len(SHARES)), np.full(len(judged), len(SHARES))
    held = hold_out_share(tried)
    if paired_interval(shown.f1(held), shown.f1(as_before)).low > 0:
        return JudgedCut(shown, reach, SHARES[fit_share(tried, np.arange(len(judged)))], held)
    return JudgedCut(shown, reach, in_force.cutoff.share, as_before)


def _wanted(
    sampler: Sampler, level: Level, cut: JudgedCut | None, progress: Progress
) -> Wanted | None:
    """Take what must be found: judged queries where there are any, for those are real."""
    if cut is not None:
        return Wanted(cut.reach, JUDGED_MAY_LOSE)
    phrases = reach_phrases(sampler, level, progress)
    return Wanted(phrases, PHRASES_MAY_LOSE) if len(phrases) else None


def _reasons(weights: WeightsResult | None, cutoff: CutoffResult) -> tuple[str, ...]:
    """Say why what was fitted is not stored."""
    reasons = []
    if weights is not None and not weights.better:
        reasons.append(
            "The weights stay as they are: with what the other queries choose, nDCG@10 changes by "
            f"{weights.difference} on queries that the fit did not see, and the interval must "
            "lie above 0."
        )
    if not cutoff.better:
        reasons.append(
            f"The cut-off stays as it is: with another, answers change by {cutoff.answers} and "
            f"refusals by {cutoff.refusals} on sentences that the fit did not see; one of the "
            "intervals must lie above 0, and answers may not fall by more than "
            f"{PHRASES_WORSE if weights is None else WORSE}."
        )
    return tuple(reasons)


def _tuning(
    sampler: Sampler,
    in_force: Tuning,
    fitted: Cutoff,
    boundary: Boundary,
    report: TuningReport,
) -> Tuning:
    """Take what is better, and the rest from what is in force."""
    generation, tuning = sampler.generation, in_force
    if report.weights is not None and report.weights.better:
        tuning = replace(tuning, weights=report.weights.after)
    if report.cutoff.better:
        tuning = replace(tuning, cutoff=fitted, off_catalogue=boundary.off_catalogue)
    return replace(
        tuning,
        fitted_on=FittedOn(
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            generation=generation.id,
            catalogue=generation.snapshot.manifest.catalogue,
            products=generation.products,
            queries=report.queries,
            off_catalogue=report.off_catalogue,
        ),
    )


def tune(
    settings: Settings,
    queries: Sequence[JudgedQuery],
    progress: Progress,
    remember: bool = False,
) -> TuningReport:
    """Fit the tuning of the generation in service, and store it if it is better.

    Args:
        settings: Where everything is.
        queries: Judged ones; none to do without.
        progress: Where to tell how far it is.
        remember: Note the fit in the tuning even where nothing is better, so that whoever
            asks without a person's wish does not ask again.

    Raises:
        SnapshotError: there is no generation, or it is damaged.
        ModelError: its model cannot be loaded.
        EvaluationError: too few of the judged queries can be used.
    """
    with open_generation(settings) as generation:
        encoder = encoder_for(settings, generation.fingerprint, f"The generation {generation.id}")
        in_force = read_tuning(settings.tuning, generation.fingerprint)
        sampler = Sampler(generation, encoder, generation.score_words)
        fit = fit_tuning(sampler, in_force, queries, progress)
    if not (fit.report.stored or remember):
        return fit.report
    path = write_tuning(settings.tuning, fit.tuning)
    return replace(fit.report, path=str(path))
