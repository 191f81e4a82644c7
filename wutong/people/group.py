"""Groups of companies: a parent and its subsidiaries, to any depth.

Each company names its parent; whatever is above or below is read by one recursive query. Whoever changes a parent does
so one at a time, so that two changes cannot close a circle between them.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext_lazy as _

from wutong.people.models import Account
from wutong.platform.refusal import Refusal
from wutong.platform.rows import execute, id_array

MOST_SHOWN = 500
_TREE_LOCK = 0x77740007
_ABOVE = """
WITH RECURSIVE above(id, parent_id, n) AS (
    SELECT id, parent_id, 0 FROM people_account WHERE id = %(id)s
    UNION ALL
    SELECT a.id, a.parent_id, n + 1 FROM people_account a JOIN above ON a.id = above.parent_id
) CYCLE id SET is_circle USING path
SELECT id FROM above WHERE n > 0 ORDER BY n
"""
_ALL_ABOVE = """
WITH RECURSIVE above(id, parent_id) AS (
    SELECT id, parent_id FROM people_account WHERE id = ANY(%(ids)s::bigint[])
    UNION
    SELECT a.id, a.parent_id FROM people_account a JOIN above ON a.id = above.parent_id
)
SELECT id, parent_id FROM above
"""
_BELOW = """
WITH RECURSIVE below(id, depth) AS (
    SELECT id, 0 FROM people_account WHERE id = ANY(%(ids)s::bigint[])
    UNION ALL
    SELECT a.id, depth + 1 FROM people_account a JOIN below ON a.parent_id = below.id
    WHERE a.merged_into_id IS NULL
) SEARCH DEPTH FIRST BY id SET place CYCLE id SET is_circle USING path
SELECT id, depth FROM below ORDER BY place LIMIT %(most)s
"""


class CircleOfParents(Refusal):
    """A company would stand below itself."""

    code = "circle_of_parents"
    message = _("This company stands below the other already. Take it out of there first.")


@dataclass(frozen=True)
class Kin:
    """A company of a group, and how far below the top it stands."""

    account: Account
    depth: int


def lock_groups() -> None:
    """Wait until nobody else changes who belongs to whom; held until the caller's transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TREE_LOCK])


def ids_above(account: Account) -> list[int]:
    """The ids of the parent, the parent's parent and so on. One query."""
    return [pk for (pk,) in execute(_ABOVE, id=account.pk)]


def parents_above(ids: Collection[int]) -> dict[int, int | None]:
    """The parent of each of ``ids`` and of all that stand above them. One query."""
    return dict(execute(_ALL_ABOVE, ids=id_array(ids))) if ids else {}


def ids_below(accounts: Iterable[Account], *, most: int = 10_000) -> list[int]:
    """The ids of ``accounts`` and all their subsidiaries, to any depth. One query."""
    return [pk for pk, _depth in execute(_BELOW, ids=[account.pk for account in accounts], most=most)]


def group_of(account: Account) -> Sequence[Kin]:
    """The whole group of a company in the order of its tree, its top first; the company alone where there is none."""
    above = ids_above(account)
    rows = execute(_BELOW, ids=[above[-1] if above else account.pk], most=MOST_SHOWN)
    accounts = Account.objects.defer("search_keys", "name_grams").in_bulk([pk for pk, _depth in rows])
    return [Kin(accounts[pk], depth) for pk, depth in rows]


def refuse_circle(account: Account, parent: Account) -> None:
    """Refuse a parent that stands below ``account``; the groups are locked.

    Raises:
        CircleOfParents: see there.
    """
    if account == parent or account.pk in ids_above(parent):
        raise CircleOfParents
