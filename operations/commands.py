"""``vitrine doctor``, ``plan``, ``backup`` and ``restore``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from core.errors import HomeError
from core.settings import Settings
from core.terminal import HELP, BarProgress, emit, json_option

# What imports numpy, SQLAlchemy or FAISS is imported inside the commands, so that
# `vitrine --help` stays quick.


@click.command(context_settings=HELP)
@click.option("--quick", is_flag=True, help="Do not read every byte of the index.")
@json_option
@click.pass_obj
def doctor(settings: Settings, quick: bool, as_json: bool) -> None:
    """Say what is wrong with this home and this machine, and what to do about each.

    Nothing is changed. Exits with 1 if an error was found; warnings do not count.
    """
    from operations.doctor import examine

    examination = examine(settings, thorough=not quick)
    emit(examination.as_json(), examination.to_text(), as_json)
    if not examination.healthy:
        raise click.exceptions.Exit(1)


@click.command(context_settings=HELP)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--without-images", is_flag=True, help="Leave the pictures out; imports bring them.")
@click.option("--verify", is_flag=True, help="Read the file back and check every byte of it.")
@json_option
@click.pass_obj
def backup(
    settings: Settings, file: Path, without_images: bool, verify: bool, as_json: bool
) -> None:
    """Write all that a shop needs into FILE, a tar, while it goes on serving and importing.

    The catalogue, from whichever database, the pictures, the promoted models, the stored
    embeddings and the index in service. FILE is whole or not there; one of that name is
    replaced.
    """
    from core.reports import reported_run
    from operations.backup import back_up

    if not settings.home.is_dir():
        raise HomeError(settings.home.absolute(), "there is no such folder")
    with reported_run(settings.reports, "backup") as run:
        report = back_up(settings, file.absolute(), not without_images, verify, BarProgress())
        run.result = asdict(report)
    emit(asdict(report), report.to_text(), as_json)


@click.command(context_settings=HELP)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Move a home that is there aside, whole.")
@click.option("--verify", is_flag=True, help="Only check every byte of FILE; restore nothing.")
@json_option
@click.pass_obj
def restore(settings: Settings, file: Path, force: bool, verify: bool, as_json: bool) -> None:
    """Make the home from FILE, which `vitrine backup` wrote; it must be empty or not exist.

    All of it is checked before the home gets its name. Where VITRINE_DATABASE_URL names
    another database than the home's, the catalogue goes into it; it must be empty.
    """
    from core.reports import reported_run
    from operations.restore import restore as restore_home
    from operations.restore import verify_backup

    if verify:
        about = verify_backup(file)
        text = f"{file} is whole: taken {about.created_at} by vitrine {about.program}."
        emit(asdict(about), text, as_json)
        return
    report = restore_home(settings, file, force, BarProgress())
    with reported_run(settings.reports, "restore") as run:
        run.result = asdict(report)
    emit(asdict(report), report.to_text(), as_json)


@click.command(context_settings=HELP)
@click.option(
    "--products", type=click.IntRange(1, 10**9), help="How many (default: as many as there are)."
)
@click.option(
    "--images-per-product",
    type=click.FloatRange(0, 100),
    help="Pictures of each (default: as the shop has, else 1).",
)
@json_option
@click.pass_obj
def plan(
    settings: Settings, products: int | None, images_per_product: float | None, as_json: bool
) -> None:
    """Tell what memory, disk and time an index of so many products takes on this machine.

    The model embeds a sample for some ten seconds; measure while the machine does nothing else.
    """
    from operations.plan import make_plan

    made = make_plan(settings, products, images_per_product, BarProgress())
    emit(made.as_json(), made.to_text(), as_json)
