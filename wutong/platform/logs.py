"""Structured logs: one JSON object a line on stderr, from our code and from libraries alike. Knows no Django."""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from wutong.config import config
from wutong.platform.structured import structlog

if TYPE_CHECKING:
    from django.http import HttpRequest
    from structlog.typing import ExcInfo

GRANIAN_LOGS: dict[str, Any] = {"loggers": {"_granian": {"handlers": [], "propagate": True}}}
"""For Granian's ``log_dictconfig``: its own lines go where ours go."""
_DETAIL = re.compile(r"(?:^|\n)[ |]*(?:DETAIL|CONTEXT|QUERY|LINE \d+):.*", re.DOTALL)
_CHATTY = {
    "procrastinate": logging.WARNING,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    # Each request has a line of ours, and each refusal of a form without its token.
    "django.request": logging.ERROR,
    "django.security.csrf": logging.ERROR,
}


def configure_logging(process: str) -> None:
    """Send every log line of this process to stderr as JSON, with the process's name and the request's id."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(_level()),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_name_route)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.PositionalArgumentsFormatter()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.ExceptionRenderer(_told),
                _without_details,
                _Named(process),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(_level())
    for name, level in _CHATTY.items():
        logging.getLogger(name).setLevel(max(level, _level()))
    logging.captureWarnings(capture=True)


def without_detail(text: str) -> str:
    """What went wrong, without what PostgreSQL quotes from rows and statements to the end of its message.

    People's data does not belong in a log, nor on the page of whoever looks after jobs.
    """
    return _DETAIL.sub("\nDETAIL: (left out)", text)


def route_of(request: "HttpRequest") -> str:
    """The pattern of the address that was asked for. Not the address: it may hold a one-time link."""
    return request.resolver_match.route if request.resolver_match else "?"


class _Named:
    def __init__(self, process: str) -> None:
        self.process = process

    def __call__(self, _logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {"process": self.process, **line}


def _without_details(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for field, value in line.items():
        if field != "exception" and isinstance(value, str) and "\n" in value:
            line[field] = without_detail(value)
    return line


def _told(exc_info: "ExcInfo") -> str:
    """A traceback. Each error of a chain is one part of it, so that only what belongs to an error is cut."""
    return "\n".join(without_detail(part.rstrip("\n")) for part in traceback.format_exception(*exc_info))


def _name_route(record: logging.LogRecord) -> bool:
    """Let Django's lines about a request, which end with its path, end with its route."""
    request = getattr(record, "request", None)
    if request is not None and isinstance(record.args, tuple) and record.args:
        record.args = (*record.args[:-1], route_of(request))
    return True


def _level() -> int:
    return logging.getLevelNamesMapping().get(config().log_level.upper(), logging.INFO)
