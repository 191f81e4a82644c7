"""What people allowed and refused, and whom we may therefore contact."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import NINE, arrive, at_once, email, identifier, make_person, phone, post_form, seen
from wutong.people.consents import Decision, amounts_to, count_differing, decide_many
from wutong.people.contactability import Why, may_contact, may_contact_many
from wutong.people.identity import observe_many
from wutong.people.models import Assurance, Consent, ConsentStanding, ConsentState, Identifier

PHONE, MAIL = phone("+8613911110001"), email("zhou@example.com")
GRANTED, WITHDRAWN = ConsentState.GRANTED, ConsentState.WITHDRAWN


def decide(subject: Identifier, state: ConsentState, *, minutes: int = 0, **given) -> None:
    values = {"channel": "any", "purpose": "marketing", "source": "test", "assurance": Assurance.TYPED}
    at = NINE + timedelta(minutes=minutes)
    decide_many([Decision(subject_id=subject.pk, person_id=subject.person_id, state=state, at=at, **(values | given))])


def why(address: Identifier, *, channel: str = "email", purpose: str = "marketing", at=NINE + timedelta(days=1)) -> Why:
    address.refresh_from_db()
    return may_contact(address, channel=channel, purpose=purpose, at=at).why


@pytest.mark.django_db
def test_without_a_consent_for_this_very_purpose_nobody_is_contacted(company) -> None:
    make_person(keys=[MAIL])
    hers = identifier(MAIL)
    assert why(hers) is Why.NO_CONSENT
    decide(hers, GRANTED, purpose="newsletter")
    assert why(hers) is Why.NO_CONSENT
    assert why(hers, purpose="newsletter") is Why.GRANTED
    assert why(hers, channel="sms", purpose="newsletter") is Why.NOT_AN_ADDRESS


@pytest.mark.django_db
def test_a_consent_never_leaves_its_address(company) -> None:
    make_person(keys=[PHONE, MAIL])
    decide(identifier(PHONE), GRANTED)
    assert why(identifier(PHONE), channel="sms") is Why.GRANTED
    assert why(identifier(MAIL)) is Why.NO_CONSENT


@pytest.mark.django_db
def test_a_withdrawal_for_every_channel_reaches_all_addresses_and_one_for_a_channel_its_own(company) -> None:
    make_person(keys=[PHONE, MAIL])
    decide(identifier(PHONE), GRANTED)
    decide(identifier(MAIL), GRANTED)
    decide(identifier(PHONE), WITHDRAWN, channel="sms", minutes=1)
    assert (why(identifier(PHONE), channel="sms"), why(identifier(MAIL))) == (Why.WITHDRAWN, Why.GRANTED)
    assert why(identifier(PHONE), channel="phone") is Why.GRANTED
    decide(identifier(PHONE), WITHDRAWN, purpose="any", minutes=2)
    assert (why(identifier(PHONE), channel="phone"), why(identifier(MAIL))) == (Why.WITHDRAWN, Why.WITHDRAWN)


@pytest.mark.django_db
def test_a_consent_ends_on_its_day(company) -> None:
    make_person(keys=[MAIL])
    hers = identifier(MAIL)
    decide(hers, GRANTED, expires_at=NINE + timedelta(days=3))
    assert why(hers, at=NINE + timedelta(days=2)) is Why.GRANTED
    assert why(hers, at=NINE + timedelta(days=3)) is Why.EXPIRED


@pytest.mark.django_db
def test_what_she_withdrew_herself_is_not_brought_back_by_whoever_types_her_address(company) -> None:
    make_person(keys=[MAIL])
    hers = identifier(MAIL)
    decide(hers, WITHDRAWN, assurance=Assurance.VERIFIED)
    decide(hers, GRANTED, minutes=1)
    assert why(hers) is Why.WITHDRAWN
    decide(hers, GRANTED, assurance=Assurance.VERIFIED, minutes=2)
    assert why(hers) is Why.GRANTED


@pytest.mark.django_db
def test_when_people_turn_out_to_be_one_the_denial_of_either_holds_and_goes_with_it_again(company) -> None:
    make_person(keys=[PHONE])
    make_person(keys=[MAIL])
    decide(identifier(PHONE), WITHDRAWN)
    decide(identifier(MAIL), GRANTED)
    assert why(identifier(MAIL)) is Why.GRANTED
    with transaction.atomic():
        observe_many([seen(PHONE, MAIL)], at=NINE)
    # The consent is no older than the denial, so the denial holds.
    assert why(identifier(MAIL)) is Why.WITHDRAWN
    assert set(ConsentStanding.objects.values_list("person", flat=True)) == {identifier(MAIL).person_id}


@pytest.mark.django_db
def test_a_form_decides_for_each_address_it_was_given_and_keeps_what_was_shown(form) -> None:
    arrive(post_form(form, answers={"name": "周思远", "phone": PHONE.value, "email": MAIL.value}))
    decisions = Consent.objects.select_related("text", "subject")
    assert {one.subject.value for one in decisions} == {PHONE.value, MAIL.value}
    for one in decisions:
        assert one.text is not None
        assert (one.text.text, one.text_version) == ("We may call you.", "2026-01")
        assert (one.proof["form"], one.proof["form_version"]) == ("contact", form.version)
    assert why(identifier(MAIL), purpose="contact") is Why.GRANTED


@pytest.mark.django_db
def test_nobody_can_agree_to_everything(company) -> None:
    make_person(keys=[MAIL])
    with pytest.raises(IntegrityError, match="nobody_consents_to_everything"), transaction.atomic():
        decide(identifier(MAIL), GRANTED, purpose="any")


@pytest.mark.django_db
def test_many_addresses_cost_as_many_questions_as_one(company, django_assert_num_queries) -> None:
    for n in range(5):
        make_person(keys=[email(f"p{n}@example.com")])
        decide(identifier(email(f"p{n}@example.com")), GRANTED)
    addresses = list(Identifier.objects.filter(kind="email"))
    with django_assert_num_queries(1):
        answers = may_contact_many(addresses, channel="email", purpose="marketing", at=NINE)
    assert {answer.why for answer in answers.values()} == {Why.GRANTED}


DECISIONS = st.lists(
    st.tuples(st.sampled_from([*ConsentState]), st.sampled_from([*Assurance]), st.integers(0, 3)), max_size=5
)


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(decisions=DECISIONS, order=st.randoms(use_true_random=False))
def test_what_stands_does_not_depend_on_the_order_of_arrival(company, decisions, order) -> None:
    with transaction.atomic():
        key = email(f"{uuid.uuid4().hex}@example.com")
        make_person(keys=[key])
        hers = identifier(key)
        numbered = list(enumerate(decisions))
        order.shuffle(numbered)
        for _, (state, assurance, minutes) in numbered:
            decide(hers, state, assurance=assurance, minutes=minutes)
        stored = ConsentStanding.objects.filter(subject=hers).first()
        expected = amounts_to(Consent.objects.filter(subject=hers))
        assert (stored.decided_by_id if stored else None) == (expected.pk if expected else None)
        last = max((minutes for _, _, minutes in decisions), default=None)
        denied_last = any(m == last and state != GRANTED for state, _, m in decisions)
        assert not (denied_last and stored is not None and stored.state == GRANTED)
    assert count_differing() == 0


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_leave_what_both_decided(company) -> None:
    make_person(keys=[MAIL])
    hers = identifier(MAIL)

    def act(state: ConsentState, minutes: int):
        def run() -> None:
            with transaction.atomic():
                decide(hers, state, minutes=minutes, assurance=Assurance.VERIFIED)

        return run

    assert at_once(*[act(WITHDRAWN if n % 2 else GRANTED, n) for n in range(4)]) == [None] * 4
    assert ConsentStanding.objects.get().state == WITHDRAWN
    assert count_differing() == 0
