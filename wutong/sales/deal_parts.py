"""The people of a deal: which part each has, and who is its main contact."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wutong.people.models import Identifier, IdentifierKind, Person
from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.refusal import Refusal
from wutong.sales.deal_rules import locked_deal, save_deal
from wutong.sales.models import Opportunity, OpportunityPerson


class MainContactStays(Refusal):
    """A deal without anybody to talk to: its contract would have no main contact either."""

    code = "main_contact_stays"
    message = _("This is the main contact. Make somebody else the main contact first.")


class NobodyToName(Refusal):
    """Somebody of whom no telephone, e-mail address or the like is known."""

    code = "nobody_to_name"
    message = _("Nothing is known by which this person could be recognised again. Add a way to reach them first.")


def name_person(
    *, opportunity: Opportunity, person: Person, by: Staff, at: datetime, role: str, is_main: bool = False
) -> None:
    """Say which part somebody has in the deal; again to change it.

    Raises:
        NobodyToName: the person has no identifier that names a human.
        DealEditedMeanwhile, DealClosed, NotYourDeal: see there.
    """
    with transaction.atomic(durable=True):
        now = locked_deal(opportunity, by=by)
        known = OpportunityPerson.objects.filter(opportunity=now, person=person).order_by("pk").first()
        if is_main:
            OpportunityPerson.objects.filter(opportunity=now).update(is_main=False)
        if known is not None:
            known.role, known.is_main = role, is_main or known.is_main
            known.save(update_fields=["role", "is_main"])
        else:
            OpportunityPerson.objects.create(
                opportunity=now, subject=subject_of(person), person=person, role=role, is_main=is_main
            )
        save_deal(now, by=by, at=at)
        record("sales.person_named", actor=by, subject=now, at=at, person=str(person.public_id), role=role)


def remove_person(*, opportunity: Opportunity, person: Person, by: Staff, at: datetime) -> None:
    """Take somebody out of the deal.

    Raises:
        MainContactStays: a deal keeps somebody to talk to.
        DealEditedMeanwhile, DealClosed, NotYourDeal: see there.
    """
    with transaction.atomic(durable=True):
        now = locked_deal(opportunity, by=by)
        parts = OpportunityPerson.objects.filter(opportunity=now, person=person)
        if parts.filter(is_main=True).exists():
            raise MainContactStays
        parts.delete()
        save_deal(now, by=by, at=at)
        record("sales.person_removed", actor=by, subject=now, at=at, person=str(person.public_id))


def subject_of(person: Person) -> Identifier:
    """The strongest identifier of ``person``: a browser may turn out to be shared, and would take the part along."""
    strongest = min(
        (one for one in person.identifiers.all() if not IdentifierKind(one.kind).is_weak),
        key=lambda one: (IdentifierKind(one.kind).rank, one.pk),
        default=None,
    )
    if strongest is None:
        raise NobodyToName
    return strongest
