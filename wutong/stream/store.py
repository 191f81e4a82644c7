"""Steps that keep the events and count what they are worth."""

from wutong.events.arrivals import AnyArrival, Capture, FormPost, Hit
from wutong.events.hot import HotRow, insert_many
from wutong.events.pages import path_of
from wutong.events.touch import Touch, classify, host_of
from wutong.people.models import Person
from wutong.scoring.acts import about
from wutong.scoring.score import Act, score_many
from wutong.stream.batch import Batch, Drop


def store_events(batch: Batch) -> None:
    """Put the events into the hot store; what was there already is dropped and counted."""
    people = {whose.person_id for whose in batch.recognised.whose.values()}
    own = set(Person.objects.filter(pk__in=people, is_own=True).values_list("pk", flat=True)) if people else set()
    rows = [_row(arrival, batch, own) for arrival in batch.arrivals]
    stored = insert_many(rows)
    batch.rows = {row.id: row for row in stored.rows}
    batch.drops[Drop.REPEATED] += len(stored.repeated)
    batch.drops[Drop.ID_REUSED] += len(stored.reused)


def count_scores(batch: Batch) -> None:
    """Add the new acts of people, not of machines, to their sums; our own have sums and no score."""
    acts = [
        Act(
            subject_id=row.subject_id,
            person_id=row.person_id,
            event=row.name,
            path=path_of(row.url),
            about=about(row.name, row.props),
            occurred_at=min(row.occurred_at, batch.at),
        )
        for row in batch.rows.values()
        if row.subject_id is not None and row.person_id is not None and not row.is_machine
    ]
    batch.scored = score_many(acts, at=batch.at)


def _row(arrival: AnyArrival, batch: Batch, own: set[int]) -> HotRow:
    whose = batch.recognised.whose.get(arrival.id)
    match arrival:
        case Hit(name=name, props=props):
            # The view by which somebody came was nobody's until they agreed, so agreeing carries where they came from.
            is_touch = name in ("page_viewed", "consent_given")
            touch = classify(arrival.url, arrival.ref) if is_touch else Touch("", "")
            if touch.channel and arrival.ref:
                props = {**props, "referrer": host_of(arrival.ref)}
        case FormPost(form=form):
            name, props, touch = "form_submitted", {"form": form}, Touch("", "")
        case Capture(staff="", api_key=key, channel=channel, campaign=campaign):
            name, props, touch = "lead_submitted", {"key": key}, Touch(channel, campaign)
        case Capture(staff=by, scope_id=scope, channel=channel, campaign=campaign):
            name, props, touch = "lead_entered", {"by": by, "scope": str(scope)}, Touch(channel, campaign)
    return HotRow(
        id=arrival.id,
        name=name,
        occurred_at=arrival.occurred_at,
        received_at=arrival.received_at,
        source=arrival.source,
        subject_id=whose.subject_id if whose else None,
        person_id=whose.person_id if whose else None,
        site_id=arrival.site_id,
        view_id=arrival.view,
        channel=touch.channel,
        campaign=touch.campaign,
        url=arrival.url,
        props=props,
        is_own=whose is not None and whose.person_id in own,
        is_machine=arrival.is_machine,
        digest=batch.digests[arrival.id],
    )
