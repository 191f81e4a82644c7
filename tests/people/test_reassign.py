"""Whatever is known about a person follows the identifiers it was said of."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.cast import NINE, arrive, email, identifier, make_account, make_person, person_of, phone, post_form, seen
from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.contracts import start_contracts
from wutong.lifecycle.models import Contract, FollowUp, Lead, PersonFile
from wutong.people import reassign, rebuild
from wutong.people.identity import observe_many
from wutong.people.jobs import reassign_later
from wutong.people.models import (
    FieldValue,
    Identifier,
    Person,
    PersonCollaborator,
    PersonTag,
    PersonTagKeptOff,
    Tag,
    TagGroup,
    TagToTell,
)
from wutong.people.own import mark_person
from wutong.platform.files import store
from wutong.platform.models import Staff
from wutong.privacy.models import RequestKind
from wutong.privacy.requests import take_in
from wutong.sales.models import Opportunity, OpportunityPerson
from wutong.scoring.models import PersonScore

pytestmark = pytest.mark.django_db

HERS, HIS = phone("+8613911110001"), phone("+8613911110002")
REDONE_FROM_OTHER_ROWS = {
    "scoring_personscore",
    "scoring_linescore",
    "people_matchkey",
    "people_persontocompare",
    "people_persontotag",
    "people_personcustomvalue",
}
"""Tables about people, not about subjects: a follower of ``people.reassign`` works them out anew."""


def is_about(model: type[models.Model], name: str, target: type[models.Model]) -> bool:
    return any(
        field.name == name and field.related_model is target for field in model._meta.get_fields() if field.concrete
    )


def test_every_table_about_subjects_and_people_is_registered() -> None:
    about_people = {model for model in apps.get_models() if is_about(model, "person", Person)} - {Identifier}
    about_both = {model for model in about_people if is_about(model, "subject", Identifier)}

    assert {model._meta.db_table for model in about_both} == reassign.registered_tables()
    assert {model._meta.db_table for model in about_people - about_both} == REDONE_FROM_OTHER_ROWS


def deal_of(lead: Lead, *, by: Staff) -> None:
    """A contract and a part in a deal, for whatever comes of them."""
    parts = {"account": make_account(), "product_line": lead.product_line, "scope": lead.scope, "team": lead.team}
    about = {"subject": lead.subject, "person": lead.person}
    term = {"signed_at": lead.created_at, "starts_on": lead.created_at.date(), "ends_on": date(2030, 1, 1)}
    worth = {"amount": Decimal(1), "currency": "CNY"}
    start_contracts([Contract(**parts, **about, **worth, **term)], by=by, at=lead.created_at)
    when = {"created_at": lead.created_at, "changed_at": lead.created_at, "close_on": date(2030, 1, 1)}
    deal = Opportunity.objects.create(name="Deal", owner=by, changed_by=by, **parts, **worth, **when)
    OpportunityPerson.objects.create(opportunity=deal, **about)


def test_every_registered_row_follows_its_subject(form, mei) -> None:
    """A form makes a row in every table there is; then its visitor turns out to be somebody else."""
    arrive(post_form(form, visitor="c1"))
    lead = Lead.objects.get()
    record_follow_up(lead=lead, by=mei, at=lead.created_at, kind=FollowUp.Kind.CALL, outcome=FollowUp.Outcome.REACHED)
    deal_of(lead, by=mei)
    mark_person(person=lead.person, kind=None, by=mei, at=NINE)
    about = {"subject": lead.subject, "person": lead.person}
    PersonCollaborator.objects.create(**about, staff=mei, by=mei, at=NINE)
    group = TagGroup.objects.create(name="Grade", family="basic", about=TagGroup.About.PERSON)
    tag = Tag.objects.create(group=group, name="A")
    PersonTag.objects.create(**about, tag=tag, source="hand", by=mei, at=NINE)
    PersonTagKeptOff.objects.create(**about, tag=tag, at=NINE)
    TagToTell.objects.create(**about, system="wecom", external_id="et1", is_carried=True, at=NINE)
    stored = store(file=SimpleUploadedFile("card.pdf", b"%PDF-1.7"), by=mei, at=NINE)
    PersonFile.objects.create(**about, file=stored, at=NINE)
    asked = {"kind": RequestKind.ACCESS, "from_whom": "", "said": "", "received_at": NINE}
    take_in(**asked, address=lead.subject, by=mei, at=NINE)
    older = make_person("Her", keys=[HERS], at=lead.person.first_seen_at.replace(year=2025))

    with transaction.atomic():
        observe_many([seen(HERS, phone("+8613900000000"))], at=NINE)

    with connection.cursor() as cursor:
        for table in sorted(reassign.registered_tables()):
            cursor.execute(f"SELECT count(*), count(*) FILTER (WHERE person_id = %s) FROM {table}", [older.pk])
            rows, hers = cursor.fetchone()
            assert rows > 0, f"{table} has no row: this test proves nothing about it"
            if table != "people_fieldvalue":
                assert hers == rows, table
    assert not FieldValue.objects.exclude(person=older).exists()


def test_more_than_a_thousand_rows_are_left_to_a_job_that_can_be_resumed(company) -> None:
    her, him = make_person("Her", keys=[HERS]), make_person("Him", keys=[HIS])
    subject = identifier(HIS)
    FieldValue.objects.bulk_create(
        FieldValue(
            subject=subject,
            person=him,
            field="note",
            value=str(n),
            source="test",
            assurance="typed",
            observed_at=NINE,
            event_id=uuid.uuid4(),
        )
        for n in range(2 * reassign.AT_ONCE + 10)
    )

    recognised = observe_many([seen(HERS, HIS)], at=NINE)

    assert recognised.unfinished_moves == {subject.pk}
    assert FieldValue.objects.filter(person=him).count() > reassign.AT_ONCE
    reassign_later.func([subject.pk], [her.pk, him.pk])
    assert not FieldValue.objects.filter(person=him).exists()
    reassign_later.func([subject.pk], [her.pk, him.pk])  # a job may run twice


def test_the_stream_defers_the_job_for_what_it_could_not_move(form, monkeypatch) -> None:
    monkeypatch.setattr(reassign, "AT_ONCE", 1)
    make_person("Her", keys=[HERS], title="Head of quality", company="Northwind")
    mailbox = email("her@example.com")
    make_person("Her", keys=[mailbox], at=NINE + timedelta(days=1), title="Head of quality", company="Northwind")

    arrive(post_form(form, answers={"phone": HERS.value, "email": mailbox.value}))

    job = ProcrastinateJob.objects.get(task_name__endswith="reassign_later")
    assert job.args["subjects"] == [identifier(mailbox).pk]
    reassign_later.func(**job.args)
    assert not FieldValue.objects.exclude(person=person_of(HERS)).exists()


def test_the_check_tells_of_rows_that_lead_to_nobody() -> None:
    make_person()
    FieldValue.objects.update(subject_id=2**40)
    PersonScore.objects.update(person_id=2**40)
    Identifier.objects.update(person_id=2**40)
    told = rebuild.check().differences
    assert {what: n for what, n in told.items() if what.endswith("is not there")} == {
        "row of people_fieldvalue whose subject is not there": 1,
        "row of people_identifier whose person is not there": 1,
        "row of scoring_personscore whose person is not there": 1,
    }
