"""After a model was published: count from the events what nobody counted yet, and score everybody anew."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
from django.db import connection, transaction

from wutong.events.pages import path_of
from wutong.people.models import Person
from wutong.platform.rows import execute_with_rows
from wutong.scoring.acts import about
from wutong.scoring.definition import Measure, parsed
from wutong.scoring.in_force import Models, measures_of, models_in_force
from wutong.scoring.models import LineScore, ScoreModel, ScoreTerm
from wutong.scoring.score import Act, rescore, summed

PIECE = 500
"""People counted in one transaction: while it lasts the stream's counting waits."""

_STORE = """
INSERT INTO scoring_scoreterm (subject_id, person_id, measure, day, half_life_s, value, as_of, n)
SELECT subject_id, person_id, measure, day, half_life_s, value, as_of, n FROM json_to_recordset(%(rows)s::json) AS s(
    subject_id bigint, person_id bigint, measure text, day date, half_life_s float8, value float8, as_of timestamptz,
    n int)
"""


def recount(model: ScoreModel, *, at: datetime) -> None:
    """Bring everybody's sums and scores to ``model``, piece by piece. Safe to repeat and to break off.

    Acts older than the hot store's months are not counted again: with half-lives of weeks they are worth nothing.
    """
    models = models_in_force()
    uncounted = uncounted_measures(model, models)
    for people in _pieces():
        if uncounted:
            count_anew(people, uncounted, models)
        with transaction.atomic():
            rescore(people, at=at)
    kept = set(models.measures)
    ScoreTerm.objects.exclude(measure__in=kept).delete()
    LineScore.objects.exclude(product_line__in=models.lines).delete()
    ScoreModel.objects.filter(pk=model.pk).update(recounted_at=at)


def uncounted_measures(model: ScoreModel, models: Models) -> dict[str, Measure]:
    """Measures in force of which no complete sums are kept: those that no model counted just before."""
    retired = ScoreModel.objects.filter(product_line=model.product_line, retired_at=model.published_at)
    before = retired.order_by("-version").first()
    others = ScoreModel.objects.filter(state=ScoreModel.State.PUBLISHED).exclude(product_line=model.product_line)
    counted = [row for row in (before, *others) if row is not None and row.recounted_at is not None]
    known = measures_of(*(parsed(row.definition) for row in counted))
    return {key: measure for key, measure in models.measures.items() if key not in known}


def acts_of(people: Sequence[int], measures: dict[str, Measure]) -> Iterator[Act]:
    """What ``people`` did of the kinds that ``measures`` count, as the stream would have counted it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT subject_id, person_id, name, url, props, least(occurred_at, received_at) FROM event
            WHERE person_id = ANY(%s) AND name = ANY(%s) AND subject_id IS NOT NULL AND NOT is_machine AND NOT is_own
            """,
            [list(people), sorted({measure.event for measure in measures.values()})],
        )
        for subject_id, person_id, name, url, props, occurred_at in cursor.fetchall():
            yield Act(
                subject_id=subject_id,
                person_id=person_id,
                event=name,
                path=path_of(url),
                about=about(name, msgspec.json.decode(props)),  # Django's connections leave JSON as it is stored
                occurred_at=occurred_at,
            )


@transaction.atomic
def count_anew(people: Sequence[int], measures: dict[str, Measure], models: Models) -> None:
    """Replace the sums that ``measures`` have of ``people`` by what the hot store says."""
    with connection.cursor() as cursor:
        # Whoever has counted and not committed is waited for, so that its events are seen; whoever counts next waits
        # for us and adds to what we found. Nothing of ours is held meanwhile, so nobody waits in a circle.
        cursor.execute("LOCK TABLE scoring_scoreterm IN SHARE ROW EXCLUSIVE MODE")
    ScoreTerm.objects.filter(person__in=people, measure__in=measures).delete()
    terms = [term for term in summed(acts_of(people, measures), models) if term.measure in measures]
    if terms:
        execute_with_rows(_STORE, terms)


def _pieces() -> Iterator[list[int]]:
    last = 0
    current = Person.objects.current().order_by("pk").values_list("pk", flat=True)
    while piece := list(current.filter(pk__gt=last)[:PIECE]):
        yield piece
        last = piece[-1]
