from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from catalog import api_keys
from catalog.api_keys import Scope, digest_of, public_id_of
from catalog.database import Database
from catalog.key_commands import keys
from core.settings import Settings

NOW = datetime(2026, 5, 1, 12, 34, 56, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_key_is_found_by_its_public_id_and_opens_until_it_expires(database: Database) -> None:
    with database.write() as session:
        key, made = api_keys.make_key(session, "a", [Scope.SEARCH, Scope.ADMIN], NOW, NOW + DAY)
    assert re.fullmatch("vitrine_[0-9a-f]{8}_[0-9a-f]{48}", key)
    with database.read() as session:
        found = api_keys.live_keys(session, NOW)[public_id_of(key)]
        assert api_keys.live_keys(session, NOW + DAY) == {}
    assert found == made
    assert found.scopes == {Scope.SEARCH, Scope.ADMIN}
    assert found.opens_with(key, NOW + DAY - timedelta(microseconds=1))
    assert not found.opens_with(key, NOW + DAY)
    assert not found.opens_with(key[:-1] + "x", NOW)


def test_the_key_itself_is_kept_nowhere(sqlite_database: Database, tmp_path: Path) -> None:
    with sqlite_database.write() as session:
        key, _ = api_keys.make_key(session, "a", [Scope.SEARCH], NOW)
    sqlite_database.close()
    kept = b"".join(each.read_bytes() for each in tmp_path.glob("one.db*"))
    assert digest_of(key).encode() in kept
    assert key[-48:].encode() not in kept


def test_keys_differ_in_192_random_bits(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        made = [api_keys.make_key(session, "a", [Scope.SEARCH], NOW)[0] for _ in range(50)]
    secrets = {int(key.rpartition("_")[2], 16) for key in made}
    assert len(secrets) == 50
    set_anywhere = 0
    for secret in secrets:
        set_anywhere |= secret
    assert set_anywhere == 2**192 - 1


def test_revoking_ends_keys_by_id_or_by_name_and_only_once(database: Database) -> None:
    with database.write() as session:
        _, one = api_keys.make_key(session, "till", [Scope.SEARCH], NOW)
        _, two = api_keys.make_key(session, "till", [Scope.SEARCH], NOW)
        _, other = api_keys.make_key(session, "feed", [Scope.SEARCH], NOW)
    with database.write() as session:
        assert [k.id for k in api_keys.revoke_keys(session, other.public_id, NOW)] == [other.id]
        assert [k.id for k in api_keys.revoke_keys(session, "till", NOW)] == [one.id, two.id]
        assert api_keys.revoke_keys(session, "till", NOW) == ()
    with database.read() as session:
        assert api_keys.live_keys(session, NOW) == {}
        assert api_keys.list_keys(session) == ()
        assert [each.revoked_at for each in api_keys.list_keys(session, True)] == [NOW] * 3


def test_a_use_is_noted_to_the_hour_and_never_goes_back(database: Database) -> None:
    with database.write() as session:
        _, made = api_keys.make_key(session, "a", [Scope.SEARCH], NOW)
        api_keys.note_uses(session, [made.id], NOW + DAY)
        api_keys.note_uses(session, [made.id], NOW)
    with database.read() as session:
        (found,) = api_keys.list_keys(session)
    assert found.last_used_at == datetime(2026, 5, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "vitrine_", "vitrine_0a1b2c3d_short", "Bearer x", "\ud800"])
def test_other_texts_name_no_key(text: str) -> None:
    assert public_id_of(text) == ""


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    settings = Settings(home=tmp_path)
    return lambda *arguments: CliRunner().invoke(keys, list(arguments), obj=settings)


def test_make_prints_the_key_alone_on_standard_output(run: Callable[..., Result]) -> None:
    result = run("make", " Shop   backend ", "--scope", "catalogue", "--days", "30")
    key = result.stdout.strip()
    assert result.exit_code == 0
    assert f"`vitrine keys revoke {public_id_of(key)}` ends it." in result.stderr
    (listed,) = json.loads(run("list", "--json").stdout)
    assert listed["id"] == public_id_of(key)
    assert (listed["name"], listed["scopes"]) == ("Shop backend", ["catalogue"])
    made, ends = (datetime.fromisoformat(listed[each]) for each in ("created_at", "expires_at"))
    assert ends - made == 30 * DAY
    assert listed["revoked_at"] is listed["last_used_at"] is None
    assert digest_of(key) not in run("list", "--json").stdout


def test_list_tells_which_are_live(run: Callable[..., Result]) -> None:
    assert run("list").stdout.startswith("There are no keys. `vitrine keys make NAME")
    for name in ("one", "two"):
        run("make", name, "--scope", "search", "--scope", "admin")
    assert run("revoke", "one").stdout.startswith("Revoked: 1 key, ")
    assert [line.split()[1] for line in run("list").stdout.splitlines()] == ["name", "two"]
    shown = [line.split() for line in run("list", "--all").stdout.splitlines()[1:]]
    assert [(each[1], each[2] + each[3], each[-1]) for each in shown] == [
        ("one", "admin,search", "revoked"), ("two", "admin,search", "live"),
    ]  # fmt: skip


def test_revoking_what_is_not_there_says_so(run: Callable[..., Result]) -> None:
    result = run("revoke", "nobody")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "vitrine: There is no live key 'nobody'. `vitrine keys list` lists them.\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [("make", "a"), ("make", " ", "--scope", "search"), ("make", "a\x07", "--scope", "search"),
     ("make", "a" * 101, "--scope", "search"), ("make", "a", "--scope", "all"),
     ("make", "a", "--scope", "search", "--days", "0")],
)  # fmt: skip
def test_what_cannot_be_made_is_a_usage_error(
    run: Callable[..., Result], arguments: tuple[str, ...]
) -> None:
    assert run(*arguments).exit_code == 2
