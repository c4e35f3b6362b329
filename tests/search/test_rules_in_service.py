"""Rules and suggestions of a running engine: `vitrine rules` beside it, and no restart."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from catalog.database import Database, open_catalog
from catalog.events import EventEntry, QueryEntry, record
from catalog.merchandising_rule import Effect, Rule
from core.errors import DatabaseUnavailableError, InvalidQueryError
from core.settings import Settings
from search.bootstrap import PublishedGenerations
from search.engine import EngineLimits, SearchEngine
from search.merchandising_book import RuleBook
from search.query import Page, SearchQuery, SimilarQuery
from search.results import SearchResults
from search.rule_commands import rules
from search.shop import DatabaseShop
from search.sources import NoShop, ShopSource
from search.suggest import Suggestion
from search.suggest_entries import SuggestionKind
from tests.indexer.conftest import Shop, png

START = datetime(2026, 6, 1, tzinfo=UTC)
THING = SearchQuery("thing", page=Page(size=3), facets=("brand",), explain=True)


class Clock:
    """A moment that a test moves."""

    now = START

    def __call__(self) -> datetime:
        return self.now


Start = Callable[[ShopSource], SearchEngine]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def start(shop: Shop, clock: Clock) -> Iterator[Start]:
    engines: list[SearchEngine] = []

    def start_engine(source: ShopSource, refresh_s: float = 3600) -> SearchEngine:
        generations = PublishedGenerations(shop.generations, "numpy", 1)
        limits = EngineLimits(refresh_s=refresh_s)
        engines.append(SearchEngine(lambda *_: shop.encoder, generations, limits, source, clock))
        return engines[-1]

    shop.build()
    yield start_engine
    for engine in engines:
        engine.close()


@pytest.fixture
def settings(shop: Shop) -> Settings:
    return Settings(home=shop.home)


@pytest.fixture
def source(settings: Settings) -> Iterator[DatabaseShop]:
    open_catalog(settings).close()
    source = DatabaseShop(settings.database)
    yield source
    source.close()


@pytest.fixture
def engine(start: Start, source: DatabaseShop) -> SearchEngine:
    return start(source)


@pytest.fixture
def rule(settings: Settings) -> Callable[..., None]:
    """Run `vitrine rules …`."""

    def run(*arguments: str) -> None:
        result = CliRunner().invoke(rules, list(arguments), obj=settings)
        assert result.exit_code == 0, result.output

    return run


def ids(results: SearchResults) -> list[str]:
    return [hit.product.id for hit in results.hits]


def effects(results: SearchResults) -> list[tuple[str, ...]]:
    return [hit.explanation.effects for hit in results.hits if hit.explanation]


def texts(found: tuple[Suggestion, ...], kind: SuggestionKind) -> list[str]:
    return [each.text for each in found if each.kind is kind]


def test_added_rule_changes_the_answer_that_was_kept_and_a_removed_one_gives_it_back(
    engine: SearchEngine, rule: Callable[..., None]
) -> None:
    before = engine.search(THING)
    assert before.total == 12
    pinned, hidden = ids(engine.search(SearchQuery("thing", page=Page(size=100))))[-1], "p01"
    rule("add", "pin", "--query", "Things", "--product", pinned, "--note", "June")
    rule("add", "hide", "--everywhere", "--product", hidden)
    assert engine.search(THING).hits == before.hits
    assert engine.refresh_rules()
    after = engine.search(THING)
    assert ids(after)[0] == pinned
    assert effects(after) == [("pinned from place 1 by rule 1 (June)",), (), ()]
    assert after.total == 11
    (brands,) = after.facets
    assert [(each.value, each.count) for each in brands.values] == [("Acme", 5)]
    assert not engine.refresh_rules()
    assert "cached" in engine.search(THING).timings_ms
    rule("remove", "1")
    rule("remove", "2")
    assert engine.refresh_rules()
    assert engine.search(THING).hits == before.hits


def test_rule_holds_from_its_first_moment_to_its_last_without_being_read_again(
    engine: SearchEngine, rule: Callable[..., None], clock: Clock
) -> None:
    rule("add", "hide", "--query", "thing", "--product", "p03", "--from", "2026-06-02",
         "--until", "2026-06-02")  # fmt: skip
    engine.refresh_rules()
    totals = []
    for hours in (0, 23, 24, 47, 48):
        clock.now = START + timedelta(hours=hours)
        totals.append(engine.search(THING).total)
    assert totals == [12, 12, 11, 11, 12]


def test_boosted_and_buried_hits_move_and_say_why(
    engine: SearchEngine, rule: Callable[..., None]
) -> None:
    every = SearchQuery("thing", page=Page(size=100), explain=True)
    before = ids(engine.search(every))
    rule("add", "boost", "--containing", "thing", "--product", before[-1], "--strength", "1")
    rule("add", "bury", "--containing", "thing", "--product", before[0], "--strength", "1")
    engine.refresh_rules()
    after = engine.search(every)
    assert set(ids(after)) == set(before)
    assert before[-1] in ids(after)[:2]
    assert ids(after).index(before[0]) >= 8
    told = dict(zip(ids(after), effects(after), strict=True))
    assert told[before[-1]] == ("boosted (1) by rule 1",)
    assert told[before[0]] == ("buried (1) by rule 2",)


def test_rule_holds_for_the_query_as_it_was_mended_and_beside_conditions(
    engine: SearchEngine, rule: Callable[..., None]
) -> None:
    rule("add", "hide", "--query", "purple thing", "--product", "p08")
    engine.refresh_rules()
    for text in ("purple thing", "purpel thing", "purple thing under 50"):
        assert "p08" not in ids(engine.search(SearchQuery(text, page=Page(size=100)))), text
    assert "p08" in ids(engine.search(SearchQuery("thing", page=Page(size=100))))


def test_product_hidden_everywhere_is_on_no_list(
    engine: SearchEngine, rule: Callable[..., None]
) -> None:
    title = engine.product("p05").title
    everything = Page(size=100)
    assert "p05" in [hit.product.id for hit in engine.showcase(100)]
    assert title in texts(engine.suggest(title), SuggestionKind.TITLE)
    rule("add", "hide", "--everywhere", "--product", "p05")
    engine.refresh_rules()
    assert "p05" not in ids(engine.similar(SimilarQuery(("p03",), everything)))
    assert "p05" not in [hit.product.id for hit in engine.showcase(100)]
    assert title not in texts(engine.suggest(title), SuggestionKind.TITLE)
    assert engine.search(SearchQuery("p05")).total == 0 or "p05" not in ids(
        engine.search(SearchQuery("p05", page=everything))
    )
    assert engine.product("p05").id == "p05"  # who has its address still finds it


def test_pins_do_not_form_what_is_similar(engine: SearchEngine, rule: Callable[..., None]) -> None:
    alike = ids(engine.similar(SimilarQuery(("p03",), Page(size=100))))
    rule("add", "pin", "--everywhere", "--product", alike[-1])
    engine.refresh_rules()
    assert ids(engine.similar(SimilarQuery(("p03",), Page(size=100)))) == alike


def test_cursor_is_refused_once_a_rule_for_its_query_has_changed_and_only_then(
    engine: SearchEngine, rule: Callable[..., None]
) -> None:
    cursor = engine.search(THING).cursor
    rule("add", "pin", "--query", "another", "--product", "p09")
    engine.refresh_rules()
    going_on = SearchQuery("thing", page=Page(size=3), cursor=cursor)
    second = ids(engine.search(going_on))
    assert second == ids(engine.search(SearchQuery("thing", page=Page(2, 3))))
    rule("add", "hide", "--query", "thing", "--product", "p09")
    engine.refresh_rules()
    with pytest.raises(InvalidQueryError, match="has changed since this cursor") as refused:
        engine.search(going_on)
    assert refused.value.code == "stale_cursor"


def test_rules_hold_in_the_next_generation(
    engine: SearchEngine, rule: Callable[..., None], shop: Shop
) -> None:
    rule("add", "pin", "--query", "thing", "--product", "new", "--product", "p09")
    engine.refresh_rules()
    assert ids(engine.search(THING))[0] == "p09"
    shop.add("new", "new thing", png((1, 2, 3), 77), category=("Things", "New"))
    shop.build()
    assert engine.refresh()
    assert ids(engine.search(THING))[:2] == ["new", "p09"]


class Away(NoShop):
    """A shop whose database can be taken away."""

    def __init__(self, *kept: Rule) -> None:
        self.book = RuleBook("r", kept)
        self.away = False
        self.asked = threading.Event()

    def rules(self, known: RuleBook) -> RuleBook:
        self.asked.set()
        if self.away:
            raise DatabaseUnavailableError("The database is away.")
        return self.book


def test_last_rules_go_on_holding_while_the_database_is_away_and_that_is_logged_once(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    source = Away(Rule(Effect.HIDE, ("p00",), id=1))
    engine = start(source)
    assert engine.search(THING).total == 11
    source.away = True
    with caplog.at_level(logging.WARNING):
        assert [engine.refresh_rules() for _ in range(3)] == [False] * 3
    assert [each.getMessage() for each in caplog.records] == [
        "The merchandising rules that were read last go on holding: The database is away."
    ]
    assert engine.search(THING).total == 11
    source.away, source.book = False, RuleBook("s")
    assert engine.refresh_rules()
    assert engine.search(THING).total == 12


def test_engine_starts_without_rules_where_the_database_is_away(start: Start) -> None:
    source = Away(Rule(Effect.HIDE, ("p00",), id=1))
    source.away = True
    engine = start(source)
    assert engine.search(THING).total == 12
    source.away = False
    engine.refresh_rules()
    assert engine.search(THING).total == 11


def test_running_engine_looks_for_rules_by_itself(shop: Shop, clock: Clock) -> None:
    shop.build()
    source = Away()
    generations = PublishedGenerations(shop.generations, "numpy", 1)
    limits = EngineLimits(refresh_s=0.001)
    engine = SearchEngine(lambda *_: shop.encoder, generations, limits, source, clock)
    try:
        for _ in range(2):
            source.asked.clear()
            assert source.asked.wait(10)
    finally:
        engine.close()


def test_rule_that_means_nothing_here_is_passed_over_and_logged(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    broken = Rule(Effect.HIDE, selection={"field": "attribute.fit", "in": ["slim"]}, id=7)
    with caplog.at_level(logging.WARNING):
        assert start(Away(broken)).search(THING).total == 12
    (logged,) = [each.getMessage() for each in caplog.records]
    assert logged.startswith("Merchandising rule 7 is passed over:")


def test_searching_makes_and_migrates_no_database(tmp_path: Path, settings: Settings) -> None:
    absent = tmp_path / "absent.db"
    source = DatabaseShop(f"sqlite:///{absent}")
    known = RuleBook("r")
    assert source.rules(known) is known
    assert source.clicked() == {}
    assert not absent.exists()
    older = Database(f"sqlite:///{tmp_path / 'older.db'}")
    with older.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num TEXT)")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('0003')")
    older.close()
    source = DatabaseShop(f"sqlite:///{tmp_path / 'older.db'}")
    assert source.rules(known) is known
    assert source.clicked() == {}


def log_searches(settings: Settings, text: str, clients: list[str], clicked: str) -> None:
    database = open_catalog(settings)
    with database.write() as session:
        for number, client in enumerate(clients):
            name = f"{text} {number}"
            record(session, [
                QueryEntry(name, client, text, {}, ["p00", "p01"], START),
                EventEntry(name, client, "click", clicked, 1, START),
                EventEntry(name, client, "purchase", clicked, 1, START),
            ])  # fmt: skip
    database.close()


def test_past_queries_are_suggested_when_several_visitors_chose_something_they_were_shown(
    engine: SearchEngine, settings: Settings, source: DatabaseShop
) -> None:
    log_searches(settings, "red things", ["ann", "bob", ""], "p01")
    log_searches(settings, "Red  things", ["", "ann"], "p00")
    log_searches(settings, "red thing of ann", ["ann"] * 9, "p00")
    log_searches(settings, "red thing not shown", ["", "", "", ""], "p07")
    assert source.clicked() == {"red things": 3, "Red things": 1, "red thing of ann": 1}
    (query,) = [each for each in engine.suggest("red") if each.kind is SuggestionKind.QUERY]
    assert (query.text, query.count) == ("red things", 4)


def test_suggestions_are_those_of_the_generation_in_service(
    engine: SearchEngine, shop: Shop
) -> None:
    assert texts(engine.suggest("tur"), SuggestionKind.TITLE) == []
    shop.add("new", "turquoise thing", png((1, 200, 190), 55))
    shop.build()
    engine.refresh()
    assert texts(engine.suggest("tur"), SuggestionKind.TITLE) == ["turquoise thing"]
    assert len(engine.suggest("th", limit=4)) == 4
    assert engine.suggest("") == ()
