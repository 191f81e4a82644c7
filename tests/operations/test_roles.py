"""The roles of our own PostgreSQL."""

import psycopg
import pytest

from tests.operations.clusters import PASSWORD, connect, served
from wutong.operations.postgres import Cluster
from wutong.operations.roles import APP, READ, ensure_roles, grant_reading


def prepare(cluster: Cluster) -> None:
    with connect(cluster) as admin:
        ensure_roles(admin, database="wutong", passwords={APP: PASSWORD, READ: PASSWORD})
    with connect(cluster, database="wutong") as database:
        grant_reading(database)


def test_the_application_owns_its_database_and_is_no_superuser(cluster: Cluster) -> None:
    with served(cluster):
        prepare(cluster)
        with connect(cluster, role=APP, database="wutong") as app:
            app.execute("CREATE TABLE mine (id int)")
            assert app.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)


def test_the_reader_reads_what_the_application_makes_and_changes_nothing(cluster: Cluster) -> None:
    with served(cluster):
        prepare(cluster)
        with connect(cluster, role=APP, database="wutong") as app:
            app.execute("CREATE SCHEMA lake; CREATE TABLE lake.files AS SELECT 1 AS id")
        with connect(cluster, role=READ, database="wutong") as reader:
            assert reader.execute("SELECT id FROM lake.files").fetchone() == (1,)
            reader.execute("SET default_transaction_read_only = off")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute("DELETE FROM lake.files")


def test_making_the_roles_again_changes_nothing(cluster: Cluster) -> None:
    with served(cluster):
        prepare(cluster)
        prepare(cluster)
        with connect(cluster, role=APP, database="wutong") as app:
            assert app.execute("SELECT 1").fetchone() == (1,)
