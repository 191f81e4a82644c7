"""Taking back what an import has left on companies: fields, statements, names, domains, tags, owners, and entries.

An entry goes when nobody has done anything with it since; what stood in a field comes back where nobody has changed it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import ManyToOneRel
from msgspec import to_builtins

from wutong.exchange.models import AccountByImport, PeopleImport
from wutong.exchange.tagging import BY_RULE
from wutong.exchange.traces import Replaced, Traces, traces_of
from wutong.lifecycle.models import AccountOwner, Lead
from wutong.people.account_names import refresh_names, release_names
from wutong.people.accounts import companies_named, name_key
from wutong.people.custom_values import restate_accounts
from wutong.people.group import lock_groups, parents_above
from wutong.people.models import (
    Account,
    AccountAlias,
    AccountCustomValue,
    AccountDomain,
    AccountFact,
    AccountTag,
    Person,
    Tag,
)
from wutong.platform.rows import execute, execute_with_rows, id_array, insert_objects, update_objects
from wutong.sales.accounts import redo_names_of_deals

BATCH = 500
_PASSING = ("people_accountcandidate", "exchange_accountbyimport", "people_accountcustomvalue")
"""What refers to a company and is no sign of anybody's work: it is computed, or goes with it."""
_TRACED = {
    "people_accountfact": "facts",
    "people_accountalias": "aliases",
    "people_accountdomain": "domains",
    "people_accounttag": "tags",
}
_FIELDS = ("name", "credit_code", "domain", "industry", "size_band", "region", "parent", "is_confirmed", "compared_at")


class Companies:
    """Takes companies back, some at a time. A parent waits until the companies below it are gone."""

    def __init__(self) -> None:
        self.are_done = False
        self._place = 0
        self._waiting: int | None = None
        self._is_last = False

    def take_back_next(self, run: PeopleImport, *, at: datetime) -> dict[str, int]:
        """Take back the next of them; what is done is forgotten, so that a killed job goes on. Opens no transaction.

        Returns:
            how many were removed, kept because somebody has worked with them, and put back to what they were.
        """
        remaining = run.accounts.order_by("pk")
        batch = list(remaining.filter(pk__gt=self._place).select_related(None)[:BATCH])
        if batch:
            self._place = batch[-1].pk
            return _take_back(run, batch, is_last=self._is_last, at=at)
        waiting = remaining.count()
        self.are_done = waiting == 0
        self._is_last, self._waiting, self._place = waiting == self._waiting, waiting, 0
        return {}


def tables_about(model: type[Person] | type[Account] | type[Lead]) -> list[tuple[str, str]]:
    """Every table with a foreign key to ``model``, and its column: those of packages above us are among them."""
    found = set()
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel) and isinstance(relation.related_model, type):
            found.add((relation.related_model._meta.db_table, relation.field.column))
    return sorted(found)


def _take_back(run: PeopleImport, batch: Sequence[AccountByImport], *, is_last: bool, at: datetime) -> dict[str, int]:
    lock_groups()
    ids = [one.account_id for one in batch]
    locked = Account.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    accounts = {account.pk: account for account in locked.defer("search_keys", "name_grams")}
    left = {one.account_id: traces_of(one) for one in batch}
    used, above = _in_use(run, left, is_last=is_last)
    new = {one.account_id for one in batch if one.is_new}
    used |= {id for id in new if accounts[id].is_confirmed and not left[id].after.get("is_confirmed")}
    waiting = (new & above) - used
    going = new - used - waiting
    known = [accounts[id] for id in ids if id not in new]
    for one in batch:  # the code that a row about a person gave to a company of theirs
        account = accounts[one.account_id]
        given = one.credit_code
        if given and one.account_id not in going and account.credit_code == given and not account.is_confirmed:
            account.credit_code = None
            Account.objects.filter(pk=account.pk).update(credit_code=None)
    _remove(going)  # before others take back their names, which one of these can have got meanwhile
    _put_back(known, {account.pk: left[account.pk] for account in known}, at=at)
    AccountByImport.objects.filter(pk__in=[one.pk for one in batch if one.account_id not in waiting]).delete()
    restored = sum(1 for account in known if left[account.pk] != Traces())
    return {
        "companies_removed": len(going),
        "companies_kept": len(new & used),
        "companies_restored": restored,
    }


def _in_use(run: PeopleImport, left: Mapping[int, Traces], *, is_last: bool) -> tuple[set[int], set[int]]:
    """Those of the companies with which somebody has done something that the import did not bring; and those that
    stand above others which the import is still to take back.
    """
    speaks = []
    for table, column in tables_about(Account):
        ours = "false"
        if table in _PASSING or (table, column) == ("people_account", "parent_id"):
            continue
        if kind := _TRACED.get(table):
            ours = f"t.id = ANY(%({kind})s::bigint[])"
            ours += f" OR {BY_RULE}" if table == "people_accounttag" else ""
        elif table == "lifecycle_accountowner":
            ours = "(t.account_id, t.product_line_id, t.owner_id) IN (SELECT * FROM given)"
        speaks.append(f"EXISTS (SELECT FROM {table} t WHERE t.{column} = a.id AND NOT ({ours}))")
    below = "SELECT FROM people_account c WHERE c.parent_id = a.id"
    ours = "c.id IN (SELECT account_id FROM exchange_accountbyimport WHERE run_id = %(run)s)"
    owned = [(id, one.line, one.to) for id, traces in left.items() for one in traces.owned]
    found = execute(
        f"""
        WITH given AS (
            SELECT * FROM unnest(%(owned)s::bigint[], %(lines)s::bigint[], %(owners)s::bigint[])
        )
        SELECT a.id, {" OR ".join(speaks)} OR EXISTS ({below} AND (%(is_last)s OR NOT {ours})), EXISTS ({below})
        FROM people_account a WHERE a.id = ANY(%(ids)s::bigint[])
        """,  # noqa: S608  # names of our own
        ids=id_array(list(left)),
        run=run.pk,
        is_last=is_last,
        owned=id_array([id for id, _line, _to in owned]),
        lines=id_array([line for _id, line, _to in owned]),
        owners=id_array([to for _id, _line, to in owned]),
        **{
            kind: id_array([key for traces in left.values() for key in getattr(traces, kind)])
            for kind in _TRACED.values()
        },
    )
    return {id for id, is_used, _ in found if is_used}, {id for id, _, is_above in found if is_above}


def _put_back(accounts: Sequence[Account], left: Mapping[int, Traces], *, at: datetime) -> None:
    """Let known companies be what they were, as far as nobody has said otherwise since."""
    renamed = _restore(accounts, left)
    if renamed:
        release_names(renamed)
    update_objects(accounts, _FIELDS)
    _remove_traced(left.values())
    _give_back([(account, traces) for account in accounts if (traces := left[account.pk]).owned])
    _tag_again([(account, one) for account in accounts for one in left[account.pk].replaced])
    if changed := [account for account in accounts if account in renamed or left[account.pk].aliases]:
        refresh_names(changed)
        redo_names_of_deals(changed, at)
    restate_accounts([account.pk for account in accounts])


def _tag_again(replaced: Sequence[tuple[Account, Replaced]]) -> None:
    """Let companies carry again what the import took away, unless they carry another of the group by now."""
    groups = dict(Tag.objects.filter(pk__in=[one.tag for _account, one in replaced]).values_list("pk", "group_id"))
    carried = AccountTag.objects.filter(account__in=[account for account, _one in replaced])
    held = set(carried.values_list("account_id", "tag__group_id"))
    insert_objects(
        [
            AccountTag(
                account=account, tag_id=one.tag, source=one.source, by_id=one.by, at=datetime.fromisoformat(one.at)
            )
            for account, one in replaced
            if one.tag in groups and (account.pk, groups[one.tag]) not in held
        ],
        ignore_conflicts=True,
    )


def _restore(accounts: Sequence[Account], left: Mapping[int, Traces]) -> list[Account]:
    """Set the fields that are still as the import left them to what stood before; returns those that are renamed.

    A name or a code that is another company's by now stays there, and nobody is put below their own subsidiary.
    """
    before = [left[account.pk].before for account in accounts]
    named = companies_named({name_key(one["name"]) for one in before if "name" in one})
    coded = Account.objects.filter(credit_code__in=[one["credit_code"] for one in before if one.get("credit_code")])
    holders = {key: account.pk for key, account in named.items()} | dict(coded.values_list("credit_code", "pk"))
    above = parents_above([one["parent"] for one in before if one.get("parent")])
    renamed = []
    for account in accounts:
        traces = left[account.pk]
        for name, after in traces.after.items():
            attribute, value = "parent_id" if name == "parent" else name, traces.before[name]
            alone = name_key(value) if name == "name" else value if name == "credit_code" else None
            if getattr(account, attribute) != after or holders.get(alone, account.pk) != account.pk:
                continue
            if name == "parent" and account.pk in _line_above(value, above):
                continue
            setattr(account, attribute, value)
            if name == "name":
                account.name_key, account.compared_at = name_key(value), None
                renamed.append(account)
    return renamed


def _line_above(parent: int | None, above: Mapping[int, int | None]) -> set[int]:
    """A company and all that it stands below."""
    line: set[int] = set()
    while parent is not None and parent not in line:
        line.add(parent)
        parent = above.get(parent)
    return line


def _give_back(owned: Iterable[tuple[Account, Traces]]) -> None:
    """Let those look after companies who did before, unless somebody else does by now; nobody, where they have left."""
    execute_with_rows(
        """
        WITH r AS (
            SELECT o.id, s.id AS before, given.since, coalesce(given.giver, o.given_by_id) AS giver
            FROM json_to_recordset(%(rows)s::json) AS given(
                account bigint, line bigint, "to" bigint, before bigint, since timestamptz, giver bigint)
            JOIN lifecycle_accountowner o ON (o.account_id, o.product_line_id, o.owner_id)
                = (given.account, given.line, given."to")
            LEFT JOIN platform_staff s ON s.id = given.before AND s.is_active
        ), gone AS (
            DELETE FROM lifecycle_accountowner o USING r WHERE o.id = r.id AND r.before IS NULL
        )
        UPDATE lifecycle_accountowner o SET owner_id = r.before, since = r.since, given_by_id = r.giver
        FROM r WHERE o.id = r.id AND r.before IS NOT NULL
        """,
        [{"account": account.pk} | to_builtins(one) for account, traces in owned for one in traces.owned],
    )


def _remove_traced(left: Iterable[Traces]) -> None:
    kept = list(left)
    for model, kind in (
        (AccountFact, "facts"),
        (AccountAlias, "aliases"),
        (AccountDomain, "domains"),
        (AccountTag, "tags"),
    ):
        model._default_manager.filter(pk__in=[key for traces in kept for key in getattr(traces, kind)]).delete()


def _remove(accounts: Collection[int]) -> None:
    """Remove entries of which nothing is left but what the import brought."""
    for model in (AccountFact, AccountAlias, AccountDomain, AccountTag, AccountCustomValue, AccountOwner):
        model._default_manager.filter(account__in=accounts).delete()
    Account.objects.filter(pk__in=accounts).delete()
