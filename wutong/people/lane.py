"""The lane: whatever changes who is who passes one at a time.

One advisory lock for all, held until the caller's transaction ends. Locks on the touched components by themselves would
let more pass at once, but which components an observation touches is known only after they are read, and another
writer may have joined them by then.

The lane also keeps what the database does not. The tables that every act writes (identifiers, links, statements,
consents and what stands of them, stays, places in companies, scores) name identifiers and people without a foreign key,
whose checks took a third of an import's time: whoever adds to them has taken the lane or shares it, and nobody is
erased but in the lane. Whoever writes outside of it holds the identifiers by row locks
(:func:`wutong.people.identifiers.hold`, :func:`wutong.people.identifiers.hold_people`), or writes a row with a foreign
key beside. Whoever erases waits for them before looking for what there is
(:func:`wutong.people.identifiers.outwait_holders`). ``wutong identity rebuild --check`` tells of rows that lead to
something that is not there.
"""

from django.db import connection

_LANE = 0x77740002


def take() -> None:
    """Wait until nobody else changes who is who, and nobody relies on it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LANE])


def share() -> None:
    """Wait until nobody changes who is who; keep it as it is until what the caller writes about people is committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LANE])
