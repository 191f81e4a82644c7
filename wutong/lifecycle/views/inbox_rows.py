"""The rows of the lead inbox as they are drawn."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from wutong.lifecycle.inbox import Row
from wutong.lifecycle.models import Lead, Stage
from wutong.lifecycle.views.asked import Asked
from wutong.platform.cells import LeadRow, Tick, addresses
from wutong.platform.models import Staff
from wutong.platform.permissions import may


def drawn_rows(
    rows: Iterable[Row], *, asked: Asked, reader: Staff, opened: Lead | None = None, is_out_of_band: bool = False
) -> list[LeadRow]:
    """Rows as ``{% lead_row row %}`` takes them, with a box to tick for whoever gives leads away.

    Args:
        opened: the lead that stands beside the list.
        is_out_of_band: whether they ride on another answer.
    """
    inbox, work, query = reverse("lifecycle:inbox"), addresses("lifecycle:work"), asked.query
    gives_away, means, select = (
        may(reader, "routing.manage"),
        _("Fit and behaviour, and the score"),
        _("Select %(name)s"),
    )
    drawn = []
    for row in rows:
        lead, name = row.lead, row.name
        chosen = f"{lead.public_id}:{lead.owner_id or '-'}"
        drawn.append(
            LeadRow(
                public_id=lead.public_id,
                shown_as=f"{lead.public_id}.{lead.version}",
                url=f"{inbox}?{query}&lead={lead.public_id}",
                work_url=f"{work.of(lead.public_id)}?{query}",
                face=lead.person.full_name,
                name=name,
                note=lead.person.title,
                lines=(_joined(row.company, row.read_lately), _how_it_stands(row, asked.view)),
                clock=(row.clock.due_at, row.clock.counts_from) if row.clock is not None else None,
                step_at=lead.next_step_at if row.shows_step else None,
                touched_at=lead.last_touch_at if lead.first_contact_at is not None else None,
                told=row.told,
                code=row.code,
                score=row.score,
                score_means=means,
                is_late=row.is_late,
                is_open=opened is not None and opened.pk == lead.pk,
                is_out_of_band=is_out_of_band,
                tick=Tick("give-many", chosen, select % {"name": name}) if gives_away else None,
            )
        )
    return drawn


def _how_it_stands(row: Row, view: str) -> str:
    """What was said when it was handed over; else how far contacts have come, and what is next."""
    lead, given = row.lead, row.given
    if given is None:
        stage = lead.get_stage_display() if view == "all" or lead.stage != Stage.NEW else ""
        return _joined(stage, str(row.contact_status), lead.next_step)
    return _("from %(name)s: intent %(intent)s, budget %(budget)s, %(period)s") % {
        "name": given.sent_by.full_name,
        "intent": given.get_intent_display(),
        "budget": given.budget,
        "period": given.get_project_period_display(),
    }


def _joined(*parts: str) -> str:
    return " · ".join(filter(None, parts))
