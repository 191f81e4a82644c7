"""What a ready-made question answers is what ``visible_to`` lets each colleague see."""

import pytest
from django.db.models import QuerySet

from tests.cast import NINE, make_account, make_lead, make_person, make_scope, make_staff, make_team
from wutong.lifecycle.account_team import give_account, share_account
from wutong.lifecycle.models import AccountOwner, Lead
from wutong.lifecycle.viewer import Viewer
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.collaborators import let_in
from wutong.people.models import Person
from wutong.platform.models import Role, Staff, Team
from wutong.platform.ready_made import ready_made

pytestmark = pytest.mark.django_db


@ready_made
def leads_of(viewer: Viewer, *, people: list[int]) -> QuerySet[Lead]:
    return Lead.objects.visible_to(viewer.staff).filter(person__among=people).order_by("pk")


@ready_made
def people_of(viewer: Viewer, besides: int) -> QuerySet[Person]:
    return people_visible_to(viewer.staff).exclude(pk=besides).order_by("pk")


@ready_made
def owners_of(viewer: Viewer) -> QuerySet[AccountOwner]:
    return AccountOwner.objects.visible_to(viewer.staff).order_by("pk")


def test_everybody_is_answered_as_they_may_see(company: None, north: Team, south: Team, ada: Staff) -> None:
    below = make_team("Below", parent=north)
    scope, other = make_scope("one"), make_scope("two")
    account = make_account()
    staff = [ada, make_staff("Left", team=north, data_scope="team", is_active=False)]
    staff += [
        make_staff(f"{reach} {team.name}", team=team, data_scope=reach, role=Role.SALES)
        for reach in ("own", "team", "tree", "all")
        for team in (north, south, below)
    ]
    for one, scopes in zip(staff[4::3], ([scope], [scope, other], [other], [scope]), strict=False):
        one.scopes.set(scopes)
    keeper, partner = staff[2], staff[3]
    general = make_lead(team=south, account=account, scope=scope).product_line
    give_account(account=account, product_line=general, to=keeper, by=ada, at=NINE)
    share_account(account=account, with_=partner, by=keeper, at=NINE)
    owners = [None, *staff[2:]]
    leads = [
        make_lead(person=make_person(f"N{number}"), team=team, owner=owner, scope=(scope, other)[number % 2])
        for number, (team, owner) in enumerate((team, owner) for team in (north, south, below) for owner in owners)
    ]
    people = [lead.person_id for lead in leads] + list(
        Lead.objects.filter(account=account).values_list("person", flat=True)
    )
    let_in(person=leads[0].person, staff=staff[5], by=ada, at=NINE)

    for pk in [one.pk for one in staff]:
        who = Staff.objects.get(pk=pk)  # as a request has it
        mine = Lead.objects.visible_to(who).filter(person__in=people).order_by("pk")
        assert leads_of(Viewer(Staff.objects.get(pk=pk)), people=people) == list(mine)
        known = people_visible_to(who).exclude(pk=people[0]).order_by("pk")
        assert people_of(Viewer(Staff.objects.get(pk=pk)), people[0]) == list(known)
        assert owners_of(Viewer(Staff.objects.get(pk=pk))) == list(AccountOwner.objects.visible_to(who).order_by("pk"))


def test_a_question_that_looks_at_more_of_the_viewer_fails(mei: Staff) -> None:
    @ready_made
    def by_role(viewer: Viewer) -> QuerySet[Staff]:
        found: QuerySet[Staff] = Staff.objects.filter(role=viewer.staff.role)
        return found

    with pytest.raises(Staff.DoesNotExist):
        by_role(Viewer(mei))
