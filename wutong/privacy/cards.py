"""What consents show on a person's page."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from wutong.lifecycle.person_facts import masked
from wutong.people.consents import standings_of
from wutong.people.models import ConsentKind, ConsentStanding, Person
from wutong.platform.models import Staff
from wutong.platform.permissions import may
from wutong.platform.ready_made import ready_made
from wutong.privacy.models import SubjectRequest

_SHOWN = 40


@dataclass(frozen=True)
class Stand:
    """What stands for one address."""

    address: str
    standing: ConsentStanding
    is_general: bool


def consents_of_person(staff: Staff, person: Person) -> dict[str, Any]:
    """What stands for each address of a person, denials first, and the requests that wait for an answer."""
    ordered = sorted(standings_of(person), key=lambda one: (one.state == "granted", -one.at.timestamp(), one.pk))
    stands = [Stand(masked(one.subject), one, one.kind == ConsentKind.GENERAL) for one in ordered[:_SHOWN]]
    return {
        "person": person,
        "stands": stands,
        "requests": _open_requests_of(person.pk),
        "may_record": may(staff, "consents.record"),
        "may_manage": may(staff, "privacy.manage"),
    }


@ready_made
def _open_requests_of(person: int) -> QuerySet[SubjectRequest]:
    return SubjectRequest.objects.open().filter(person=person).order_by("due_on")[:5]
