"""Which company a row means: one that is known for certain, or none. Names that are only alike are never one company.

A valid credit code counts first, since one code is one legal entity; then a domain, where the name does not speak
against it; then an equal name. Whatever is only like another is entered by itself and goes to the review queue, as what
visitors type does. Source: ``algorithms.md`` 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from wutong.exchange.company_rows import CompanyRow
from wutong.people.accounts import companies_named, companies_with_code, holders_of_domains, name_key
from wutong.people.companies.decision import Decision, decide
from wutong.people.companies.names import read_name
from wutong.people.credit_code import NotACreditCode, credit_code, is_consistent
from wutong.people.models import Account


@dataclass(eq=False)
class Company:
    """A company that rows tell of; ``account`` is not stored yet where it is new."""

    account: Account
    is_new: bool = False
    changed: dict[str, tuple[object, object]] = field(default_factory=dict)
    """What rows have changed: before and after, by the field."""
    other_names: list[str] = field(default_factory=list)
    """Those that rows have added; as are these."""
    further_domains: list[str] = field(default_factory=list)
    read_off_code: set[str] = field(default_factory=set)
    """Fields that follow from the credit code alone."""

    def set(self, name: str, value: object) -> None:
        """Change a field, and remember what stood there before the first change."""
        before, _after = self.changed.get(name, (getattr(self.account, name), None))
        self.changed[name] = (before, value)
        setattr(self.account, name, value)


class Register:
    """Companies by code, domain and name: those that were known before ``rows``, and those that rows have named."""

    def __init__(self, rows: Sequence[CompanyRow]) -> None:
        parents = [row.parent for row in rows if row.parent]
        codes = {code for code in (*(row.credit_code for row in rows), *map(code_of, parents)) if code}
        keys = {name_key(name) for row in rows for name in (row.company, row.parent, *row.aliases)} - {""}
        held = holders_of_domains({domain for row in rows for domain in row.domains})
        by_code, by_name = companies_with_code(codes), companies_named(keys)
        with_domain = {one for holders in held.values() for one in holders}
        found = {one.pk: one for one in (*by_code.values(), *by_name.values(), *with_domain)}
        self._known = {pk: Company(account) for pk, account in found.items()}
        self._by_code = {code: self._known[account.pk] for code, account in by_code.items()}
        self._by_name = {key: self._known[account.pk] for key, account in by_name.items()}
        self._by_domain = {domain: {self._known[one.pk] for one in accounts} for domain, accounts in held.items()}

    def known_ids(self) -> list[int]:
        """The ids of the companies that were known before."""
        return sorted(self._known)

    def meant_by(self, row: CompanyRow) -> Company | None:
        """The company that a row is certainly about.

        Raises:
            TwoCodes: one of its name has another valid code.
        """
        if row.credit_code and (company := self._by_code.get(row.credit_code)):
            return company
        for domain in row.domains:
            holders = self._by_domain.get(domain, set())
            if len(holders) == 1 and self._agree(row, company := next(iter(holders))):
                return company
        company = self._by_name.get(name_key(row.company)) if row.company else None
        if company is not None and _contradict(row.credit_code, company.account.credit_code):
            raise TwoCodes
        return company

    def add(self, account: Account) -> Company:
        """Know a company from here on that nobody knew yet."""
        company = Company(account, is_new=True)
        self.note_name(company, account.name_key)
        return company

    def learn(self, company: Company, row: CompanyRow) -> None:
        """Find a company from here on by what a row says of it, as far as that is nobody else's."""
        if row.credit_code:
            self._by_code.setdefault(row.credit_code, company)
        for domain in row.domains:
            if not self.is_held_by_another(domain, company):
                self.note_domain(company, domain)

    def note_name(self, company: Company, key: str) -> None:
        """Find a company by a name from here on."""
        self._by_name[key] = company

    def note_code(self, company: Company, code: str) -> None:
        """Find a company by its code from here on."""
        self._by_code[code] = company

    def note_domain(self, company: Company, domain: str) -> None:
        """Find a company by a domain from here on."""
        self._by_domain.setdefault(domain, set()).add(company)

    def named(self, name: str) -> Company | None:
        """The company that is called so."""
        return self._by_name.get(name_key(name))

    def with_code(self, code: str) -> Company | None:
        """The company of a code in normal form."""
        return self._by_code.get(code)

    def holds(self, company: Company, domain: str) -> bool:
        return company in self._by_domain.get(domain, set())

    def is_held_by_another(self, domain: str, company: Company) -> bool:
        """Whether a domain is another company's. A second holder would make it tell nothing of anybody's employer."""
        return bool(self._by_domain.get(domain, set()) - {company})

    def _agree(self, row: CompanyRow, company: Company) -> bool:
        """Whether code and name of a row let it be the company that has its domain: those of a group share one."""
        if _contradict(row.credit_code, company.account.credit_code):
            return False
        if not row.company or self._by_name.get(name_key(row.company)) is company:
            return True
        return decide(read_name(row.company), read_name(company.account.name)).decision == Decision.SAME


class TwoCodes(ValueError):
    """Two different valid codes are two companies, whatever their names."""


def code_of(text: str) -> str:
    """The credit code that ``text`` is, in its normal form; nothing where it is none."""
    try:
        return credit_code(text)
    except NotACreditCode:
        return ""


def _contradict(one: str, other: str | None) -> bool:
    return bool(one and other and one != other and is_consistent(one) and is_consistent(other))
