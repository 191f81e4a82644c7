"""Who can see a record, and why: the rules of the doors to leads, people, deals, contracts and companies, told for
everybody. Whoever changes one of these doors changes what is said here.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wutong.lifecycle.models import AccountCollaborator, AccountOwner, Lead
from wutong.lifecycle.models.let_in import why_let_in
from wutong.lifecycle.visibility import people_visible_to_key
from wutong.people.collaborators import collaborators_of
from wutong.people.models import Affiliation, Person
from wutong.platform.models import ApiKey, ApiRight, DataScope, Staff
from wutong.platform.permissions import may

MOST_ROWS = 2_000
"""So many different owners, teams and parts of the business are looked at for one record."""
OF_LEADS = frozenset({ApiRight.LEADS_READ})
OF_PEOPLE = OF_LEADS | {ApiRight.PEOPLE_READ, ApiRight.PEOPLE_WRITE, ApiRight.PEOPLE_MERGE}
"""With any of these a key may be told of a person: of a lead its person's name is told, too."""
OWNS_A_LEAD = gettext_lazy("owns a lead")


@dataclass(frozen=True)
class Access:
    """One colleague who can see the record."""

    staff: Staff
    reasons: list[str]
    may_open: bool
    """Whether the role works with such records at all; else only figures count it."""
    may_reveal: bool


@dataclass(frozen=True)
class KeyAccess:
    """One key of the API that can see the record."""

    key: ApiKey
    rights: list[ApiRight]
    """Of those that the key has, the ones by which it is told of the record."""
    may_reveal: bool


@dataclass(frozen=True, kw_only=True)
class Held:
    """Something with an owner, a team and a part of the business: what :func:`in_sight` looks at."""

    owns: str | Promise
    """What its owner is said to do."""
    owner: int | None
    team: int
    team_name: str
    team_path: str
    scope: int
    account: int | None
    sent_by: int | None = None
    let_in: Mapping[int, str] = field(default_factory=dict)
    """Colleagues, by id, who were let in to it, each with the name of who did."""


def who_sees(
    held: Iterable[Held], *, right: str, further: Callable[[Staff], Iterable[str]] = lambda _staff: ()
) -> list[Access]:
    """Every active colleague who sees a record, by name.

    Args:
        held: what the record is seen by: itself, or all that belongs to it.
        right: what its page asks for.
        further: why else a colleague sees it, whatever part of the business they work in.
    """
    rows = list(held)
    looked_after = accounts_looked_after({row.account for row in rows if row.account is not None})
    colleagues = Staff.objects.active().select_related("team").prefetch_related("scopes").order_by("sort_key", "pk")
    found = []
    for staff in colleagues:
        reasons = list(dict.fromkeys([*_reasons(staff, rows, looked_after.get(staff.pk, set())), *further(staff)]))
        if reasons:
            found.append(Access(staff, reasons, may(staff, right), may(staff, "people.reveal")))
    return found


def who_sees_lead(lead: Lead) -> list[Access]:
    """Who sees one lead."""
    return who_sees(held_by_leads(Lead.objects.filter(pk=lead.pk)), right="people.read")


def who_sees_person(person: Person) -> list[Access]:
    """Who sees a person: by their leads, by the companies where they work, or because they were let in."""
    let_in = {one.staff_id: one.by.full_name for one in collaborators_of(person)}
    elsewhere = why_let_in(person)
    employers = accounts_looked_after(Affiliation.objects.filter(person=person).values_list("account", flat=True))

    def further(staff: Staff) -> Iterable[str]:
        if staff.data_scope == DataScope.ALL and not staff.scopes.all():
            yield _("sees everything")
        if staff.pk in employers:
            yield _("looks after a company where this person works, or shares it")
        if staff.pk in let_in:
            yield _("works on this person, let in by %(name)s") % {"name": let_in[staff.pk]}
        yield from elsewhere.get(staff.pk, [])

    return who_sees(held_by_leads(Lead.objects.filter(person=person)), right="people.read", further=further)


def held_by_leads(leads: QuerySet[Lead]) -> list[Held]:
    """What ``leads`` are seen by."""
    return [Held(owns=OWNS_A_LEAD, sent_by=sent_by, **given) for sent_by, given in rows_held(leads, "sent_by")]


def rows_held(rows: QuerySet[Any], first: str) -> Iterable[tuple[Any, dict[str, Any]]]:
    """Of ``rows`` (with owner, team, scope, account) each different one: ``first``, and what they are seen by."""
    names = ("owner", "team", "team__name", "team__path", "scope", "account")
    for value, *rest in rows.order_by().values_list(first, *names).distinct()[:MOST_ROWS]:
        yield value, {name.replace("__", "_"): given for name, given in zip(names, rest, strict=True)}


def accounts_looked_after(accounts: Iterable[int]) -> dict[int, set[int]]:
    """Of ``accounts`` those that each colleague owns or shares, by the colleague's id."""
    wanted = list(accounts)
    owned = AccountOwner.objects.filter(account__in=wanted).order_by().values_list("owner", "account")
    shared = AccountCollaborator.objects.filter(account__in=wanted).order_by().values_list("staff", "account")
    found: dict[int, set[int]] = {}
    for staff, account in owned.union(shared):
        found.setdefault(staff, set()).add(account)
    return found


def keys_that_see(
    sees: Callable[[ApiKey], QuerySet[Any]], *, rights: frozenset[ApiRight], at: datetime
) -> list[KeyAccess]:
    """Every key in force that has one of ``rights`` and through whose door the record is seen.

    Args:
        sees: of a key, the record as far as it sees it.
    """
    in_force = ApiKey.objects.filter(revoked_at=None, created_by__is_active=True).exclude(expires_at__lte=at)
    found = []
    for key in in_force.select_related("created_by", "team", "scope").order_by("name", "pk"):
        by = [right for right in ApiRight if right in key.rights and right in rights]
        if by and sees(key).exists():
            found.append(
                KeyAccess(key, by, ApiRight.PEOPLE_REVEAL in key.rights and ApiRight.PEOPLE_READ in key.rights)
            )
    return found


def keys_that_see_lead(lead: Lead, *, at: datetime) -> list[KeyAccess]:
    """Which keys see one lead."""
    return keys_that_see(lambda key: Lead.objects.visible_to_key(key).filter(pk=lead.pk), rights=OF_LEADS, at=at)


def keys_that_see_person(person: Person, *, at: datetime) -> list[KeyAccess]:
    """Which keys see a person."""
    return keys_that_see(lambda key: people_visible_to_key(key).filter(pk=person.pk), rights=OF_PEOPLE, at=at)


def _reasons(staff: Staff, rows: list[Held], companies: set[int]) -> Iterable[str]:
    scopes = {scope.pk for scope in staff.scopes.all()}
    for row in rows:
        if not scopes or row.scope in scopes:
            yield from filter(None, [_why(staff, row, companies, sees_all=not scopes)])


def _why(staff: Staff, row: Held, companies: set[int], *, sees_all: bool) -> str:
    """Why ``staff`` sees something of their part of the business; empty where they do not."""
    team, names = staff.team, {"team": row.team_name}
    if row.owner == staff.pk:
        return str(row.owns)
    if staff.data_scope == DataScope.ALL:
        return _("sees everything") if sees_all else _("sees everything of their part of the business")
    if row.sent_by == staff.pk:
        return _("handed a lead over to sales")
    if staff.pk in row.let_in:
        return _("was let in by %(name)s") % {"name": row.let_in[staff.pk]}
    if row.account in companies:
        return _("looks after the company, or shares it")
    if team is None:
        return ""
    if staff.data_scope == DataScope.OWN:
        waits = row.owner is None and row.team == team.pk
        return _("it waits unassigned in the team %(team)s") % names if waits else ""
    if staff.data_scope == DataScope.TEAM:
        return _("sees the work of the team %(team)s") % names if row.team == team.pk else ""
    is_below = row.team_path.startswith(team.path)
    return _("sees the work of the team %(team)s and below") % {"team": team.name} if is_below else ""
