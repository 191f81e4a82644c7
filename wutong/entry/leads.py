"""Entering a lead by hand: through the same steps as whatever comes in by itself, at once and in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from uuid_utils.compat import uuid7

from wutong.entry.doubles import people_with, whom_to_ask
from wutong.events.arrivals import Capture
from wutong.lifecycle.models import Lead, ProductLine
from wutong.people.models import Assurance
from wutong.platform.audit import record
from wutong.platform.deadlocks import tried_again
from wutong.platform.models import BusinessScope, Role, Staff, Team
from wutong.platform.refusal import Refusal
from wutong.stream.pipeline import work
from wutong.stream.recognise import typed_identifiers

KEEPERS = frozenset({Role.SDR, Role.SALES, Role.MANAGER})
"""Who may keep what they enter."""


class AlreadyThere(Refusal):
    """The person has an open lead in the product line, in sight of whoever enters it."""

    code = "lead_already_there"
    message = gettext_lazy("%(name)s has an open lead for this product line, with %(owner)s. Open that one.")


class WithAnother(Refusal):
    """The same, out of sight."""

    code = "lead_with_another"
    message = gettext_lazy(
        "Somebody with this number or address has an open lead with another colleague. Ask %(names)s."
    )


class OurOwn(Refusal):
    """Colleagues, partners and tests are not the market."""

    code = "own_person"
    message = gettext_lazy(
        "This number or address is marked as one of our own people, who get no leads. Take the mark away first."
    )


class TwoPeople(Refusal):
    """Entering it would say that two people are one."""

    code = "two_people"
    message = gettext_lazy("The number belongs to one person and the address to another. Enter the one you mean.")


@dataclass(frozen=True, kw_only=True)
class NewLead:
    """What a colleague knows of an interest. There is a telephone number or an e-mail address."""

    name: str
    title: str
    company: str
    phone: str
    email: str
    note: str
    product_line: ProductLine
    channel: str
    campaign: str
    scope: BusinessScope
    is_kept: bool
    """Whether whoever enters it takes it; else the rules say who gets it."""
    has_agreed: bool
    """Whether the person has said that we may contact them."""


def enter_lead(new: NewLead, *, by: Staff, at: datetime) -> Lead:
    """Open a lead for what a colleague was told of.

    Raises:
        AlreadyThere, WithAnother: the person has an open lead in the product line.
        OurOwn, TwoPeople: see there. Nothing is changed then.
    """
    return tried_again(lambda: _entered(new, by=by, at=at))


def names_of_colleagues(public_ids: Iterable[str]) -> dict[str, str]:
    """Their names, by their public ids: what people read for the source of what a colleague entered."""
    named = Staff.objects.filter(public_id__in=list(public_ids)).values_list("public_id", "full_name")
    return {str(public_id): name for public_id, name in named}


def _entered(new: NewLead, *, by: Staff, at: datetime) -> Lead:
    answers = {"name": new.name, "title": new.title, "company": new.company, "phone": new.phone, "email": new.email}
    arrival = Capture(
        id=uuid7(),
        site_id=None,
        source="staff",
        occurred_at=at,
        received_at=at,
        staff=str(by.public_id),
        is_kept=new.is_kept and by.role in KEEPERS,
        team_id=(by.team or Team.objects.get(parent=None)).pk,
        scope_id=new.scope.pk,
        product_line_id=new.product_line.pk,
        channel=new.channel,
        campaign=new.campaign,
        answers={name: text for name, text in (answers | {"message": new.note}).items() if text.strip()},
        assurance=Assurance.STAFF.value,
        consent_given=True if new.has_agreed else None,
    )
    with transaction.atomic(durable=True):
        known = people_with(typed_identifiers(answers))
        if len(known) > 1:
            raise TwoPeople
        batch = work([arrival], at=at)
        if not batch.opened:
            raise OurOwn
        (opened,) = batch.opened
        if not opened.is_new:
            raise _refusal(opened.lead, by=by)
        record("entry.lead_entered", actor=by, subject=opened.lead, at=at, is_kept=arrival.is_kept)
    return opened.lead


def _refusal(lead: Lead, *, by: Staff) -> Refusal:
    found = Lead.objects.visible_to(by).filter(pk=lead.pk).select_related("person", "owner").first()
    if found is None:
        names = pgettext("between names", ", ").join(whom_to_ask([lead]))
        return WithAnother(names=names or _("an administrator"))
    owner = found.owner.full_name if found.owner else _("nobody yet")
    return AlreadyThere(name=found.person.full_name or _("Somebody"), owner=owner)
