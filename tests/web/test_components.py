"""Components as pages use them."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation
from django.utils.safestring import SafeString

from wutong.platform import cells
from wutong.web.sample import sample_context

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)


def draw(source: str, address: str = "/", **context: object) -> str:
    request = RequestFactory().get(address)
    with translation.override("en"):
        return Template("{% load wutong %}" + source).render(Context({"request": request, **context}))


def test_a_changed_filter_goes_back_to_the_first_page() -> None:
    drawn = draw('{% url_with stage="mql" %}', "/leads/?q=zhou&after=abc")

    assert drawn == "?q=zhou&amp;stage=mql"


def test_paging_keeps_the_filter_and_turns_one_way() -> None:
    assert draw('{% url_with before="x" %}', "/leads/?q=zhou&after=abc") == "?q=zhou&amp;before=x"


def test_a_search_keeps_the_other_conditions() -> None:
    drawn = draw('{% search_box placeholder="Name" %}', "/leads/?stage=mql&stage=sql&q=zhou&after=abc")

    assert drawn.count('name="stage"') == 2
    assert 'name="after"' not in drawn
    assert 'value="zhou"' in drawn


@pytest.mark.parametrize(
    ("sort", "order", "following"),
    [("", None, "-score"), ("-score", "descending", "score"), ("score", "ascending", "-score")],
)
def test_a_column_head_says_its_order_and_links_the_other(sort: str, order: str | None, following: str) -> None:
    drawn = draw('{% th "Score" sort="score" %}', f"/?sort={sort}")

    assert f"sort={following}" in drawn
    assert (f'aria-sort="{order}"' in drawn) if order else ("aria-sort" not in drawn)


@pytest.mark.parametrize(
    ("left", "state", "text"),
    [
        (timedelta(minutes=4, seconds=12), "calm", "4 min 12 s left"),
        (timedelta(minutes=1, seconds=30), "soon", "1 min 30 s left"),
        (-timedelta(minutes=4), "late", "4 min overdue"),
        (-timedelta(hours=2, minutes=5), "late", "2 h 5 min overdue"),
    ],
)
def test_a_timer_is_drawn_by_the_server(left: timedelta, state: str, text: str) -> None:
    drawn = draw("{% timer due_at now=now %}", due_at=NOON + left, now=NOON)

    assert f'data-state="{state}"' in drawn
    assert text in drawn


def test_a_timer_outside_working_hours_does_not_run() -> None:
    drawn = draw("{% timer None starts_at=start now=now %}", start=NOON + timedelta(hours=9), now=NOON)

    assert 'data-state="waiting"' in drawn
    assert "data-timer=" not in drawn


def test_screen_readers_hear_the_state_and_not_the_seconds() -> None:
    drawn = draw("{% timer due_at now=now %}", due_at=NOON + timedelta(minutes=4), now=NOON)

    assert '<span data-timer-text aria-hidden="true">' in drawn
    assert "In time" in drawn


def test_a_field_ties_its_error_to_its_input() -> None:
    class Sample(forms.Form):
        phone = forms.CharField(label="Phone", help_text="Eleven digits.")

    drawn = draw("{% field form.phone %}", form=Sample({"phone": ""}))

    assert 'aria-invalid="true"' in drawn
    assert 'aria-describedby="id_phone_helptext id_phone_error"' in drawn
    assert 'id="id_phone_error" role="alert"' in drawn


def test_words_from_outside_are_escaped_everywhere() -> None:
    evil = "<script>alert(1)</script>"
    source = (
        "{% badge evil %}{% avatar evil %}{% stage_badge evil %}{% masked evil copy=evil %}"
        "{% figure evil evil note=evil %}"
        "{% empty_state evil evil %}{% error_line evil code=evil %}{% toast evil %}{% definition evil evil %}"
        "{% timeline label=evil %}{% timeline_item at=now icon='eye' title=evil who=evil %}{{ evil }}"
        "{% endtimeline_item %}"
        "{% endtimeline %}{% side_panel title=evil %}{{ evil }}{% endside_panel %}"
        "{% data_table caption=evil %}<tr>{% th evil sort='x' %}</tr>{% enddata_table %}"
    )

    assert "<script>" not in draw(source, evil=evil, now=NOON)


def test_an_undo_is_a_form_that_works_without_script() -> None:
    drawn = draw('{% toast "Gave 24 leads to Lin" undo="/undo/7/" %}', csrf_token="abc")

    assert '<form method="post" action="/undo/7/"' in drawn
    assert 'name="csrfmiddlewaretoken" value="abc"' in drawn


def test_an_empty_rail_is_not_drawn() -> None:
    assert draw("{% rail 'Related' %}  {% endrail %}") == ""


def test_a_pager_has_no_way_back_on_the_first_page() -> None:
    drawn = draw('{% pager total=1284 after="abc" %}')

    assert "?after=abc" in drawn
    assert 'rel="prev"' not in drawn
    assert "1,284 in total" in drawn


def test_no_component_carries_a_style() -> None:
    request = RequestFactory().get("/")
    request.user = SimpleNamespace(is_authenticated=True, full_name="林晓", role="admin", pk=1)
    page = Template('{% extends "web/components_page.html" %}')
    drawn = page.render(Context({"request": request, **sample_context()}))

    assert "style=" not in drawn
    assert "<style" not in drawn


def test_rows_and_cards_say_what_they_are_told_and_nothing_in_it_is_markup() -> None:
    sharp = '<i>"Northwind" & co</i>'
    told: list[cells.Cell] = [
        cells.Head(sharp, "/a?b&c", note=sharp, is_cut=True, face=sharp, mark=("circle-check", sharp)),
        cells.Text(sharp, is_cut=True),
        cells.Text(""),
        cells.Link(sharp, "/a?b&c"),
        cells.Colleague(sharp),
        cells.Stage("sal", sharp),
        cells.Warnings([sharp, sharp]),
        cells.Number(None),
        cells.Score(None),
        cells.Money(None, "CNY", is_short=True),
    ]
    row = cells.Row(told, cells.Tick("transfer", UUID(int=1), sharp), is_late=True)
    ways = cells.Ways(url=f"/move?{sharp}", version=3, buttons=SafeString("<button>"))
    given: dict[str, Any] = {
        "name": sharp,
        "url": "/a",
        "company": sharp,
        "owner": sharp,
        "step": sharp,
        "currency": "CNY",
    }
    card = cells.BoardCard(
        public_id=UUID(int=2), column="won", amount=None, due_on=None, warnings=[sharp], ways=ways, **given
    )

    lead = cells.LeadRow(
        public_id=UUID(int=3),
        shown_as=sharp,
        url="/a?b&c",
        work_url="/a?b&c",
        face=sharp,
        name=sharp,
        note=sharp,
        lines=[sharp, sharp],
        clock=None,
        step_at=None,
        touched_at=None,
        told=sharp,
        code="A1",
        score=3,
        score_means=sharp,
        is_late=True,
        is_open=True,
        is_out_of_band=True,
        tick=row.tick,
    )

    drawn = draw(
        "{% table_rows rows %}{% lead_row lead %}{% board_card card %}<b>asked</b>{% endboard_card %}",
        rows=[row],
        lead=lead,
        card=card,
        csrf_token="t",
    )

    assert "<i>" not in drawn
    assert 'title="<' not in drawn
    assert drawn.count("&lt;i&gt;&quot;Northwind&quot; &amp; co&lt;/i&gt;") >= 24
    assert drawn.count("—") >= 4
    assert "<b>asked</b>" in drawn
    assert 'data-version="3"' in drawn
