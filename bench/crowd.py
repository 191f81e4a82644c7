"""A company with a million people, made in the database by set-based statements.

Names and companies are invented by the demo's lists; what they are found by is computed by the product's own functions,
once for each distinct name, and joined.
"""

import hashlib
import os
import time
from pathlib import Path

import psycopg

from bench.company import Company

VERSION = 1
VISITORS = 0.35
"""Share of the people that are known by a browser only."""
LEADS = 0.2
"""Share of the known people with an open lead."""
EVENTS_EACH = 3

_PREPARE = """
import django; django.setup()
from datetime import UTC, datetime, timedelta
from django.db import connection, transaction
from wutong.events import partitions
from wutong.platform.chinese import search_keys, sort_key
from wutong.sandbox.contacts import BRANDS, CITIES, GIVEN_NAMES, SURNAMES, TRADES
now = datetime.now(UTC)
with transaction.atomic(), connection.cursor() as cursor:
    partitions.ensure(first=now - timedelta(days=70), last=now)
    cursor.execute("CREATE TABLE crowd_name (n serial, name text, sort_key text, keys text[])")
    given = [*GIVEN_NAMES, *(b + c for b in "伟芳娜敏静丽强磊军洋" for c in "勇艳杰涛明超秀霞平刚")]
    names = [a + b for a in SURNAMES for b in given]
    cursor.executemany("INSERT INTO crowd_name (name, sort_key, keys) VALUES (%s, %s, %s)",
                       [(name, sort_key(name), search_keys([name])) for name in names])
    cursor.execute("CREATE TABLE crowd_company (n serial, name text, keys text[])")
    firms = [f"{c}{b}{t}有限公司" for c in CITIES for b in BRANDS for t in TRADES]
    cursor.executemany("INSERT INTO crowd_company (name, keys) VALUES (%s, %s)",
                       [(firm, search_keys([firm])) for firm in firms])
"""

_STATEMENTS = Path(__file__).with_suffix(".sql").read_text()
_SEQUENCES = ("people_person", "people_identifier")
_SLOW_INDEXES = ("people_by_search_key", "event_of_a_person", "event_of_a_subject", "event_by_transaction")


def crowded(*, people: int) -> Company:
    """The company with so many people; made at the first call, taken from its folder at later ones.

    Later migrations bring it up to date when it starts, as they do a customer's.
    """
    key = hashlib.sha256(f"{VERSION} {people} {_STATEMENTS}".encode()).hexdigest()[:10]
    folder = Path("/tmp/wutong-bench") / f"crowd-{key}"
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    return Company(folder, {"WUTONG_LOG_LEVEL": "WARNING"})


def fill(one: Company, *, people: int) -> float | None:
    """Make the people unless they are there. Returns the seconds it took."""
    done = one.folder / "filled"
    if done.exists():
        return None
    began = time.monotonic()
    with one.database():
        one.python(_PREPARE)
        one.python("import django; django.setup()\nfrom wutong.lifecycle.capture import default_product_line as d; d()")
        admin = one.python("from wutong.operations.own_server import admin_conninfo; print(admin_conninfo('wutong'))")
        with psycopg.connect(admin, autocommit=True) as database:
            _fill(database, people)
    done.write_text(f"{time.monotonic() - began:.0f} s, load {os.getloadavg()[0]:.1f}\n")
    return round(time.monotonic() - began)


def _fill(database: psycopg.Connection, people: int) -> None:
    for setting in (
        "session_replication_role = replica",
        "synchronous_commit = off",
        "maintenance_work_mem = '1GB'",
        "work_mem = '256MB'",
    ):
        database.execute(f"SET {setting}".encode())
    rows = database.execute("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'").fetchall()
    slow = [(name, made) for name, made in rows if name in _SLOW_INDEXES]
    for name, _ in slow:
        database.execute(f"DROP INDEX {name}".encode())
    values = {
        "people": people,
        "visitors": int(people * VISITORS),
        "lead_step": int(1 / LEADS),
        "events_each": EVENTS_EACH,
    }
    for statement in _STATEMENTS.format(**values).split(";\n"):
        database.execute(statement.encode())
    for _, made in slow:
        database.execute(made.replace(" ON ONLY ", " ON ").encode())
    for table in _SEQUENCES:
        database.execute(f"SELECT setval('{table}_id_seq', {3 * people})".encode())
    database.execute(b"DROP TABLE crowd, crowd_name, crowd_company")
    database.execute(b"VACUUM ANALYZE")
    database.execute(b"CHECKPOINT")
