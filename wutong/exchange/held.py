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
    sweep("files of imports", sweep_imports)  # by what was put right as well: that goes after it
    sweep("faulty rows of imports", _faulty)
    sweep("files of exports", sweep_exports)


def _faulty(whom: Whom) -> int:
    """Rows that could not be imported as they are, or were put right, by an address in any of their cells."""
    told, gone = [one.lower() for one in addresses_of(whom)], 0
    with connection.cursor() as cursor:
        for table, cells in (
            ("exchange_faultyrow", "cells::text"),
            ("exchange_correctedrow", "before::text"),
            ("exchange_correctedrow", "cells::text"),
        ):
            cursor.execute(f"DELETE FROM {table} WHERE {sql_told_in(cells)}", {"told": told})  # noqa: S608  # constants
            gone += int(cursor.rowcount)
    return gone
