"""Steps that keep what people said about themselves and what they allowed."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection

from wutong.content.hosted.design import questions_in
from wutong.content.models import FormSubmission
from wutong.events.arrivals import Capture, FormPost
from wutong.events.hot import HotRow
from wutong.lifecycle.models import ProductLine
from wutong.lifecycle.reach import Arrived, arrive_many, settle_reach
from wutong.people.consents import Decision, decide_many
from wutong.people.facts import Statement, refresh_people, state_many
from wutong.people.identifiers import load_by_key
from wutong.people.jobs import reassign_later
from wutong.people.models import ANY, Assurance, ConsentState
from wutong.people.normal_form import NotAnIdentifier, email, phone
from wutong.platform.models import BusinessScope, Team
from wutong.platform.rows import execute_with_rows, insert_objects
from wutong.stream.batch import Batch, Interest
from wutong.stream.forms import versions_of
from wutong.stream.origins import came_by
from wutong.stream.recognise import typed_identifiers

_LATELY = timedelta(days=90)
_JUST_BEFORE = timedelta(microseconds=1)
"""Whoever is first seen through a form was a visitor before it: a funnel's steps need different instants."""
_FACTS = {
    "name": "full_name",
    "title": "title",
    "company": "company",
    "phone": "phone",
    "email": "email",
    "message": "message",
}


def keep_answers(batch: Batch) -> None:
    """Keep each new form as a submission, and what was told of an interest as statements about the person."""
    told = _newly_told(batch)
    channels = _channels([row for arrival, row in told if isinstance(arrival, Capture)], at=batch.at)
    posts = [(arrival, row) for arrival, row in told if isinstance(arrival, FormPost)]
    came = came_by(posts, batch)
    versions = versions_of((batch.forms[post.form], post) for post, _ in posts)
    statements: list[Statement] = []
    submissions: list[FormSubmission] = []
    for arrival, row in told:
        own = came.get(arrival.id)
        last_touch = (own.registration.channel, own.registration.campaign) if own else channels.get(_whose(row)[1])
        interest = _interest(arrival, row, batch, last_touch=last_touch)
        batch.interests[arrival.id] = interest
        if isinstance(arrival, FormPost):
            submissions.append(
                FormSubmission(
                    id=arrival.id,
                    form=batch.forms[arrival.form],
                    subject_id=interest.subject_id,
                    person_id=interest.person_id,
                    at=arrival.occurred_at,
                    url=arrival.url,
                    channel=interest.channel,
                    version_id=versions.get(arrival.id),
                    first_touch=msgspec.to_builtins(came[arrival.id].first),
                    registration_touch=msgspec.to_builtins(came[arrival.id].registration),
                    answers=arrival.answers,
                )
            )
        statements += [
            Statement(
                subject_id=interest.subject_id,
                person_id=interest.person_id,
                field=_FACTS[name],
                value=_shown(name, text),
                source=interest.source,
                assurance=_assurance(arrival),
                observed_at=arrival.occurred_at,
                event_id=arrival.id,
            )
            for name, text in arrival.answers.items()
            if name in _FACTS and text.strip() and not (name == "message" and isinstance(arrival, FormPost))
        ]
    if told:
        insert_objects(submissions, ignore_conflicts=True)
        state_many(statements)


def _interest(
    arrival: FormPost | Capture, row: HotRow, batch: Batch, *, last_touch: tuple[str, str] | None
) -> Interest:
    """What an arrival asks for, of whom, for whom. ``last_touch`` is how the person came last, where that is known."""
    subject_id, person_id = _whose(row)
    if isinstance(arrival, FormPost):
        form = batch.forms[arrival.form]
        channel, campaign = last_touch or ("direct", "")
        return Interest(
            subject_id=subject_id,
            person_id=person_id,
            answers=arrival.answers,
            source=f"form:{form.key}",
            source_name=form.name,
            team=form.site.team,
            scope=form.site.scope,
            product_line=form.product_line,
            channel=channel,
            campaign=campaign,
        )
    channel, campaign = (arrival.channel, arrival.campaign) if arrival.channel else last_touch or ("", "")
    return Interest(
        subject_id=subject_id,
        person_id=person_id,
        answers=arrival.answers,
        product_line=ProductLine.objects.get(pk=arrival.product_line_id) if arrival.product_line_id else None,
        channel=channel,
        campaign=campaign,
        has_identifiers=bool(arrival.identifiers),
        **_teller(arrival, batch),
    )


def _teller(arrival: Capture, batch: Batch) -> dict[str, Any]:
    """Who told of it, and for whom it is."""
    if not arrival.staff:
        key = batch.api_keys[arrival.api_key]
        return {"source": f"api:{arrival.api_key}", "source_name": key.name, "team": key.team, "scope": key.scope}
    by = batch.staff[arrival.staff]
    return {
        "source": f"staff:{arrival.staff}",
        "source_name": by.full_name,
        "team": Team.objects.get(pk=arrival.team_id),
        "scope": BusinessScope.objects.get(pk=arrival.scope_id),
        "assurance": Assurance.STAFF,
        "kept_by": by if arrival.is_kept else None,
    }


def note_consent(batch: Batch) -> None:
    """Keep what people allowed and refused, address by address, with the text they saw and where they saw it.

    A box that was not ticked is no refusal: whoever types somebody's address must not revoke what she allowed. A
    system that says in so many words that somebody refused is believed.
    """
    told = [(arrival, row) for arrival, row in _newly_told(batch) if _says_anything(arrival)]
    decisions = [
        Decision(
            subject_id=subject_id,
            person_id=person_id,
            channel=ANY,
            purpose=purpose,
            state=ConsentState.GRANTED if is_granted else ConsentState.REFUSED,
            text_version=version,
            text=text,
            source=batch.interests[arrival.id].source,
            proof=_proof(arrival, batch),
            assurance=_assurance(arrival),
            at=arrival.occurred_at,
            event_id=arrival.id,
        )
        for arrival, row, subject_id, person_id in _addresses_told(told)
        for purpose, is_granted, version, text in _decided(arrival, batch)
    ]
    for row in batch.rows.values():
        if row.name in ("consent_given", "consent_refused") and row.subject_id is not None:
            subject_id, person_id = _whose(row)
            decisions.append(
                Decision(
                    subject_id=subject_id,
                    person_id=person_id,
                    channel="web",
                    purpose="tracking",
                    state=ConsentState.GRANTED if row.name == "consent_given" else ConsentState.REFUSED,
                    text_version=str(row.props.get("version", "")),
                    source="banner",
                    proof={"url": row.url} if row.url else {},
                    assurance=Assurance.BROWSER,
                    at=row.occurred_at,
                    event_id=row.id,
                )
            )
    decide_many(decisions)


def _says_anything(arrival: FormPost | Capture) -> bool:
    return isinstance(arrival, FormPost) or arrival.consent_given is not None


def _addresses_told(
    told: Sequence[tuple[FormPost | Capture, HotRow]],
) -> list[tuple[FormPost | Capture, HotRow, int, int]]:
    """Each arrival with each address that it names: what is agreed to for one address is never carried to another."""
    named = {arrival.id: typed_identifiers(arrival.answers) for arrival, _ in told}
    known = load_by_key({key for keys in named.values() for key in keys})
    found = []
    for arrival, row in told:
        own = _whose(row)
        addresses = {own[0]: own[1]}
        for key in named[arrival.id]:
            address = known.get(key)
            if address is not None and address.person_id is not None:
                addresses[address.id] = address.person_id
        found += [(arrival, row, subject_id, person_id) for subject_id, person_id in addresses.items()]
    return found


def _decided(arrival: FormPost | Capture, batch: Batch) -> list[tuple[str, bool, str, str]]:
    """Purpose, whether it was agreed to, version and text of each decision that an arrival tells."""
    if isinstance(arrival, Capture):
        return [("contact", bool(arrival.consent_given), arrival.consent_version, "")]
    form = batch.forms[arrival.form]
    is_current = arrival.form_version in (0, form.version)
    decided = []
    if arrival.consent_given:
        version = arrival.consent_version or form.consent_version
        text = form.consent_text if version == form.consent_version else ""
        decided.append(("contact", True, version, text))
    further = {
        question.purpose: question.label
        for question in questions_in(form.fields)
        if question.kind == "consent" and question.purpose and arrival.answers.get(question.name)
    }
    number = f"v{arrival.form_version or form.version}"
    decided += [
        (purpose, True, number, text if is_current else "")
        for purpose, text in sorted(further.items())
        if purpose != ANY and not (purpose == "contact" and arrival.consent_given)
    ]
    return decided


def _proof(arrival: FormPost | Capture, batch: Batch) -> dict[str, str | int]:
    proof: dict[str, str | int] = {"url": arrival.url} if arrival.url else {}
    if isinstance(arrival, FormPost):
        form = batch.forms[arrival.form]
        proof |= {"form": form.key, "form_name": form.name, "form_version": arrival.form_version or form.version}
    return proof


def settle_people(batch: Batch) -> None:
    """Bring the people of the batch up to date: when they were here, what they are called, how far they are known."""
    last_seen: dict[int, HotRow] = {}
    first_seen: dict[int, HotRow] = {}
    for row in batch.rows.values():  # in the order in which it happened
        if row.person_id is not None:
            first_seen.setdefault(row.person_id, row)
            last_seen[row.person_id] = row
    if last_seen:
        execute_with_rows(
            """
            UPDATE people_person p SET last_seen_at = s.at
            FROM (SELECT * FROM json_to_recordset(%(rows)s::json) AS s(id bigint, at timestamptz) ORDER BY id) s
            WHERE p.id = s.id AND p.last_seen_at < s.at
            """,
            [{"id": id, "at": row.occurred_at} for id, row in sorted(last_seen.items())],  # row locks in id order
        )
    arrive_many(
        [
            Arrived(
                person_id=id,
                subject_id=row.subject_id or 0,
                at=row.occurred_at - _JUST_BEFORE
                if row.name in ("form_submitted", "lead_submitted", "lead_entered")
                else row.occurred_at,
                channel=batch.interests[row.id].channel or "direct"
                if row.id in batch.interests
                else row.channel or "direct",
            )
            for id, row in sorted(first_seen.items())
            if id in batch.recognised.new_people
        ]
    )
    told_at: dict[int, datetime] = {}
    for id, interest in batch.interests.items():
        told_at.setdefault(interest.person_id, batch.rows[id].received_at)
    renamed = sorted((told_at.keys() | batch.recognised.changed_people) - batch.recognised.absorbed.keys())
    if renamed:
        refresh_people(renamed)
        # Known since they told us, as their lead is: what waited in the inbox for hours is not known hours later.
        settle_reach({id: told_at.get(id, batch.at) for id in renamed})
    if batch.recognised.unfinished_moves:
        reassign_later.defer(
            subjects=sorted(batch.recognised.unfinished_moves), people=sorted(batch.recognised.changed_people)
        )


def _newly_told(batch: Batch) -> list[tuple[FormPost | Capture, HotRow]]:
    return [
        (arrival, batch.rows[arrival.id])
        for arrival in batch.arrivals
        if isinstance(arrival, FormPost | Capture) and arrival.id in batch.rows
    ]


def _assurance(arrival: FormPost | Capture) -> Assurance:
    return Assurance(arrival.assurance) if isinstance(arrival, Capture) else Assurance.TYPED


def _whose(row: HotRow) -> tuple[int, int]:
    if row.subject_id is None or row.person_id is None:
        raise ValueError(f"event {row.id} is nobody's")
    return row.subject_id, row.person_id


def _channels(rows: Iterable[HotRow], *, at: datetime) -> dict[int, tuple[str, str]]:
    """The channel and campaign by which each person came last, in the ninety days before."""
    people = [row.person_id for row in rows]
    if not people:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT ON (person_id) person_id, channel, campaign FROM event
            WHERE person_id = ANY(%s) AND channel <> '' AND name IN ('page_viewed', 'consent_given')
              AND occurred_at > %s
            ORDER BY person_id, channel = 'direct', occurred_at DESC
            """,
            [people, at - _LATELY],
        )
        return {person_id: (channel, campaign) for person_id, channel, campaign in cursor.fetchall()}


def _shown(name: str, text: str) -> str:
    """An answer as it is kept: addresses in their normal form where they have one."""
    text = text.strip()
    if name == "message":
        return text
    try:
        if name == "phone":
            number = phone(text)
            return f"{number.e164};ext={number.extension}" if number.extension else number.e164
        if name == "email":
            return email(text)
    except NotAnIdentifier:
        return text[:300]
    return text[:300]
