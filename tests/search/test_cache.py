"""Kept answers: of the same generation and question only, and only so many."""

from __future__ import annotations

import threading

from search.cache import AnswerCache


def test_an_answer_is_found_again_in_its_generation_only() -> None:
    cache: AnswerCache[int] = AnswerCache(4)
    cache.put("g1", "red bag", 1)
    assert cache.get("g1", "red bag") == 1
    assert cache.get("g2", "red bag") is None
    assert cache.get("g1", "red bags") is None


def test_the_answer_that_was_not_used_for_longest_goes_first() -> None:
    cache: AnswerCache[int] = AnswerCache(2)
    cache.put("g", "a", 1)
    cache.put("g", "b", 2)
    cache.get("g", "a")
    cache.put("g", "c", 3)
    assert [cache.get("g", each) for each in "abc"] == [1, None, 3]


def test_a_newer_answer_to_the_same_question_takes_the_place_of_the_older() -> None:
    cache: AnswerCache[int] = AnswerCache(2)
    cache.put("g", "a", 1)
    cache.put("g", "a", 2)
    assert (cache.get("g", "a"), len(cache)) == (2, 1)


def test_a_cache_of_size_nothing_keeps_nothing() -> None:
    cache: AnswerCache[int] = AnswerCache(0)
    cache.put("g", "a", 1)
    assert (cache.get("g", "a"), len(cache)) == (None, 0)


def test_many_threads_never_find_another_questions_answer() -> None:
    cache: AnswerCache[int] = AnswerCache(8)
    wrong: list[tuple[int, int]] = []

    def ask(start: int) -> None:
        for step in range(2000):
            question = (start + step) % 16
            found = cache.get("g", question)
            if found is not None and found != question:
                wrong.append((question, found))
            cache.put("g", question, question)

    threads = [threading.Thread(target=ask, args=(start,)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(cache) == 8
