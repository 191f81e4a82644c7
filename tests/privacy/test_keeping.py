"""People are kept for as long as the company has said, and no longer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.cast import NINE, email, identifier, make_lead, make_person
from wutong.people.consents import Decision, decide_many
from wutong.people.models import Assurance, ConsentState, Person
from wutong.privacy.keeping import erase_what_is_kept_too_long
from wutong.privacy.models import Erasure, PrivacySettings

pytestmark = pytest.mark.django_db


def test_only_the_silent_without_consent_or_business_are_erased_and_only_where_it_is_set(north) -> None:
    now = timezone.now()
    silent, lately, allowed, worked_on = (
        make_person(name, keys=[email(f"{name}@example.com")], at=NINE - timedelta(days=500))
        for name in ("silent", "lately", "allowed", "worked_on")
    )
    Person.objects.filter(pk=lately.pk).update(last_seen_at=now)
    make_lead(person=worked_on)
    decide_many(
        [
            Decision(
                subject_id=identifier(email("allowed@example.com")).pk,
                person_id=allowed.pk,
                channel="email",
                purpose="newsletter",
                state=ConsentState.GRANTED,
                source="test",
                assurance=Assurance.TYPED,
                at=NINE,
            )
        ]
    )
    assert erase_what_is_kept_too_long(at=now) == 0
    PrivacySettings.objects.create(inactive_days=400)
    assert erase_what_is_kept_too_long(at=now) == 1
    erasure = Erasure.objects.get()
    assert (erasure.person_public_id, erasure.cause) == (silent.public_id, "retention")
    assert erase_what_is_kept_too_long(at=now) == 0
