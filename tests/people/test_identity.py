"""Who belongs together, and which id they keep."""

import pytest

from tests.cast import NINE, cookie, email, identifier, make_lead, make_person, person_of, seen, state
from tests.people.identities import HER_MAIL, HERS, HIS, HIS_MAIL, MINUTE, OFFICE, feed, refused
from wutong.people.identity import IdentifierKey, observe_many
from wutong.people.models import (
    FieldValue,
    IdentifierKind,
    IdentityChange,
    IdentityLink,
    IdentityMove,
    Observation,
    Person,
    RefusedLink,
)
from wutong.people.rebuild import check

pytestmark = pytest.mark.django_db


def test_a_second_person_on_an_office_computer_takes_the_browser_away_from_the_first(company) -> None:
    feed([seen(OFFICE, HERS)])
    her = person_of(HERS)
    assert person_of(OFFICE) == her

    feed([seen(OFFICE, HIS, at=NINE + MINUTE)])

    assert person_of(HERS) == her
    assert identifier(OFFICE).is_shared
    assert len({person_of(key).pk for key in (OFFICE, HERS, HIS)}) == 3


def test_a_browser_seen_with_nobody_is_a_person_of_its_own(company) -> None:
    feed([seen(OFFICE)])
    assert person_of(OFFICE).reach == "visitor"
    assert not identifier(OFFICE).is_shared


def test_a_shared_browser_comes_back_when_its_two_people_turn_out_to_be_one(company) -> None:
    feed([seen(OFFICE, HERS), seen(OFFICE, HER_MAIL)])
    assert identifier(OFFICE).is_shared

    feed([seen(HERS, HER_MAIL)])

    assert not identifier(OFFICE).is_shared
    assert person_of(OFFICE) == person_of(HERS) == person_of(HER_MAIL)


def test_a_generic_mailbox_links_nobody(company) -> None:
    front_desk = email("info@example.com")
    feed([seen(front_desk, HERS), seen(front_desk, HIS)])
    assert identifier(front_desk).is_blocked
    assert len({person_of(key).pk for key in (front_desk, HERS, HIS)}) == 3


def test_the_same_openid_in_two_apps_is_two_people(company) -> None:
    in_one, in_other = (IdentifierKey(IdentifierKind.OPENID, "o123", app) for app in ("wx1", "wx2"))
    feed([seen(in_one, HERS), seen(in_other, HIS)])
    assert person_of(in_one) == person_of(HERS)
    assert person_of(in_other) == person_of(HIS)


def test_the_older_of_two_people_survives_and_the_younger_id_leads_to_them_for_ever(company) -> None:
    feed([seen(HIS, at=NINE + MINUTE)])  # he arrives first, but she was seen before him
    feed([seen(HERS, at=NINE)])
    older, younger = person_of(HERS), person_of(HIS)

    feed([seen(HERS, HIS, at=NINE + 2 * MINUTE)])

    assert person_of(HIS) == older
    younger.refresh_from_db()
    assert younger.merged_into == older

    feed([seen(HIS, HIS_MAIL), seen(HER_MAIL, HERS, at=NINE - MINUTE)])
    younger.refresh_from_db()
    assert younger.merged_into == older


def test_of_two_people_of_one_age_the_smaller_id_survives(company) -> None:
    feed([seen(HERS)])
    feed([seen(HIS)])
    first = person_of(HERS)

    feed([seen(HERS, HIS)])

    assert person_of(HIS) == first


def test_a_split_leaves_the_id_with_the_oldest_link(company) -> None:
    feed([seen(OFFICE, at=NINE - MINUTE)])  # the browser was there before anybody
    visitor = person_of(OFFICE)
    feed([seen(OFFICE, HERS), seen(HERS, HER_MAIL, at=NINE + MINUTE)])
    assert person_of(HERS) == visitor

    feed([seen(OFFICE, HIS, at=NINE + 2 * MINUTE)])

    assert person_of(HERS) == person_of(HER_MAIL) == visitor
    assert person_of(OFFICE) != visitor
    split = IdentityChange.objects.get(kind="split")
    assert (split.source_person, split.identifiers) == (visitor, [identifier(OFFICE).pk])


def test_an_id_given_up_while_its_browser_leaves_leads_to_the_person_not_to_the_browser(company) -> None:
    feed([seen(HER_MAIL, at=NINE - MINUTE)])
    feed([seen(OFFICE, HERS)])
    given_up, older = person_of(HERS), person_of(HER_MAIL)

    # In one batch she is recognised as somebody older, and the browser turns out to be shared.
    feed([seen(HERS, HER_MAIL, at=NINE + MINUTE), seen(OFFICE, HIS, at=NINE + MINUTE)])

    given_up.refresh_from_db()
    assert given_up.merged_into == older
    assert person_of(OFFICE) not in (older, person_of(HIS))


def test_a_repeat_leaves_no_trace(company) -> None:
    observation = seen(OFFICE, HERS)
    feed([observation])
    before = (Observation.objects.count(), IdentityLink.objects.count(), Person.objects.count())

    feed([observation, observation])

    assert before == (Observation.objects.count(), IdentityLink.objects.count(), Person.objects.count())
    assert not IdentityMove.objects.exists()


def test_a_link_is_as_old_as_its_earliest_observation_however_late_that_came(company) -> None:
    early = seen(HERS, HER_MAIL, at=NINE - MINUTE)
    feed([seen(HERS, HER_MAIL)])
    feed([early])
    link = IdentityLink.objects.get()
    assert (link.first_at, link.first_observation_id) == (early.at, early.id)


@pytest.mark.parametrize(
    ("identifiers", "strongest"),
    [
        ((OFFICE,), OFFICE),
        ((OFFICE, HER_MAIL), HER_MAIL),
        ((OFFICE, HER_MAIL, HERS), HERS),
        ((HERS, IdentifierKey(IdentifierKind.EXTERNAL_USERID, "wm1"), IdentifierKey(IdentifierKind.UNIONID, "u1")), 2),
        ((OFFICE, email("info@example.com")), OFFICE),
        ((email("info@example.com"),), email("info@example.com")),
    ],
)
def test_the_subject_of_an_act_is_its_strongest_unblocked_identifier(company, identifiers, strongest) -> None:
    observed = seen(*identifiers)
    recognised = observe_many([observed], at=NINE)
    strongest = identifiers[strongest] if isinstance(strongest, int) else strongest
    assert recognised.whose[observed.id].subject_id == identifier(strongest).pk


def test_what_was_said_follows_its_subject_through_merge_and_split(company) -> None:
    her = make_person("Her", keys=[OFFICE, HERS])
    state(her.pk, identifier(OFFICE).pk, title="typed in the office")
    lead = make_lead(person=her, subject=identifier(HERS))

    feed([seen(OFFICE, HIS, at=NINE + MINUTE)])

    assert FieldValue.objects.get(field="title").person == person_of(OFFICE)
    lead.refresh_from_db()
    assert lead.person == person_of(HERS)
    assert IdentityMove.objects.filter(subject_id=identifier(OFFICE).pk).count() == 1


def test_a_late_observation_can_change_which_link_came_first(company) -> None:
    crm = [IdentifierKey(IdentifierKind.CRM_ID, f"C{n}") for n in (1, 2)]
    feed([seen(crm[0], HERS), seen(crm[1], HERS, at=NINE + MINUTE)])
    assert person_of(HERS) == person_of(crm[0])

    feed([seen(crm[1], HERS, at=NINE - MINUTE)])

    assert person_of(HERS) == person_of(crm[1])
    assert refused() == [["crm_id:C1", f"phone:{HERS.value}"]]


def test_a_person_grows_no_further_than_the_caps_and_what_is_refused_is_kept_to_look_at(company) -> None:
    browsers = [cookie(f"c{n:02}") for n in range(51)]
    feed([seen(HERS, browser, at=NINE + number * MINUTE) for number, browser in enumerate(browsers)])
    assert person_of(browsers[49]) == person_of(HERS)
    assert person_of(browsers[50]) != person_of(HERS)
    assert (RefusedLink.objects.get().why, RefusedLink.objects.get().kind) == ("too_many", "cookie")

    feed([seen(browsers[0], HIS, at=NINE + 90 * MINUTE)])  # shared: it leaves, and its place stays taken

    assert person_of(browsers[50]) != person_of(HERS)
    assert check().differences == {}
