"""All names that a company is known by: its own, its aliases, those of entries that were found to be it."""

from collections.abc import Iterable, Sequence

from wutong.people.accounts import names_of
from wutong.people.models import Account
from wutong.platform.rows import execute

_OTHERS = """
WITH RECURSIVE entry(id, into_id) AS (
    SELECT id, id FROM unnest(%(ids)s::bigint[]) AS given(id)
    UNION ALL
    SELECT a.id, e.into_id FROM people_account a JOIN entry e ON a.merged_into_id = e.id
)
SELECT e.into_id, a.name FROM entry e JOIN people_account a ON a.id = e.id WHERE e.id <> e.into_id
UNION ALL
SELECT e.into_id, l.name FROM entry e JOIN people_accountalias l ON l.account_id = e.id
"""


def other_names(accounts: Sequence[Account]) -> dict[int, list[str]]:
    """The names beside its own of each of ``accounts``, by id. One query for any number of them."""
    found: dict[int, list[str]] = {account.pk: [] for account in accounts}
    for pk, name in execute(_OTHERS, ids=list(found)) if found else ():
        found[pk].append(name)
    return {pk: sorted(names) for pk, names in found.items()}


def refresh_names(accounts: Iterable[Account]) -> None:
    """Let ``accounts``, whose rows are locked, be found by all their names. Opens no transaction."""
    given = list(accounts)
    others = other_names(given)
    for account in given:
        for column, value in names_of(account.name, others=others[account.pk]).items():
            setattr(account, column, value)
    Account.objects.bulk_update(given, ["name", "name_key", "sort_key", "search_keys", "brand", "name_grams"])
