"""Where PostgreSQL is and as whom we speak to it."""

import hashlib
import os
from pathlib import Path
from typing import Any, Literal

from wutong.config import ConfigError, config
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
        from psycopg.conninfo import make_conninfo  # here, because the supervisor goes without psycopg

        return make_conninfo("", **_parameters(given))
    return f"host={socket_dir()} dbname={DATABASE} user={role} password={role_password(role)}"


def django_database() -> dict[str, Any]:
    """Django's entry for the database, with a bounded pool of connections."""
    given = config().database_url
    if given is not None:
        return django_entry(given)
    return _entry(
        {"dbname": DATABASE, "user": "wutong_app", "password": role_password("wutong_app"), "host": str(socket_dir())}
    )


def django_entry(url: str) -> dict[str, Any]:
    """Django's entry for a database of yours, with everything that its address says: encryption, sockets, timeouts.

    Raises:
        ConfigError: libpq does not understand the address.
    """
    return _entry(_parameters(url))


def _parameters(url: str) -> dict[str, Any]:
    """What libpq reads from an address; it knows more than a parser of ours would."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        return {"dbname": DATABASE} | conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        # Its message would print the password.
        form = "postgres://USER:PASSWORD@HOST/NAME, with libpq's parameters after a question mark"
        raise ConfigError(f"DATABASE_URL cannot be read. Write {form}.") from None


def _entry(parameters: dict[str, Any]) -> dict[str, Any]:
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    others = {name: value for name, value in parameters.items() if name not in names}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 0,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        **{theirs: str(parameters.get(ours, "")) for ours, theirs in names.items()},
        # Opened when first needed: a pool that begins with one connection opens a second for whoever asks meanwhile.
        "OPTIONS": {**others, "pool": {"min_size": 0, "max_size": config().web_pool_max, "timeout": 10}},
    }
