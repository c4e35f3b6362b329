"""Fit where a catalogue ends, and judge the fit by sentences that it has not seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.vectors import Embeddings, Mask
from search.cutoff import NAMED
from search.off_catalogue import nearness
from search.tuning_samples import Reach

FOLDS = 5

REFUSED = 0.93
"""Share of the off-catalogue sentences that is to be refused, if what fits allows it.

Chosen by four judged sets: at .93 to .95 of them, .97 and more of the judged off-catalogue queries
were refused and .99 of the relevant results kept; above, results are lost.
"""

ROUNDING = 0.002
"""Left below a sentence that is to be answered: its level moves by up to half as much when
what it is compared with is stored in half precision, and by as much again in another batch."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Sentences that the catalogue answers, and how much of them may be refused."""

    reach: Reach
    may_lose: float
    """Share of the mass."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """Where the catalogue ends."""

    least: float
    off_catalogue: Embeddings


@dataclass(frozen=True, slots=True)
class HeldOutLevels:
    """Each sentence's level, and the least one wanted, as fitted without its group."""

    levels: NDArray[np.float64]
    least: NDArray[np.float64]

    @property
    def accepted(self) -> Mask:
        """Which sentences a product answers, by the fit."""
        return np.asarray(self.levels >= self.least)

    def accepted_by(self, least: float | None) -> Mask:
        """Which sentences another least level would accept."""
        if least is None:
            return np.ones(len(self.levels), dtype=np.bool_)
        return np.asarray(self.levels >= least)


def leave_out_sold(off_catalogue: Reach, wanted: Wanted | None) -> Reach:
    """Leave out the sentences that this shop does sell.

    They are those that a product has nearly all words of, and those that come higher than
    half of what is known to be sold.
    """
    unsold = off_catalogue.words < NAMED
    if wanted is not None:
        unsold &= off_catalogue.levels <= np.median(wanted.reach.levels)
    # A shop of everything has no boundary; one must be fitted on something all the same.
    return off_catalogue.only(unsold) if unsold.any() else off_catalogue


def fit_boundary(off_catalogue: Reach, wanted: Wanted | None, weight: float) -> Boundary:
    """Put the least level as high as what is wanted allows, and no higher than need be.

    Args:
        off_catalogue: At least one sentence that the shop does not sell.
        wanted: At least one sentence that it does answer; None where none is known.
        weight: What nearness to the first counts against a level.
    """
    least = float(np.quantile(_levels_among_themselves(off_catalogue, weight), REFUSED))
    if wanted is not None:
        levels = levels_of(wanted.reach, off_catalogue.embeddings, weight)
        least = min(least, _highest(levels, wanted.reach.mass, wanted.may_lose))
    return Boundary(least, off_catalogue.embeddings)


def hold_out(
    off_catalogue: Reach, wanted: Wanted | None, weight: float
) -> tuple[HeldOutLevels, HeldOutLevels | None]:
    """Give every sentence its level and its verdict by a fit that did not see its group.

    Whole fields of life are left out of the off-catalogue sentences at a time: a query about
    music is judged by a fit that has never heard of it.
    """
    reaches = [off_catalogue] if wanted is None else [off_catalogue, wanted.reach]
    held = [HeldOutLevels(np.empty(len(reach)), np.empty(len(reach))) for reach in reaches]
    for fold in range(FOLDS):
        fitted = fit_boundary(
            _seen(off_catalogue, fold),
            None if wanted is None else Wanted(_seen(wanted.reach, fold), wanted.may_lose),
            weight,
        )
        for reach, found in zip(reaches, held, strict=True):
            unseen = reach.groups % FOLDS == fold
            if unseen.any():
                levels = levels_of(reach.only(unseen), fitted.off_catalogue, weight)
                found.levels[unseen] = levels
                found.least[unseen] = fitted.least
    return held[0], None if wanted is None else held[1]


def _seen(reach: Reach, fold: int) -> Reach:
    """Leave a fold out; nothing where that would leave nothing."""
    seen = reach.groups % FOLDS != fold
    return reach.only(seen) if seen.any() else reach


def levels_of(reach: Reach, off_catalogue: Embeddings, weight: float) -> NDArray[np.float64]:
    """Hold against each sentence how near it is to what the shop does not sell.

    What a product has nearly all words of is above every boundary, as it is when it is asked.
    """
    near = nearness(reach.embeddings, off_catalogue)
    levels = reach.levels if near is None else reach.levels - weight * near
    return np.where(reach.words >= NAMED, np.inf, levels)


def _levels_among_themselves(off_catalogue: Reach, weight: float) -> NDArray[np.float64]:
    """Give off-catalogue sentences their levels as if each were not on the list."""
    count = len(off_catalogue)
    others = ~np.eye(count, dtype=np.bool_)
    near = np.zeros(count)
    for at in range(count):
        found = nearness(
            off_catalogue.embeddings[at : at + 1], off_catalogue.embeddings[others[at]]
        )
        near[at] = 0.0 if found is None else found[0]
    return off_catalogue.levels - weight * near


def _highest(levels: NDArray[np.float64], mass: NDArray[np.float64], may_lose: float) -> float:
    """Find the highest level that loses no more of the mass than it may."""
    order = np.argsort(levels, kind="stable")
    lost = np.cumsum(mass[order])
    allowed = may_lose * lost[-1] + 1e-9  # sums of whole numbers times a share
    first = min(int(np.searchsorted(lost, allowed, side="right")), len(levels) - 1)
    return float(levels[order[first]]) - ROUNDING
