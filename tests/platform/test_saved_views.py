"""Saved views of lists: kept, shared, opened with, changed and removed, without showing anybody what is not theirs."""

from typing import Any

import pytest

from tests.cast import NINE, make_lead, make_person, make_staff, make_team, signed_in
from tests.lifecycle.test_contracts import make_contract
from tests.sales.cast import deal_of
from wutong.people.custom_fields import Described, add_field
from wutong.platform.models import AuditEntry, DefaultView, Role, SavedView, Staff, Team
from wutong.platform.saved_views import (
    LONGEST,
    MOST,
    Listing,
    NotYourView,
    TooLongForAView,
    TooManyViews,
    ViewGone,
    ViewNameTaken,
    change_view,
    forget_searches,
    keep_changes,
    listing_of,
    remove_view,
    save_view,
)

pytestmark = pytest.mark.django_db
_S = SavedView.Shared


def people_for(staff: Staff) -> Listing:
    listing = listing_of("people", staff)
    assert listing is not None
    return listing


def saved(
    by: Staff, name: str = "Mine", query: str = "owner=me", shared_with: SavedView.Shared = _S.NOBODY
) -> SavedView:
    return save_view(listing=people_for(by), name=name, query=query, shared_with=shared_with, by=by, at=NINE)


def labels(client: Any, address: str = "/people/?saved=all") -> list[str]:
    return [str(tab.label) for tab in client.get(address).context["views"].tabs[1:]]


def test_a_view_is_saved_opened_with_changed_restored_and_removed(mei: Staff, north: Team) -> None:
    client = signed_in(mei)
    make_lead(person=make_person("Inside"), team=north, stage="new")
    asked = {"query": "sort=name&stage=new&after=x&lead=1&saved=no&col=owner&col=stage", "name": "New ones"}

    opened = client.post("/views/people/", asked)["Location"]

    view = SavedView.objects.get()
    assert view.query == "col=owner&col=stage&sort=name&stage=new"
    assert opened == f"/people/?{view.query}&saved={view.public_id}"
    page = client.get(opened)
    assert page.context["views"].current.view == view
    assert not page.context["views"].is_changed
    assert [column for column in ("company", "owner") if column in page.context["columns"].shown] == ["owner"]
    changed = client.get(opened + "&owner=me")
    assert changed.context["views"].is_changed
    assert changed.context["views"].restore_url == opened
    address = f"/views/{view.public_id}/change/"
    client.post(address, {"keep": "1", "query": "stage=mql"})
    client.post(address, {"default": "yes"})
    assert client.get("/people/")["Location"] == f"/people/?stage=mql&saved={view.public_id}"
    assert client.get("/people/?saved=all").status_code == 200
    client.post(address, {"name": "Accepted"})
    client.post(address, {"default": "no"})
    assert client.get("/people/").status_code == 200
    client.post(address, {"default": "yes"})
    client.post(address, {"remove": "1"})
    assert not SavedView.objects.exists()
    assert not DefaultView.objects.exists()
    told = set(AuditEntry.objects.filter(action__startswith="views.").values_list("action", flat=True))
    assert told == {"views.saved", "views.changed", "views.default_set", "views.removed"}


def test_views_are_shared_with_the_team_below_or_everybody_by_those_who_may(
    wang: Staff, zhou: Staff, north: Team
) -> None:
    mei = make_staff("May", team=north, data_scope="team")
    boss = make_staff("Boss", role=Role.MANAGER, team=north, data_scope="team")
    below = make_staff("Below", role=Role.SDR, team=make_team("North 2", parent=north), data_scope="own")
    saved(boss, "Team", shared_with=_S.TEAM)
    everybody = saved(wang, "All of us", shared_with=_S.COMPANY)
    saved(wang, "Private")

    assert labels(signed_in(mei)) == labels(signed_in(below)) == ["All of us", "Team"]
    assert labels(signed_in(zhou)) == ["All of us"]
    assert signed_in(mei).post("/views/people/", {"name": "x", "query": "", "shared_with": "team"}).status_code == 409
    Staff.objects.filter(pk=wang.pk).update(team=None)
    assert signed_in(wang).post("/views/people/", {"name": "x", "shared_with": "team"}).status_code == 409
    with pytest.raises(NotYourView):
        remove_view(view=everybody, by=mei, at=NINE)
    with pytest.raises(NotYourView):
        _rename(everybody, mei)
    gone = saved(boss, "Gone")
    remove_view(view=SavedView.objects.get(pk=gone.pk), by=boss, at=NINE)
    with pytest.raises(ViewGone):
        keep_changes(view=gone, listing=people_for(boss), query="owner=me", by=boss, at=NINE)
    assert signed_in(zhou).post(f"/views/{SavedView.objects.get(name='Team').public_id}/change/").status_code == 404
    admin = make_staff("Root", role=Role.ADMIN, data_scope="all")
    _rename(everybody, admin)
    assert labels(signed_in(zhou)) == ["Renamed"]
    signed_in(admin).post(f"/views/{everybody.public_id}/change/", {"remove": "1"})
    assert labels(signed_in(zhou)) == []


def _rename(view: SavedView, by: Staff) -> None:
    change_view(view=view, name="Renamed", shared_with=_S(view.shared_with), by=by, at=NINE)


def test_a_shared_view_shows_nobody_rows_or_conditions_that_are_not_theirs_to_see(
    ada: Staff, mei: Staff, north: Team, south: Team
) -> None:
    inside, outside = make_person("Inside"), make_person("Outside")
    make_lead(person=inside, team=north)
    make_lead(person=outside, team=south)
    hidden = Described(name_zh="内部", name_en="Inside", readers=["admin"], editors=["admin"])
    add_field(about="person", kind="text", code="secret", described=hidden, by=ada, at=NINE)
    view = saved(ada, "Secret", "cf.secret=family&sort=cf.secret&col=cf.secret&col=owner&q=cf.secret", _S.COMPANY)
    assert view.query == "cf.secret=family&col=cf.secret&col=owner&q=cf.secret&sort=cf.secret"

    tab = signed_in(mei).get("/people/?saved=all").context["views"].tabs[1]
    assert tab.url == f"/people/?col=owner&q=cf.secret&saved={view.public_id}"  # that there is such a field is not told
    page = signed_in(mei).get(tab.url)

    text = page.content.decode()
    assert "Outside" not in text
    assert "family" not in text
    assert not page.context["views"].is_changed
    assert "family" in signed_in(ada).get("/people/?saved=all").content.decode()


def test_what_does_not_fit_is_refused(mei: Staff, north: Team) -> None:
    saved(mei)
    with pytest.raises(ViewNameTaken):
        saved(mei, "mine")
    with pytest.raises(TooLongForAView):
        saved(mei, "Long", "q=" + "x" * LONGEST)
    SavedView.objects.bulk_create(
        SavedView(list="people", name=f"View {n}", owner=mei, changed_at=NINE) for n in range(MOST - 1)
    )
    with pytest.raises(TooManyViews):
        saved(mei, "One more")
    client = signed_in(mei)
    assert client.post("/views/people/", {"name": ""}).status_code == 409
    assert client.post("/views/opportunities/", {"name": "Deals"}).status_code == 404  # not a list of an SDR
    assert client.post("/views/nonsense/", {"name": "Deals"}).status_code == 404


def test_every_list_opens_its_views_and_forgets_whom_it_searched_for(wang: Staff) -> None:
    client = signed_in(wang)
    told = {
        "people": "q=13900010001",
        "accounts": "state=open",
        "opportunities": "view=table&col=amount",
        "contracts": "q=13900010001&due=30&col=ends",
        "collisions": "kind=owners",
    }
    for code, query in told.items():
        opened = client.post(f"/views/{code}/", {"name": code, "query": query})["Location"]
        page = client.get(opened)
        assert page.context["views"].current.label == code
        assert not page.context["views"].is_changed
        client.post(f"/views/{page.context['views'].current.view.public_id}/change/", {"default": "yes"})
        assert client.get(opened.partition("?")[0])["Location"] == opened
    assert forget_searches(lambda text: "13900010001" in text) == 2
    assert SavedView.objects.get(list="people").query == ""
    assert SavedView.objects.get(list="contracts").query == "col=ends&due=30"


def test_columns_of_deals_and_contracts_are_chosen(wang: Staff) -> None:
    deal = deal_of(wang)
    make_contract(wang, account=deal.account)
    client = signed_in(wang)

    deals = client.get("/opportunities/?view=table&col=amount&col=risk&col=nonsense")
    contracts = client.get("/contracts/?col=ends")

    assert [len(row.cells) for row in deals.context["rows"]] == [3]
    assert deals.content.count(b'scope="col"') == 3
    assert [len(row.cells) for row in contracts.context["rows"]] == [2]
    assert len(client.get("/opportunities/?view=table").context["rows"][0].cells) == 9
    assert len(client.get("/contracts/").context["rows"][0].cells) == 7
