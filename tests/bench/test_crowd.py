"""The company that pages are measured in can be made with today's tables, and looks like one."""

import pytest
from django.db import connection
from django.db.models import Count

from bench import crowd
from bench.crowd_lists import prepare
from wutong.lifecycle.models import Contract, Lead, StageVisit
from wutong.people.models import Person
from wutong.platform.models import Staff
from wutong.sales.models import Opportunity

PEOPLE = 8000
"""Enough that a stage with one of twenty of the last month's leads is never empty by chance."""


@pytest.mark.once
@pytest.mark.usefixtures("site", "mei", "lin")
@pytest.mark.django_db
def test_a_small_crowd_has_leads_deals_and_contracts() -> None:
    prepare(companies=200, given_names=3)
    with connection.cursor() as cursor:
        for statement in crowd.statements(people=PEOPLE, measure="page_viewed:0"):
            cursor.execute(statement)

    assert Person.objects.filter(search_keys__len__gt=0).count() == PEOPLE * (1 - crowd.VISITORS)
    stages = dict(Lead.objects.values_list("stage").annotate(n=Count("pk")))
    assert sum(stages.values()) == PEOPLE * (1 - crowd.VISITORS) * crowd.LEADS
    assert {"nurture", "mql", "sal", "sql", "opportunity", "won", "lost"} <= set(stages)
    assert StageVisit.objects.filter(machine="lead", left_at=None).count() == Lead.objects.count()
    assert Opportunity.objects.count() == stages["opportunity"] + stages["won"] + stages["lost"]
    assert Contract.objects.count() == stages["won"]
    assert Staff.objects.filter(email=crowd.MANAGER).exists()
