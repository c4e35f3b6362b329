"""The commands that change the catalogue: ``vitrine catalog import`` and ``withdraw``."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import IO

import click

from catalog.database import open_catalog
from catalog.feed_location import STANDARD_INPUT, is_web_address, located_feed
from catalog.fetch.pictures import picture_fetcher
from catalog.fetch.remembered import lookup
from catalog.fields import Field
from catalog.image_store import ImageStore
from catalog.images import ImageLimits
from catalog.import_report import ImportReport
from catalog.importer import ImportOptions, import_feed
from catalog.models import ImportMode, RunStatus
from catalog.money import CURRENCIES
from catalog.named_withdrawal import normal_ids, withdraw_named
from catalog.withdrawal import DEFAULT_MAX_SHARE
from core.errors import NothingImportedError, UnknownProductsError, WithdrawalRefusedError
from core.reports import reported_run
from core.settings import Settings
from core.terminal import BarProgress, counted, emit, json_option

SHOWN_IDS = 20


class _FeedArgument(click.Path):
    """A file that is there, ``-``, or a web address."""

    name = "feed"

    def __init__(self) -> None:
        super().__init__(exists=True, dir_okay=False)

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        location = str(value)
        if location == STANDARD_INPUT or is_web_address(location):
            return location
        return str(super().convert(location, param, ctx))


class _Mapping(click.ParamType[tuple[str, Field]]):
    """``COLUMN=FIELD``; a column's name may itself hold an equals sign."""

    name = "column=field"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Field]:
        column, _, name = str(value).rpartition("=")
        try:
            return column.strip(), Field(name.strip().lower())
        except ValueError:
            fields = ", ".join(each.value for each in Field)
            return self.fail(f"{value!r} must be COLUMN=FIELD, with a field of {fields}.")


class _Currency(click.ParamType[str]):
    name = "code"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        code = str(value).upper()
        return code if code in CURRENCIES else self.fail(f"{value!r} is no ISO 4217 code.")


class _Share(click.ParamType[float]):
    """``20%`` or ``0.2``; a bare 20 could be either and is refused."""

    name = "share"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        written = str(value).strip()
        number = written.removesuffix("%").strip()
        try:
            share = float(number) / (100 if written.endswith("%") else 1)
        except ValueError:
            share = -1.0
        if 0 <= share <= 1:  # not so for nan
            return share
        return self.fail(f"{written[:50]!r} must be a share: 0% to 100%, or 0 to 1.")


@click.command("import")
@click.argument("feed", type=_FeedArgument())
@click.option(
    "--mode", type=click.Choice([each.value for each in ImportMode]),
    default=ImportMode.UPDATE.value, show_default=True,
    help="full: products that the feed does not name are withdrawn; update: they stay.",
)  # fmt: skip
@click.option(
    "--max-withdrawn", "max_share", type=_Share(), default=None,
    help="With --mode full: withdraw nothing if it would be more of the products than this "
    f"share (default: {DEFAULT_MAX_SHARE:.0%}).",
)  # fmt: skip
@click.option("--format", "format_name", help="The feed's format, where it is mistaken.")
@click.option(
    "--images",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that image paths are relative to (default: the feed's own).",
)
@click.option(
    "--map", "mapping", multiple=True, type=_Mapping(), help="What a column holds; repeatable."
)
@click.option("--currency", type=_Currency(), default=None, help="For prices that name none.")
@json_option
@click.pass_obj
def import_command(
    settings: Settings,
    feed: str,
    mode: str,
    max_share: float | None,
    format_name: str | None,
    images: Path | None,
    mapping: tuple[tuple[str, Field], ...],
    currency: str | None,
    as_json: bool,
) -> None:
    """Import FEED: a file, - for standard input, or a web address where that is allowed.

    Its format is found out from its content. Exits with 1 if nothing could be taken, or if
    a full feed was not let withdraw what it does not name.
    """
    if max_share is not None and mode != ImportMode.FULL.value:
        raise click.UsageError("--max-withdrawn is for --mode full; an update withdraws nothing.")
    options = ImportOptions(
        images=images,
        mapping=dict(mapping),
        default_currency=currency or "",
        limits=ImageLimits(settings.max_image_bytes, settings.max_image_pixels),
        threads=settings.compute_threads,
        mode=ImportMode(mode),
        max_withdrawn_share=max_share,
        format=format_name,
    )
    with reported_run(settings.reports, "import") as run:
        report = _import(settings, feed, options)
        run.result = report.as_json()
        emit(run.result, report.as_text(), as_json)
        if report.status is RunStatus.INCOMPLETE:
            raise WithdrawalRefusedError(report.reason)
        if report.status is RunStatus.FAILED:
            raise NothingImportedError(report.reason)


@click.command("withdraw")
@click.argument("ids", nargs=-1, metavar="ID…")
@click.option(
    "--from", "listed", type=click.File("r", encoding="utf-8-sig", errors="replace"),
    help="File with an id a line; - for standard input.",
)  # fmt: skip
@json_option
@click.pass_obj
def withdraw_command(
    settings: Settings, ids: tuple[str, ...], listed: IO[str] | None, as_json: bool
) -> None:
    """Take the products ID… out of the catalogue; the next index build takes them off the site.

    Exits with 1 if none of them was there.
    """
    wanted = normal_ids([*ids, *(listed or ())])
    if not wanted:
        raise click.UsageError("Name at least one product, or a file of ids with --from.")
    with reported_run(settings.reports, "withdraw") as run:
        database = open_catalog(settings)
        try:
            found = withdraw_named(database, wanted)
        finally:
            database.close()
        withdrawn, unknown = len(found.withdrawn), list(found.unknown)
        run.result = {"withdrawn": withdrawn, "unknown": unknown}
        if withdrawn or as_json:
            emit(run.result, f"Withdrawn: {counted(withdrawn, 'product')}.", as_json)
        if unknown and withdrawn:
            click.echo(_told_unknown(unknown), err=True)
        if not withdrawn:
            raise UnknownProductsError(_told_unknown(unknown))


def _import(settings: Settings, feed: str, options: ImportOptions) -> ImportReport:
    """Import with the settings' database, store and fetcher, all of them closed again."""
    with located_feed(feed, settings, sys.stdin.buffer) as found:
        database = open_catalog(settings)
        store = ImageStore(settings.images)
        fetcher = picture_fetcher(settings, lookup(database), store.read)
        try:
            options = replace(options, fetcher=fetcher, source=found.source)
            return import_feed(database, store, found.path, options, BarProgress())
        finally:
            if fetcher is not None:
                fetcher.close()
            database.close()


def _told_unknown(unknown: list[str]) -> str:
    shown = ", ".join(unknown[:SHOWN_IDS])
    more = f" and {len(unknown) - SHOWN_IDS:,} more" if len(unknown) > SHOWN_IDS else ""
    return f"Not in the catalogue: {shown}{more}."
