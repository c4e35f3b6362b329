"""What a monitoring system reads: counts and latencies, as Prometheus takes them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial

from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder, start_http_server
from prometheus_client.registry import Collector

from core.errors import ServeError
from core.settings import Settings
from search.results import EngineStatus, SearchResults
from web.events import EventLog

bp = Blueprint("metrics", __name__)

_KEY = "vitrine_metrics"

REFUSED = {
    401: "unauthorized", 403: "forbidden", 413: "too_large", 429: "rate_limited",
    503: "unavailable", 507: "disk_full",
}  # fmt: skip
STAGE_BUCKETS_S = (0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 1.0)
REQUEST_BUCKETS_S = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1, 4, 16)
_ID_TIME = "%Y%m%dT%H%M%S"
_ID_CHARS = 15
"""A generation's id begins with the moment at which it was begun."""


class Metrics:
    """The counts of one application; of others in the same process nothing is in them."""

    def __init__(self, status: Callable[[], EngineStatus], events: EventLog) -> None:
        self.registry = CollectorRegistry()
        self.queries = self._counter("queries", "Rankings that were answered.", "endpoint")
        self.empty = self._counter(
            "zero_result_queries", "Rankings that held nothing; a share of vitrine_queries.",
            "endpoint",
        )  # fmt: skip
        self.refused = self._counter("refused_requests", "Requests that were refused.", "reason")
        self.stages = self._histogram(
            "query_stage_seconds", "Time of each stage of a query.", "stage", STAGE_BUCKETS_S
        )
        self.requests = self._histogram(
            "http_request_seconds", "Time of requests.", "endpoint", REQUEST_BUCKETS_S
        )
        self.registry.register(_ServiceCollector(status, events))
        ProcessCollector(registry=self.registry)

    def _counter(self, name: str, about: str, label: str) -> Counter:
        return Counter(f"vitrine_{name}", about, [label], registry=self.registry)

    def _histogram(
        self, name: str, about: str, label: str, buckets: tuple[float, ...]
    ) -> Histogram:
        return Histogram(f"vitrine_{name}", about, [label], registry=self.registry, buckets=buckets)


def install_metrics(app: Flask, metrics: Metrics) -> None:
    """Count every request, and give the counts at ``/metrics`` (``web.access`` asks for a key)."""
    app.extensions[_KEY] = metrics
    app.register_blueprint(bp)
    app.after_request(partial(_count, metrics))


@bp.get("/metrics")
def show() -> Response:
    """Give the counts."""
    metrics: Metrics = current_app.extensions[_KEY]
    encode, kind = choose_encoder(request.headers.get("Accept", ""))
    response = Response(encode(metrics.registry), content_type=kind)
    response.headers["Cache-Control"] = "no-store"
    return response


@contextmanager
def listening_for_metrics(app: Flask, settings: Settings, host: str) -> Iterator[None]:
    """Give the counts on their own port, where one is set, without a key.

    Raises:
        ServeError: the port cannot be listened on.
    """
    if not settings.metrics_port:
        yield
        return
    metrics: Metrics = app.extensions[_KEY]
    try:
        server, thread = start_http_server(settings.metrics_port, host, metrics.registry)
    except OSError as error:
        reason = f"{error.strerror or error} (VITRINE_METRICS_PORT)"
        raise ServeError(host, settings.metrics_port, reason) from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _count(metrics: Metrics, response: Response) -> Response:
    endpoint = request.endpoint or "none"
    with suppress(KeyError):
        metrics.refused.labels(REFUSED[response.status_code]).inc()
    if "started" in g:
        metrics.requests.labels(endpoint).observe(time.perf_counter() - g.started)
    results: SearchResults | None = g.get("results")
    if results is not None:
        metrics.queries.labels(endpoint).inc()
        if not results.total:
            metrics.empty.labels(endpoint).inc()
        for stage, ms in results.timings_ms.items():
            metrics.stages.labels(stage).observe(ms / 1000)
    return response


class _ServiceCollector(Collector):
    """Looks at the engine and the event log when it is asked."""

    def __init__(self, status: Callable[[], EngineStatus], events: EventLog) -> None:
        self._status = status
        self._events = events

    def collect(self) -> Iterator[Metric]:
        """Tell how things stand now."""
        status = self._status()
        yield _gauge("ready", "1 where searches are answered.", float(status.ready))
        yield _gauge("queue_length", "Queries that wait.", status.waiting)
        yield _gauge("products", "Products in service.", status.products)
        yield _gauge("images", "Pictures in service.", status.images)
        if (age_s := _age_s(status.generation)) is not None:
            yield _gauge("generation_age_seconds", "Since the index in service was begun.", age_s)
        for name, about, value in (
            ("events_written", "Queries and clicks that were recorded.", self._events.written),
            ("events_dropped", "Queries and clicks that were not.", self._events.dropped),
        ):
            yield CounterMetricFamily(f"vitrine_{name}", about, value=value)


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"vitrine_{name}", about, value=value)


def _age_s(generation: str) -> float | None:
    try:
        begun = datetime.strptime(generation[:_ID_CHARS], _ID_TIME).replace(tzinfo=UTC)
    except ValueError:
        return None  # nothing is in service
    return (datetime.now(UTC) - begun).total_seconds()
