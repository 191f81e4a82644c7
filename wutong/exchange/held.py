"""What this capability holds about people."""

from django.db import connection
from django.utils.translation import gettext_lazy as _

from wutong.exchange.models import ImportedRow
from wutong.exchange.sweeping import sweep_exports, sweep_imports
from wutong.people.holdings import Whom, hold, sweep
from wutong.people.telling import addresses_of, sql_told_in


def register_holdings() -> None:
    """Called once, when everything is loaded."""
    hold(ImportedRow, _("Rows of imported files"), people=(), subjects="subject", is_copied=False)
    sweep("faulty rows of imports", _faulty)
    sweep("files of imports", sweep_imports)
    sweep("files of exports", sweep_exports)


def _faulty(whom: Whom) -> int:
    """Rows that could not be imported as they are, by an address in any of their cells."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM exchange_faultyrow WHERE {sql_told_in('cells::text')}",  # noqa: S608  # a constant
            {"told": [one.lower() for one in addresses_of(whom)]},
        )
        return int(cursor.rowcount)
