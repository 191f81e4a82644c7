"""Nothing acknowledged is lost or doubled, whoever is killed when."""

import json
import logging
import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from bench.company import SDRS, Company, company
from tests.faults.client import Senders
from tests.faults.tormentor import FAILPOINTS, Tormentor
from wutong.scoring.shipped import SHIPPED

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]

log = logging.getLogger(__name__)

KILLS = int(os.environ.get("WUTONG_TEST_KILLS", "200"))
SEED = int(os.environ.get("WUTONG_TEST_SEED", "20261121"))
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}

# The real supervisor, but it does not rest between two starts: 200 deaths in two minutes are no ordinary day.
SUPERVISOR = """
from wutong.operations import children, supervisor
children.BACK_OFF_SECONDS = (0,)
supervisor.TICK_SECONDS = 0.1
supervisor.main(["--no-open"])
"""


def test_whoever_is_killed_every_acknowledged_event_is_kept_once() -> None:
    with company() as one:
        failpoints = one.folder / "failpoints"
        failpoints.mkdir()
        one.settings["WUTONG_FAILPOINTS"] = str(failpoints)
        with one.up(code=SUPERVISOR) as up:
            one.seed()
            with connected(one) as database:  # by rules one colleague would be told of a lead, and here all are counted
                database.execute("UPDATE lifecycle_assignmentrule SET is_on = false")
            assert_doctor_finds_durable_writes(one)
            senders = Senders(port=one.edge_port, seed=SEED)
            tormentor = Tormentor(one, up.pid, failpoints, kills=KILLS, seed=SEED)
            senders.start()
            tormentor.arm()
            tormentor.torment(within_s=600)
            log.info("killed %s in %.0f s", dict(tormentor.killed), time.monotonic() - senders.began_at)
            tormentor.wait_for_failpoints(within_s=60)
            senders.stop()
            senders.wait_until_acknowledged(within_s=120)
            tormentor.disarm()
            with connected(one) as database:
                wait_until_worked_through(database)
            export_with_kills(one, tormentor)
            with connected(one) as database:
                assert_kept_once(database, senders)
                assert_counted_once(database, senders)
                assert_told_once(database, senders)
            assert_lake_holds_the_same(one, senders)
        report(senders, tormentor)
        assert senders.refusals_without_retry_after == 0
        assert len(senders.sent) / senders.seconds >= 1_000
        assert {name for name in FAILPOINTS if tormentor.hits(name)} == set(FAILPOINTS)


def assert_doctor_finds_durable_writes(one: Company) -> None:
    findings = {finding["check"]: finding for finding in json.loads(one.wutong("doctor", "--json").stdout)}
    assert findings["durable_writes"]["state"] == "right", findings["durable_writes"]


@contextmanager
def connected(one: Company) -> Iterator[psycopg.Connection]:
    conninfo = one.conninfo()
    deadline = time.monotonic() + 60
    while True:
        try:
            connection = psycopg.connect(conninfo, autocommit=True)
            break
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.2)
    with connection:
        yield connection


def wait_until_worked_through(database: psycopg.Connection, *, still_s: float = 45) -> None:
    """However long it takes on this machine, as long as it goes on."""
    left, deadline = None, time.monotonic() + still_s
    while (now := rows(database, "SELECT count(*) FROM platform_inboxblock")) != [(0,)]:
        if now != left:
            left, deadline = now, time.monotonic() + still_s
        assert time.monotonic() < deadline, rows(database, "SELECT sum(count), max(attempts) FROM platform_inboxblock")
        time.sleep(0.1)


def export_with_kills(one: Company, tormentor: Tormentor) -> None:
    """The jobs process may not have lived long enough to start exporters that could be killed."""
    for name in FAILPOINTS:
        if name.startswith("lake.") and not tormentor.hits(name):
            (tormentor.failpoints / name).touch()
            with connected(one) as database:  # something to export
                database.execute(
                    "INSERT INTO people_identitymove (subject_id, person_id, moved_at) VALUES (0, 0, now())"
                )
            one.wutong("lake", "export")
            (tormentor.failpoints / name).unlink(missing_ok=True)
    deadline = time.monotonic() + 60
    while (done := one.wutong("lake", "export", "--json")).returncode:
        assert time.monotonic() < deadline, done.stderr
        time.sleep(0.5)


def assert_kept_once(database: psycopg.Connection, senders: Senders) -> None:
    kept = {str(id): name for id, name in rows(database, "SELECT id, name FROM event WHERE source <> 'system'")}
    lost = senders.acknowledged - kept.keys()
    assert not lost, f"{len(lost)} acknowledged events are not there, {Counter(senders.sent[id] for id in lost)}"
    assert kept.keys() <= senders.sent.keys()
    assert all(senders.sent[id] == name for id, name in kept.items())
    assert rows(database, "SELECT count(*) FROM platform_parkeditem") == [(0,)], rows(
        database, "SELECT error, count(*) FROM platform_parkeditem GROUP BY 1"
    )
    drops = dict(rows(database, "SELECT reason, sum(n) FROM platform_dropcount WHERE door = 'stream' GROUP BY 1"))
    assert drops.keys() <= {"repeated"}, drops


def assert_counted_once(database: psycopg.Connection, senders: Senders) -> None:
    """Leads, what belongs to them, and the sums of the scores."""
    submitters = set(senders.phones.values())
    one_each = (
        "SELECT count(*) FROM lifecycle_lead",
        "SELECT count(DISTINCT person_id) FROM lifecycle_lead",
        "SELECT count(*) FROM lifecycle_clock",
        "SELECT count(*) FROM lifecycle_stagevisit WHERE machine = 'lead' AND stage = 'new'",
        "SELECT count(*) FROM lifecycle_stagevisit WHERE machine = 'lead' AND left_at IS NULL",
        "SELECT count(*) FROM event WHERE name = 'lead_created'",
        "SELECT count(DISTINCT person_id) FROM people_identifier WHERE kind = 'phone'",
    )
    for statement in one_each:
        assert rows(database, statement) == [(len(submitters),)], statement
    twice = "SELECT lead_id, stage FROM lifecycle_stagevisit WHERE machine = 'lead' GROUP BY 1, 2 HAVING count(*) > 1"
    assert rows(database, twice) == []
    assert rows(database, "SELECT count(*) FROM content_formsubmission") == [(len(senders.phones),)]
    for rule, event in {
        "view": "page_viewed",
        "reading": "page_beat",
        "link": "link_clicked",
        "form": "form_submitted",
    }.items():
        key = next(one.measure.key for one in SHIPPED.acts if one.code == rule)
        (counted,) = rows(database, "SELECT coalesce(sum(n), 0) FROM scoring_scoreterm WHERE measure = %s", key)
        assert (counted,) == tuple(rows(database, "SELECT count(*) FROM event WHERE name = %s", event)), rule


def assert_told_once(database: psycopg.Connection, senders: Senders) -> None:
    """Each SDR has one unread notice a lead, which counts each form once."""
    told = rows(
        database,
        "SELECT count(*), sum(count) FROM platform_notification WHERE \"group\" LIKE 'lead:%%' GROUP BY staff_id",
    )
    assert told == [(len(set(senders.phones.values())), len(senders.phones))] * len(SDRS)


def assert_lake_holds_the_same(one: Company, senders: Senders) -> None:
    checked = one.wutong("lake", "check", "--json")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    counted = one.python(
        "from wutong.events.lake.store import opened, our_place\n"
        "with opened(our_place()) as lake:\n"
        "    print(*lake.execute('SELECT count(*), count(DISTINCT id) FROM lake.events').fetchone())"
    )
    total, distinct = map(int, counted.split())
    assert total == distinct == json.loads(checked.stdout)["events"]
    assert total >= len(senders.acknowledged)


def report(senders: Senders, tormentor: Tormentor) -> None:
    told = {
        "kills": dict(tormentor.killed),
        "failpoints": {name: tormentor.hits(name) for name in FAILPOINTS},
        "seconds": round(senders.seconds, 1),
        "sent": len(senders.sent),
        "acknowledged": len(senders.acknowledged),
        "answers": senders.statuses,
        "leads": len(set(senders.phones.values())),
    }
    log.info(json.dumps(told))


def rows(database: psycopg.Connection, statement: str, *values: object) -> list[tuple[object, ...]]:
    return database.execute(statement, values or None).fetchall()
