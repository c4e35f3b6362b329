"""The commands ``vitrine keys …``."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from catalog import api_keys
from catalog.api_keys import MAX_NAME_CHARS, KeyRecord, Scope
from catalog.database import open_catalog
from core.errors import UnknownKeyError
from core.settings import Settings
from core.terminal import VitrineGroup, counted, emit, json_option, table

MAX_DAYS = 3650


@click.group("keys", cls=VitrineGroup)
def keys() -> None:
    """Make, list and revoke keys to the API."""


@keys.command("make")
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, required=True,
    type=click.Choice([each.value for each in Scope]),
    help="What it opens; repeatable. No scope includes another.",
)  # fmt: skip
@click.option(
    "--days", type=click.IntRange(1, MAX_DAYS), help="Days until it expires (default: never)."
)
@json_option
@click.pass_obj
def make_command(
    settings: Settings, name: str, scopes: tuple[str, ...], days: int | None, as_json: bool
) -> None:
    """Make a key for NAME, say who or what uses it, and print it: this once, and never again."""
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME_CHARS or not name.isprintable():
        raise click.UsageError(f"A name has 1 to {MAX_NAME_CHARS} printable characters.")
    now = datetime.now(UTC)
    expires_at = None if days is None else now + timedelta(days=days)
    with closing(open_catalog(settings)) as database, database.write() as session:
        key, record = api_keys.make_key(
            session, name, [Scope(each) for each in scopes], now, expires_at
        )
    emit({"key": key, **_as_json(record)}, key, as_json)
    if not as_json:  # apart, so that a script takes the key alone
        ends = f"`vitrine keys revoke {record.public_id}` ends it."
        click.echo(f"Keep it safe: it cannot be shown again. {ends}", err=True)


@keys.command("list")
@click.option("--all", "with_revoked", is_flag=True, help="List revoked keys, too.")
@json_option
@click.pass_obj
def list_command(settings: Settings, with_revoked: bool, as_json: bool) -> None:
    """List the keys: what they open, until when, and when they were last used."""
    with closing(open_catalog(settings)) as database, database.read() as session:
        found = api_keys.list_keys(session, with_revoked)
    now = datetime.now(UTC)
    header = ("id", "name", "scopes", "made", "expires", "last used", "state")
    rows = [
        (
            each.public_id, each.name, _scopes(each), _day(each.created_at),
            _day(each.expires_at), _day(each.last_used_at), _state(each, now),
        )
        for each in found
    ]  # fmt: skip
    nothing = "There are no keys. `vitrine keys make NAME --scope catalogue` makes one."
    emit([_as_json(each) for each in found], table(rows, header) if rows else nothing, as_json)


@keys.command("revoke")
@click.argument("name", metavar="ID|NAME")
@json_option
@click.pass_obj
def revoke_command(settings: Settings, name: str, as_json: bool) -> None:
    """Revoke the key with this id, or all keys with this name.

    A running server heeds it within seconds (docs/access.md). Exits with 1 if there is none.
    """
    with closing(open_catalog(settings)) as database, database.write() as session:
        revoked = api_keys.revoke_keys(session, name, datetime.now(UTC))
    if not revoked:
        raise UnknownKeyError(name)
    listed = ", ".join(f"{each.public_id} ({each.name})" for each in revoked)
    emit(
        [_as_json(each) for each in revoked],
        f"Revoked: {counted(len(revoked), 'key')}, {listed}.",
        as_json,
    )


def _as_json(record: KeyRecord) -> dict[str, Any]:
    """Tell all of a key but its digest, which is nobody's business."""
    return {
        "id": record.public_id,
        "name": record.name,
        "scopes": sorted(each.value for each in record.scopes),
        "created_at": _iso(record.created_at),
        "expires_at": _iso(record.expires_at),
        "revoked_at": _iso(record.revoked_at),
        "last_used_at": _iso(record.last_used_at),
    }


def _scopes(record: KeyRecord) -> str:
    return ", ".join(sorted(each.value for each in record.scopes))


def _state(record: KeyRecord, now: datetime) -> str:
    if record.revoked_at is not None:
        return "revoked"
    return "live" if record.is_live(now) else "expired"


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def _day(moment: datetime | None) -> str:
    return "never" if moment is None else f"{moment:%Y-%m-%d}"
