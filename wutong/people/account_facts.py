"""What a company is, as colleagues have found out: each statement with its source. These open no transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from wutong.people.account_names import refresh_names
from wutong.people.accounts import companies_named, name_key
from wutong.people.companies.places import division_name, division_named
from wutong.people.company_facts import CompanyNameTaken, NamelessCompany
from wutong.people.credit_code import is_consistent
from wutong.people.group import lock_groups, refuse_circle
from wutong.people.mail_domains import MailDomain, whose
from wutong.people.models import Account, AccountAlias, AccountDomain, AccountFact
from wutong.people.public_suffixes import registrable
from wutong.platform.models import Staff
from wutong.platform.ready_made import ready_made

STATED = ("name", "credit_code", "domain", "industry", "size_band", "region", "parent")
"""The fields whose statements are kept, in the order in which they are shown."""
_DIVISION = slice(2, 8)


@dataclass(frozen=True, kw_only=True)
class Word:
    """Who says something about a company, from where, and when."""

    by: Staff | None
    source: str = AccountFact.Source.COLLEAGUE
    at: datetime


def describe(account: Account, facts: Mapping[str, str], *, word: Word) -> list[str]:
    """Set industry, size and region of ``account``, whose row is locked; returns the names of what changed.

    A region that nobody names is read off a valid credit code.
    """
    changed = [field for field, value in facts.items() if getattr(account, field) != value]
    for field in changed:
        setattr(account, field, facts[field])
    account.save(update_fields=["industry", "size_band", "region"])
    note(account, changed, word=word)
    if not account.region and (code := region_of_code(account.credit_code or "")):
        account.region = code
        account.save(update_fields=["region"])
        note(account, ["region"], word=Word(by=None, source=AccountFact.Source.CREDIT_CODE, at=word.at))
    return changed


def region_of_code(credit_code: str) -> str:
    """The division that a valid credit code names: where the company was registered; nothing for any other."""
    return division_named(credit_code[_DIVISION]) or "" if credit_code and is_consistent(credit_code) else ""


def note(account: Account, fields: Iterable[str], *, word: Word) -> None:
    """Keep who said that ``fields`` are what they are now."""
    AccountFact.objects.bulk_create(statements(account, fields, word=word))


def statements(account: Account, fields: Iterable[str], *, word: Word) -> list[AccountFact]:
    """What :func:`note` keeps, not stored yet: for those who keep it of many companies at once."""
    return [
        AccountFact(
            account=account, field=field, value=_written(account, field), source=word.source, by=word.by, at=word.at
        )
        for field in fields
    ]


def call_also(account: Account, names: Sequence[str], *, word: Word) -> bool:
    """Let ``account``, whose row is locked, have exactly these other names; whether that changed anything.

    Raises:
        NamelessCompany, CompanyNameTaken: a name has no letter, or is another company's.
    """
    wanted = {name_key(name): name.strip()[:200] for name in names if name.strip()}
    if "" in wanted:
        raise NamelessCompany
    wanted.pop(account.name_key, None)
    if any(named.pk != account.pk for named in companies_named(wanted).values()):
        raise CompanyNameTaken
    held = {alias.name_key: alias for alias in account.aliases.all()}
    AccountAlias.objects.filter(pk__in=[held[key].pk for key in held.keys() - wanted.keys()]).delete()
    AccountAlias.objects.bulk_create(
        AccountAlias(account=account, name=wanted[key], name_key=key, by=word.by, at=word.at)
        for key in wanted.keys() - held.keys()
    )
    if held.keys() == wanted.keys():
        return False
    refresh_names([account])
    return True


def hold_domains(account: Account, domains: Iterable[str], *, word: Word) -> bool:
    """Let ``account`` have exactly these further domains, each an organisation's; whether that changed anything."""
    wanted = {organisation for text in domains if (organisation := organisation_of(text))} - {account.domain}
    held = set(account.further_domains.values_list("domain", flat=True))
    account.further_domains.filter(domain__in=held - wanted).delete()
    AccountDomain.objects.bulk_create(
        AccountDomain(account=account, domain=domain, by=word.by, at=word.at) for domain in sorted(wanted - held)
    )
    return held != wanted


def organisation_of(text: str) -> str:
    """The registrable domain in ``text`` where that is an organisation's: anybody can have an address at the others."""
    domain = registrable(text.rpartition("@")[2].removeprefix("https://").removeprefix("http://").partition("/")[0])
    return domain if domain and whose(domain) == MailDomain.ORGANISATION else ""


def set_parent(account: Account, parent: Account | None, *, word: Word) -> bool:
    """Put ``account`` below ``parent``, or out of its group; whether that changed anything.

    Raises:
        CircleOfParents: the parent stands below it.
    """
    lock_groups()
    now = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    if parent is not None:
        refuse_circle(now, parent)
    if now.parent == parent:
        return False
    now.parent = parent
    now.save(update_fields=["parent"])
    note(now, ["parent"], word=word)
    return True


def sources_of(account: Account) -> dict[str, AccountFact]:
    """The latest statement of each field that says what stands there now."""
    found: dict[str, AccountFact] = {}
    for fact in _stated_of(account.pk):
        if fact.field not in found and fact.value == _written(account, fact.field):
            found[fact.field] = fact
    return found


@ready_made
def _stated_of(account: int) -> QuerySet[AccountFact]:
    stated = AccountFact.objects.filter(account=account, field__in=STATED).select_related("by")
    return stated.order_by("-at", "-pk")[:200]


def _written(account: Account, field: str) -> str:
    if field == "region":
        return division_name(account.region)
    if field == "parent":
        return account.parent.name if account.parent is not None else ""
    if field in ("industry", "size_band"):
        return str(getattr(account, field))
    return str(getattr(account, field) or "")
