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


def test_the_reader_reads_the_lakes_catalog_and_changes_nothing(cluster: Cluster) -> None:
    with served(cluster):
        prepare(cluster)
        with connect(cluster, role=APP, database="wutong") as app:
            app.execute("CREATE TABLE lake.files AS SELECT 1 AS id")
        with connect(cluster, role=READ, database="wutong") as reader:
            assert reader.execute("SELECT id FROM lake.files").fetchone() == (1,)
            reader.execute("SET default_transaction_read_only = off")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute("DELETE FROM lake.files")


def test_the_reader_sees_no_table_of_the_application(cluster: Cluster) -> None:
    with served(cluster):
        prepare(cluster)
        with connect(cluster, role=APP, database="wutong") as app:
            app.execute("CREATE TABLE platform_staff AS SELECT 'a hash' AS password")
        assert_hidden("platform_staff", cluster)


def test_what_earlier_versions_granted_is_taken_back(cluster: Cluster) -> None:
    with served(cluster):
        prepare(cluster)
        with connect(cluster, database="wutong") as admin:
            for statement in (
                f"DROP SCHEMA lake; GRANT USAGE ON SCHEMA public TO {READ}",
                f"ALTER DEFAULT PRIVILEGES FOR ROLE {APP} GRANT USAGE ON SCHEMAS TO {READ}",
                f"ALTER DEFAULT PRIVILEGES FOR ROLE {APP} GRANT SELECT ON TABLES TO {READ}",
                f"ALTER DEFAULT PRIVILEGES FOR ROLE {APP} GRANT SELECT ON SEQUENCES TO {READ}",
            ):
                admin.execute(statement)
        with connect(cluster, role=APP, database="wutong") as app:
            app.execute("CREATE TABLE platform_staff AS SELECT 'a hash' AS password")
            app.execute("CREATE SCHEMA lake; CREATE TABLE lake.old AS SELECT 1 AS id")

        prepare(cluster)

        with connect(cluster, role=APP, database="wutong") as app:
            app.execute("CREATE TABLE later AS SELECT 1 AS id; CREATE TABLE lake.later AS SELECT 1 AS id")
        assert_hidden("platform_staff", cluster)
        assert_hidden("later", cluster)
        with connect(cluster, role=READ, database="wutong") as reader:
            assert reader.execute("SELECT old.id FROM lake.old JOIN lake.later USING (id)").fetchone() == (1,)


def test_making_the_roles_again_changes_nothing(cluster: Cluster) -> None:
    with served(cluster):
        prepare(cluster)
        prepare(cluster)
        with connect(cluster, role=APP, database="wutong") as app:
            assert app.execute("SELECT 1").fetchone() == (1,)


def assert_hidden(table: str, cluster: Cluster) -> None:
    with connect(cluster, role=READ, database="wutong") as reader, pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute(f"TABLE {table}")
