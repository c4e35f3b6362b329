"""Which sentences a catalogue is fitted on."""

from collections.abc import Iterator

import pytest

from catalog.thesaurus import phrases_of_kind
from core.terminal import NoProgress
from search import tuning_samples
from search.bootstrap import PublishedGenerations
from search.evaluation import JudgedQuery
from search.fusion import Weights
from search.generation import ServedGeneration
from search.tuning_ranking import count_shown, prepare
from search.tuning_samples import Sampler, reach_off_catalogue, reach_phrases, wanted_phrases
from tests.indexer.conftest import Shop


@pytest.fixture
def tools(empty_shop: Shop) -> Iterator[ServedGeneration]:
    """A shop of tools, of whose kinds the thesaurus knows the kettle alone."""
    for title, *category in (
        ("Bosch GWS 7", "Tools", "Angle Grinders"),
        ("Makita HP", "Tools", "Drills"),
        ("Pot", "Kettles"),
    ):
        empty_shop.add(title, title, category=tuple(category))
    empty_shop.build()
    source = PublishedGenerations(empty_shop.generations, "numpy", 1)
    generation = source.serve(source.open())
    yield generation
    generation.close()


def test_categories_speak_for_kinds_that_the_thesaurus_does_not_know(
    tools: ServedGeneration,
) -> None:
    phrases = phrases_of_kind("kettles")[1:]
    assert wanted_phrases(tools) == sorted(
        {*phrases, "tools", "kettles", "angle grinders", "drills"}
    )


def test_shoppers_phrases_are_enough_where_there_are_enough(
    tools: ServedGeneration, monkeypatch: pytest.MonkeyPatch
) -> None:
    phrases = list(phrases_of_kind("kettles")[1:])
    assert phrases
    monkeypatch.setattr(tuning_samples, "FEWEST_PHRASES", len(phrases))
    assert wanted_phrases(tools) == phrases


def test_phrases_stand_for_queries_that_no_product_has_the_words_of(
    tools: ServedGeneration, empty_shop: Shop
) -> None:
    sampler = Sampler(tools, empty_shop.encoder, tools.score_words)
    level = sampler.level(Weights())
    assert tools.score_words("angle grinders").max() == 1
    assert reach_phrases(sampler, level, NoProgress()).words.max() == 0
    off = reach_off_catalogue(sampler, level, NoProgress())
    assert off.words.max() > 0


def test_judged_queries_tell_what_is_found_by_name(
    tools: ServedGeneration, empty_shop: Shop
) -> None:
    sampler = Sampler(tools, empty_shop.encoder, tools.score_words)
    queries = [JudgedQuery(each, frozenset({"Pot"})) for each in ("angle grinders", "zebra")]
    shown, reach = count_shown(prepare(queries, sampler), sampler, Weights(), (0.5,), NoProgress())
    assert reach.words.tolist() == [1.0, 0.0]
    assert shown.judged.tolist() == [1, 1]
