"""How long people are kept: whoever allowed nothing and did nothing for the company's time is erased, day by day."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from wutong.lifecycle.models import CLOSED_STAGES, Contract, Lead
from wutong.people.models import ConsentStanding, ConsentState, Person
from wutong.privacy.erasure import start_erasure
from wutong.privacy.models import Erasure, PrivacySettings

A_DAY = 200
"""So many are erased a day: a setting that was a slip can be taken back before much is gone."""


def kept_long_enough(*, days: int, at: datetime) -> QuerySet[Person]:
    """People last seen more than ``days`` before ``at``, without a consent that holds, an open lead or a contract."""
    theirs = {"person": OuterRef("pk")}
    allowed = ConsentStanding.objects.filter(Q(expires_at=None) | Q(expires_at__gt=at), state=ConsentState.GRANTED)
    return (
        Person.objects.current()
        .filter(last_seen_at__lt=at - timedelta(days=days), is_own=False)
        .filter(~Exists(allowed.filter(**theirs)))
        .filter(~Exists(Lead.objects.filter(**theirs).exclude(stage__in=CLOSED_STAGES)))
        .filter(~Exists(Lead.objects.filter(stage="won", **theirs)))
        .filter(~Exists(Contract.objects.filter(**theirs)))
    )


def erase_what_is_kept_too_long(*, at: datetime) -> int:
    """Have the longest silent erased, a day's share. Returns how many; none where the company has set no time."""
    days = PrivacySettings.objects.values_list("inactive_days", flat=True).first()
    if days is None:
        return 0
    running = Erasure.objects.filter(person_public_id=OuterRef("public_id")).exclude(state=Erasure.State.DONE)
    people = kept_long_enough(days=days, at=at).filter(~Exists(running)).order_by("last_seen_at", "pk")[:A_DAY]
    with transaction.atomic():
        for person in people:
            start_erasure(person=person, by=None, at=at, cause=Erasure.Cause.RETENTION)
    return len(people)
