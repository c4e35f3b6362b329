"""``vitrine tune``: fit how the catalogue is ranked and where it ends."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.reports import reported_run
from core.settings import Settings
from core.terminal import BarProgress, emit, json_option, table

if TYPE_CHECKING:
    from search.fusion import Weights
    from search.tuning_report import CutoffFigures, TuningReport

# What imports numpy or FAISS is imported inside the command, so that `vitrine --help` stays quick.


@click.command()
@click.argument("queries", type=click.Path(path_type=Path), required=False)
@json_option
@click.pass_obj
def tune(settings: Settings, queries: Path | None, as_json: bool) -> None:
    """Fit the ranking's weights and its cut-off to the catalogue and the model in service.

    QUERIES are JSON lines of {"query": …, "relevant": [ids]}. Without them the cut-off alone is
    fitted, on what shoppers call the catalogue's kinds and on sentences that ask for other
    things. Figures are of sentences that the fit did not see; what is not better beyond noise
    is not stored.
    """
    from search.evaluation import read_queries
    from search.tuning_job import tune as tune_catalogue

    judged = read_queries(queries) if queries is not None else []
    with reported_run(settings.reports, "tune") as run:
        report = tune_catalogue(settings, judged, BarProgress())
        run.result = report.as_json()
    emit(report.as_json(), _text(report), as_json)


def _text(report: TuningReport) -> str:
    return "\n".join(
        [_heading(report), "", table(_rows(report), ("", "before", "after")), "", *_verdict(report)]
    )


def _heading(report: TuningReport) -> str:
    fitted_on = (
        f"{report.queries:,} judged queries"
        if report.queries
        else f"{report.phrases:,} shoppers' phrases"
    )
    skipped = f" {report.skipped:,} judged queries were not used." if report.skipped else ""
    sold = f" ({report.sold} more left out: the shop seems to sell it)" if report.sold else ""
    return (
        f"{report.products:,} products, model {report.fingerprint[:12]}: {fitted_on}, "
        f"{report.off_catalogue:,} off-catalogue sentences{sold}.{skipped}\n"
        "Figures are of sentences that the fit did not see."
    )


def _rows(report: TuningReport) -> list[tuple[str, str, str]]:
    rows: list[tuple[str, str, str]] = []
    if (weights := report.weights) is not None:
        rows += [
            ("weights (image/text/words)", _weights(weights.before), _weights(weights.after)),
            ("nDCG@10", f"{weights.ndcg_before:.3f}", f"{weights.ndcg_after:.3f}"),
        ]
    before, after = report.cutoff.before, report.cutoff.after
    kept = "relevant first results kept" if report.queries else "shoppers' phrases answered"
    rows += [
        ("share", f"{before.share:.2f}", f"{after.share:.2f}"),
        ("least level", _level(before), _level(after)),
        (kept, f"{before.kept:.3f}", f"{after.kept:.3f}"),
        ("off-catalogue refused", f"{before.refused:.3f}", f"{after.refused:.3f}"),
    ]
    if before.f1 is not None and after.f1 is not None:
        rows.append(("F1 of what is shown", f"{before.f1:.3f}", f"{after.f1:.3f}"))
    if before.total_ratio is not None and after.total_ratio is not None:
        ratios = (f"{before.total_ratio:.2f}", f"{after.total_ratio:.2f}")
        rows.append(("median of total / judged relevant", *ratios))
    return rows


def _verdict(report: TuningReport) -> list[str]:
    if not report.stored:
        return [*report.reasons, "Nothing was stored."]
    names = {"weights": "the weights", "cutoff": "the cut-off"}
    stored = " and ".join(names[each] for each in report.stored)
    return [*report.reasons, f"Stored {stored} in {report.path}."]


def _weights(weights: Weights) -> str:
    return f"{weights.image:g} / {weights.text:g} / {weights.lexical:g}"


def _level(figures: CutoffFigures) -> str:
    return "none" if figures.least is None else f"{figures.least:.3f}"
