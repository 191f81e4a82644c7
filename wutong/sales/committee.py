"""The buying committee: who has which part, and which chairs are empty."""

from collections.abc import Iterable

from wutong.people.models import Affiliation

CHAIRS = (
    Affiliation.BuyingRole.DECISION_MAKER,
    Affiliation.BuyingRole.CHAMPION,
    Affiliation.BuyingRole.USER,
    Affiliation.BuyingRole.FINANCE,
    Affiliation.BuyingRole.IT_SECURITY,
)
"""The parts that somebody should have in a deal of any size. An economic buyer fills the chair of finance."""


def empty_chairs(roles: Iterable[str]) -> list[Affiliation.BuyingRole]:
    """The :data:`CHAIRS` that ``roles`` leave empty."""
    held = set(roles)
    if Affiliation.BuyingRole.ECONOMIC_BUYER in held:
        held.add(Affiliation.BuyingRole.FINANCE)
    return [chair for chair in CHAIRS if chair not in held]
