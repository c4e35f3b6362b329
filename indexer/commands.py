"""``vitrine index``: build generations, look at them, and choose the one in service."""

from __future__ import annotations

import json
import signal
import threading
from contextlib import suppress
from dataclasses import asdict, replace

import click

from core.settings import Settings
from core.terminal import BarProgress, VitrineGroup, emit, json_option, table

# What imports numpy, SQLAlchemy or FAISS is imported inside the commands, so that
# `vitrine --help` stays quick.

KEEP_RANGE = click.IntRange(min=1)
AFTER_BUILD = "vitrine.after_build"
"""Where a click context keeps what follows a build, ``Callable[[Settings], None]``: what needs the
search, which this package does not know."""


@click.group("index", cls=VitrineGroup)
def index() -> None:
    """Build the index, and choose which generation of it is in service."""


@index.command()
@click.option(
    "--force",
    is_flag=True,
    help="Publish a new generation even if nothing changed, or if the catalogue is empty and "
    "not known to be the index's own.",
)
@click.option(
    "--keep", type=KEEP_RANGE, default=3, show_default=True, help="Generations to keep afterwards."
)
@json_option
@click.pass_obj
def build(settings: Settings, force: bool, keep: int, as_json: bool) -> None:
    """Embed what is new in the catalogue, and publish a generation of all of it.

    A build that is interrupted is continued by the next one. Where nothing has changed
    the generation in service stays, and nothing is published. Where every product has been
    withdrawn, the site shows none afterwards; a catalogue that was never filled is refused.
    """
    from core.memory import keep_freed_memory
    from encoder.loading import pin_model
    from indexer.jobs import job_from, reported_build

    settings.ensure_home()
    keep_freed_memory()
    settings = pin_model(settings)
    job = replace(job_from(settings), keep=keep, force=force)
    report = reported_build(settings, job, BarProgress())
    emit(asdict(report), report.to_text(), as_json)
    _follow_up(settings)


@index.command()
@click.option(
    "--every",
    "every_s",
    type=click.IntRange(1, 3600),
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="Publish at most so often.",
)
@click.option(
    "--keep", type=KEEP_RANGE, default=3, show_default=True, help="Generations to keep afterwards."
)
@json_option
@click.pass_obj
def watch(settings: Settings, every_s: int, keep: int, as_json: bool) -> None:
    """Keep the index up with the catalogue until stopped: build whenever something changes.

    Changes of products, the beginning and end of sales, and another model in service are
    picked up. One line is printed for each build. A failure (the database away, the disk
    full) is logged, and tried again, ever less often. The model stays loaded in between.
    """
    from core.memory import keep_freed_memory
    from indexer.jobs import watch_of
    from indexer.report import BuildReport
    from indexer.watch import EventClock

    def tell(report: BuildReport) -> None:
        click.echo(json.dumps(asdict(report)) if as_json else report.to_line())
        _follow_up(settings)

    settings.ensure_home()
    keep_freed_memory()  # the next build takes again what this one took
    # As with Ctrl-C: a build that is stopped in the middle is continued by the next.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        watch_of(settings, every_s, keep, tell).run(EventClock(threading.Event()))


def _follow_up(settings: Settings) -> None:
    follow_up = click.get_current_context().meta.get(AFTER_BUILD)
    if follow_up is not None:
        follow_up(settings)


@index.command()
@json_option
@click.pass_obj
def repair(settings: Settings, as_json: bool) -> None:
    """Mend the index: set aside what is damaged, and build anew what is missing.

    Every generation and every stored embedding is checked. Damaged generations and stores
    that cannot be read are renamed, damaged embeddings left out, and a pointer to nothing
    whole is moved. Then the index is built from what the stores and the catalogue hold.
    """
    from core.memory import keep_freed_memory
    from encoder.loading import pin_model
    from indexer.jobs import job_from, reported_repair

    settings.ensure_home()
    keep_freed_memory()
    settings = pin_model(settings)
    report = reported_repair(settings, job_from(settings), BarProgress())
    emit(asdict(report), report.to_text(), as_json)


@index.command("list")
@json_option
@click.pass_obj
def list_(settings: Settings, as_json: bool) -> None:
    """List all generations, newest first; * marks the one in service."""
    from indexer.generations import list_generations

    listed = list_generations(settings.generations)
    rows = []
    for each in listed:
        told = each.manifest
        size = sum(entry.bytes for entry in told.files.values()) if told else 0
        fields = told.fields if told else {}
        rows.append(
            {
                "id": each.id,
                "current": each.current,
                "created_at": told.created_at if told else "",
                "products": told.products if told else 0,
                "images": fields.get("image", 0),
                "fingerprint": told.fingerprint if told else "",
                "bytes": size,
                "problem": each.problem,
            }
        )
    lines = [
        (
            "*" if row["current"] else "",
            row["id"],
            row["products"],
            row["images"],
            str(row["fingerprint"])[:12],
            f"{int(str(row['bytes'])) / 2**20:.1f}",
            row["problem"],
        )
        for row in rows
    ]
    header = ("", "id", "products", "images", "model", "MB", "problem")
    text = table(lines, header) if rows else "No index has been built yet."
    emit(rows, text, as_json)


@index.command()
@click.argument("generation", metavar="[ID]", required=False)
@json_option
@click.pass_obj
def verify(settings: Settings, generation: str | None, as_json: bool) -> None:
    """Check every file of a generation (the current one without ID), and its answers."""
    from indexer.generations import current, folder
    from indexer.snapshot import IndexSnapshot
    from indexer.verify import verify_snapshot

    chosen = generation or current(settings.generations)
    snapshot = IndexSnapshot(folder(settings.generations, chosen))
    try:
        verify_snapshot(snapshot, settings.index, settings.compute_threads)
    finally:
        snapshot.close()
    manifest = snapshot.manifest
    text = f"{chosen} is whole: {manifest.products:,} products, {len(manifest.files)} files."
    emit({"id": chosen, "ok": True, "products": manifest.products}, text, as_json)


@index.command()
@click.argument("generation", metavar="[ID]", required=False)
@json_option
@click.pass_obj
def rollback(settings: Settings, generation: str | None, as_json: bool) -> None:
    """Put an earlier generation back in service: the next older whole one, or ID.

    Damaged ones are passed over, with a warning that names them.
    """
    from indexer import generations

    chosen = generations.rollback(settings.generations, generation)
    emit({"generation": chosen}, f"The generation {chosen} is in service.", as_json)


@index.command()
@click.option(
    "--keep", type=KEEP_RANGE, default=3, show_default=True, help="Newest generations to keep."
)
@json_option
@click.pass_obj
def prune(settings: Settings, keep: int, as_json: bool) -> None:
    """Remove old generations, never the one in service or any newer.

    The newest of the model that `vitrine model rollback` returns to is kept as well.
    """
    from encoder.registry import ModelRegistry
    from indexer import generations

    spared = ModelRegistry(settings.models).previous()
    removed = generations.prune(settings.generations, keep, spared)
    text = f"Removed {len(removed)}: {', '.join(removed)}." if removed else "Nothing to remove."
    emit({"removed": removed}, text, as_json)
