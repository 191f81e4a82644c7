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

VERSION = 2
VISITORS = 0.35
"""Share of the people that are known by a browser only."""
LEADS = 0.5
"""Share of the known people with a lead, most of which have gone some way."""
DAYS = 180
"""Over which all of it happened."""
EVENTS_EACH = 3
SELLERS = tuple(f"seller-{n}@example.com" for n in range(20))
MANAGER = "wang@example.com"
COLLEAGUES = [(MANAGER, "manager", "all"), *((email, "sales", "own") for email in SELLERS)]
COLLEAGUES += [(f"sdr-{n}@example.com", "sdr", "team") for n in range(18)]
"""Who is there beside the two SDRs of every bench: address, role, what they see."""

_PREPARE = """
import django; django.setup()
from bench.crowd_lists import prepare
prepare()
"""
_MEASURE = """
import django; django.setup()
from wutong.scoring.in_force import models_in_force
print(next(key for key, one in models_in_force().measures.items() if one.event == "page_viewed"))
"""

_STATEMENTS = Path(__file__).with_suffix(".sql").read_text()
_SEQUENCES = ("people_person", "people_identifier")
_SLOW_INDEXES = ("people_by_search_key", "event_of_a_person", "event_of_a_subject", "event_by_transaction")


def crowded(*, people: int) -> Company:
    """The company with so many people, in a folder that is kept."""
    key = hashlib.sha256(f"{VERSION} {people} {_STATEMENTS}".encode()).hexdigest()[:10]
    folder = Path("/tmp/wutong-bench") / f"crowd-{key}"
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    return Company(folder, {"WUTONG_LOG_LEVEL": "WARNING"})


def fill(one: Company, *, people: int) -> float | None:
    """Make the people unless they are there; then bring them up to date. Returns the seconds that making them took."""
    done = one.folder / "filled"
    if done.exists():
        with one.database() as conninfo:
            migrated = one.wutong("migrate")
            if migrated.returncode:
                raise RuntimeError(migrated.stderr)
            with psycopg.connect(conninfo, autocommit=True) as database:
                # A release that begins to look for doubles looks at everybody; in a crowd made today nobody waits.
                database.execute(b"TRUNCATE people_persontocompare")
        return None
    began = time.monotonic()
    with one.database():
        one.python(_PREPARE)
        admin = one.python("from wutong.operations.own_server import admin_conninfo; print(admin_conninfo('wutong'))")
        with psycopg.connect(admin, autocommit=True) as database:
            _fill(database, people, measure=one.python(_MEASURE))
        one.wutong("lake", "export")  # what is measured is a company in its stride, not one that has just been moved
    done.write_text(f"{time.monotonic() - began:.0f} s, load {os.getloadavg()[0]:.1f}\n")
    return round(time.monotonic() - began)


def statements(*, people: int, measure: str) -> list[str]:
    """What fills a company that has been prepared, one after the other.

    Args:
        measure: what the model in force counts by the name of page views.
    """
    values = {
        "people": people,
        "visitors": int(people * VISITORS),
        "lead_step": int(1 / LEADS),
        "events_each": EVENTS_EACH,
        "days": DAYS,
        "measure": measure,
    }
    return [statement for statement in _STATEMENTS.format(**values).split(";\n") if statement.strip()]


def _fill(database: psycopg.Connection, people: int, *, measure: str) -> None:
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
    for statement in statements(people=people, measure=measure):
        database.execute(statement.encode())
    for _, made in slow:
        database.execute(made.replace(" ON ONLY ", " ON ").encode())
    for table in _SEQUENCES:
        database.execute(f"SELECT setval('{table}_id_seq', {3 * people})".encode())
    database.execute(b"DROP TABLE crowd, crowd_name, crowd_company, crowd_way, crowd_staff")
    database.execute(b"VACUUM ANALYZE")
    database.execute(b"CHECKPOINT")
