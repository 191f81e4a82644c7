"""Structured logs: one JSON object a line on stderr, from our code and from libraries alike. Knows no Django."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from wutong.config import config

GRANIAN_LOGS: dict[str, Any] = {"loggers": {"_granian": {"handlers": [], "propagate": True}}}
"""For Granian's ``log_dictconfig``: its own lines go where ours go."""
_DETAIL = re.compile(r"^DETAIL:.*$", re.MULTILINE)
_CHATTY = {"procrastinate": logging.WARNING, "httpx": logging.WARNING, "httpcore": logging.WARNING}


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
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.PositionalArgumentsFormatter()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _without_detail,
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


class _Named:
    def __init__(self, process: str) -> None:
        self.process = process

    def __call__(self, _logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {"process": self.process, **line}


def _without_detail(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """PostgreSQL quotes the offending row in DETAIL; people's data does not belong in a log."""
    for field in ("exception", "event"):
        if isinstance(line.get(field), str) and "DETAIL:" in line[field]:
            line[field] = _DETAIL.sub("DETAIL: (left out)", line[field])
    return line


def _level() -> int:
    return logging.getLevelNamesMapping().get(config().log_level.upper(), logging.INFO)
