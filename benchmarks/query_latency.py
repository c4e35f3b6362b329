"""How long a served query takes, in-process and over HTTP, and where the time goes.

    python benchmarks/query_latency.py --home HOME QUERIES.jsonl [--queries 200] [--out FILE.json]

Queries are asked one after the other, as one shopper would; the server runs in this process.
The peer is the tuned FAISS flat scan on the same vectors, in the same run.
"""

import argparse
import http.client
import json
import platform
import subprocess
import time
from pathlib import Path
from statistics import median
from urllib.parse import quote, urlsplit

from core.settings import Settings, prepare_process

prepare_process()

import numpy as np  # noqa: E402 - after the process is prepared

from catalog.image_store import ImageStore  # noqa: E402
from core.terminal import table  # noqa: E402
from encoder.loading import load_encoder  # noqa: E402
from indexer.faiss_index import open_vector_index  # noqa: E402
from search.bootstrap import open_engine, open_generation  # noqa: E402
from search.evaluation import read_queries  # noqa: E402
from search.query import SearchQuery  # noqa: E402
from web.app import create_app  # noqa: E402
from web.server import WebServer  # noqa: E402


def time_ms(call, repeat: int = 30) -> float:
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1000)
    return median(times)


def in_process(engine, queries: list[str]) -> tuple[float, dict[str, float]]:
    totals, stages = [], []
    for query in queries:
        start = time.perf_counter()
        results = engine.search(SearchQuery(query))
        totals.append((time.perf_counter() - start) * 1000)
        stages.append(results.timings_ms)
    return median(totals), {name: median(s[name] for s in stages) for name in stages[0]}


def over_http(url: str, queries: list[str], path: str) -> float:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port)
    times = []
    for query in queries:
        start = time.perf_counter()
        connection.request("GET", f"{path}?q={quote(query)}")
        response = connection.getresponse()
        response.read()
        times.append((time.perf_counter() - start) * 1000)
        assert response.status == 200, (response.status, query)
    return median(times)


def peers(settings: Settings) -> dict[str, float]:
    """The scan alone: tuned FAISS flat top-10 of the pictures, and numpy's product."""
    with open_generation(settings) as generation:
        vectors = np.array(generation.snapshot.image_embeddings)
        query = vectors[:1]
        faiss_cpu = open_vector_index("faiss-cpu", vectors, settings.compute_threads)
        return {
            "faiss flat, top 10": time_ms(lambda: faiss_cpu.search(query, 10)),
            "numpy product": time_ms(lambda: query @ vectors.T),
            "vectors, MB": vectors.nbytes / 1e6,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("queries_file", type=Path)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    settings = Settings.load(options={"home": options.home})
    judged = read_queries(options.queries_file)
    queries = [each.query for each in judged][: options.queries]
    encoder = load_encoder(settings)
    with open_engine(settings) as engine:
        in_process(engine, queries[:20])
        total, stages = in_process(engine, queries)
        with WebServer(create_app(settings, engine, ImageStore(settings.images)), settings,
                       "127.0.0.1", 0) as server:  # fmt: skip
            api = over_http(server.url, queries, "/api/v1/search")
            page = over_http(server.url, queries, "/search")
        status = engine.status()
    report = {
        "machine": platform.processor() or platform.machine(),
        "threads": settings.compute_threads,
        "commit": subprocess.check_output(
            ["git", "rev-parse", "--short", "HEAD"], text=True
        ).strip(),
        "products": status.products,
        "queries": len(queries),
        "dim": encoder.dim,
        "in_process_ms": round(total, 2),
        "stages_ms": {name: round(value, 2) for name, value in stages.items()},
        "http_api_ms": round(api, 2),
        "http_page_ms": round(page, 2),
        "peers_ms": {name: round(value, 2) for name, value in peers(settings).items()},
    }
    print(table(list(report.items())))
    if options.out:
        options.out.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
