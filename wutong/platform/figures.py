"""The figures a process shows to Prometheus, and the small local port of those that serve no pages. Knows no Django."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from wutong.config import config

PORTS = ("stream", "jobs", "edge", "sandbox", "analyst")
"""Processes with a small port of their own: ``metrics_port`` plus the place in this list."""


def figures_port(process: str) -> int:
    return config().metrics_port + PORTS.index(process)


def always() -> bool:
    return True


def serve_figures(process: str, *, is_ready: Callable[[], bool] = always) -> ThreadingHTTPServer:
    """Answer ``/metrics``, ``/healthz`` and ``/readyz`` on this machine only, in a thread of its own.

    Args:
        process: one of :data:`PORTS`.
        is_ready: asked at each ``/readyz``; must be quick.
    """
    # Here, because the supervisor asks for ports only.
    from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._answer(200, generate_latest(REGISTRY), CONTENT_TYPE_LATEST)
            elif self.path == "/healthz":
                self._answer(200, b"ok\n")
            elif self.path == "/readyz":
                ready = is_ready()
                self._answer(200 if ready else 503, b"ready\n" if ready else b"not yet\n")
            else:
                self._answer(404, b"not found\n")

        def _answer(self, status: int, body: bytes, kind: str = "text/plain") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name it has above us
            """Scrapes every few seconds are no news."""

    server = ThreadingHTTPServer(("127.0.0.1", figures_port(process)), Door)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="figures", daemon=True).start()
    return server
