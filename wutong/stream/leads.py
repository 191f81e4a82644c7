"""The step that turns captured interest into leads."""

from wutong.lifecycle.capture import Captured, capture_many
from wutong.people.accounts import Employment, employ_many
from wutong.people.models import Assurance
from wutong.stream.batch import Batch
from wutong.stream.recognise import typed_identifiers


def open_leads(batch: Batch) -> None:
    """Open a lead for each form by which somebody outside our own house can be reached.

    The lead begins when the form reached us: the visitor's clock may be wrong, and it must not run our timers.
    """
    submissions = [
        submission
        for submission in batch.submissions.values()
        if not batch.rows[submission.pk].is_own
        and (typed_identifiers(submission.answers) or _has_number(submission.answers))
    ]
    if not submissions:
        return
    accounts = employ_many(
        [
            Employment(
                subject_id=one.subject_id,
                person_id=one.person_id,
                company=one.answers["company"],
                title=one.answers.get("title", ""),
                source=f"form:{one.form.key}",
                assurance=Assurance.TYPED,
            )
            for one in submissions
            if one.answers.get("company", "").strip()
        ],
        at=batch.at,
    )
    batch.opened = capture_many(
        [
            Captured(
                event_id=one.pk,
                subject_id=one.subject_id,
                person_id=one.person_id,
                account=accounts.get(one.subject_id),
                team=one.form.site.team,
                scope=one.form.site.scope,
                at=batch.rows[one.pk].received_at,
                channel=one.channel,
                campaign=batch.campaigns.get(one.pk, ""),
                is_complete=all(one.answers.get(name, "").strip() for name in ("name", "company", "title")),
            )
            for one in submissions
        ],
        at=batch.at,
    )


def _has_number(answers: dict[str, str]) -> bool:
    """An office number reaches somebody too, though it identifies nobody."""
    return sum(character.isdecimal() for character in answers.get("phone", "")) >= 7
