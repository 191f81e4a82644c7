"""The rows of the list of people."""

import math
from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from wutong.lifecycle.list_columns import Columns
from wutong.people.models import Reach
from wutong.platform.cells import Cell, Head, Link, Moment, Row, Score, Stage, Text, Tick, addresses


def rows_of_people(people: Iterable[Any], columns: Columns, *, may_choose: bool) -> list[Row]:
    """The columns that are shown of each, with a box to tick if one ``may_choose``.

    Args:
        people: as :func:`wutong.lifecycle.people_list.people_for` finds them, with their ``own_cells``.
    """
    people_at, inbox = addresses("lifecycle:person"), reverse("lifecycle:inbox")
    visitor, select, reaches = _("Visitor"), _("Select %(name)s"), dict(Reach.choices)

    def cells(one: Any) -> Iterator[tuple[str, Cell]]:
        lead = one.lead or {}
        yield "company", Text(one.company_name, col=2)
        yield "score", Score(None if one.score_value is None else math.floor(one.score_value + 0.5))
        yield "stage", Stage(lead["stage"]) if lead else Text(str(reaches[one.reach]))
        yield "owner", Text(lead.get("owner") or "", col=3)
        yield "seen", Moment(one.last_seen_at, col=2)
        if lead and not lead["is_contacted"]:
            yield "next", Link(_("Make first contact"), f"{inbox}?view=all&lead={lead['id']}", col=3)
        else:
            yield "next", Text(lead.get("next_step", ""), col=3)

    rows = []
    for one in people:
        name = one.full_name or visitor
        head = Head(name, people_at.of(one.public_id), note=one.title, face=one.full_name)
        shown = [cell for code, cell in cells(one) if code in columns.shown]
        own = columns.own_cells(one.own_cells)
        tick = Tick("tag-many", one.public_id, select % {"name": name}) if may_choose else None
        rows.append(Row([head, *shown, *own], tick))
    return rows
