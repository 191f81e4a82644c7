"""Accounts and teams: who may change what, and what can never be lost."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from tests.platform.cast import NINE, PASSWORD, make_staff, signed_in
from wutong.platform.invitations import AddressTaken, Deactivated, HasAPassword, invite, invite_again
from wutong.platform.models import AuditEntry, DataScope, Invitation, Role, Staff, Team
from wutong.platform.one_time_links import LinkUsedUp
from wutong.platform.passwords import HasNoPassword, OwnPassword, accept_invitation, make_reset_link
from wutong.platform.refusal import Refusal
from wutong.platform.staff import (
    LastAdministrator,
    NoLongerAdministrator,
    NotOnYourself,
    change_rights,
    deactivate,
    reactivate,
)
from wutong.platform.teams import (
    DEEPEST,
    TeamNameTaken,
    TeamWithinItself,
    TooDeep,
    TopTeamStays,
    create_team,
    move_team,
    rename_team,
)

pytestmark = pytest.mark.django_db(transaction=True)


def give(staff: Staff, role: Role, *, by: Staff, **rights: object) -> None:
    given = {
        "full_name": staff.full_name,
        "team": staff.team,
        "data_scope": DataScope.OWN,
        "scopes": [],
        "language": "en",
    }
    change_rights(staff=staff, role=role, by=by, at=NINE, **(given | rights))


def root() -> Team:
    return Team.objects.get(parent=None)


def invited(**given: object):
    values = {
        "email": "new@example.com",
        "full_name": "New",
        "role": Role.SDR,
        "team": root(),
        "data_scope": DataScope.OWN,
    }
    return invite(**(values | given), at=NINE)


def token_of(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[1]


def test_a_deactivated_colleague_is_out_at_once(ada: Staff, mei: Staff) -> None:
    client = signed_in(mei)
    assert client.get("/me/").status_code == 200

    deactivate(staff=mei, by=ada, at=NINE)

    assert client.get("/me/").status_code == 302
    mei.refresh_from_db()
    assert mei.auth_epoch == 2
    assert AuditEntry.objects.get(action="staff.deactivated").subject_label == "Mei"


def test_reactivating_does_not_revive_old_sessions(ada: Staff, mei: Staff) -> None:
    client = signed_in(mei)
    deactivate(staff=mei, by=ada, at=NINE)

    reactivate(staff=mei, by=ada, at=NINE)

    assert client.get("/me/").status_code == 302
    assert Client().post("/sign-in/", {"email": mei.email, "password": PASSWORD}).status_code == 302


def test_administrators_do_not_shut_themselves_out(ada: Staff) -> None:
    make_staff("Ben", role=Role.ADMIN)
    with pytest.raises(NotOnYourself):
        deactivate(staff=ada, by=ada, at=NINE)
    with pytest.raises(NotOnYourself):
        give(ada, Role.MANAGER, by=ada)


def test_an_invited_administrator_is_not_one_yet(ada: Staff) -> None:
    ben = make_staff("Ben", role=Role.ADMIN)
    give(ada, Role.MANAGER, by=ben)
    ada.refresh_from_db()
    with pytest.raises(NoLongerAdministrator):
        give(ben, Role.MANAGER, by=ada)


def at_once(*acts: Callable[[], None]) -> list[Refusal | None]:
    """Each act in a thread of its own, all started together. What each was refused by, if it was."""
    start, outcomes = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], None]) -> None:
        start.wait()
        try:
            act()
        except Refusal as no:
            outcomes[place] = no
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n, act)) for n, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.parametrize("run", range(3))
def test_two_administrators_who_demote_each_other_leave_one(ada: Staff, run: int) -> None:
    ben = make_staff("Ben", role=Role.ADMIN)

    outcomes = at_once(lambda: give(ben, Role.MANAGER, by=ada), lambda: give(ada, Role.MANAGER, by=ben))

    assert Staff.objects.administrators().count() == 1
    assert [type(no) for no in outcomes if no] == [NoLongerAdministrator]


@pytest.mark.parametrize("run", range(3))
def test_an_invitation_used_twice_at_once_lets_one_in(ada: Staff, run: int) -> None:
    token = token_of(invited(by=ada).path)

    def accept(name: str) -> Callable[[], None]:
        return lambda: accept_invitation(token=token, full_name=name, password=PASSWORD, at=NINE) and None

    outcomes = at_once(accept("One"), accept("Two"))

    assert [type(no) for no in outcomes if no] == [LinkUsedUp]


def test_an_invitation_works_once_and_within_a_week(ada: Staff) -> None:
    token = token_of(invited(by=ada).path)
    with pytest.raises(LinkUsedUp):
        accept_invitation(token=token, full_name="New", password=PASSWORD, at=NINE + timedelta(days=8))

    accept_invitation(token=token, full_name="New", password=PASSWORD, at=NINE + timedelta(days=6))

    with pytest.raises(LinkUsedUp):
        accept_invitation(token=token, full_name="New", password=PASSWORD, at=NINE + timedelta(days=6))


def test_only_the_digest_of_an_invitation_is_stored(ada: Staff) -> None:
    new = invited(by=ada)
    token = token_of(new.path)
    stored = Invitation.objects.get(staff=new.staff)
    assert token.encode() not in bytes(stored.token_digest)


def test_a_new_invitation_replaces_the_old_one(ada: Staff) -> None:
    first = invited(by=ada)
    second = invite_again(staff=first.staff, by=ada, at=NINE)
    assert Client().get(first.path).status_code == 409
    assert Client().get(second.path).status_code == 200


def test_nobody_is_invited_twice_under_one_address(ada: Staff, mei: Staff) -> None:
    with pytest.raises(AddressTaken):
        invited(email="MEI@example.com", by=ada)
    with pytest.raises(HasAPassword):
        invite_again(staff=mei, by=ada, at=NINE)


def test_the_invitation_of_a_deactivated_colleague_is_void(ada: Staff) -> None:
    new = invited(by=ada)
    deactivate(staff=new.staff, by=ada, at=NINE)
    assert Client().get(new.path).status_code == 409


def test_an_invited_colleague_sets_a_password_and_is_in(ada: Staff) -> None:
    new = invited(by=ada)
    client = Client()
    weak = client.post(new.path, {"full_name": "New", "password": "1234567890"})
    assert weak.status_code == 422

    client.post(new.path, {"full_name": "Newton", "password": PASSWORD})

    assert client.get("/me/").status_code == 200
    assert Staff.objects.get(email="new@example.com").full_name == "Newton"


def test_an_administrators_link_sets_a_colleagues_password_once_and_the_old_one_works_until_then(ada, mei) -> None:
    page = signed_in(ada).post(f"/system/staff/{mei.public_id}/password-link/")
    link = re.search(r"/password/reset/[^<\s]+", page.content.decode()).group()
    assert page["Cache-Control"].count("no-store") == 1
    entry = AuditEntry.objects.get(action="staff.reset_link_made")
    assert (entry.actor, entry.subject_label, entry.detail) == (ada, "Mei", {})
    assert mei.check_password(PASSWORD)

    assert Client().post(link, {"password": "another-long-passphrase"}).status_code == 302

    mei.refresh_from_db()
    assert mei.check_password("another-long-passphrase")
    assert Client().post(link, {"password": "a-third-long-passphrase"}).status_code == 409


def test_a_password_link_is_for_colleagues_who_have_a_password(ada: Staff, mei: Staff) -> None:
    with pytest.raises(OwnPassword):
        make_reset_link(staff=ada, by=ada, at=NINE)
    with pytest.raises(HasNoPassword):
        make_reset_link(staff=invited(by=ada).staff, by=ada, at=NINE)
    deactivate(staff=mei, by=ada, at=NINE)
    with pytest.raises(Deactivated):
        make_reset_link(staff=mei, by=ada, at=NINE)
    assert not AuditEntry.objects.filter(action="staff.reset_link_made").exists()


def test_teams_move_with_all_below_them(ada: Staff) -> None:
    north = create_team(name="North", parent=root(), by=ada, at=NINE)
    south = create_team(name="South", parent=root(), by=ada, at=NINE)
    inner = create_team(name="Inner", parent=north, by=ada, at=NINE)

    move_team(team=north, parent=south, by=ada, at=NINE)

    inner.refresh_from_db()
    assert inner.path == f"/{root().pk}/{south.pk}/{north.pk}/{inner.pk}/"


def test_a_team_cannot_stand_below_itself(ada: Staff) -> None:
    north = create_team(name="North", parent=root(), by=ada, at=NINE)
    inner = create_team(name="Inner", parent=north, by=ada, at=NINE)
    for place in (north, inner):
        with pytest.raises(TeamWithinItself):
            move_team(team=north, parent=place, by=ada, at=NINE)
    with pytest.raises(TopTeamStays):
        move_team(team=root(), parent=inner, by=ada, at=NINE)


def test_two_teams_that_move_below_each_other_at_once_make_no_circle(ada: Staff) -> None:
    north = create_team(name="North", parent=root(), by=ada, at=NINE)
    south = create_team(name="South", parent=root(), by=ada, at=NINE)

    outcomes = at_once(
        lambda: move_team(team=north, parent=south, by=ada, at=NINE),
        lambda: move_team(team=south, parent=north, by=ada, at=NINE),
    )

    assert [type(no) for no in outcomes if no] == [TeamWithinItself]
    for team in Team.objects.exclude(parent=None):
        assert team.path == f"{team.parent.path}{team.pk}/"


def test_siblings_differ_in_name(ada: Staff) -> None:
    north = create_team(name="North", parent=root(), by=ada, at=NINE)
    south = create_team(name="South", parent=root(), by=ada, at=NINE)
    with pytest.raises(TeamNameTaken):
        rename_team(team=south, name="North", by=ada, at=NINE)
    rename_team(team=north, name="North", by=ada, at=NINE)  # its own name is no collision


def test_the_tree_has_an_end(ada: Staff) -> None:
    team = root()
    for level in range(DEEPEST - 1):
        team = create_team(name=f"Level {level}", parent=team, by=ada, at=NINE)
    with pytest.raises(TooDeep):
        create_team(name="One too many", parent=team, by=ada, at=NINE)


def test_the_staff_list_is_filtered_by_its_address(ada: Staff, mei: Staff, lin: Staff) -> None:
    invited(by=ada)
    client = signed_in(ada)

    def names(query: str) -> set[str]:
        return {staff.full_name for staff in client.get(f"/system/staff/?{query}").context["rows"]}

    assert names("") == {"Ada", "Mei", "Lin", "New", "管理员"}
    assert names("q=mei") == {"Mei"}
    assert names("q=guan+li") == {"管理员"}
    assert names("role=sdr") == {"Mei", "Lin", "New"}
    assert names("state=invited") == {"New", "管理员"}
    assert names("role=nonsense&team=x&state=y") == names("")
    assert names("q=nobody") == set()


def test_the_staff_list_pages_by_keyset(ada: Staff) -> None:
    for n in range(120):
        make_staff(f"Sam{n:03}", full_name="Same Name", sort_key="same name")
    client, seen, cursor, back = signed_in(ada), [], "", None
    while cursor is not None:
        page = client.get("/system/staff/", {"after": cursor}).context
        seen += [staff.pk for staff in page["rows"]]
        cursor, back = page["next"], page["previous"]
    assert len(seen) == len(set(seen)) == Staff.objects.count()

    page = client.get("/system/staff/", {"before": back}).context
    assert [staff.pk for staff in page["rows"]] == seen[50:100]


def test_rights_are_changed_on_the_page_and_refusals_shown_there(ada: Staff, mei: Staff) -> None:
    client = signed_in(ada)
    form = {"full_name": "Mei", "role": "sales", "team": str(root().public_id), "data_scope": "tree", "language": "en"}

    assert client.post(f"/system/staff/{mei.public_id}/", form).status_code == 302
    mei.refresh_from_db()
    assert (mei.role, mei.data_scope) == ("sales", "tree")

    refused = client.post(f"/system/staff/{ada.public_id}/", form | {"full_name": "Ada"})
    assert refused.status_code == 409
    assert "Ask another administrator" in refused.content.decode()

    without_team = client.post(f"/system/staff/{mei.public_id}/", form | {"team": ""})
    assert without_team.status_code == 422


def test_the_pages_of_teams_work_without_a_script(ada: Staff) -> None:
    client = signed_in(ada)
    added = client.post("/system/teams/", {"name": "North", "parent": str(root().public_id)})
    assert added.status_code == 302
    north = Team.objects.get(name="North")

    again = client.post("/system/teams/", {"name": "North", "parent": str(root().public_id)})
    assert again.status_code == 409

    client.post(f"/system/teams/{north.public_id}/", {"name": "North-West", "parent": str(root().public_id)})
    north.refresh_from_db()
    assert north.name == "North-West"
    into_itself = client.post(f"/system/teams/{north.public_id}/", {"name": "North", "parent": str(north.public_id)})
    assert into_itself.status_code == 409


def test_inviting_on_the_page_shows_the_link_once(ada: Staff) -> None:
    form = {"email": "new@example.com", "full_name": "New", "role": "sdr", "data_scope": "own", "language": "en"}
    shown = signed_in(ada).post("/system/staff/invite/", form | {"team": str(root().public_id)})
    assert "/invitation/" in shown.content.decode()
    assert signed_in(ada).post("/system/staff/invite/", form).status_code == 409


def test_a_name_or_team_that_is_markup_is_shown_as_text(ada: Staff) -> None:
    sly = "<svg onload=alert(1)>"
    create_team(name=sly, parent=root(), by=ada, at=NINE)
    mallory = make_staff("Mallory", full_name=sly)
    client = signed_in(ada)
    deactivate(staff=mallory, by=ada, at=NINE)
    for address in ("staff/?state=all", "teams/", "audit/", f"staff/{mallory.public_id}/", "staff/invite/"):
        page = client.get(f"/system/{address}").content.decode()
        assert sly not in page, address


def test_the_last_administrator_is_named(ada: Staff) -> None:
    assert "Ada" in str(LastAdministrator(name="Ada"))
