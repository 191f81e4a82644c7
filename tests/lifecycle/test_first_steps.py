"""The first run of a company."""

import pytest

from tests.cast import LATELY, arrive, hit, post_form, signed_in
from wutong.lifecycle.first_steps import STEPS, first_steps
from wutong.lifecycle.models import ProductLine
from wutong.lifecycle.product_lines import LineStands, add_line, rename_line
from wutong.platform.models import AuditEntry, Organisation

pytestmark = pytest.mark.django_db


def settled() -> set[str]:
    return {one.step.code for one in first_steps() if one.is_settled}


def test_each_step_is_proved_by_what_is_there(ada, form) -> None:
    assert settled() == set()

    Organisation.objects.update(name="Northwind")
    add_line(name="Sensors", by=ada, at=LATELY)
    assert settled() == {"organisation", "product_lines"}
    arrive(hit(site=form.site, visitor="c1", at=LATELY))
    shown = {one.step.code: one for one in first_steps()}
    assert shown["website"].proof == LATELY
    arrive(post_form(form, visitor="c1"))
    assert settled() == set(STEPS) - {"team"}


def test_the_list_goes_away_once_every_step_is_done_or_left_out(ada) -> None:
    client = signed_in(ada)
    assert "Get going" in client.get("/").text

    for code in STEPS:
        assert client.post(f"/first-steps/{code}/skip/").status_code == 302

    assert first_steps() == []
    assert "Get going" not in client.get("/").text
    assert client.post("/first-steps/nonsense/skip/").status_code == 404
    assert AuditEntry.objects.filter(action="organisation.step_skipped").count() == len(STEPS)


def test_a_demo_needs_no_first_run(ada) -> None:
    Organisation.objects.update(is_demo=True)

    assert first_steps() == []


def test_product_lines_are_added_and_renamed_and_stand_once(ada) -> None:
    client = signed_in(ada)

    assert client.post("/settings/product-lines/", {"name": "Sensors"}).status_code == 302
    assert client.post("/settings/product-lines/", {"name": "Sensors"}).status_code == 422
    line = ProductLine.objects.get(own_name="Sensors")
    assert client.post(f"/settings/product-lines/{line.code}/", {"name": "Meters"}).status_code == 302
    assert "Meters" in client.get("/settings/product-lines/").text
    other = add_line(name="Pumps", by=ada, at=LATELY)
    with pytest.raises(LineStands):
        rename_line(line=other, name="Meters", by=ada, at=LATELY)
