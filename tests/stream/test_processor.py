"""Blocks are worked through once each, and one bad arrival costs its neighbours nothing."""

import os
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from tests.cast import LATELY, arrive, at_once, hit, make_form, make_staff, post_form, put_in_inbox, wait_for_leases
from wutong.content.models import Form, FormSubmission
from wutong.events.arrivals import unpack
from wutong.events.models import Event
from wutong.lifecycle.models import Lead
from wutong.people.models import Identifier, Person
from wutong.platform.models import InboxBlock, Notification, ParkedItem
from wutong.scoring.models import ScoreTerm
from wutong.scoring.shipped import SHIPPED
from wutong.stream.processor import LEASE, SUSPECT_AFTER, TRIES, claim, drain, release_dead_neighbours, work_through

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)
VIEWS = next(rule.measure.key for rule in SHIPPED.acts if rule.code == "view")


def refuse_page(path: str) -> None:
    """A rule of the database that one arrival breaks: nothing of ours knows of it."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE event ADD CONSTRAINT poison CHECK (url NOT LIKE '%{path}%')")


def test_a_poisonous_arrival_is_parked_alone_and_its_neighbours_are_kept(site, ada) -> None:
    make_staff("Gone", role="admin", is_active=False)
    refuse_page("/poison")
    good = [hit(site=site) for _n in range(13)]
    bad = hit(site=site, url="https://www.example.com/poison")
    put_in_inbox(good[:3])
    put_in_inbox([*good[3:9], bad, *good[9:]])

    drain("test:0")
    assert Event.objects.count() == 13
    assert InboxBlock.objects.get().count == 1
    assert not ParkedItem.objects.exists()

    for _try in range(TRIES):
        wait_for_leases()
        drain("test:0")

    parked = ParkedItem.objects.get()
    assert unpack(parked.body) == [bad]
    assert "poison" in parked.error
    assert "www.example.com" not in parked.error  # what the arrival held is not told to who looks after jobs
    assert (parked.attempts, parked.lane, parked.received_at) == (TRIES, "collector", LATELY)
    assert not InboxBlock.objects.exists()
    assert Event.objects.count() == 13
    assert list(Notification.objects.values_list("staff", "kind")) == [(ada.pk, "item_parked")]


def test_a_failing_arrival_waits_between_its_tries(site) -> None:
    refuse_page("/poison")
    arrive(hit(site=site, url="https://www.example.com/poison"))
    block = InboxBlock.objects.get()
    assert block.leased_until > NOW
    assert drain("test:0") == 0
    block.refresh_from_db()
    assert block.attempts == 1


@pytest.mark.parametrize("body", [b"", b"garbage", b"\xc1\x00\xff", b"\x91\xa5h", b"\x81\xa1k\xa1h"])
def test_a_block_that_cannot_be_read_is_parked_at_once(site, ada, body: bytes) -> None:
    put_in_inbox(body=body)
    put_in_inbox([hit(site=site)])

    drain("test:0")

    assert bytes(ParkedItem.objects.get().body) == body
    assert Event.objects.count() == 1
    assert not InboxBlock.objects.exists()
    assert Notification.objects.get().staff == ada


def test_an_empty_block_just_goes(site) -> None:
    put_in_inbox([])
    assert drain("test:0") == 0
    assert not InboxBlock.objects.exists()
    assert not ParkedItem.objects.exists()


def test_a_leased_block_is_nobody_elses_until_the_lease_ends(site) -> None:
    put_in_inbox([hit(site=site)])
    (block,) = claim("one:1", at=NOW)
    assert claim("two:2", at=NOW + LEASE) == []
    (again,) = claim("two:2", at=NOW + LEASE + timedelta(seconds=1))
    assert (again.id, again.attempts) == (block.id, 2)


def test_whoever_lost_a_lease_changes_nothing(site) -> None:
    put_in_inbox([hit(site=site, visitor="c1")])
    late = claim("one:1", at=NOW)
    claim("two:2", at=NOW + LEASE + timedelta(seconds=1))

    assert work_through(late, "one:1") == 0

    assert not Event.objects.exists()
    assert not Person.objects.exists()
    assert InboxBlock.objects.get().leased_by == "two:2"


def test_the_blocks_of_a_dead_neighbour_are_free_at_once(site) -> None:
    host = socket.gethostname()
    leased = {"leased_until": datetime.now(UTC) + timedelta(hours=1)}
    put_in_inbox([hit(site=site)], leased_by=f"{host}:{2**22 + 1}", **leased)
    put_in_inbox([hit(site=site)], leased_by=f"{host}:{os.getpid()}", **leased)
    put_in_inbox([hit(site=site)], leased_by="elsewhere:1", **leased)

    release_dead_neighbours()

    assert drain("test:0") == 1
    assert InboxBlock.objects.count() == 2


def test_blocks_are_taken_oldest_first_and_another_lane_is_left_alone(site) -> None:
    first, second = put_in_inbox([hit(site=site)]), put_in_inbox([hit(site=site)])
    put_in_inbox([hit(site=site)], lane="wecom")
    assert [block.id for block in claim("one:1", at=NOW)] == [first.pk, second.pk]


def test_who_is_told_to_stop_takes_no_more(site) -> None:
    put_in_inbox([hit(site=site)])
    assert drain("test:0", stopping=[15]) == 0
    assert InboxBlock.objects.get().attempts == 0


class Died(BaseException):
    """As far as transactions can tell, the process was killed."""


def meeting(form: Form, error: type[BaseException]) -> AbstractContextManager[None]:
    """What the process meets whenever it asks for a form."""

    def ask(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if "content_form" in sql and form.key in str(params):
            raise error
        return execute(sql, params, many, context)

    return connection.execute_wrapper(ask)


def test_an_arrival_that_kills_the_process_ends_parked_and_its_neighbours_go_through(form, ada) -> None:
    deadly = post_form(make_form(site=form.site, key="deadly"))
    put_in_inbox([hit(site=form.site), post_form(form), hit(site=form.site), deadly, hit(site=form.site)])
    put_in_inbox([hit(site=form.site)])
    deaths = 0
    with meeting(Form.objects.get(key="deadly"), Died):
        while InboxBlock.objects.exists():
            try:
                drain("test:0")
            except Died:
                deaths += 1
                wait_for_leases()

    parked = ParkedItem.objects.get()
    assert unpack(parked.body) == [deadly]
    assert "died" in parked.error
    assert Event.objects.exclude(name="lead_created").count() == 5
    assert FormSubmission.objects.get().form == form
    assert deaths <= 2 * SUSPECT_AFTER
    assert Notification.objects.get(kind="item_parked").staff == ada


def test_blocks_on_which_processes_died_wait_for_the_others_and_come_alone(site) -> None:
    suspects = [put_in_inbox([hit(site=site)], attempts=SUSPECT_AFTER) for _n in range(2)]
    others = [put_in_inbox([hit(site=site)]) for _n in range(2)]

    claimed = [[block.id for block in claim("one:1", at=NOW)] for _n in range(4)]

    assert claimed == [[block.pk for block in others], [suspects[0].pk], [suspects[1].pk], []]


def test_no_arrival_is_to_blame_when_the_database_goes_away(form) -> None:
    put_in_inbox([post_form(form)])
    with meeting(form, OperationalError), pytest.raises(OperationalError):
        drain("test:0")

    assert InboxBlock.objects.get().attempts == 0
    assert drain("test:0") == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_inbox_do_each_arrival_once(form, mei) -> None:
    arrivals = []
    for n in range(30):
        visitor = f"c{n % 15}"
        arrivals.append(
            [
                hit(site=form.site, visitor=visitor, at=LATELY + timedelta(seconds=n)),
                post_form(form, visitor=visitor, answers={"phone": f"139000010{n % 15:02}", "name": f"N{n % 15}"}),
                hit(site=form.site, visitor=f"shared-{n % 3}", at=LATELY + timedelta(seconds=n)),
            ]
        )
    for block in arrivals:
        put_in_inbox(block)

    def work(name: str) -> int:
        done = 0
        while InboxBlock.objects.exists():
            for block in claim(name, at=datetime.now(UTC))[:4]:
                done += work_through([block], name)
            InboxBlock.objects.filter(leased_by=name).update(leased_until=None)
        return done

    done = at_once(lambda: work("one:1"), lambda: work("two:2"))

    assert sum(done) == 90
    assert Event.objects.exclude(name="lead_created").count() == 90
    assert FormSubmission.objects.count() == 30
    assert Lead.objects.count() == 15
    assert Event.objects.filter(name="lead_created").count() == 15
    assert not ParkedItem.objects.exists()
    people = dict(Identifier.objects.values_list("pk", "person"))
    assert all(people[subject] == person for subject, person in Event.objects.values_list("subject", "person"))
    assert sum(ScoreTerm.objects.filter(measure=VIEWS).values_list("n", flat=True)) == 60
