"""The company's own fields of companies, filled in by an import: as missing values, or as the file has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wutong.exchange.models import PeopleImport
from wutong.people.account_facts import Word
from wutong.people.custom_values import restate_accounts, values_of_accounts
from wutong.people.models import AccountFact, CustomField
from wutong.people.models.custom_field import PREFIX
from wutong.platform.rows import insert_objects


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
