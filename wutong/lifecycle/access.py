"""Who can see a person, and why: the rule of :func:`wutong.lifecycle.models.lead.in_sight` told from the other side."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from wutong.lifecycle.models import AccountCollaborator, AccountOwner, Lead
from wutong.people.collaborators import collaborators_of
from wutong.people.models import Affiliation, Person
from wutong.platform.models import DataScope, Staff
from wutong.platform.permissions import may


@dataclass(frozen=True)
class Access:
    """One colleague who can see the person."""

    staff: Staff
    reasons: list[str]
    may_reveal: bool
    may_open: bool
    """Whether the role works with people at all; else only figures count the person."""


def who_sees(person: Person) -> list[Access]:
    """Every active colleague to whom the person is visible, by name."""
    leads = list(Lead.objects.filter(person=person).select_related("team", "owner"))
    let_in = {one.staff_id: one.by.full_name for one in collaborators_of(person)}
    employers = set(Affiliation.objects.filter(person=person).values_list("account", flat=True))
    companies = employers | {lead.account_id for lead in leads if lead.account_id is not None}
    owned = AccountOwner.objects.filter(account__in=companies).values_list("owner", "account")
    shared = AccountCollaborator.objects.filter(account__in=companies).values_list("staff", "account")
    looked_after = {*owned, *shared}
    colleagues = Staff.objects.active().select_related("team").prefetch_related("scopes").order_by("sort_key", "pk")
    found = []
    for staff in colleagues:
        theirs = {account for pk, account in looked_after if pk == staff.pk}
        reasons = _reasons(staff, leads, theirs)
        if theirs & employers:
            reasons.append(_("looks after a company where this person works, or shares it"))
        if staff.pk in let_in:
            reasons.append(_("works on this person, let in by %(name)s") % {"name": let_in[staff.pk]})
        if reasons:
            found.append(Access(staff, reasons, may(staff, "people.reveal"), may(staff, "people.read")))
    return found


def _reasons(staff: Staff, leads: list[Lead], companies: set[int]) -> list[str]:
    scopes = {scope.pk for scope in staff.scopes.all()}
    if staff.data_scope == DataScope.ALL and not scopes:
        return [_("sees everything")]
    said = [_why(staff, lead, companies) for lead in leads if not scopes or lead.scope_id in scopes]
    return list(dict.fromkeys(reason for reason in said if reason))


def _why(staff: Staff, lead: Lead, companies: set[int]) -> str:
    """Why ``staff`` sees a lead of their part of the business; empty where they do not."""
    team, path = staff.team, staff.team.path if staff.team else ""
    if lead.owner_id == staff.pk:
        return _("owns a lead")
    if staff.data_scope == DataScope.ALL:
        return _("sees everything of their part of the business")
    if lead.sent_by_id == staff.pk:
        return _("handed a lead over to sales")
    if lead.account_id in companies:
        return _("looks after the company of a lead, or shares it")
    if team is None:
        return ""
    if staff.data_scope == DataScope.OWN:
        waits = lead.owner_id is None and lead.team_id == team.pk
        return _("a lead waits unassigned in the team %(team)s") % {"team": team.name} if waits else ""
    if staff.data_scope == DataScope.TEAM:
        return _("sees the leads of the team %(team)s") % {"team": team.name} if lead.team_id == team.pk else ""
    is_below = lead.team.path.startswith(path)
    return _("sees the leads of the team %(team)s and below") % {"team": team.name} if is_below else ""
