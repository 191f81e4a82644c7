"""What this capability holds about people."""

from django.db import connection
from django.utils.translation import gettext_lazy as _

from wutong.exchange.models import ImportedRow
from wutong.exchange.sweeping import sweep_exports, sweep_imports
from wutong.people.holdings import Whom, hold, sweep

_TELLING = 7
"""A shorter value than this may stand in a cell by chance."""


def register_holdings() -> None:
    """Called once, when everything is loaded."""
    hold(ImportedRow, _("Rows of imported files"), people=(), subjects="subject", is_copied=False)
    sweep("faulty rows of imports", _faulty)
    sweep("files of imports", sweep_imports)
    sweep("files of exports", sweep_exports)


def _faulty(whom: Whom) -> int:
    """Rows that could not be imported as they are, by an address in any of their cells."""
    told = {value.removeprefix("+86") for value in whom.values}
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM exchange_faultyrow WHERE lower(cells::text) LIKE ANY(%s)",
            [[f"%{one.lower()}%" for one in sorted(told) if len(one) >= _TELLING and "%" not in one]],
        )
        return int(cursor.rowcount)
