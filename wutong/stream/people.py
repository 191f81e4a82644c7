"""Steps that keep what people said about themselves and what they allowed."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import connection

from wutong.content.models import FormSubmission
from wutong.events.arrivals import FormPost
from wutong.events.hot import HotRow
from wutong.lifecycle.reach import Arrived, arrive_many, settle_reach
from wutong.people.consents import Decision, decide_many
from wutong.people.facts import Statement, refresh_people, state_many
from wutong.people.jobs import reassign_later
from wutong.people.models import Assurance
from wutong.people.normal_form import NotAnIdentifier, email, phone
from wutong.stream.batch import Batch

_JUST_BEFORE = timedelta(microseconds=1)
"""Whoever is first seen through a form was a visitor before it: a funnel's steps need different instants."""
_FACTS = {"name": "full_name", "title": "title", "company": "company", "phone": "phone", "email": "email"}


def keep_answers(batch: Batch) -> None:
    """Keep each new form as a submission, and its answers as statements about the person."""
    posts = _new_posts(batch)
    channels = _channels([row for _, row in posts])
    statements: list[Statement] = []
    for post, row in posts:
        subject_id, person_id = _whose(row)
        channel, campaign = channels.get(person_id, ("direct", ""))
        batch.submissions[post.id] = FormSubmission(
            id=post.id,
            form=batch.forms[post.form],
            subject_id=subject_id,
            person_id=person_id,
            at=post.occurred_at,
            url=post.url,
            channel=channel,
            answers=post.answers,
        )
        batch.campaigns[post.id] = campaign
        statements += [
            Statement(
                subject_id=subject_id,
                person_id=person_id,
                field=_FACTS[name],
                value=_shown(name, text),
                source=f"form:{post.form}",
                assurance=Assurance.TYPED,
                observed_at=post.occurred_at,
                event_id=post.id,
            )
            for name, text in post.answers.items()
            if name in _FACTS and text.strip()
        ]
    if posts:
        FormSubmission.objects.bulk_create(batch.submissions.values(), ignore_conflicts=True)
        state_many(statements)


def note_consent(batch: Batch) -> None:
    """Keep what people allowed and refused, with the version of the text they saw.

    A box that was not ticked is no refusal: whoever types somebody's address must not revoke what she allowed.
    """
    decisions = []
    for post, row in _new_posts(batch):
        if not post.consent_given:
            continue
        subject_id, person_id = _whose(row)
        decisions.append(
            Decision(
                subject_id=subject_id,
                person_id=person_id,
                channel="any",
                purpose="contact",
                is_granted=True,
                text_version=post.consent_version or batch.forms[post.form].consent_version,
                source=f"form:{post.form}",
                assurance=Assurance.TYPED,
                at=post.occurred_at,
                event_id=post.id,
            )
        )
    for row in batch.rows.values():
        if row.name in ("consent_given", "consent_refused") and row.subject_id is not None:
            subject_id, person_id = _whose(row)
            decisions.append(
                Decision(
                    subject_id=subject_id,
                    person_id=person_id,
                    channel="web",
                    purpose="tracking",
                    is_granted=row.name == "consent_given",
                    text_version=str(row.props.get("version", "")),
                    source="banner",
                    assurance=Assurance.BROWSER,
                    at=row.occurred_at,
                    event_id=row.id,
                )
            )
    if decisions:
        decide_many(decisions)


def settle_people(batch: Batch) -> None:
    """Bring the people of the batch up to date: when they were here, what they are called, how far they are known."""
    rows = [row for row in batch.rows.values() if row.person_id is not None]
    last_seen: dict[int, HotRow] = {}
    first_seen: dict[int, HotRow] = {}
    for row in rows:
        _, person_id = _whose(row)
        if person_id not in first_seen or row.occurred_at < first_seen[person_id].occurred_at:
            first_seen[person_id] = row
        if person_id not in last_seen or row.occurred_at > last_seen[person_id].occurred_at:
            last_seen[person_id] = row
    if last_seen:
        people = sorted(last_seen)  # row locks in id order
        with connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE people_person p SET last_seen_at = s.at
                FROM (SELECT * FROM unnest(%s::bigint[], %s::timestamptz[]) AS s(id, at) ORDER BY id) s
                WHERE p.id = s.id AND p.last_seen_at < s.at
                """,
                [people, [last_seen[id].occurred_at for id in people]],
            )
    arrive_many(
        [
            Arrived(
                person_id=id,
                subject_id=row.subject_id or 0,
                at=row.occurred_at - _JUST_BEFORE if row.name == "form_submitted" else row.occurred_at,
                channel=row.channel or "direct",
            )
            for id, row in sorted(first_seen.items())
            if id in batch.recognised.new_people
        ]
    )
    told = {submission.person_id for submission in batch.submissions.values()}
    renamed = sorted((told | batch.recognised.changed_people) - batch.recognised.absorbed.keys())
    if renamed:
        refresh_people(renamed)
        settle_reach(renamed, at=batch.at)
    if batch.recognised.unfinished_moves:
        reassign_later.defer(
            subjects=sorted(batch.recognised.unfinished_moves), people=sorted(batch.recognised.changed_people)
        )


def _new_posts(batch: Batch) -> list[tuple[FormPost, HotRow]]:
    return [
        (arrival, batch.rows[arrival.id])
        for arrival in batch.arrivals
        if isinstance(arrival, FormPost) and arrival.id in batch.rows
    ]


def _whose(row: HotRow) -> tuple[int, int]:
    if row.subject_id is None or row.person_id is None:
        raise ValueError(f"event {row.id} is nobody's")
    return row.subject_id, row.person_id


def _channels(rows: Iterable[HotRow]) -> dict[int, tuple[str, str]]:
    """The channel and campaign by which each person came last, in the ninety days before."""
    people = [row.person_id for row in rows]
    if not people:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT ON (person_id) person_id, channel, campaign FROM event
            WHERE person_id = ANY(%s) AND channel <> '' AND name IN ('page_viewed', 'consent_given')
              AND occurred_at > now() - interval '90 days'
            ORDER BY person_id, channel = 'direct', occurred_at DESC
            """,
            [people],
        )
        return {person_id: (channel, campaign) for person_id, channel, campaign in cursor.fetchall()}


def _shown(name: str, text: str) -> str:
    """An answer as it is kept: addresses in their normal form where they have one."""
    text = text.strip()
    try:
        if name == "phone":
            number = phone(text)
            return f"{number.e164};ext={number.extension}" if number.extension else number.e164
        if name == "email":
            return email(text)
    except NotAnIdentifier:
        return text[:300]
    return text[:300]
