"""The company's own fields of companies, filled in by an import: as missing values, or as the file has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from wutong.exchange.columns import OF_COMPANY
from wutong.exchange.models import PeopleImport
from wutong.exchange.rows import ImportRow, Problem
from wutong.exchange.traces import Traces, keep_traces
from wutong.people.account_facts import Word
from wutong.people.accounts import companies_named, name_key
from wutong.people.custom_values import restate_accounts, values_of_accounts
from wutong.people.models import Account, AccountFact, CustomField
from wutong.people.models.custom_field import PREFIX
from wutong.platform.rows import insert_objects
from wutong.sales.accounts import accounts_visible_to


@dataclass(frozen=True)
class Told:
    """What a row says of a company's own fields, by their meaning, each in its one text."""

    account: int
    values: Mapping[str, str]
    word: Word


def state_values(run: PeopleImport, told: Sequence[Told]) -> dict[int, list[int]]:
    """Keep what the policy lets count of what is told of companies, whose rows are locked. Opens no transaction.

    Returns:
        the keys of the statements, by company.
    """
    codes = {meaning.removeprefix(PREFIX) for one in told for meaning in one.values}
    if not codes:
        return {}
    fields = list(CustomField.objects.of(CustomField.About.ACCOUNT).filter(code__in=codes))
    held = {
        account: {field.statement: values[field.code].value for field in fields if field.code in values}
        for account, values in values_of_accounts({one.account for one in told}, fields).items()
    }
    said = []
    for one in told:
        now = held[one.account]
        for meaning, value in one.values.items():
            if now.get(meaning) and (run.known != PeopleImport.Known.OVERWRITE or now[meaning] == value):
                continue
            now[meaning] = value
            source, by, at = one.word.source, one.word.by, one.word.at
            said.append(AccountFact(account_id=one.account, field=meaning, value=value, source=source, by=by, at=at))
    insert_objects(said)
    restate_accounts(sorted({fact.account_id for fact in said}))
    kept: dict[int, list[int]] = {}
    for fact in said:
        kept.setdefault(fact.account_id, []).append(fact.pk)
    return kept


def fill_in_companies(
    run: PeopleImport, rows: Sequence[tuple[ImportRow, Account | None]], *, at: datetime
) -> list[tuple[ImportRow, Problem]]:
    """Let rows about people fill in the fields of their companies. Opens no transaction.

    Args:
        rows: each with the company at which its person works.

    Returns:
        the rows that name no company for certain; who works elsewhere, as a colleague has said, tells nothing of it.
    """
    named = companies_named({key for row, _ in rows if (key := name_key(row.facts.get("company", "")))})
    sure = [(row, account) for row, account in rows if account is not None and _is_about(row, account, named)]
    known = [account.pk for _row, account in sure if account.created_at != at]
    in_sight = set(accounts_visible_to(run.by, among=known).values_list("pk", flat=True)) if known else set()
    told = [
        (row, account)
        for row, account in sure
        if account.created_at == at or (account.pk in in_sight and run.known != PeopleImport.Known.SKIP)
    ]
    ids = sorted({account.pk for _row, account in told})
    list(Account.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))
    word = Word(by=run.by, source=AccountFact.Source.IMPORT.value, at=at)
    kept = state_values(run, [Told(account.pk, row.company_values, word) for row, account in told])
    keep_traces(run, {account: Traces(facts=facts) for account, facts in kept.items()}, new=())
    heard = {row.number for row, account in sure if account.created_at == at or account.pk in in_sight}
    place = next(place for place, meaning in enumerate(run.mapping) if meaning.startswith(OF_COMPANY))
    return [(row, Problem(place, "no_certain_company")) for row, _account in rows if row.number not in heard]


def _is_about(row: ImportRow, account: Account, named: Mapping[str, Account]) -> bool:
    if row.credit_code and account.credit_code:
        return row.credit_code == account.credit_code
    return named.get(name_key(row.facts.get("company", ""))) == account
