"""The roles and the database in our own PostgreSQL."""

import psycopg
from psycopg import sql

APP = "wutong_app"
READ = "wutong_read"


def ensure_roles(
    admin: psycopg.Connection, *, database: str, passwords: dict[str, str], may_create_databases: bool = False
) -> None:
    """Make the owner of the database and the reader, or set their passwords anew.

    Neither is a superuser. The reader sees every table the owner makes and changes none.

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
    """Let the reader select from everything its owner has and will make in this database."""
    names = {"app": sql.Identifier(APP), "read": sql.Identifier(READ)}
    for statement in (
        "GRANT USAGE ON SCHEMA public TO {read}",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {read}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {app} GRANT USAGE ON SCHEMAS TO {read}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {app} GRANT SELECT ON TABLES TO {read}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {app} GRANT SELECT ON SEQUENCES TO {read}",
    ):
        database.execute(sql.SQL(statement).format(**names))
