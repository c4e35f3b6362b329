"""The commands ``vitrine rules …``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from catalog.merchandising_rule import Effect, Match, Rule
from core.settings import Settings
from core.terminal import VitrineGroup, counted, emit, json_option, table

if TYPE_CHECKING:
    from catalog.database import Database

# What imports numpy is imported inside the commands, so that `vitrine --help` stays quick.

SHOWN_IDS = 5
"""Of a rule's products in a table; ``--json`` lists all."""


class Moment(click.ParamType[datetime]):
    """A day or a moment in ISO 8601; UTC where it names no zone."""

    name = "date"

    def __init__(self, end_of_day: bool = False) -> None:
        self._day = timedelta(days=1) if end_of_day else timedelta()

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read it; a day that ends something is included in it."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
            moment += self._day if len(value) == len("2026-01-31") else timedelta()
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is neither a day (2026-01-31) nor a moment (2026-01-31T18:00).")
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.group("rules", cls=VitrineGroup)
def rules() -> None:
    """Pin, boost, bury and hide products for queries and categories.

    A running server heeds a change within seconds; the index is not built again.
    """


def _rule_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that make a rule."""
    options = (
        click.option("--query", default="", help="For this query; capitals, plurals don't count."),
        click.option("--containing", default="", help="For queries that have all these words."),
        click.option("--category", default="", help='For answers narrowed to it: "Men > Shoes".'),
        click.option("--everywhere", is_flag=True, help="For every query and category."),
        click.option("--product", "product_ids", multiple=True, metavar="ID", help="Repeatable."),
        click.option(
            "--where", multiple=True, metavar="FIELD=VALUE",
            help="All products with it, as in addresses: brand=Acme, price=..20. Repeatable.",
        ),
        click.option("--at", "position", default=1, help="Place of the first pinned product."),
        click.option("--strength", default=0.5, help="Of a boost or bury: above 0, at most 1."),
        click.option("--from", "starts_at", type=Moment(), help="First day or moment."),
        click.option(
            "--until", "ends_at", type=Moment(end_of_day=True),
            help="Last day, which counts, or the moment of the end.",
        ),
        click.option("--priority", default=0, help="Of rules for a product the highest counts."),
        click.option("--note", default="", help="Why; shown by explain."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@rules.command("add")
@click.argument("effect", type=click.Choice([each.value for each in Effect]))
@_rule_options
@json_option
@click.pass_obj
def add_command(settings: Settings, /, effect: str, as_json: bool, **given: Any) -> None:
    """Add a rule: what is done (pin, boost, bury, hide), for what, to which products."""
    from catalog import merchandising

    wanted = _made(effect, given)
    with _opened(settings) as database, database.write() as session:
        rule = merchandising.add_rule(session, wanted, datetime.now(UTC))
        missing = merchandising.missing_products(session, [rule]).get(rule.id, ())
    told = f"Rule {rule.id}: {_what(rule)} {_when(rule)}."
    if missing:
        told += f" Not in the catalogue: {_listed(missing)}."
    emit(_as_json(rule, missing), told, as_json)


@rules.command("list")
@json_option
@click.pass_obj
def list_command(settings: Settings, as_json: bool) -> None:
    """List the rules in the order in which they count, and what they name that is gone."""
    with _opened(settings) as database:
        kept, missing = _kept(database)
    now = datetime.now(UTC)
    rows = [
        (
            rule.id, rule.priority, _what(rule), _when(rule), _state(rule, now),
            _listed(missing.get(rule.id, ())), rule.note,
        )
        for rule in kept
    ]  # fmt: skip
    header = ("rule", "priority", "does", "for", "state", "not in the catalogue", "note")
    nothing = "There are no rules. `vitrine rules add --help` tells how to make one."
    told = [
        _as_json(rule, missing.get(rule.id, ())) | {"state": _state(rule, now)} for rule in kept
    ]
    emit(told, table(rows, header) if rows else nothing, as_json)


@rules.command("remove")
@click.argument("rule_id", metavar="RULE", type=click.IntRange(1))
@json_option
@click.pass_obj
def remove_command(settings: Settings, rule_id: int, as_json: bool) -> None:
    """Remove a rule."""
    from catalog import merchandising

    with _opened(settings) as database, database.write() as session:
        rule = merchandising.remove_rule(session, rule_id)
    emit(_as_json(rule, ()), f"Removed rule {rule.id}: {_what(rule)} {_when(rule)}.", as_json)


@rules.command("test")
@click.argument("query")
@click.option("--category", multiple=True, help="As if the answer were narrowed to it. Repeatable.")
@click.option("--on", "now", type=Moment(), help="As if it were this day or moment.")
@json_option
@click.pass_obj
def test_command(
    settings: Settings, query: str, category: Sequence[str], now: datetime | None, as_json: bool
) -> None:
    """Show which rules hold for a QUERY ("" for none), in the order in which they count."""
    from search.merchandising_book import Occasion, RuleBook

    with _opened(settings) as database:
        kept, missing = _kept(database)
    occasion = Occasion(
        now or datetime.now(UTC), (query,), (frozenset(category),) if category else ()
    )
    holding = RuleBook(rules=kept).matching(occasion)
    rows = [
        (rule.id, rule.priority, _what(rule), _when(rule), _listed(missing.get(rule.id, ())))
        for rule in holding
    ]
    header = ("rule", "priority", "does", "for", "not in the catalogue")
    nothing = f"No rule holds, of {counted(len(kept), 'rule')}."
    told = [_as_json(rule, missing.get(rule.id, ())) for rule in holding]
    emit(told, table(rows, header) if rows else nothing, as_json)


def _opened(settings: Settings) -> closing[Database]:
    from catalog.database import open_catalog

    return closing(open_catalog(settings))


def _kept(database: Database) -> tuple[tuple[Rule, ...], dict[int, tuple[str, ...]]]:
    """Read the rules in the order in which they count, and the products that are gone."""
    from catalog import merchandising
    from search.merchandising_book import RuleBook

    with database.read() as session:
        kept = merchandising.load_rules(session)
        missing = merchandising.missing_products(session, kept.rules)
    return RuleBook(kept.revision, kept.rules).rules, missing


def _made(effect: str, given: dict[str, Any]) -> Rule:
    """Make a rule of a command's options."""
    query, containing, everywhere = (given.pop(n) for n in ("query", "containing", "everywhere"))
    conditions = [each for each in (query, containing, given["category"]) if each.strip()]
    if everywhere == bool(conditions) or (query and containing):
        raise click.UsageError(
            "Say for what: --query or --containing, --category, or both; or --everywhere."
        )
    category = " > ".join(part.strip() for part in given.pop("category").split(">")).strip()
    match = Match.WORDS if containing else Match.EXACT
    return Rule(
        Effect(effect),
        product_ids=tuple(dict.fromkeys(given.pop("product_ids"))),
        selection=_selection(given.pop("where")),
        query=_words(query or containing),
        match=match,
        category=category,
        **given,
    )


def _words(query: str) -> str:
    """Tidy a rule's query, which must have a word: without one it would hold for none."""
    from search.merchandising_book import query_key

    if query and not query_key(query):
        raise click.UsageError(f"{query!r} has no word that a query could be compared with.")
    return " ".join(query.split())


def _selection(where: Sequence[str]) -> dict[str, Any] | None:
    from search.filters_arguments import FILTER, parse_filters
    from search.filters_json import to_json

    if broken := next((each for each in where if "=" not in each), None):
        raise click.UsageError(f"--where {broken!r} is not FIELD=VALUE, as in brand=Acme.")
    wanted = parse_filters(
        (FILTER + each.split("=", 1)[0], each.split("=", 1)[1]) for each in where
    )
    return to_json(wanted) if wanted is not None else None


def _what(rule: Rule) -> str:
    """Say what a rule does, and to what."""
    if rule.selection is None:
        chosen = _listed(rule.product_ids)
    else:
        from search.filters_arguments import to_arguments
        from search.filters_json import parse_filter_tree

        try:
            pairs = to_arguments(parse_filter_tree(rule.selection))
            chosen = "what has " + " and ".join(f"{n.split('.', 1)[1]}={v}" for n, v in pairs)
        except ValueError:  # one that came by the API, and is more than an address can say
            chosen = "a selection"
    at = f" at {rule.position}" if rule.effect is Effect.PIN else ""
    by = f" by {rule.strength:g}" if rule.effect in (Effect.BOOST, Effect.BURY) else ""
    return f"{rule.effect.value} {chosen}{at}{by}"


def _when(rule: Rule) -> str:
    """Say for what a rule holds, and for how long."""
    parts = []
    if rule.query:
        kind = "with" if rule.match is Match.WORDS else "for"
        parts.append(f"{kind} {rule.query!r}")
    if rule.category:
        parts.append(f"in {rule.category}")
    parts = parts or ["everywhere"]
    if rule.starts_at:
        parts.append(f"from {_shown(rule.starts_at)}")
    if rule.ends_at:
        parts.append(f"until {_shown(rule.ends_at)}")
    return " ".join(parts)


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _state(rule: Rule, now: datetime) -> str:
    if rule.is_live(now):
        return "live"
    return "waiting" if rule.starts_at and now < rule.starts_at else "ended"


def _listed(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - SHOWN_IDS} more" if len(ids) > SHOWN_IDS else ""
    return ", ".join(ids[:SHOWN_IDS]) + more


def _as_json(rule: Rule, missing: Sequence[str]) -> dict[str, Any]:
    return {
        "id": rule.id,
        "effect": rule.effect.value,
        "product_ids": list(rule.product_ids),
        "selection": rule.selection,
        "query": rule.query,
        "match": rule.match.value,
        "category": rule.category,
        "position": rule.position if rule.effect is Effect.PIN else None,
        "strength": rule.strength if rule.effect in (Effect.BOOST, Effect.BURY) else None,
        "starts_at": rule.starts_at and rule.starts_at.isoformat(),
        "ends_at": rule.ends_at and rule.ends_at.isoformat(),
        "priority": rule.priority,
        "note": rule.note,
        "missing": list(missing),
    }
