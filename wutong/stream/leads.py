"""The steps that turn captured interest into leads, and warm leads into MQLs."""

from contextlib import suppress

from wutong.lifecycle.assignment import assign_many, keep_many
from wutong.lifecycle.capture import Captured, capture_many
from wutong.lifecycle.gate import enter_gate
from wutong.people.accounts import Employment, employ_many
from wutong.people.credit_code import NotACreditCode, credit_code, is_consistent
from wutong.people.models import IdentifierKind
from wutong.stream.batch import Batch, Interest
from wutong.stream.recognise import typed_identifiers


def open_leads(batch: Batch) -> None:
    """Open a lead for each interest of somebody outside our own house who can be reached.

    The lead begins when the interest reached us: the visitor's clock may be wrong, and it must not run our timers.
    """
    interests = {
        event_id: interest
        for event_id, interest in batch.interests.items()
        if not batch.rows[event_id].is_own and (interest.has_identifiers or can_be_reached(interest.answers))
    }
    if not interests:
        return
    accounts = employ_many([_employment(one) for one in interests.values()], at=batch.at)
    batch.opened = capture_many(
        [
            Captured(
                event_id=event_id,
                subject_id=one.subject_id,
                person_id=one.person_id,
                account=accounts.get(one.subject_id),
                team=one.team,
                scope=one.scope,
                product_line=one.product_line,
                at=batch.rows[event_id].received_at,
                channel=one.channel,
                campaign=one.campaign,
                is_complete=all(one.answers.get(name, "").strip() for name in ("name", "company", "title")),
            )
            for event_id, one in interests.items()
        ],
        at=batch.at,
    )


def _employment(interest: Interest) -> Employment:
    addresses = [key.value for key in typed_identifiers(interest.answers) if key.kind == IdentifierKind.EMAIL]
    return Employment(
        subject_id=interest.subject_id,
        person_id=interest.person_id,
        company=interest.answers.get("company", ""),
        email=addresses[0] if addresses else "",
        credit_code=_credit_code(interest.answers),
        title=interest.answers.get("title", ""),
        source=interest.source,
        assurance=interest.assurance,
    )


def _credit_code(answers: dict[str, str]) -> str:
    """The valid code of a company in any answer, whatever its question is called.

    Those of companies begin with 9. Numbers of identity cards have eighteen characters as well, and never do.
    """
    for text in answers.values():
        with suppress(NotACreditCode):
            code = credit_code(text)
            if code.startswith("9") and is_consistent(code):
                return code
    return ""


def give_leads(batch: Batch) -> None:
    """Give the leads of the batch that nobody owns to whoever entered and keeps them, else by the company's rules."""
    kept = [(entry.lead, batch.interests[entry.capture.event_id].kept_by) for entry in batch.opened]
    keep_many([(lead, by) for lead, by in kept if by is not None], at=batch.at)
    assign_many(list({entry.lead.pk: entry.lead for entry in batch.opened}.values()), at=batch.at)


def can_be_reached(answers: dict[str, str]) -> bool:
    """Whether the answers hold a telephone number or an e-mail address."""
    return bool(typed_identifiers(answers)) or _has_number(answers)


def pass_gate(batch: Batch) -> None:
    """Make MQLs of the leads of those whose score now meets the gate."""
    people = batch.scored | {entry.lead.person_id for entry in batch.opened}
    if people:
        enter_gate(people, at=batch.at)


def _has_number(answers: dict[str, str]) -> bool:
    """An office number reaches somebody too, though it identifies nobody."""
    return sum(character.isdecimal() for character in answers.get("phone", "")) >= 7
