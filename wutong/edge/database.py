"""The edge's connections: it speaks SQL to a handful of tables and loads no Django."""

from typing import Any

import psycopg

from wutong.platform.database import conninfo


async def connect(purpose: str) -> psycopg.AsyncConnection[Any]:
    """A connection that commits each statement and notices within seconds that the server is gone.

    Raises:
        psycopg.OperationalError: the server cannot be reached.
    """
    return await psycopg.AsyncConnection.connect(
        conninfo(),
        autocommit=True,
        connect_timeout=2,
        keepalives_idle=5,
        tcp_user_timeout=5000,
        application_name=f"wutong edge {purpose}",
    )
