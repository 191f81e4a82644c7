"""Which people a colleague may see: those with a lead they may see and those they were let in to; everybody for those
who see everything.

And who is above a lead: the managers who are told of it.
"""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from wutong.lifecycle.models import Lead
from wutong.lifecycle.models.lead import accounts_looked_after_by, is_let_in_anywhere
from wutong.lifecycle.models.let_in import people_let_in_to
from wutong.people.models import Account, Affiliation, Person
from wutong.platform.models import ApiKey, DataScope, Staff


def people_visible_to(staff: Staff, *, is_gathered: bool = False) -> QuerySet[Person]:
    """The only door to people for code that answers a person. Aliases of merged people are left out.

    Besides the people of leads in sight these are the people of the companies that ``staff`` looks after.

    Args:
        is_gathered: whether all leads in sight are gathered first. Where they are some thousands this takes a third of
            the time; where they are many, for ever.
    """
    people = Person.objects.current()
    sees_everything = staff.is_active and staff.data_scope == DataScope.ALL
    if sees_everything and not staff.own_scopes():
        return people
    leads = Lead.objects.visible_to(staff)
    companies = accounts_looked_after_by(staff) if staff.is_active else []
    if not staff.is_active or not (companies or is_let_in_anywhere(staff)):
        if is_gathered:
            return people.filter(pk__among=leads.order_by().values("person"))
        return people.filter(Exists(leads.filter(person=OuterRef("pk"))))
    given = people_let_in_to(staff.pk)
    members = Affiliation.objects.filter(account__in=companies).order_by().values("person")
    if sees_everything:  # nearly everybody: asked person by person, a page is full soon
        of_leads = Exists(leads.filter(person=OuterRef("pk")))
        return people.filter(of_leads | Q(pk__in=given[0].union(*given[1:], members)))
    in_sight = leads.order_by().values("person").union(*given, members)
    return people.filter(pk__among=in_sight) if is_gathered else people.filter(pk__in=in_sight)


def managers_over(lead: Lead, managers: Iterable[Staff]) -> list[Staff]:
    """Of ``managers`` who see ``lead`` those nearest above its team; all of them where none is above it.

    Args:
        managers: active, with their teams.
    """
    everybody = list(managers)
    above = [one for one in everybody if one.team is not None and lead.team.path.startswith(one.team.path)]
    nearest = max((len(one.team.path) for one in above if one.team), default=0)
    return [one for one in above if one.team and len(one.team.path) == nearest] or everybody


def people_visible_to_key(key: ApiKey) -> QuerySet[Person]:
    """The only door to people for code that answers another system: those with a lead that its key sees."""
    leads = Lead.objects.visible_to_key(key).filter(person=OuterRef("pk"))
    return Person.objects.current().filter(Exists(leads))


def accounts_visible_to_key(key: ApiKey) -> QuerySet[Account]:
    """The only door to companies for code that answers another system: those with a lead that its key sees."""
    leads = Lead.objects.visible_to_key(key).filter(account__isnull=False).order_by().values("account")
    return Account.objects.current().filter(pk__in=leads)
