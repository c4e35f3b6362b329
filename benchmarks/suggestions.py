"""How long suggestions and merchandising rules take over a home's generation.

    python benchmarks/suggestions.py --home HOME [--titles 200] [--out FILE.json]

Every beginning of some titles is completed, once as it is and once with a typing error in the
title. Times are of the processor, because they are said of a shared machine; the clock's beside.
"""

import argparse
import json
import random
import time
from datetime import UTC, datetime
from pathlib import Path

from core.settings import Settings, prepare_process

prepare_process()

import numpy as np  # noqa: E402 - after the process is prepared

from catalog.merchandising_rule import Effect, Match, Rule  # noqa: E402
from core.terminal import table  # noqa: E402
from indexer.generations import open_current  # noqa: E402
from search.merchandising import RulesInService  # noqa: E402
from search.merchandising_book import Occasion, RuleBook  # noqa: E402
from search.suggest import Suggester  # noqa: E402

SEED = 5
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def beginnings(text: str) -> list[str]:
    return [text[:length] for length in range(1, len(text) + 1)]


def mistyped(text: str, draw: random.Random) -> str:
    """Leave out, insert, exchange or swap letters at one place."""
    at, letter = draw.randrange(len(text)), draw.choice(LETTERS)
    return draw.choice((
        text[:at] + text[at + 1 :],
        text[:at] + letter + text[at:],
        text[:at] + letter + text[at + 1 :],
        text[:at] + text[at : at + 2][::-1] + text[at + 2 :],
    ))  # fmt: skip


def timed(calls) -> dict[str, float]:
    """Give milliseconds of many calls, and which part of them gave something."""
    processor, clock, given = [], [], 0
    for call in calls:
        began, worked = time.perf_counter(), time.thread_time()
        given += bool(call())
        processor.append(1000 * (time.thread_time() - worked))
        clock.append(1000 * (time.perf_counter() - began))
    return {
        "calls": len(processor),
        "median_ms": float(np.median(processor)),
        "p99_ms": float(np.percentile(processor, 99)),
        "slowest_ms": max(processor),
        "clock_p99_ms": float(np.percentile(clock, 99)),
        "found": given / len(processor),
    }


def rules_over(snapshot) -> dict[str, RulesInService]:
    """Make a full book of which nothing holds for the query, and one of which five rules do."""
    ids = [snapshot.documents[at].id for at in range(5)]
    others = [
        Rule(Effect.HIDE, (ids[at % 5],), query=f"word{at} dress", id=at + 1) for at in range(5_000)
    ]
    holding = [
        Rule(Effect.PIN, (ids[0],), query="red dress", id=1),
        Rule(Effect.HIDE, (ids[1],), query="dress", match=Match.WORDS, id=2),
        Rule(Effect.BOOST, (ids[2],), query="red dress", id=3),
        Rule(Effect.BURY, selection={"field": "in_stock", "in": ["false"]}, id=4),
        Rule(Effect.HIDE, (ids[3],), category="Apparel", id=5),
    ]
    parts = snapshot.columns, snapshot.documents
    return {
        "5,000 rules, none holds": RulesInService(RuleBook("a", others), *parts),
        "five rules hold": RulesInService(RuleBook("b", holding), *parts),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--titles", type=int, default=200)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    snapshot = open_current(Settings(home=options.home).generations)
    worked = time.process_time()
    suggester = Suggester.of(snapshot.columns, snapshot.lexical, snapshot.documents)
    build_s = time.process_time() - worked
    draw = random.Random(SEED)
    titles = [title for title in (
        snapshot.documents[at].title
        for at in draw.sample(range(len(snapshot.documents)), options.titles)
    ) if title]  # fmt: skip
    typed = {
        "titles as they are": [each for title in titles for each in beginnings(title)],
        "with one error": [each for title in titles for each in beginnings(mistyped(title, draw))],
    }
    told = {
        name: timed([lambda each=each: suggester.suggest(each) for each in prefixes])
        for name, prefixes in typed.items()
    }
    size = len(snapshot.documents)
    scores, relevant = np.random.default_rng(SEED).random(size, np.float32), np.ones(size, bool)
    occasion = Occasion(datetime.now(UTC), ("red dress",))
    for name, rules in rules_over(snapshot).items():
        told[name] = timed([lambda: rules.apply(occasion, scores, relevant)] * 200)  # noqa: B023
    print(f"{size:,} products; the suggester is made in {build_s:.2f} s of the processor")
    columns = list(next(iter(told.values())))
    print(table([(name, *(f"{row[c]:.2f}" for c in columns)) for name, row in told.items()],
                ("what", *columns)))  # fmt: skip
    if options.out:
        content = {"products": size, "build_s": build_s, **told}
        options.out.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
