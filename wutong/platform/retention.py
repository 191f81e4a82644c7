"""How long rows are kept. Every table that grows with what happens is registered here, with its time or its reason."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from psycopg import sql

from wutong.platform.models import Organisation

BATCH = 5_000
Keep = timedelta | Callable[[], timedelta]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Rows of ``table`` whose ``column`` lies further back than ``keep`` are removed, if ``where`` holds for them."""

    table: str
    column: str
    keep: Keep
    where: str = ""

    def kept_for(self) -> timedelta:
        return self.keep if isinstance(self.keep, timedelta) else self.keep()


_rules: list[Rule] = []
_kept: dict[str, str] = {}


def register(table: str, column: str, keep: Keep, *, where: str = "") -> None:
    """Remove rows of ``table`` that are older than ``keep``.

    Args:
        column: a timestamp or a date.
        where: a further condition, in SQL of ours; never of a user.
    """
    _rules.append(Rule(table=table, column=column, keep=keep, where=where))


def register_kept(table: str, *, because: str) -> None:
    """State that rows of ``table`` are not removed with time, and why that is right."""
    _kept[table] = because


def registered_tables() -> frozenset[str]:
    return frozenset({rule.table for rule in _rules} | _kept.keys())


def remove_what_is_past(*, at: datetime) -> dict[str, int]:
    """Remove what no rule keeps any longer, batch by batch: a long pile must not hold locks for minutes.

    Returns:
        how many rows left each table.
    """
    removed: dict[str, int] = {}
    for rule in _rules:
        before = at - rule.kept_for()
        while n := _remove_batch(rule, before=before):
            removed[rule.table] = removed.get(rule.table, 0) + n
            if n < BATCH:
                break
    return removed


def audit_kept_for() -> timedelta:
    """As the organisation has set it."""
    return timedelta(days=Organisation.objects.values_list("audit_kept_days", flat=True).first() or 1_095)


def _remove_batch(rule: Rule, *, before: datetime) -> int:
    query = sql.SQL(
        "DELETE FROM {table} WHERE ctid = ANY (ARRAY("
        "SELECT ctid FROM {table} WHERE {column} < %s AND {where} LIMIT %s FOR UPDATE SKIP LOCKED))"
    ).format(
        table=sql.Identifier(rule.table),
        column=sql.Identifier(rule.column),
        where=sql.SQL(f"({rule.where})" if rule.where else "true"),
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(query, [before, BATCH])
        return int(cursor.rowcount)


register("platform_notification", "changed_at", timedelta(days=90), where="read_at IS NOT NULL")
register("platform_notification", "changed_at", timedelta(days=365))
register("platform_senderkey", "created_at", timedelta(days=30))
register("platform_auditentry", "at", audit_kept_for)
register("platform_outgoingmail", "created_at", timedelta(days=30))
register("platform_dropcount", "on", timedelta(days=400))
register("platform_invitation", "expires_at", timedelta(days=30))
register("platform_resetask", "asked_at", timedelta(days=1))
register("platform_staffsession", "last_seen_at", timedelta(days=15))
register("platform_revealcount", "on", timedelta(days=400))
register("platform_keyrevealcount", "on", timedelta(days=400))
register("platform_jobfailure", "failed_at", timedelta(days=60))
register("django_session", "expire_date", timedelta())
register("axes_accessattempt", "attempt_time", timedelta(days=7))
register("axes_accessfailurelog", "attempt_time", timedelta(days=7))
register("axes_accesslog", "attempt_time", timedelta(days=7))
register_kept("platform_parkeditem", because="What arrived is kept until somebody retries or discards it.")
register_kept("platform_inboxblock", because="A block goes when it is worked through; what arrived is never aged out.")
register_kept("platform_organisation", because="There is one.")
register_kept("platform_rolelimits", because="At most one row a role.")
register_kept("platform_staff", because="Accounts are deactivated; what they did must keep its name.")
register_kept("platform_secondfactor", because="One row a colleague, until it is removed.")
register_kept("platform_recoverycode", because="Ten a colleague; used ones go with the next ten.")
register_kept("platform_apikey", because="A revoked key stays listed; what it did must keep its name.")
register_kept("platform_apirate", because="One row a key.")
for _name in ("savedview", "defaultview"):
    register_kept(f"platform_{_name}", because="A few a colleague, until they are removed.")
register_kept("platform_storedfile", because="A file goes with what uses it.")
register_kept("platform_calendarday", because="A few days a year, and past clocks are explained by them.")
