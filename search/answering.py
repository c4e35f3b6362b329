"""Answer a batch of queries from one generation: read, encode, scan, score, select, look up."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from catalog.records import CATEGORY_SEPARATOR
from core.errors import ProductNotFoundError, VitrineError
from encoder.base import DualEncoder
from search.collapse import Positions
from search.filters import CATEGORY, IN_STOCK, Filter, In, Not, all_of, compile_filter
from search.generation import ServedGeneration
from search.merchandising import Merchandised
from search.merchandising_answer import Heeded
from search.probes import Probe, encode_queries, probe_products
from search.query import SearchQuery, SimilarQuery, Wish
from search.reading import Reading, as_it_stands
from search.results import Explanation, SearchHit, SearchResults
from search.scoring import Fields, Scans, Scored, scan, score
from search.selection import select

Question = SearchQuery | SimilarQuery

ALL_FIELDS = Fields()


def answer(
    questions: Sequence[Question],
    generation: ServedGeneration,
    encoder: DualEncoder,
    fields: Fields = ALL_FIELDS,
    rules: Heeded | None = None,
) -> list[SearchResults | VitrineError]:
    """Answer each question; one that cannot be answered gets its error as its answer.

    Args:
        questions: In any number.
        generation: What they are answered from.
        encoder: The one that made it.
        fields: What is scored.
        rules: The shop's; None where the ranking itself is to be seen.
    """
    watch = _Stopwatch()
    readings = [_read(question, generation) for question in questions]
    watch.lap("read")
    probes = _probes(questions, readings, generation, encoder)
    watch.lap("encode")
    known = [probe for probe in probes if isinstance(probe, Probe)]
    scans = iter(scan(known, generation, fields))
    watch.lap("scan")
    answers: list[SearchResults | VitrineError] = []
    for question, reading, probe in zip(questions, readings, probes, strict=True):
        if isinstance(probe, VitrineError):
            answers.append(probe)
            continue
        ask = _Asked(question, reading, probe, next(scans))
        try:
            answers.append(_results(ask, generation, fields, rules, watch.laps))
        except VitrineError as error:
            answers.append(error)
    return answers


def more_like(
    query: SimilarQuery, generation: ServedGeneration, rules: Heeded | None = None
) -> SearchResults:
    """Rank other products by likeness to some, without an encoder.

    Raises:
        ProductNotFoundError: one is not in this generation.
    """
    watch = _Stopwatch()
    probe = probe_products(generation, query)
    (scans,) = scan([probe], generation)
    watch.lap("scan")
    asked = _Asked(query, None, probe, scans)
    return _results(asked, generation, ALL_FIELDS, rules, watch.laps)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question on its way."""

    question: Question
    reading: Reading | None
    probe: Probe
    scans: Scans


def _read(question: Question, generation: ServedGeneration) -> Reading | None:
    if isinstance(question, SimilarQuery):
        return None
    if not question.understand:
        return as_it_stands(question.text)
    return generation.reader.read(question.text)


def _probes(
    questions: Sequence[Question],
    readings: Sequence[Reading | None],
    generation: ServedGeneration,
    encoder: DualEncoder,
) -> list[Probe | VitrineError]:
    searches = [
        (question, reading)
        for question, reading in zip(questions, readings, strict=True)
        if isinstance(question, SearchQuery) and reading is not None
    ]
    encoded = iter(
        encode_queries([q for q, _ in searches], [r for _, r in searches], generation, encoder)
    )
    probes: list[Probe | VitrineError] = []
    for question in questions:
        if isinstance(question, SearchQuery):
            probes.append(next(encoded))
            continue
        try:
            probes.append(probe_products(generation, question))
        except ProductNotFoundError as error:
            probes.append(error)
    return probes


def _results(
    asked: _Asked,
    generation: ServedGeneration,
    fields: Fields,
    rules: Heeded | None,
    laps: Mapping[str, float],
) -> SearchResults:
    watch = _Stopwatch(laps)
    query, understood, everything = _wanted(asked, generation)
    measured = everything or fields != ALL_FIELDS  # a cut-off is fitted on all fields
    sought = None
    if understood is not None and asked.probe.negatives:
        sought = compile_filter(understood, generation.columns)
    scored = score(asked.probe, asked.scans, generation, measured, fields.words, sought)
    if asked.reading is not None and (named := generation.named(asked.reading.text)) is not None:
        scored = scored.with_first(named)
    watch.lap("fuse")
    shown = _merchandised(query, asked.reading, understood, scored, rules)
    selected = select(query, scored, understood, generation, shown)
    watch.lap("select")
    explained = shown if query.explain else None
    scored = replace(scored, scores=shown.scores)
    hits = _hits(selected.positions, selected.sizes, scored, generation, explained)
    nearest = _hits(selected.nearest, (), scored, generation, explained)
    watch.lap("documents")
    return SearchResults(
        hits=hits,
        total=selected.total,
        page=query.page,
        generation=generation.id,
        fingerprint=generation.fingerprint,
        exact=True,
        timings_ms=watch.laps,
        reading=asked.reading,
        facets=selected.facets,
        relaxations=selected.relaxations,
        nearest=nearest,
        cursor=selected.cursor,
    )


def _wanted(asked: _Asked, generation: ServedGeneration) -> tuple[SearchQuery, Filter | None, bool]:
    """Tell what a question filters by, and whether its filters alone decide what is found."""
    question = asked.question
    if isinstance(question, SearchQuery):
        assert asked.reading is not None, "every search has been read"
        understood = asked.reading.filter
        filtered = understood is not None or question.filter is not None
        plain = not (question.pictured or question.wishes or asked.reading.says_more)
        return question, understood, plain and filtered
    first = generation.product(question.product_ids[0])
    rules: list[Filter | None] = []
    if question.in_stock:
        rules.append(Not(In(IN_STOCK, frozenset({"false"}))))
    if question.within is not None and first.category:
        path = CATEGORY_SEPARATOR.join(first.category[: question.within])
        rules.append(In(CATEGORY, frozenset({path})))
    if not question.with_variants and first.group_id:
        rules.append(Not(In("group_id", frozenset({first.group_id}))))
    query = SearchQuery(
        wishes=tuple(Wish(product_id=each) for each in question.product_ids),
        page=question.page,
        filter=question.filter,
        facets=question.facets,
        explain=question.explain,
        cursor=question.cursor,
    )
    return query, all_of(rules), False


def _merchandised(
    query: SearchQuery,
    reading: Reading | None,
    understood: Filter | None,
    scored: Scored,
    rules: Heeded | None,
) -> Merchandised:
    """Apply the shop's rules to the scores."""
    if rules is None:
        return Merchandised(scored.scores, scored.relevant)
    return rules.apply(reading, understood, query.filter, scored)


def _hits(
    positions: Positions | None,
    sizes: Sequence[int],
    scored: Scored,
    generation: ServedGeneration,
    explained: Merchandised | None,
) -> tuple[SearchHit, ...]:
    if positions is None:
        return ()
    return tuple(
        generation.hit(
            position,
            float(scored.scores[position]),
            scored.images,
            group_size=sizes[place] if sizes else 1,
            explanation=None if explained is None else _explain(position, scored, explained),
        )
        for place, position in enumerate(positions.tolist())
    )


def _explain(position: int, scored: Scored, shown: Merchandised) -> Explanation:
    evidence = scored.evidence
    image, text, lexical = (
        None if scores is None else round(float(scores[position]), 4)
        for scores in (evidence.image, evidence.text, evidence.lexical)
    )
    effects = tuple(map(str, shown.effects_on(position)))
    return Explanation(image, text, lexical, effects)


class _Stopwatch:
    """Milliseconds of each stage, one after the other."""

    def __init__(self, before: Mapping[str, float] | None = None) -> None:
        self.laps = dict(before or {})
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        """End a stage."""
        now = time.perf_counter()
        self.laps[stage] = (now - self._last) * 1000
        self._last = now
