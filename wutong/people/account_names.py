"""All names that a company is known by: its own, its aliases, those of entries that were found to be it."""

from collections.abc import Iterable, Sequence

from wutong.people.accounts import names_of
from wutong.people.models import Account
from wutong.platform.rows import execute, id_array

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


def release_names(accounts: Sequence[Account]) -> None:
    """Let ``accounts``, whose rows are locked, be stored under their new ``name_key``. Opens no transaction.

    No two rows have one key: theirs are set aside, and so are those of entries that were merged into one of them, which
    lead to it by its name from now on. The caller has seen that nobody else is called so, and stores them next.
    """
    execute(
        """
        UPDATE people_account SET name_key = left('-' || id || '-' || name_key, 200)
        WHERE id = ANY(%(ids)s::bigint[]) OR (name_key = ANY(%(keys)s::text[]) AND merged_into_id IS NOT NULL)
        """,
        ids=id_array([account.pk for account in accounts]),
        keys=[account.name_key for account in accounts],
    )


def refresh_names(accounts: Iterable[Account]) -> None:
    """Let ``accounts``, whose rows are locked, be found by all their names. Opens no transaction."""
    given = list(accounts)
    others = other_names(given)
    for account in given:
        for column, value in names_of(account.name, others=others[account.pk]).items():
            if column != "name_key" or account.merged_into_id is None:  # whose may have been set aside
                setattr(account, column, value)
    Account.objects.bulk_update(given, ["name", "name_key", "sort_key", "search_keys", "brand", "name_grams"])
