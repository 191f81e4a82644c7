"""What an operator sets by environment, read once into one typed value.

Only this file reads the environment. What an administrator changes while the system runs lives in the database.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_origin


class ConfigError(Exception):
    """A setting cannot be used; the message says what to write instead."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """The deployment's settings. Each field is the environment variable ``WUTONG_<NAME>`` unless noted."""

    data_dir: Path = Path("data")
    """Folder with PostgreSQL's files, the lake, stored files and the key file."""
    database_url: str | None = None
    """``DATABASE_URL``: a PostgreSQL of your own; without it ours runs inside ``data_dir``."""
    lake_path: str | None = None
    """``LAKE_PATH``: folder or bucket of the lake's files; default ``<data_dir>/lake``."""
    host: str = "127.0.0.1"
    web_port: int = 8000
    edge_port: int = 8001
    sandbox_port: int = 8002
    sandbox_smtp_port: int = 8025
    metrics_port: int = 8003
    """First of the local ports on which processes without a page of their own show their figures."""
    public_url: str | None = None
    """Where browsers reach the pages; default ``http://<host>:<web_port>``."""
    edge_url: str | None = None
    """Where browsers reach the collector; default ``http://<host>:<edge_port>``."""
    allowed_hosts: tuple[str, ...] = ()
    """Further host names under which the pages may be asked for."""
    debug: bool = False
    web_threads: int = 8
    web_pool_max: int = 10
    collector_max_kib: int = 256
    """Largest request body the collector reads."""
    collector_max_depth: int = 6
    """Deepest nesting of event properties the collector takes."""
    inbox_max_events: int = 2_000_000
    """With more events than this waiting the collector answers 503."""
    trusted_proxies: int = 0
    """How many proxies of your own stand before web and edge; so many entries of X-Forwarded-For are believed."""
    log_level: str = "INFO"
    demo_rate_per_minute: int = 20
    """Page views a minute of the demo's scripted visitors."""
    backup_passphrase: str | None = field(default=None, repr=False)
    """Locks the key file inside a backup; without it the command asks."""
    failpoints: str | None = None
    """A folder of armed fail-points; for fault tests only."""

    @property
    def web_origin(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.web_port}").rstrip("/")

    @property
    def edge_origin(self) -> str:
        return (self.edge_url or f"http://{self.host}:{self.edge_port}").rstrip("/")

    @property
    def lake_url(self) -> str:
        return self.lake_path or str(self.data_dir / "lake")

    @property
    def run_dir(self) -> Path:
        return self.data_dir / "run"


_OWN_NAMES = {"database_url": "DATABASE_URL", "lake_path": "LAKE_PATH"}


def read(environ: Mapping[str, str]) -> Config:
    """Build the settings from ``environ``.

    Raises:
        ConfigError: a value has the wrong form; names the variable and the form it needs.
    """
    given: dict[str, Any] = {}
    for setting in fields(Config):
        name = _OWN_NAMES.get(setting.name, f"WUTONG_{setting.name.upper()}")
        text = environ.get(name, "").strip()
        if text:
            given[setting.name] = _parsed(name, text, setting.type)
    given["data_dir"] = Path(given.get("data_dir", Config.data_dir)).expanduser().absolute()
    return Config(**given)


@cache
def config() -> Config:
    """The settings of this process."""
    return read(os.environ)


def _parsed(name: str, text: str, kind: Any) -> Any:
    if kind is bool:
        if text not in ("true", "false"):
            raise ConfigError(f"{name} is {text!r}. Write true or false.")
        return text == "true"
    if kind is int:
        if not text.isdecimal():
            raise ConfigError(f"{name} is {text!r}. Write a whole number.")
        return int(text)
    if get_origin(kind) is tuple:
        (item, _) = get_args(kind)
        return tuple(item(part.strip()) for part in text.split(",") if part.strip())
    if kind is Path:
        return Path(text)
    return text
