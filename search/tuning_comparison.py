"""Compare a fitted cut-off with the one in force, by sentences that the fit did not see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.vectors import Mask
from search.cutoff import Cutoff
from search.tuning_cutoff import Wanted, hold_out
from search.tuning_ranking import SHARES, Shown
from search.tuning_report import CutoffFigures, CutoffResult
from search.tuning_samples import Reach
from training.gate.bootstrap import paired_interval

WORSE = 0.05
"""So much may what is answered lose for more that is rightly refused."""
PHRASES_WORSE = 0.1
"""So much of the phrases. They are asked without the words that the index puts beside each
product: where .05 of them were lost, it was .002 and .011 of what real queries find."""


@dataclass(frozen=True, slots=True)
class JudgedCut:
    """The share of the ranking, in force and fitted, by judged queries."""

    shown: Shown
    """By each of ``SHARES``, and by the one in force."""
    reach: Reach
    share: float
    """The one to be stored."""
    held: NDArray[np.int64]
    """Which of them each query is shown by, chosen without it."""


def compare_cutoffs(
    in_force: Cutoff, fitted: Cutoff, unsold: Reach, wanted: Wanted | None, cut: JudgedCut | None
) -> CutoffResult:
    """Compare on held-out sentences; both cut-offs are told the same of what is not sold."""
    off, answered = hold_out(unsold, wanted, fitted.level.off_catalogue)
    # A least level means nothing on the scale of another.
    least = in_force.least if in_force.level == fitted.level else None
    before = _Side(
        in_force.share,
        least,
        off.accepted_by(least),
        None if answered is None else answered.accepted_by(least),
        None if cut is None else np.full(len(cut.held), len(SHARES)),
    )
    after = _Side(
        fitted.share,
        fitted.least,
        off.accepted,
        None if answered is None else answered.accepted,
        None if cut is None else cut.held,
    )
    answers = paired_interval(after.answers(cut), before.answers(cut))
    refusals = paired_interval(after.refusals, before.refusals)
    no_worse = answers.mean >= -(PHRASES_WORSE if cut is None else WORSE)
    return CutoffResult(
        before=before.figures(cut),
        after=after.figures(cut),
        answers=answers,
        refusals=refusals,
        better=answers.low > 0 or (refusals.low > 0 and no_worse),
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """One of two cut-offs that are compared."""

    share: float
    least: float | None
    off_accepted: Mask
    accepted: Mask | None
    """Which judged queries, or phrases, are answered; None where there are neither."""
    columns: NDArray[np.int64] | None
    """Which share each judged query is shown by."""

    @property
    def refusals(self) -> NDArray[np.float64]:
        return (~self.off_accepted).astype(np.float64)

    def answers(self, cut: JudgedCut | None) -> NDArray[np.float64]:
        """Say how well each query is answered, from 0 to 1."""
        if self.accepted is None:
            return np.zeros(1)
        if cut is None or self.columns is None:
            return self.accepted.astype(np.float64)
        return cut.shown.f1(self.columns) * self.accepted

    def figures(self, cut: JudgedCut | None) -> CutoffFigures:
        """Sum it up."""
        f1 = ratio = None
        kept = 1.0 if self.accepted is None else float(self.accepted.mean())
        if cut is not None and self.columns is not None and self.accepted is not None:
            rows = np.arange(len(self.columns))
            totals = cut.shown.totals[rows, self.columns] * self.accepted
            results = cut.shown.kept[rows, self.columns] * self.accepted
            kept = float(results.sum() / max(1, cut.shown.first_page.sum()))
            ratio = float(np.median(totals / cut.shown.judged))
            f1 = float(self.answers(cut).mean())
        return CutoffFigures(
            share=self.share,
            least=self.least,
            kept=kept,
            refused=float(self.refusals.mean()),
            f1=f1,
            total_ratio=ratio,
        )
