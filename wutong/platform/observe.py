"""What can be seen of the pages' process: one log line a request, its figures, and whether it can work.

Processes without Django use :mod:`wutong.platform.logs` and :mod:`wutong.platform.figures` directly.
"""

import re
import time
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from wutong.config import config
from wutong.platform.logs import configure_logging, route_of
from wutong.platform.proxies import believed_address, network_of
from wutong.platform.structured import structlog

__all__ = [
    "RequestLog",
    "client_address",
    "client_network",
    "configure_logging",
    "healthz",
    "metrics",
    "readyz",
    "show_database_figures",
]

REQUEST_SECONDS = Histogram(
    "wutong_request_seconds",
    "Time to answer a request for a page.",
    ["route", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 10),
)
_REQUEST_ID = re.compile(r"[\w.-]{8,64}", re.ASCII)
_QUIET = ("/static/", "/healthz", "/readyz", "/metrics")
_log = structlog.get_logger("wutong.request")


class RequestLog:
    """Gives each request an id, tells the audit trail where it comes from, and writes one line when it is answered.

    The line names the route, not the path: paths hold one-time links.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        from wutong.platform.audit import Origin, origin  # models; not loaded when the settings name this class

        asked = request.headers.get("X-Request-ID", "")
        request_id = asked if _REQUEST_ID.fullmatch(asked) else uuid.uuid4().hex
        request.META["wutong.request_id"] = request_id
        cost = _Cost()
        came_from = origin.set(Origin(request_id=request_id, address=client_address(request)))
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                with connection.execute_wrapper(cost.ask):
                    response = self.get_response(request)
            finally:
                origin.reset(came_from)
            self._remember(request, response, cost)
        response["X-Request-ID"] = request_id
        return response

    def _remember(self, request: HttpRequest, response: HttpResponse, cost: "_Cost") -> None:
        if request.path.startswith(_QUIET):
            return
        route = route_of(request)
        seconds = cost.seconds
        REQUEST_SECONDS.labels(route, str(response.status_code)).observe(seconds)
        _log.info(
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
            cpu_ms=round(cost.cpu_seconds * 1000, 1),
            database_ms=round(cost.database_seconds * 1000, 1),
            queries=cost.queries,
            staff=getattr(getattr(request, "user", None), "pk", None),
        )


class _Cost:
    """What a request takes: its time, of that the processor's and the database's, and how many questions it asks.

    What neither of the two explains it spent in waiting for the processor, or for other requests of this process.
    """

    def __init__(self) -> None:
        self._began, self._cpu_began = time.perf_counter(), time.thread_time()
        self.database_seconds, self.queries = 0.0, 0

    def ask(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Around each question to the database."""
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.database_seconds += time.perf_counter() - began
            self.queries += 1

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._began

    @property
    def cpu_seconds(self) -> float:
        return time.thread_time() - self._cpu_began


def client_address(request: HttpRequest) -> str | None:
    """The address of the browser, or of the first machine that is not a proxy of ours."""
    address = believed_address(
        peer=request.META.get("REMOTE_ADDR", ""),
        forwarded_for=request.META.get("HTTP_X_FORWARDED_FOR", ""),
        trusted_proxies=config().trusted_proxies,
    )
    try:
        return str(ip_address(address))
    except ValueError:
        return None  # a Unix socket has none


def client_network(request: HttpRequest) -> str | None:
    """For whom the browser's address stands: tries are counted by it."""
    address = client_address(request)
    return None if address is None else network_of(address)


def healthz(_request: HttpRequest) -> HttpResponse:
    """The process answers; says nothing about what it depends on."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(_request: HttpRequest) -> HttpResponse:
    """The process can do its work: the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("the database does not answer\n", content_type="text/plain", status=503)
    return HttpResponse("ready\n", content_type="text/plain")


def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus, told to this machine only."""
    peer = request.META.get("REMOTE_ADDR", "")
    is_local = peer in ("127.0.0.1", "::1") and "HTTP_X_FORWARDED_FOR" not in request.META
    if not is_local:
        return HttpResponse("Ask from this machine.\n", content_type="text/plain", status=403)
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


def show_database_figures() -> None:
    """Add what only the database knows to this process's figures: inbox, drops, parked items, jobs, connections."""
    REGISTRY.register(_DatabaseFigures())


class _DatabaseFigures(Collector):
    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterable[Metric]:
        return database_figures()


def database_figures() -> Iterable[Metric]:
    """What only the database knows, as of now."""
    now = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT lane, coalesce(sum(count), 0), min(received_at) FROM platform_inboxblock GROUP BY lane")
        lanes = {lane: (depth, oldest) for lane, depth, oldest in cursor.fetchall()}
        cursor.execute("SELECT door, reason, sum(n) FROM platform_dropcount GROUP BY door, reason")
        drops = cursor.fetchall()
        cursor.execute("SELECT lane, count(*) FROM platform_parkeditem GROUP BY lane")
        parked = cursor.fetchall()
        cursor.execute(
            "SELECT j.queue_name, j.status::text, count(*), min(e.at) FROM procrastinate_jobs j"
            " LEFT JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'"
            " WHERE j.status IN ('todo', 'doing', 'failed')"
            " AND (j.scheduled_at IS NULL OR j.scheduled_at <= now()) GROUP BY 1, 2"
        )
        jobs = cursor.fetchall()
    depth = GaugeMetricFamily("wutong_inbox_events", "Events waiting in the inbox.", labels=["lane"])
    lag = GaugeMetricFamily("wutong_inbox_oldest_seconds", "Age of the oldest waiting block.", labels=["lane"])
    for lane, (waiting, oldest) in ({"collector": (0, now)} | lanes).items():
        depth.add_metric([lane], waiting)
        lag.add_metric([lane], (now - oldest).total_seconds())
    dropped = CounterMetricFamily("wutong_dropped", "Items dropped on purpose.", labels=["door", "reason"])
    for door, reason, n in drops:
        dropped.add_metric([door, reason], n)
    parked_items = GaugeMetricFamily("wutong_parked_items", "Items that could not be worked through.", labels=["lane"])
    for lane, n in parked:
        parked_items.add_metric([lane], n)
    due = GaugeMetricFamily("wutong_jobs", "Jobs that are due, by state.", labels=["queue", "status"])
    age = GaugeMetricFamily("wutong_job_oldest_seconds", "Age of the oldest due job.", labels=["queue", "status"])
    for queue, status, n, oldest in jobs:
        due.add_metric([queue, status], n)
        if oldest is not None and status == "todo":
            age.add_metric([queue, status], (now - oldest).total_seconds())
    yield from (depth, lag, dropped, parked_items, due, age)
    yield from _pool_figures()


def _pool_figures() -> Iterable[Metric]:
    pool = getattr(connection, "pool", None)
    stats = pool.get_stats() if pool else {}
    waits = CounterMetricFamily("wutong_pool_waits", "Requests that waited for a database connection.")
    waits.add_metric([], stats.get("requests_queued", 0))
    waited = CounterMetricFamily("wutong_pool_wait_seconds", "Time spent waiting for a database connection.")
    waited.add_metric([], stats.get("requests_wait_ms", 0) / 1000)
    used = GaugeMetricFamily("wutong_pool_connections", "Connections open in the pool.")
    used.add_metric([], stats.get("pool_size", 0))
    return waits, waited, used
