"""What the rules of assignment see of leads."""

from collections.abc import Sequence

from django.db import connection

from wutong.lifecycle.models import Lead
from wutong.lifecycle.routing_rules import LeadFacts
from wutong.people.models import FieldValue
from wutong.people.regions import province_of
from wutong.scoring.in_force import models_in_force
from wutong.scoring.models import LineScore, PersonScore


def facts_of(leads: Sequence[Lead]) -> dict[int, LeadFacts]:
    """What rules see of ``leads``, by id; a handful of queries for all of them."""
    people = {lead.person_id for lead in leads}
    came = _how_they_came(leads)
    lines = models_in_force().lines
    scores = {score.person_id: score.code for score in PersonScore.objects.filter(person__in=people)}
    by_line = {(one.person_id, one.product_line): one.code for one in LineScore.objects.filter(person__in=people)}
    stated = dict(
        FieldValue.objects.filter(person__in=people, field="region")
        .order_by("observed_at")
        .values_list("person_id", "value")
    )
    codes = {lead.pk: lead.product_line.code for lead in leads}
    return {
        lead.pk: LeadFacts(
            channel=lead.channel,
            campaign=lead.campaign,
            site=came.get(lead.created_by_event_id, (None, ""))[0],
            form=came.get(lead.created_by_event_id, (None, ""))[1],
            product_line=codes[lead.pk],
            region=province_of(stated.get(lead.person_id, ""))
            or province_of(lead.account.name if lead.account else ""),
            is_account_known=lead.account_id is not None,
            grade=by_line.get((lead.person_id, codes[lead.pk]), "")
            if codes[lead.pk] in lines
            else scores.get(lead.person_id, "D4"),
        )
        for lead in leads
    }


def _how_they_came(leads: Sequence[Lead]) -> dict[object, tuple[int | None, str]]:
    """Website and form of the event that opened each lead."""
    events = [lead.created_by_event_id for lead in leads if lead.created_by_event_id is not None]
    if not events:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, site_id, coalesce(props->>'form', '') FROM event WHERE id = ANY(%s)", [events])
        return {id: (site_id, form) for id, site_id, form in cursor.fetchall()}
