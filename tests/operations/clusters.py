"""A PostgreSQL cluster of its own for a test."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.conftest import postgres_binaries
from wutong.operations.postgres import ADMIN, SETTINGS, Cluster

PASSWORD = "only for this test"


def make_cluster(folder: Path, *, binaries: Path | None = None, **settings: str) -> Cluster:
    return Cluster(
        data=folder / "postgres",
        socket_dir=folder / "s",
        binaries=binaries or postgres_binaries(),
        settings=SETTINGS | {"shared_buffers": "16MB"} | settings,
    )


def connect(
    cluster: Cluster, *, role: str = ADMIN, database: str = "postgres", password: str = PASSWORD
) -> psycopg.Connection:
    return psycopg.connect(host=str(cluster.socket_dir), dbname=database, user=role, password=password, autocommit=True)


@contextmanager
def served(cluster: Cluster) -> Iterator[subprocess.Popen[str]]:
    server = cluster.start(log=None)
    try:
        yield server
    finally:
        cluster.stop(server)
