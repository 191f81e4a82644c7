"""The steps that an arrival goes through, in their order."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from wutong.events.arrivals import AnyArrival
from wutong.stream.batch import Batch
from wutong.stream.forms import count_form_use, set_spam_aside
from wutong.stream.leads import give_leads, open_leads, pass_gate
from wutong.stream.ours import know_our_own
from wutong.stream.people import keep_answers, note_consent, settle_people
from wutong.stream.recognise import drop_doubles, look_up_sender_keys, recognise
from wutong.stream.store import count_scores, store_events
from wutong.stream.tell import tell_colleagues

Step = Callable[[Batch], None]

STEPS: tuple[Step, ...] = (
    look_up_sender_keys,
    drop_doubles,
    set_spam_aside,
    recognise,
    know_our_own,
    store_events,
    keep_answers,
    note_consent,
    settle_people,
    count_scores,
    open_leads,
    give_leads,
    pass_gate,
    count_form_use,
    tell_colleagues,
)


def work(arrivals: Sequence[AnyArrival], *, at: datetime, without: Collection[Step] = ()) -> Batch:
    """Take ``arrivals`` through every step. Opens no transaction; the caller commits all of it or nothing.

    Args:
        without: steps that are left out, because what they would decide is past and told.
    """
    batch = Batch(arrivals=sorted(arrivals, key=lambda arrival: (arrival.occurred_at, arrival.id)), at=at)
    for step in STEPS:
        if step not in without:
            step(batch)
    return batch
