"""The lists that can be written to files, by the code in an address: one module each, whose columns stand beside what
fills them.
"""

from collections.abc import Mapping

from wutong.exchange.lists.accounts import ACCOUNTS
from wutong.exchange.lists.contracts import CONTRACTS
from wutong.exchange.lists.layout import Layout, List, layout_of
from wutong.exchange.lists.leads import LEADS
from wutong.exchange.lists.opportunities import OPPORTUNITIES
from wutong.exchange.lists.people import PEOPLE

LISTS: Mapping[str, List] = {
    "people": PEOPLE,
    "leads": LEADS,
    "accounts": ACCOUNTS,
    "opportunities": OPPORTUNITIES,
    "contracts": CONTRACTS,
}
"""By the code in an address."""

__all__ = ["LISTS", "Layout", "List", "layout_of"]
