"""``vitrine model``: measure models, and choose the one in service."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.errors import GateRefusedError
from core.reports import reported_run
from core.settings import Settings
from core.terminal import BarProgress, VitrineGroup, emit, json_option, table

if TYPE_CHECKING:
    from search.trial import QuerySet, TrialReport

# What imports numpy, SQLAlchemy or FAISS is imported inside the commands, so that
# `vitrine --help` stays quick.

_queries = click.option(
    "--queries",
    type=click.Path(path_type=Path),
    help="Judged queries to measure with (default: the catalogue's held-out titles, by picture).",
)
_documents = click.option(
    "--documents",
    type=click.Choice(["image", "product"]),
    help="Rank by the pictures alone, or as the shop does (default for --queries).",
)


@click.group("model", cls=VitrineGroup)
def model() -> None:
    """Measure models, and choose the one in service."""


@model.command()
@click.argument("model_name", metavar="MODEL")
@_queries
@click.option("--against", metavar="MODEL", help="Compare with it (default: the one in service).")
@_documents
@json_option
@click.pass_obj
def evaluate(
    settings: Settings,
    model_name: str,
    queries: Path | None,
    against: str | None,
    documents: str | None,
    as_json: bool,
) -> None:
    """Measure MODEL on the catalogue, by kind of query, beside another.

    Nothing in service changes. What is embedded is kept for the index build that follows a
    promotion. Differences come with the bounds that hold them with 95 % confidence.
    """
    from search.promotion import evaluate_model

    asked = _query_set(queries, documents)
    (report,) = evaluate_model(settings, model_name, against, [asked], BarProgress())
    emit(report.as_json(), _report_text(report), as_json)


@model.command()
@click.argument("model_name", metavar="MODEL")
@_queries
@_documents
@click.option(
    "--untouched",
    type=click.Path(path_type=Path),
    help="Judged queries that MODEL was not adapted to (default: over a demo catalogue).",
)
@click.option("--force", is_flag=True, help="Promote it whatever was measured; it is recorded.")
@json_option
@click.pass_obj
def promote(
    settings: Settings,
    model_name: str,
    queries: Path | None,
    documents: str | None,
    untouched: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Put MODEL in service, if it is better than the one that is.

    It must be better on held-out queries beyond noise, lose in no kind of query, and keep its
    skill on an untouched set. Else nothing changes, the reasons are told, and the exit status
    is 3. The next index build embeds with it; until then the old model and index serve.
    """
    from search.evaluation import read_queries
    from search.promotion import promote as promote_model
    from search.trial import judged_queries

    asked = _query_set(queries, documents)
    kept = None
    if untouched is not None:
        kept = judged_queries(read_queries(untouched), untouched.name, "product")
    with reported_run(settings.reports, "model-promote") as run:
        result = promote_model(settings, model_name, asked, kept, force, BarProgress())
        run.result = result.as_json()
    told = [_report_text(result.held_out), _report_text(result.untouched)]
    if result.promoted:
        told += [*(f"Forced although: {reason}" for reason in result.reasons)]
        told += [
            f"The model {result.fingerprint[:12]} is promoted. Build the index with it: "
            "vitrine index build"
        ]
    emit(result.as_json(), "\n\n".join(told), as_json)
    if not result.promoted:
        raise GateRefusedError(result.fingerprint, result.reasons)


@model.command("list")
@json_option
@click.pass_obj
def list_(settings: Settings, as_json: bool) -> None:
    """List promotions and rollbacks, newest first; * marks the model in service."""
    from encoder.registry import ModelRegistry

    registry = ModelRegistry(settings.models)
    events, served = registry.events(), registry.in_service()
    newest = max((n for n, each in enumerate(events) if each.fingerprint == served), default=-1)
    rows: list[dict[str, Any]] = [
        {
            "in_service": number == newest,
            "at": each.at,
            "action": each.action.value,
            "fingerprint": each.fingerprint,
            "reference": each.reference,
            "previous": each.previous,
            "forced": each.forced,
            "reasons": list(each.reasons),
            "report": dict(each.report),
        }
        for number, each in reversed(list(enumerate(events)))
    ]
    lines = [
        (
            "*" if row["in_service"] else "",
            row["at"],
            row["action"] + (" (forced)" if row["forced"] else ""),
            row["fingerprint"][:12],
            row["previous"][:12],
            row["reference"],
        )
        for row in rows
    ]
    header = ("", "at", "action", "model", "instead of", "named")
    text = table(lines, header) if rows else "No model has been promoted; the bundled one serves."
    emit(rows, text, as_json)


@model.command()
@json_option
@click.pass_obj
def rollback(settings: Settings, as_json: bool) -> None:
    """Go back to the model before the last promoted one, and to its newest index."""
    from dataclasses import asdict

    from search.promotion import roll_back

    result = roll_back(settings)
    name = result.fingerprint[:12]
    text = (
        f"The model {name} is in service again, with the generation {result.generation}. "
        "`vitrine index build` brings it up to date."
        if result.generation
        else f"The model {name} is in service again. None of its generations is left: "
        f"{_meanwhile(result.answering)}`vitrine index build` makes one from stored embeddings."
    )
    emit(asdict(result), text, as_json)


def _meanwhile(answering: str) -> str:
    if not answering:
        return ""
    return f"the generation {answering}, of the other model, answers until "


def _query_set(queries: Path | None, documents: str | None) -> QuerySet:
    from search.evaluation import read_queries
    from search.trial import held_out_titles, judged_queries

    if queries is not None:
        return judged_queries(read_queries(queries), queries.name, documents or "product")
    if documents == "product":
        raise click.UsageError(
            "Held-out titles find themselves in the products' texts: name judged queries with "
            "--queries, or measure with --documents image."
        )
    return held_out_titles()


def _report_text(report: TrialReport) -> str:
    rows: list[tuple[object, ...]] = [
        (
            each.segment,
            each.queries,
            f"{each.mean:.4f}",
            "" if each.against is None else f"{each.against:.4f}",
            "" if each.difference is None else str(each.difference),
        )
        for each in report.segments
    ]
    other = report.against[:12]
    means = [
        (name, f"{mean:.4f}", f"{report.means_against[name]:.4f}" if other else "")
        for name, mean in report.means.items()
    ]
    header = ("segment", "queries", report.measure, "against", "difference, 95 % interval")
    return "\n".join(
        [
            *_heading(report),
            table(means, ("", report.fingerprint[:12], other)),
            "",
            table(rows, header if other else (*header[:3], "", "")),
        ]
    )


def _heading(report: TrialReport) -> list[str]:
    """Say what was measured with, and what speaks for its being fair."""
    left_out = [
        (report.skipped, "more are of products not there"),
        (report.repeated, "more were repetitions"),
        (report.learned, "more are left out, since a model learned from their pictures"),
    ]
    skipped = "".join(f", {count:,} {why}" for count, why in left_out if count)
    measured = (
        f"{report.queries_from}: {report.queries:,} queries{skipped}; {report.products:,} "
        f"documents ({report.documents})"
    )
    unrecorded = [
        f"What pictures the model {each[:12]} learned from is not recorded: that it has not seen "
        "these titles is taken from the rule by which training holds them out."
        for each in report.unrecorded
    ]
    return [measured, *unrecorded]
