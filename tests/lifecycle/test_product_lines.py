"""What the company sells: put in order, retired, restored."""

import pytest

from tests.cast import LATELY, NINE, arrive, make_form, make_site, post_form, signed_in
from wutong.content.texts_form import TextsForm
from wutong.lifecycle.capture import default_product_line
from wutong.lifecycle.models import AssignmentRule, Lead, ProductLine
from wutong.lifecycle.product_lines import (
    LastLine,
    LineOnOffer,
    LineRetired,
    add_line,
    move_line,
    restore_line,
    retire_line,
)
from wutong.lifecycle.routing_forms import RuleForm
from wutong.platform.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(ada) -> list[ProductLine]:
    return [add_line(name=name, by=ada, at=LATELY) for name in ("Sensors", "Pumps", "Valves")]


def names() -> list[str]:
    return list(ProductLine.objects.on_offer().in_order().values_list("own_name", flat=True))


def test_lines_are_moved_and_the_first_is_for_who_names_none(ada, lines) -> None:
    client = signed_in(ada)
    address = f"/settings/product-lines/{lines[2].code}/move/"

    client.post(address, {"to": "up"})
    client.post(address, {"to": "up"})
    client.post(address, {"to": "up"})

    assert names() == ["Valves", "Sensors", "Pumps"]
    assert default_product_line() == lines[2]
    move_line(line=lines[2], up=False, by=ada, at=LATELY)
    assert names() == ["Sensors", "Valves", "Pumps"]
    assert AuditEntry.objects.filter(action="lifecycle.product_line_moved", actor=ada).count() == 4


def test_a_retired_line_is_offered_nowhere_and_what_has_it_keeps_it(ada, lines, north) -> None:
    sensors, pumps, _valves = lines
    form = make_form(site=make_site(team=north), product_line=sensors)
    rule = AssignmentRule.objects.create(
        position=1, own_name="Sensors", target="round_robin", conditions={"product_lines": [sensors.code]}
    )
    client = signed_in(ada)

    assert client.post(f"/settings/product-lines/{sensors.code}/retire/").status_code == 302

    assert names() == ["Pumps", "Valves"]
    assert default_product_line() == pumps
    assert sensors not in TextsForm(None, initial={}).fields["product_line"].queryset
    assert sensors in TextsForm(None, initial={"product_line": form.product_line_id}).fields["product_line"].queryset
    assert sensors not in RuleForm(None, initial={}).fields["product_lines"].queryset
    assert sensors in RuleForm(None, initial=RuleForm.initial_of(rule)).fields["product_lines"].queryset
    assert "Sensors" in client.get("/settings/routing/").text
    assert "Sensors (retired)" in client.get(f"/forms/{form.key}/texts/").text
    assert AuditEntry.objects.get(action="lifecycle.product_line_retired").subject_label == "Sensors"


def test_a_form_of_a_retired_line_goes_on_with_the_open_lead_and_opens_new_ones_elsewhere(ada, lines, north) -> None:
    sensors, pumps, _valves = lines
    form = make_form(site=make_site(team=north), product_line=sensors)
    arrive(post_form(form, answers={"name": "Li", "phone": "13987650001"}))
    retire_line(line=sensors, by=ada, at=LATELY)

    arrive(post_form(form, answers={"name": "Li", "phone": "13987650001"}))
    arrive(post_form(form, answers={"name": "Wu", "phone": "13987650002"}))

    assert [lead.product_line for lead in Lead.objects.order_by("pk")] == [sensors, pumps]


def test_the_last_line_on_offer_stays(ada, lines) -> None:
    for line in lines[:2]:
        retire_line(line=line, by=ada, at=LATELY)
    with pytest.raises(LastLine):
        retire_line(line=lines[2], by=ada, at=LATELY)
    assert signed_in(ada).post(f"/settings/product-lines/{lines[2].code}/retire/").status_code == 409


def test_a_restored_line_comes_last_and_nothing_is_done_twice(ada, lines) -> None:
    retire_line(line=lines[0], by=ada, at=LATELY)
    with pytest.raises(LineRetired):
        retire_line(line=lines[0], by=ada, at=LATELY)
    with pytest.raises(LineRetired):
        move_line(line=lines[0], up=True, by=ada, at=NINE)

    assert signed_in(ada).post(f"/settings/product-lines/{lines[0].code}/restore/").status_code == 302

    assert names() == ["Pumps", "Valves", "Sensors"]
    with pytest.raises(LineOnOffer):
        restore_line(line=lines[0], by=ada, at=LATELY)
