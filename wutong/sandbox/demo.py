"""The demo company's life: made once, completed when something is missing, thrown away on request."""

import shutil
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from wutong.config import config
from wutong.events.models import Site
from wutong.people.models import Person
from wutong.platform.models import Organisation
from wutong.platform.refusal import Refusal
from wutong.sandbox import company
from wutong.sandbox.history import FULL, Scale, live_through
from wutong.sandbox.staffing import found

_LOCK = 7_310_001  # the advisory lock under which a company is made
_KEPT_TABLES = ("django_migrations", "django_content_type")


class CompanyIsReal(Refusal):
    """The database belongs to a company that is not a demo."""

    code = "company_is_real"
    message = "This database holds a real company. Use another data folder to try the demo."


def ensure_demo(*, at: datetime, scale: Scale = FULL) -> list[tuple[str, str, str]]:
    """Make the demo company with half a year of history, unless it is there; safe to call at every start.

    Returns:
        role, e-mail address and password of each colleague when they were made just now, else nothing.

    Raises:
        CompanyIsReal: see there.
    """
    logins: list[tuple[str, str, str]] = []
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        organisation = Organisation.objects.first()
        if organisation is not None and not organisation.is_demo:
            raise CompanyIsReal
        if organisation is None:
            logins = found(at=at)
    if not Person.objects.exists():
        live_through(at=at, scale=scale)
    return logins


def reset_demo(*, at: datetime, scale: Scale = FULL) -> list[tuple[str, str, str]]:
    """Empty the database and the lake, and make the demo company again under the same site key.

    Raises:
        CompanyIsReal: see there.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if Organisation.objects.filter(is_demo=False).exists():
            raise CompanyIsReal
        # Pages that are open in a browser, and the sandbox itself, go on under the key they know.
        key = Site.objects.filter(name=company.SITE_NAME).values_list("key", flat=True).first()
        tables = [name for name in connection.introspection.table_names(cursor) if _is_emptied(name)]
        quoted = ", ".join(connection.ops.quote_name(name) for name in tables)
        cursor.execute(f"TRUNCATE {quoted} RESTART IDENTITY CASCADE")
        # The schema itself stays: what the analyst's role may read is granted on it.
        cursor.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'lake'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TABLE lake.{name} CASCADE")
        logins = found(at=at, site_key=key)
    if "://" not in config().lake_url:
        shutil.rmtree(Path(config().lake_url), ignore_errors=True)
    live_through(at=at, scale=scale)
    return logins


def _is_emptied(table: str) -> bool:
    return table not in _KEPT_TABLES and not table.startswith("procrastinate_")
