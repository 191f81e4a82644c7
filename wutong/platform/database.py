"""Where PostgreSQL is and as whom we speak to it."""

import hashlib
import os
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from wutong.config import config
from wutong.platform.secrets import role_password

Role = Literal["wutong_app", "wutong_read", "wutong_admin"]
DATABASE = "wutong"


def is_own() -> bool:
    """Whether the server in the data folder is used, rather than one named by ``DATABASE_URL``."""
    return config().database_url is None


def socket_dir() -> Path:
    """The folder (0700) of our own server's socket. Short, because the path of a socket holds about 100 bytes."""
    name = hashlib.sha256(str(config().data_dir).encode()).hexdigest()[:10]
    return Path("/tmp") / f"wutong-{os.getuid()}-{name}"  # noqa: S108  # made 0700 and its owner checked


def conninfo(role: Role = "wutong_app") -> str:
    """A libpq connection string. With ``DATABASE_URL`` every role is the one it names."""
    given = config().database_url
    if given is not None:
        return given
    return f"host={socket_dir()} dbname={DATABASE} user={role} password={role_password(role)}"


def django_database() -> dict[str, Any]:
    """Django's entry for the database, with a bounded pool of connections."""
    settings: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 0,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": config().web_pool_max, "timeout": 10}},
    }
    given = config().database_url
    if given is None:
        settings |= {
            "NAME": DATABASE,
            "USER": "wutong_app",
            "PASSWORD": role_password("wutong_app"),
            "HOST": str(socket_dir()),
        }
        return settings
    parts = urlsplit(given)
    settings |= {
        "NAME": unquote(parts.path.lstrip("/")) or DATABASE,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
    }
    return settings
