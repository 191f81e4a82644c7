"""The end of a demo: its data are thrown away, to begin it anew or to begin with a real company."""

import shutil
from datetime import datetime
from pathlib import Path

from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_lazy as _

from wutong.config import config
from wutong.people.models import IdentityRules
from wutong.people.rebuild import VERSION
from wutong.platform.first_run import ensure_company
from wutong.platform.models import Organisation
from wutong.platform.refusal import Refusal
from wutong.privacy import tombstones

LOCK = 7_310_001
"""The advisory lock under which a company is made."""
LOGINS_FILE = "demo-logins.txt"
_KEPT_TABLES = ("django_migrations", "django_content_type", "platform_keycheck")
_PATIENCE_S = 15


class CompanyIsReal(Refusal):
    """The database belongs to a company that is not a demo."""

    code = "company_is_real"
    message = _("This is a real company. Try the demo in another data folder, or start without --demo.")


class StillBusy(Refusal):
    """Others write all the time, so the tables cannot be emptied."""

    code = "demo_still_busy"
    message = _("The demo is busy. Nothing was deleted; pause its visitors and try again.")


def delete_demo(*, at: datetime) -> str:
    """Turn the demo into an empty real company: people, colleagues, forms, files and figures are gone for good.

    Returns:
        the path of the one-time link by which its first administrator takes over.

    Raises:
        CompanyIsReal, StillBusy: see there.
    """
    try:
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            empty_database(cursor)
    except OperationalError as error:  # somebody held a table for longer than we wait, or waited for one of ours
        raise StillBusy from error
    throw_away_files()
    link = ensure_company(at=at)
    if link is None:
        raise CompanyIsReal  # somebody has taken it over at this very moment
    return link


def empty_database(cursor: CursorWrapper) -> None:
    """Empty every table of a demo, and its lake. The schema stays. Opens no transaction.

    Raises:
        CompanyIsReal: see there.
    """
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if not Organisation.objects.filter(is_demo=True).exists():
        raise CompanyIsReal
    cursor.execute(f"SET LOCAL lock_timeout = '{_PATIENCE_S}s'")
    tables = [name for name in connection.introspection.table_names(cursor) if _is_emptied(name)]
    quoted = ", ".join(connection.ops.quote_name(name) for name in tables)
    cursor.execute(f"TRUNCATE {quoted} RESTART IDENTITY CASCADE")
    # Ids begin anew, so a job that still waits would do its work on somebody else.
    cursor.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo'")
    # The schema itself stays: what the analyst's role may read is granted on it.
    cursor.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'lake'")
    for (name,) in cursor.fetchall():
        cursor.execute(f"DROP TABLE lake.{name} CASCADE")
    # As a migration leaves it: else all identities of the next company would be computed anew within the hour.
    IdentityRules.objects.create(built_by_version=VERSION)


def throw_away_files() -> None:
    """Remove what lies beside the database: the lake, uploads, caught mail, passwords. The key file stays."""
    folder = config().data_dir
    if "://" not in config().lake_url:
        shutil.rmtree(Path(config().lake_url), ignore_errors=True)
    shutil.rmtree(folder / "files", ignore_errors=True)
    tombstones.path().unlink(missing_ok=True)  # a demo begun anew has the same people as before
    (folder / "sandbox" / "outbox.jsonl").unlink(missing_ok=True)
    (folder / LOGINS_FILE).unlink(missing_ok=True)


def _is_emptied(table: str) -> bool:
    return table not in _KEPT_TABLES and not table.startswith("procrastinate_")
