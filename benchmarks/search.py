"""What a query costs here, beside FAISS, bm25s and milvus-lite over the same vectors and texts.

    python benchmarks/search.py --home HOME [QUERIES] [--queries 200] [--json FILE.json]

QUERIES is a file of one query a line, or of judged queries (JSON Lines); without it, queries are
made of the catalogue's own titles and of shoppers' words for its kinds and colours. Each query is
asked of all programs in turn before the next, so that other work on the machine hits all alike,
and each program's queries are timed one at a time, as one shopper would ask.

The engine is measured in this process without its cache, facets and totals included, and as
`vitrine serve` serves it, over HTTP, for queries that it has answered before.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# A script's folder comes first where modules are looked for, and this file is called as the
# package `search` is. Whoever comes here from a script beside it gets the package.
sys.path[:] = [str(HERE.parent), *(each for each in sys.path if Path(each).resolve() != HERE)]
if __name__ == "search":
    del sys.modules[__name__]
    __import__(__name__)

from core.settings import Settings, prepare_process  # noqa: E402 - after the path is right

prepare_process()

import argparse  # noqa: E402 - after the process is prepared
import http.client  # noqa: E402
import json  # noqa: E402
import platform  # noqa: E402
import random  # noqa: E402
import subprocess  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable, Iterable, Iterator  # noqa: E402
from contextlib import ExitStack, contextmanager, suppress  # noqa: E402
from dataclasses import replace  # noqa: E402
from functools import partial  # noqa: E402
from importlib.metadata import version  # noqa: E402
from urllib.parse import quote, urlsplit  # noqa: E402

import numpy as np  # noqa: E402


def made_up(generation, count: int) -> list[str]:
    """Make queries as shoppers type them, of a catalogue's titles, kinds and colours."""
    from catalog.thesaurus import kind_of, phrases_of_kind

    chance = random.Random(7)
    queries: dict[str, None] = {}
    for _ in range(100 * count):
        product = generation.snapshot.documents[chance.randrange(generation.products)]
        phrase = chance.choice(phrases_of_kind(kind_of(product)) or (product.title,))
        colour = product.attributes.get("base_colour") or product.attributes.get("colour", "")
        beginning = " ".join(product.title.split()[:4])
        queries[chance.choice((phrase, f"{colour} {phrase}", beginning)).strip().lower()] = None
        if len(queries) == count:
            break
    return [each for each in queries if each]


def read(file: Path | None, generation, count: int) -> list[str]:
    from search.evaluation import read_queries

    if file is None:
        return made_up(generation, count)
    if file.suffix == ".jsonl":
        return list(dict.fromkeys(each.query for each in read_queries(file)))[:count]
    lines = file.read_text(encoding="utf-8").splitlines()
    return list(dict.fromkeys(line for line in lines if line))[:count]


class InProcess:
    """The engine without its cache, and what it says of its stages."""

    def __init__(self, engine) -> None:
        self._engine = engine
        self.stages: dict[str, list[float]] = {}

    def search(self, query: str, vector: np.ndarray) -> None:
        from search.query import SearchQuery

        began = time.perf_counter()
        stages = self._engine.search(SearchQuery(query)).timings_ms
        took = (time.perf_counter() - began) * 1000
        for name, value in {**stages, "all but encoding": took - stages["encode"]}.items():
            self.stages.setdefault(name, []).append(value)


class Served:
    """``vitrine serve`` in a process of its own, asked over one connection on the loopback."""

    def __init__(self, url: str, path: str = "/api/v1/search") -> None:
        address = urlsplit(url)
        self._connection = http.client.HTTPConnection(address.hostname, address.port)
        self._path = path

    def search(self, query: str, vector: np.ndarray) -> None:
        self._connection.request("GET", f"{self._path}?q={quote(query)}")
        response = self._connection.getresponse()
        response.read()
        if response.status != 200:
            raise SystemExit(f"The server answered {response.status} to {query!r}.")


@contextmanager
def engine_without_cache(settings: Settings) -> Iterator:
    from encoder.loading import encoder_for
    from search.bootstrap import PublishedGenerations, limits_from
    from search.engine import SearchEngine

    source = PublishedGenerations(
        settings.generations, settings.index, settings.compute_threads, settings.tuning
    )
    limits = replace(limits_from(settings), cached_answers=0)
    engine = SearchEngine(partial(encoder_for, settings), source, limits)
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """Run the server as its users do; ends it afterwards."""
    command = [sys.executable, "-m", "cli", "--home", str(home), "serve", "--json", "--port"]
    process = subprocess.Popen(
        [*command, str(_free_port())],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=HERE.parent,
    )
    try:
        yield json.loads(_first_object(process.stdout))["url"]
    finally:
        process.terminate()
        process.wait()


def _first_object(lines: Iterable[str]) -> str:
    """Read what is printed once the server is ready; it goes on running afterwards."""
    told = ""
    for line in lines:
        told += line
        if line == "}\n":
            return told
    raise SystemExit("`vitrine serve` ended before it was ready; run it by hand to see why.")


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


Searching = Callable[[str, np.ndarray], None]


def peers(generation, settings: Settings, stack: ExitStack) -> dict[str, Searching]:
    """Set the other programs up, and the parts of ours that do what they do."""
    from benchmarks.peers import Bm25sPeer, FaissPeer, MilvusPeer

    faiss = FaissPeer(generation.snapshot, settings.compute_threads)
    found: dict[str, Searching] = {
        "scan of both fields, every score": lambda _, vector: _scan(generation, vector),
        "FAISS flat, both fields, tuned": faiss.search_both,
        "FAISS flat, both fields, as it comes": faiss.search_untuned,
        "FAISS flat, pictures, tuned": faiss.search_pictures,
        "words, every score": lambda query, _: generation.score_words(query),
        "bm25s": Bm25sPeer(generation.snapshot).search,
    }
    with suppress(ImportError):  # told of in the table
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        milvus = MilvusPeer(generation.snapshot, Path(folder))
        stack.callback(milvus.close)
        found["milvus-lite flat, both fields"] = milvus.search_both
        found["milvus-lite flat, pictures"] = milvus.search_pictures
    return found


def _scan(generation, vector: np.ndarray) -> None:
    generation.score_images(vector[None])
    generation.score_texts(vector[None])


def measure(settings: Settings, file: Path | None, count: int) -> dict:
    from search.bootstrap import open_generation

    with ExitStack() as stack:
        generation = stack.enter_context(open_generation(settings))
        engine = stack.enter_context(engine_without_cache(settings))
        own, served = InProcess(engine), Served(stack.enter_context(serving(settings.home)))
        queries = read(file, generation, count)
        vectors = _embed(settings, generation, queries)
        rivals = peers(generation, settings, stack)
        asked = {"query": own.search, "cached, over HTTP": served.search, **rivals}
        for query, vector in zip(queries, vectors, strict=True):  # the first time fills caches
            for search in asked.values():
                search(query, vector)
        own.stages.clear()
        times = _interleave(asked, queries, vectors)
        texts = len(generation.snapshot.text_embeddings)
        rows = {"pictures": generation.images, "texts": texts}
    return {
        "machine": f"{platform.machine()}, {settings.compute_threads} threads",
        "commit": _commit(),
        "products": generation.products,
        "rows": rows,
        "dim": vectors.shape[1],
        "queries": len(queries),
        "versions": {name: _version(name) for name in ("faiss-cpu", "bm25s", "milvus-lite")},
        "ms": {name: _summary(each) for name, each in times.items()},
        "stages_ms": {name: _summary(each) for name, each in own.stages.items()},
    }


def _embed(settings: Settings, generation, queries: list[str]) -> np.ndarray:
    from encoder.loading import encoder_for

    encoder = encoder_for(settings, generation.fingerprint, f"The generation {generation.id}")
    return encoder.encode_texts(queries)


def _interleave(
    asked: dict[str, Searching], queries: list[str], vectors: np.ndarray
) -> dict[str, list[float]]:
    """Ask every program each query; who begins changes, for the one before warms or cools."""
    times: dict[str, list[float]] = {name: [] for name in asked}
    order = list(asked)
    chance = random.Random(7)
    for query, vector in zip(queries, vectors, strict=True):
        chance.shuffle(order)
        for name in order:
            began = time.perf_counter()
            asked[name](query, vector)
            times[name].append((time.perf_counter() - began) * 1000)
    return times


def _summary(times: list[float]) -> dict[str, float]:
    lowest, median, high = np.quantile(times, (0.05, 0.5, 0.95)).tolist()
    return {"median": round(median, 3), "p95": round(high, 3), "p5": round(lowest, 3)}


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    told = subprocess.run(command, capture_output=True, text=True, cwd=HERE.parent)
    return told.stdout.strip() or "unknown"


def _version(package: str) -> str:
    try:
        return version(package)
    except ImportError:
        return "not installed, left out"


def shown(report: dict) -> str:
    """Lay the report out; ratios are of medians, to all of a query but its encoding."""
    from core.terminal import table

    base = report["stages_ms"]["all but encoding"]["median"]
    lines = {**report["ms"], **{f"  {name}": each for name, each in report["stages_ms"].items()}}
    rows = [
        (name, *(f"{each[key]:.2f}" for key in ("p5", "median", "p95")), _ratio(each, base))
        for name, each in lines.items()
    ]
    about = [(key, report[key]) for key in report if key not in ("ms", "stages_ms")]
    header = ("milliseconds", "p5", "median", "p95", "to all but encoding")
    return f"{table(about)}\n\n{table(rows, header)}"


def _ratio(each: dict[str, float], base: float) -> str:
    return f"{each['median'] / base:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path, nargs="?", metavar="QUERIES")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--json", type=Path, metavar="FILE.json")
    options = parser.parse_args()
    settings = Settings.load(options={"home": options.home})
    report = measure(settings, options.file, options.queries)
    print(shown(report))
    if options.json:
        options.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
