"""The roles and the database in our own PostgreSQL."""

import psycopg
from psycopg import sql

APP = "wutong_app"
READ = "wutong_read"


def ensure_roles(
    admin: psycopg.Connection, *, database: str, passwords: dict[str, str], may_create_databases: bool = False
) -> None:
    """Make the owner of the database and the reader, or set their passwords anew.

    Neither is a superuser. What the reader sees, :func:`grant_reading` says; it changes nothing.

    Args:
        admin: an autocommit connection of the superuser to the database ``postgres``.
        passwords: of both roles, by name.
    """
    for role in (APP, READ):
        known = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        admin.execute(
            sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEROLE PASSWORD {}").format(
                sql.SQL("ALTER" if known else "CREATE"), sql.Identifier(role), sql.Literal(passwords[role])
            )
        )
    admin.execute(sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(sql.Identifier(READ)))
    if may_create_databases:
        admin.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(APP)))
    if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
        names = {"database": sql.Identifier(database), "app": sql.Identifier(APP), "read": sql.Identifier(READ)}
        admin.execute(sql.SQL("CREATE DATABASE {database} OWNER {app}").format(**names))
        admin.execute(sql.SQL("REVOKE ALL ON DATABASE {database} FROM PUBLIC").format(**names))
        admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {database} TO {read}").format(**names))


def grant_reading(database: psycopg.Connection) -> None:
    """Let the reader select from the lake's catalog, made where it is missing, and from nothing else.

    The analyst needs no more: what it reports on lies in the lake's files. Takes back what earlier versions granted.

    Args:
        database: an autocommit connection of the superuser, or of the owner, to the application's database.
    """
    names = {"app": sql.Identifier(APP), "read": sql.Identifier(READ)}
    for statement in (
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {read}",
        "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {read}",
        "REVOKE ALL ON SCHEMA public FROM {read}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {app} REVOKE ALL ON SCHEMAS FROM {read}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {app} REVOKE ALL ON TABLES FROM {read}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {app} REVOKE ALL ON SEQUENCES FROM {read}",
        # Before the exporter comes, because default privileges are of a schema that is there.
        "CREATE SCHEMA IF NOT EXISTS lake AUTHORIZATION {app}",
        "GRANT USAGE ON SCHEMA lake TO {read}",
        "GRANT SELECT ON ALL TABLES IN SCHEMA lake TO {read}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {app} IN SCHEMA lake GRANT SELECT ON TABLES TO {read}",
    ):
        database.execute(sql.SQL(statement).format(**names))
