"""The demo company's life: made once, completed when something is missing, begun anew on request."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from wutong.events.lake.jobs import export_news
from wutong.events.models import Site
from wutong.lifecycle.founding import ensure_defaults
from wutong.lifecycle.gate import enter_gate, lately_in_gate
from wutong.people.models import Person
from wutong.platform.models import Organisation
from wutong.sandbox import company
from wutong.sandbox.accounts import know_companies
from wutong.sandbox.ending import LOCK, CompanyIsReal, empty_database, throw_away_files
from wutong.sandbox.history import FULL, Scale, live_through
from wutong.sandbox.imported import import_lists
from wutong.sandbox.own_fields import ensure_own_fields
from wutong.sandbox.rights import ensure_rights
from wutong.sandbox.saved_views import ensure_saved_views
from wutong.sandbox.staffing import found
from wutong.sandbox.tags import ensure_tags

_ALL_OF_THE_PAST = timedelta(days=1_000)


def ensure_demo(*, at: datetime, scale: Scale = FULL) -> list[tuple[str, str, str]]:
    """Make the demo company with half a year of history, unless it is there; safe to call at every start.

    Returns:
        role, e-mail address and password of each colleague when they were made just now, else nothing.

    Raises:
        CompanyIsReal: see there.
    """
    logins: list[tuple[str, str, str]] = []
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        organisation = Organisation.objects.first()
        if organisation is not None and not organisation.is_demo:
            raise CompanyIsReal
        if organisation is None:
            logins = found(at=at)
    if Person.objects.exists():
        ensure_defaults(at=at)
    else:
        live_through(at=at, scale=scale)
        import_lists(at=at)
        _pass_gate(at=at)
    _go_on(at=at)
    return logins


def reset_demo(*, at: datetime, scale: Scale = FULL) -> list[tuple[str, str, str]]:
    """Empty the database and the lake, and make the demo company again under the same site key.

    Raises:
        CompanyIsReal: see there.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        # Pages that are open in a browser, and the sandbox itself, go on under the key they know.
        key = Site.objects.filter(name=company.SITE_NAME).values_list("key", flat=True).first()
        empty_database(cursor)
        logins = found(at=at, site_key=key)
    throw_away_files()
    live_through(at=at, scale=scale)
    import_lists(at=at)
    _pass_gate(at=at)
    _go_on(at=at)
    return logins


def _go_on(*, at: datetime) -> None:
    """What is made once, also in a demo that an earlier release has founded."""
    ensure_tags(at=at)
    know_companies(at=at)
    ensure_own_fields(at=at)
    ensure_saved_views(at=at)
    ensure_rights(at=at)


def _pass_gate(*, at: datetime) -> None:
    """Let in whom the past has left before the score gate.

    Else the first job after the start would make dozens of MQLs at once, and no figure of the first minutes would hold.
    """
    for people in lately_in_gate(since=at - _ALL_OF_THE_PAST):
        with transaction.atomic():
            enter_gate(people, at=at)


def fill_lake() -> int:
    """Bring the past into the lake, so that reports have figures from the first minute; returns how many rows."""
    return export_news()
