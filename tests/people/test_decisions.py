"""A colleague's word about who is who, and taking it back."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from tests.cast import NINE, cookie, email, identifier, make_lead, make_person, person_of, phone, seen, state
from wutong.events.models import Event
from wutong.people.assurance import surely_theirs
from wutong.people.blocking import BlockedAlready, NotToBlock, block_value, set_largest, unblock_value
from wutong.people.decisions import (
    NothingToTakeOut,
    OnePersonAlready,
    OnlyBrowsers,
    PersonGone,
    TakenBackAlready,
    ToldApart,
    TwoCrmNumbers,
    merge_people,
    tell_apart,
    undo,
    unmerge,
    withdraw,
)
from wutong.people.graph import Level
from wutong.people.identity import IdentifierKey, Observed, observe_many
from wutong.people.models import (
    Assurance,
    FieldValue,
    IdentifierKind,
    IdentityChange,
    IdentityDecision,
    IdentityMove,
    IdentityRules,
    Person,
    RefusedLink,
)
from wutong.people.rebuild import VERSION, check, follow_new_rules_later, rebuild, rebuild_later
from wutong.platform.models import AuditEntry, Staff

pytestmark = pytest.mark.django_db

LATER = NINE + timedelta(hours=1)
HERS, HIS = phone("+8613911110001"), phone("+8613911110002")
HER_MAIL, HIS_MAIL = email("her@example.com"), email("his@example.com")
HER_BROWSER = cookie("her-browser")


def tell(*observations: Observed) -> None:
    with transaction.atomic():
        observe_many(observations, at=LATER)


@pytest.fixture
def her(company) -> Person:
    return make_person("Her", keys=[HERS, HER_MAIL])


@pytest.fixture
def him(company) -> Person:
    return make_person("Him", keys=[HIS, HIS_MAIL], at=NINE + timedelta(minutes=1))


def last_audit() -> tuple[str, Staff | None]:
    entry = AuditEntry.objects.latest("pk")
    return entry.action, entry.actor


def test_who_merges_two_people_brings_all_of_the_younger_to_the_older(her: Person, him: Person, mei: Staff) -> None:
    lead = make_lead(person=him, subject=identifier(HIS))

    assert merge_people(one=him, other=her, by=mei, at=LATER) == her

    assert person_of(HIS) == person_of(HIS_MAIL) == person_of(HERS) == her
    lead.refresh_from_db()
    him.refresh_from_db()
    assert (lead.person, him.merged_into) == (her, her)
    assert last_audit() == ("people.merged", mei)
    change = IdentityChange.objects.get()
    decision = IdentityDecision.objects.get()
    assert (change.kind, change.cause, change.actor, change.act) == ("merge", "decided", mei, decision.act)
    assert change.links == [[identifier(HERS).pk, identifier(HIS).pk]]
    assert check().differences == {}


def test_a_merge_taken_back_leaves_everybody_as_they_were(her: Person, him: Person, mei: Staff, lin: Staff) -> None:
    merge_people(one=her, other=him, by=mei, at=LATER)
    decision = IdentityDecision.objects.get()

    withdraw(act=decision.act, by=lin, at=LATER)

    assert (person_of(HERS), person_of(HER_MAIL)) == (her, her)
    assert (person_of(HIS), person_of(HIS_MAIL)) == (him, him)
    him.refresh_from_db()
    assert (him.merged_into, him.full_name) == (None, "Him")
    assert set(FieldValue.objects.filter(person=him).values_list("value", flat=True)) == {"Him"}
    assert last_audit() == ("people.decision_withdrawn", lin)
    with pytest.raises(TakenBackAlready):
        withdraw(act=decision.act, by=lin, at=LATER)
    assert check().differences == {}


def test_what_a_merge_would_break_is_refused_and_leaves_nothing(her: Person, him: Person, mei: Staff) -> None:
    tell(seen(HERS, IdentifierKey(IdentifierKind.CRM_ID, "C1")), seen(HIS, IdentifierKey(IdentifierKind.CRM_ID, "C2")))
    with pytest.raises(TwoCrmNumbers):
        merge_people(one=her, other=him, by=mei, at=LATER)

    assert not IdentityDecision.objects.exists()
    assert person_of(HIS) == him
    with pytest.raises(OnePersonAlready):
        merge_people(one=her, other=her, by=mei, at=LATER)


def test_two_browsers_cannot_be_merged(company, mei: Staff) -> None:
    tell(seen(cookie("c1")), seen(cookie("c2")))
    with pytest.raises(OnlyBrowsers):
        merge_people(one=person_of(cookie("c1")), other=person_of(cookie("c2")), by=mei, at=LATER)


def test_who_was_told_apart_is_not_put_together_by_what_is_seen_later(her: Person, him: Person, mei: Staff) -> None:
    tell_apart(one=her, other=him, by=mei, at=LATER)

    tell(seen(HERS, HIS, at=LATER))

    assert (person_of(HERS), person_of(HIS)) == (her, him)
    assert RefusedLink.objects.get().why == "kept_apart"
    with pytest.raises(ToldApart):
        merge_people(one=her, other=him, by=mei, at=LATER)
    rebuild(at=LATER)
    assert (person_of(HERS), person_of(HIS)) == (her, him)
    assert last_audit() == ("people.told_apart", mei)


def test_a_refused_link_is_one_to_look_at_until_a_colleague_decides(company, mei: Staff) -> None:
    crm = [IdentifierKey(IdentifierKind.CRM_ID, f"C{n}") for n in (1, 2)]
    tell(seen(crm[0], HERS), seen(crm[1], HERS, at=LATER))
    assert (RefusedLink.objects.get().why, RefusedLink.objects.get().kind) == ("exclusive", "crm_id")

    tell_apart(one=person_of(HERS), other=person_of(crm[1]), by=mei, at=LATER)

    assert RefusedLink.objects.get().why == "kept_apart"


def test_what_is_taken_out_of_a_person_becomes_who_it_was_before(her: Person, him: Person, mei: Staff) -> None:
    tell(seen(HER_MAIL, HIS_MAIL, at=LATER))  # a shared mailbox after all
    assert person_of(HIS) == her

    somebody = unmerge(person=her, identifiers=[identifier(HIS).pk, identifier(HIS_MAIL).pk], by=mei, at=LATER)

    assert somebody == person_of(HIS) == person_of(HIS_MAIL) == him
    assert (person_of(HERS), person_of(HER_MAIL)) == (her, her)
    split = IdentityChange.objects.latest("pk")
    assert (split.kind, split.actor, split.source_person, split.target_person) == ("split", mei, her, him)
    assert IdentityMove.objects.latest("pk").person_id == him.pk
    assert last_audit() == ("people.unmerged", mei)
    assert check().differences == {}


def test_a_merge_that_was_decided_against_leaves_nothing_to_look_at_once_it_is_taken_back(
    her: Person, him: Person, mei: Staff
) -> None:
    merge_people(one=her, other=him, by=mei, at=LATER)
    merge = IdentityDecision.objects.get()
    unmerge(person=her, identifiers=[identifier(HIS).pk, identifier(HIS_MAIL).pk], by=mei, at=LATER)
    assert RefusedLink.objects.count() == 1

    withdraw(act=merge.act, by=mei, at=LATER)

    assert not RefusedLink.objects.exists()
    assert check().differences == {}


def test_some_and_not_all_of_a_person_can_be_taken_out(her: Person, mei: Staff) -> None:
    for identifiers in ([], [identifier(HERS).pk, identifier(HER_MAIL).pk]):
        with pytest.raises(NothingToTakeOut):
            unmerge(person=her, identifiers=identifiers, by=mei, at=LATER)


def test_a_merge_by_what_was_seen_can_be_undone_and_that_too(her: Person, him: Person, mei: Staff) -> None:
    tell(seen(HER_MAIL, HIS, at=LATER))
    merge = IdentityChange.objects.get()
    assert (merge.cause, merge.links, merge.actor) == (
        "observed",
        [sorted([identifier(HER_MAIL).pk, identifier(HIS).pk])],
        None,
    )

    undo(change=merge, by=mei, at=LATER)
    assert (person_of(HERS), person_of(HIS)) == (her, him)
    with pytest.raises(TakenBackAlready):
        undo(change=merge, by=mei, at=LATER)

    undo(change=IdentityChange.objects.latest("pk"), by=mei, at=LATER)
    assert person_of(HERS) == person_of(HIS) == her


def test_a_browser_taken_away_by_a_second_person_can_be_given_back(company, mei: Staff) -> None:
    tell(seen(HER_BROWSER, HERS))
    tell(seen(HER_BROWSER, HIS, at=LATER))
    split = IdentityChange.objects.get(kind="split")

    undo(change=split, by=mei, at=LATER)

    assert person_of(HER_BROWSER) == person_of(HERS)
    assert not identifier(HER_BROWSER).is_shared
    assert check().differences == {}


def test_a_browser_can_be_kept_from_a_person(company, mei: Staff) -> None:
    tell(seen(HER_BROWSER, HERS))
    unmerge(person=person_of(HERS), identifiers=[identifier(HER_BROWSER).pk], by=mei, at=LATER)
    assert person_of(HER_BROWSER) != person_of(HERS)
    assert person_of(HER_BROWSER).reach == "visitor"


def test_nobody_decides_about_who_was_merged_away(her: Person, him: Person, mei: Staff) -> None:
    merge_people(one=her, other=him, by=mei, at=LATER)
    with pytest.raises(PersonGone):
        tell_apart(one=her, other=him, by=mei, at=LATER)


def test_a_value_on_the_company_s_list_links_nobody_until_it_is_taken_off(company, mei: Staff) -> None:
    office = phone("+8613922220000")
    tell(seen(office, HER_MAIL), seen(office, HIS_MAIL, at=LATER))
    one = person_of(HER_MAIL)
    assert person_of(HIS_MAIL) == one

    listed = block_value(key=office, by=mei, at=LATER)

    assert len({person_of(key) for key in (office, HER_MAIL, HIS_MAIL)}) == 3
    assert identifier(office).is_blocked
    with pytest.raises(BlockedAlready):
        block_value(key=office, by=mei, at=LATER)
    with pytest.raises(NotToBlock):
        block_value(key=cookie("c"), by=mei, at=LATER)
    assert check().differences == {}

    unblock_value(listed=listed, by=mei, at=LATER)
    assert person_of(HER_MAIL) == person_of(HIS_MAIL) == person_of(office)
    assert last_audit() == ("people.value_unblocked", mei)


def test_a_value_blocked_before_it_is_seen_is_blocked_when_it_comes(company, mei: Staff) -> None:
    block_value(key=HERS, by=mei, at=NINE)
    tell(seen(HERS, HER_MAIL), seen(HERS, HIS_MAIL))
    assert person_of(HER_MAIL) != person_of(HIS_MAIL)


def test_everybody_is_looked_at_again_after_the_largest_person_was_set(company, mei: Staff) -> None:
    mails = [email(f"m{n}@example.com") for n in range(4)]
    phones = [phone(f"+86139222200{n:02}") for n in range(3)]
    addresses = [IdentifierKey(IdentifierKind.EXTERNAL_USERID, f"wm{n}") for n in range(3)]
    chain = [*mails, *phones, *addresses, IdentifierKey(IdentifierKind.UNIONID, "u1")]
    tell(seen(*chain))
    assert not RefusedLink.objects.exists()

    set_largest(largest=10, by=mei, at=LATER)
    rebuild_later.func()

    assert set(RefusedLink.objects.values_list("why", flat=True)) == {"too_big"}
    assert check().differences == {}
    assert last_audit() == ("people.largest_person_set", mei)


def test_after_an_upgrade_to_other_rules_everybody_is_looked_at_once(company) -> None:
    crm = [IdentifierKey(IdentifierKind.CRM_ID, f"C{n}") for n in (1, 2)]
    with transaction.atomic():  # as the rules were before
        observe_many([seen(crm[0], HERS), seen(crm[1], HERS, at=LATER)], at=LATER, level=Level.BLOCKED_AND_SHARED)
    assert person_of(crm[0]) == person_of(crm[1])
    IdentityRules.objects.update(built_by_version=0)

    follow_new_rules_later.func(int(LATER.timestamp()))

    assert person_of(crm[0]) != person_of(crm[1])
    assert check().differences == {}
    built = IdentityRules.objects.get()
    IdentityChange.objects.all().delete()
    follow_new_rules_later.func(int(LATER.timestamp()))
    assert (built.built_by_version, IdentityChange.objects.count()) == (VERSION, 0)


def test_the_check_tells_each_difference_and_a_rebuild_mends_it(her: Person, him: Person) -> None:
    tell(seen(HERS, HIS, at=LATER))
    state(her.pk, identifier(HERS).pk, title="Head")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET merged_into_id = NULL WHERE id = %s", [him.pk])
        cursor.execute("UPDATE people_identifier SET person_id = %s WHERE value = %s", [him.pk, HERS.value])
        cursor.execute("UPDATE people_identitylink SET first_at = now()")
        cursor.execute("UPDATE people_identifier SET is_shared = true WHERE value = %s", [HIS.value])

    found = check()
    assert not found.is_equal
    assert set(found.differences) == {
        "wrong link",
        "person who should not be one",
        "wrong shared mark",
        "row of people_fieldvalue with another person than its subject",
        "row of lifecycle_stagevisit with another person than its subject",
    }

    rebuild(at=LATER)

    assert check().differences == {}
    assert person_of(HERS) == person_of(HIS) == her


def test_a_visitor_is_shown_only_what_verified_observations_join_to_their_browser(company) -> None:
    tell(seen(HER_BROWSER, HERS), seen(HERS, HER_MAIL))  # typed into forms: perhaps hers, perhaps not
    assert person_of(HER_BROWSER) == person_of(HERS)
    assert surely_theirs(identifier(HER_BROWSER).pk) == {identifier(HER_BROWSER).pk}
    assert not identifier(HERS).is_verified

    by_code = seen(HER_BROWSER, HER_MAIL, HERS, at=LATER)
    proved = Observed(
        id=by_code.id,
        at=LATER,
        received_at=LATER,
        source="code",
        assurance=Assurance.VERIFIED,
        identifiers=(HER_BROWSER, HER_MAIL),
    )
    tell(proved)

    assert surely_theirs(identifier(HER_BROWSER).pk) == {identifier(HER_BROWSER).pk, identifier(HER_MAIL).pk}
    assert identifier(HER_MAIL).is_verified
    assert not identifier(HERS).is_verified


def test_hot_events_follow_through_a_merge_and_its_undoing(form, mei: Staff) -> None:
    from tests.cast import arrive, hit, post_form

    arrive(post_form(form, visitor="c1"), hit(site=form.site, visitor="c1"))
    visitor = person_of(cookie("c1"))
    her = make_person("Her", keys=[HERS, HER_MAIL])
    events = set(Event.objects.filter(person=visitor).values_list("id", flat=True))
    assert events

    merge_people(one=her, other=visitor, by=mei, at=LATER)
    assert set(Event.objects.filter(person=her).values_list("id", flat=True)) == events

    withdraw(act=IdentityDecision.objects.get().act, by=mei, at=LATER)
    assert set(Event.objects.filter(person=visitor).values_list("id", flat=True)) == events
