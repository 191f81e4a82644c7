"""What stands in settings: names, fields, rules."""

import msgspec
import pytest
from django.test import Client

from tests.cast import (
    LATELY,
    PASSWORD,
    make_staff,
    make_team,
    signed_in,
)
from tests.xss.nasty import QUOTES, TAG, Page
from wutong.lifecycle.field_values import fill_in_account, fill_in_person
from wutong.lifecycle.models import Assignment, AssignmentRule, Lead, ProductLine
from wutong.lifecycle.tagging import tag_people
from wutong.people.custom_fields import Described, add_field
from wutong.people.models import CustomField, Tag, TagGroup
from wutong.platform.api_keys import make_key
from wutong.platform.models import BusinessScope, Organisation
from wutong.scoring.definition import as_json
from wutong.scoring.models import ScoreModel
from wutong.scoring.shipped import SHIPPED

pytestmark = pytest.mark.django_db


def test_names_of_the_company_its_teams_and_colleagues_are_text(lead: Lead, ada) -> None:
    Organisation.objects.update(name=TAG)
    nasty = make_staff("Nasty", full_name=QUOTES[:80], team=make_team(TAG))
    ProductLine.objects.create(code="tag", own_name=TAG)
    ProductLine.objects.create(code="quotes", own_name=QUOTES[:80], is_active=False)
    client = signed_in(ada)
    make_key(
        name=TAG,
        rights=["leads:read"],
        team=make_team(QUOTES[:80]),
        scope=BusinessScope.objects.get(),
        per_minute=60,
        expires_at=None,
        by=ada,
        at=LATELY,
    )
    assert Page(client.post(f"/system/staff/{nasty.public_id}/password-link/").content.decode()).dangers == []
    client.post("/me/", {"full_name": TAG, "language": "en", "zone": "", "theme": "dark", "density": "roomy"})
    group = TagGroup.objects.create(name=QUOTES[:40], about="person", family="facts")
    company_group = TagGroup.objects.create(name=TAG[:40], about="account", family="facts")
    tag_people([lead.person], tag=Tag.objects.create(group=group, name=TAG[:40]), by=ada, at=LATELY)
    Tag.objects.create(group=company_group, name=QUOTES[:40])
    ruled = Tag.objects.create(group=group, name=QUOTES[:40])
    assert lead.account is not None
    for about in ("person", "account"):
        named = Described(name_zh=TAG[:40], name_en=TAG[:38] + about[0], group=QUOTES[:40])
        own = add_field(about=about, kind="text", described=named, by=ada, at=LATELY)
        add_field(
            about=about,
            kind="one",
            described=Described(name_zh=f"{about}", name_en=about),
            options=[TAG[:40]],
            by=ada,
            at=LATELY,
        )
        if about == "person":
            fill_in_person(person=lead.person, values={own: QUOTES}, by=ada, at=LATELY)
            said = {
                "field": f"own:{own.code}",
                "query": f"q={QUOTES}",
                "chosen": lead.person.public_id,
                f"cf-{own.code}": TAG,
            }
            assert Page(client.post("/people/fields/", said | {"preview": "1"}).content.decode()).dangers == []
        else:
            fill_in_account(account=lead.account, values={own: QUOTES}, by=ada, at=LATELY)
    for code in ("people", "accounts"):
        client.post(f"/views/{code}/", {"name": TAG[:40], "query": f"q={QUOTES}", "shared_with": "company"})
    choice = CustomField.objects.filter(kind="one").latest("pk")
    Client(headers={"user-agent": TAG}).post("/sign-in/", {"email": nasty.email, "password": PASSWORD})
    pages = ("staff", "teams", "audit", "organisation", "roles", "hours", "security")
    for address in (
        "/",
        "/me/security/",
        "/settings/tags/",
        f"/settings/tags/{ruled.public_id}/rule/",
        "/settings/fields/",
        f"/settings/fields/{choice.public_id}/",
        "/people/",
        f"/people/{lead.person.public_id}/",
        f"/people/{lead.person.public_id}/access/",
        f"/people/{lead.person.public_id}/facts/",
        f"/inbox/{lead.public_id}/access/",
        f"/accounts/{lead.account.public_id}/access/",
        f"/accounts/{lead.account.public_id}/",
        f"/system/staff/{nasty.public_id}/hand-over/",
        "/me/security/second-factor/",
        f"/system/staff/{nasty.public_id}/",
        "/settings/sites/",
        "/settings/own/",
        "/settings/identity/",
        "/settings/product-lines/",
        "/settings/api-keys/",
        "/settings/api-keys/new/",
        *(f"/system/{page}/" for page in pages),
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert Page(answer.content.decode()).dangers == [], address


def test_rules_of_scoring_and_routing_are_text(lead: Lead, ada, mei) -> None:
    rule = msgspec.structs.replace(SHIPPED.fit[0], name=TAG, any_of=(QUOTES[:60], TAG[:60]))
    definition = as_json(msgspec.structs.replace(SHIPPED, fit=(rule,), fit_from=(90.0, 80.0, 70.0)))
    about = {"definition": definition, "created_at": LATELY}
    ScoreModel.objects.create(version=1, state="published", published_at=LATELY, **about)
    draft = ScoreModel.objects.create(version=2, **about)
    given = {"conditions": {"campaigns": [TAG], "forms": [QUOTES[:80]]}, "target": "colleague", "colleague": mei}
    routing = AssignmentRule.objects.create(position=1, own_name=TAG[:60], **given)
    Assignment.objects.create(lead=lead, at=LATELY, to=mei, team=lead.team, reason="rule", rule_name=QUOTES[:60])
    client = signed_in(ada)
    scoring = f"/settings/scoring/{draft.public_id}"
    pages = ("/settings/scoring/", f"{scoring}/", f"{scoring}/fit/{rule.code}/", f"{scoring}/preview/")
    pages += ("/settings/routing/", f"/settings/routing/rules/{routing.public_id}/", "/settings/routing/trial/")
    for address in (*pages, f"/people/{lead.person.public_id}/"):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert Page(answer.content.decode()).dangers == [], address
