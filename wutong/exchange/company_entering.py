"""Rows of a file become companies, set-wise: found for certain or entered anew, told more of, and traced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from wutong.exchange.company_register import Company, Register, TwoCodes, code_of
from wutong.exchange.company_rows import CompanyRow
from wutong.exchange.company_values import Told, state_values
from wutong.exchange.entering import sees_everybody
from wutong.exchange.models import PeopleImport
from wutong.exchange.outcomes import Outcome
from wutong.exchange.rows import Problem
from wutong.exchange.tagging import plain_tag, tags_by_name
from wutong.exchange.traces import Owned, Replaced, Traces, keep_traces, only_named
from wutong.lifecycle.account_team import may_give
from wutong.lifecycle.capture import default_product_line
from wutong.lifecycle.models import AccountOwner
from wutong.people import lane
from wutong.people.account_facts import STATED, Word, region_of_code, statements
from wutong.people.account_names import refresh_names, release_names
from wutong.people.accounts import name_key, names_of, new_account
from wutong.people.group import lock_groups, parents_above
from wutong.people.models import (
    Account,
    AccountAlias,
    AccountCandidate,
    AccountDomain,
    AccountFact,
    AccountTag,
    Tag,
    TagSource,
)
from wutong.platform.models import Staff
from wutong.platform.rows import execute_with_rows, insert_objects, update_objects
from wutong.sales.accounts import accounts_visible_to, redo_names_of_deals

_K = PeopleImport.Known
_FIELDS = ("name", "credit_code", "domain", "industry", "size_band", "region", "parent", "is_confirmed", "compared_at")


@dataclass
class _Batch:
    """Rows on their way: what is known, who imports, and what has come of them so far."""

    run: PeopleImport
    at: datetime
    register: Register
    outcome: Outcome = field(default_factory=Outcome)
    entries: list[tuple[CompanyRow, Company]] = field(default_factory=list)
    named: list[Company] = field(default_factory=list)
    """Parents that are entered because rows name them."""
    traces: dict[Company, Traces] = field(default_factory=dict)

    @property
    def lets_file_count(self) -> bool:
        return self.run.known == _K.OVERWRITE

    def of(self, company: Company) -> Traces:
        return self.traces.setdefault(company, Traces())

    def companies(self) -> list[Company]:
        """All that rows tell of, each once, in the order of the file; parents that are only named come last."""
        return list(dict.fromkeys([*(company for _row, company in self.entries), *self.named]))

    def warn(self, row: CompanyRow, meaning: str, code: str) -> None:
        place = self.run.mapping.index(meaning) if meaning in self.run.mapping else -1
        self.outcome.warned.append((row, Problem(place, code)))

    def word(self, row: CompanyRow) -> Word:
        return Word(by=self.run.by, source=row.source or AccountFact.Source.IMPORT.value, at=self.at)


def enter_companies(
    run: PeopleImport, rows: Sequence[CompanyRow], owners: Mapping[str, Staff], *, at: datetime
) -> Outcome:
    """Import ``rows``, none of which is faulty. Opens no transaction.

    Takes the identity lane for the whole of it, so that a company that is not known yet stays so until it is written.

    Args:
        owners: colleagues by what the file calls them.
    """
    lane.take()
    if any(row.parent for row in rows):
        lock_groups()
    _lock(Register(rows).known_ids())
    batch = _Batch(run, at, Register(rows))
    _find(batch, rows)
    _name_parents(batch)
    _store(batch)
    _put_into_groups(batch)
    _state(batch)
    _tag(batch)
    _give(batch, owners)
    new = [company.account.pk for company in batch.companies() if company.is_new]
    keep_traces(run, {company.account.pk: traces for company, traces in batch.traces.items()}, new=new)
    return batch.outcome


def _lock(ids: Sequence[int]) -> None:
    list(Account.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))


def _find(batch: _Batch, rows: Sequence[CompanyRow]) -> None:
    """Say which company each row is about, enter those that nobody knows, and let rows after it find them."""
    known = batch.register.known_ids()
    in_sight = set(known)
    if not sees_everybody(batch.run.by):
        in_sight = set(accounts_visible_to(batch.run.by, among=known).values_list("pk", flat=True))
    stubs = only_named(batch.run, known)
    outcome, told = batch.outcome, set()
    for row in rows:
        try:
            company = batch.register.meant_by(row)
        except TwoCodes:
            outcome.refused.append((row, Problem(batch.run.mapping.index("credit_code"), "two_codes")))
            continue
        if company is None and not row.company:
            outcome.refused.append((row, Problem(-1, "nameless")))
            continue
        if company is None:
            company = _entered(batch, row.company)
            outcome.created += 1
        elif not company.is_new and company.account.pk in stubs and company not in told:
            outcome.created += 1
        elif not company.is_new and company.account.pk not in in_sight | stubs:
            outcome.refused.append((row, Problem(-1, "company_not_in_sight")))
            continue
        elif batch.run.known == _K.SKIP:
            outcome.skipped += 1
            continue
        else:
            outcome.updated += 1
        if not company.account.is_confirmed and (company.is_new or company.account.pk in stubs):
            company.set("is_confirmed", batch.run.api_key_id is None)  # a colleague vouches for the list
        told.add(company)
        batch.of(company).is_only_named = False
        batch.entries.append((row, company))
        _describe(batch, row, company)


def _entered(batch: _Batch, name: str) -> Company:
    company = batch.register.add(new_account(name, at=batch.at))
    batch.of(company)
    return company


def _describe(batch: _Batch, row: CompanyRow, company: Company) -> None:
    """Let a row say of its company what is missing there, or what the policy lets count."""
    register, account = batch.register, company.account
    if (
        row.credit_code
        and account.credit_code != row.credit_code
        and (batch.lets_file_count or not account.credit_code)
    ):
        company.set("credit_code", row.credit_code)
        register.note_code(company, row.credit_code)
    if row.company and name_key(row.company) != account.name_key and batch.lets_file_count:
        _rename(batch, row, company)
    for name in ("industry", "size_band", "region"):
        value = getattr(row, name)
        if value and value != getattr(account, name) and (batch.lets_file_count or not getattr(account, name)):
            company.set(name, value)
    if not account.region and (region := region_of_code(account.credit_code or "")):
        company.set("region", region)
        company.read_off_code.add("region")
    _hold_domains(batch, row, company)
    for name in row.aliases:
        _call_also(batch, row, company, name)


def _rename(batch: _Batch, row: CompanyRow, company: Company) -> None:
    holder = batch.register.named(row.company)
    if holder is not None and holder is not company:
        batch.warn(row, "company", "name_of_another")
        return
    company.set("name", row.company.strip())
    company.account.name_key = name_key(row.company)
    batch.register.note_name(company, company.account.name_key)


def _hold_domains(batch: _Batch, row: CompanyRow, company: Company) -> None:
    """The first domain is the company's own where it has none; others are further ones."""
    account, register = company.account, batch.register
    for domain in row.domains:
        if domain == account.domain or (register.holds(company, domain)):
            continue
        if register.is_held_by_another(domain, company):
            batch.warn(row, "domain", "domain_of_another")
            continue
        if not account.domain or (batch.lets_file_count and domain == row.domains[0]):
            company.set("domain", domain)
        else:
            company.further_domains.append(domain)
        register.note_domain(company, domain)


def _call_also(batch: _Batch, row: CompanyRow, company: Company, name: str) -> None:
    key, holder = name_key(name), batch.register.named(name)
    if not key or holder is company:
        return
    if holder is not None:
        batch.warn(row, "alias", "alias_of_another")
        return
    company.other_names.append(name.strip())
    batch.register.note_name(company, key)


def _name_parents(batch: _Batch) -> None:
    """Enter parents that are named and not known, as what visitors type: a colleague confirms them."""
    for row, _company in list(batch.entries):
        is_known = batch.register.named(row.parent) or batch.register.with_code(code_of(row.parent))
        if row.parent and not is_known and name_key(row.parent) and not code_of(row.parent):
            parent = _entered(batch, row.parent)
            batch.of(parent).is_only_named = True
            batch.named.append(parent)


def _store(batch: _Batch) -> None:
    """Write the companies, new and changed, with all that they are found by."""
    companies = batch.companies()
    new = [company for company in companies if company.is_new]
    for company in new:
        for column, value in names_of(company.account.name, others=company.other_names).items():
            setattr(company.account, column, value)
    insert_objects([company.account for company in new])
    renamed = [one for one in companies if not one.is_new and ("name" in one.changed or one.other_names)]
    for company in companies:
        if "name" in company.changed and not company.is_new:
            company.set("compared_at", None)
    if is_called_otherwise := [one.account for one in renamed if "name" in one.changed]:
        release_names(is_called_otherwise)
    update_objects([one.account for one in companies if one.changed and not one.is_new], _FIELDS)
    aliases = [
        (
            company,
            AccountAlias(account=company.account, name=name, name_key=name_key(name), by=batch.run.by, at=batch.at),
        )
        for company in companies
        for name in company.other_names
    ]
    domains = [
        (company, AccountDomain(account=company.account, domain=domain, by=batch.run.by, at=batch.at))
        for company in companies
        for domain in company.further_domains
    ]
    insert_objects([alias for _company, alias in aliases])
    insert_objects([domain for _company, domain in domains])
    for company, alias in aliases:
        batch.of(company).aliases.append(alias.pk)
    for company, domain in domains:
        batch.of(company).domains.append(domain.pk)
    if renamed:
        refresh_names([company.account for company in renamed])
        AccountCandidate.objects.filter(account__in=is_called_otherwise).delete()
        redo_names_of_deals([company.account for company in renamed], batch.at)


def _put_into_groups(batch: _Batch) -> None:
    """Put companies below the parents that rows name, unless that closed a circle."""
    wanted = []
    for row, company in batch.entries:
        if row.parent and (batch.lets_file_count or company.account.parent_id is None):
            parent = batch.register.with_code(code_of(row.parent)) or batch.register.named(row.parent)
            if parent is None:
                batch.warn(row, "parent", "unknown_parent")
            elif company.account.parent_id != parent.account.pk and parent is not company:
                wanted.append((row, company, parent))
    above = parents_above([parent.account.pk for _row, _company, parent in wanted])
    moved = []
    for row, company, parent in wanted:
        here: int | None = parent.account.pk
        while here is not None and here != company.account.pk:
            here = above.get(here)
        if here is not None:
            batch.warn(row, "parent", "circle_of_parents")
            continue
        before, _after = company.changed.get("parent", (company.account.parent_id, None))
        company.account.parent = parent.account
        company.changed["parent"] = (before, parent.account.pk)
        above[company.account.pk] = parent.account.pk
        moved.append(company)
    update_objects([company.account for company in moved], ["parent"])
    execute_with_rows(  # whoever stands below another is not the same: as when a colleague says so
        """
        DELETE FROM people_accountcandidate c USING json_to_recordset(%(rows)s::json) AS r(one bigint, other bigint)
        WHERE (c.account_id, c.other_id) IN ((r.one, r.other), (r.other, r.one))
        """,
        [{"one": one.account.pk, "other": one.account.parent_id} for one in moved],
    )


def _state(batch: _Batch) -> None:
    """Keep who said what: a statement for each field that is told, and for the company's own fields."""
    words = {company: batch.word(row) for row, company in batch.entries}
    said: list[tuple[Company, AccountFact]] = []
    for company, word in words.items():
        told = [name for name in STATED if name in company.changed or (company.is_new and name == "name")]
        by_code = Word(by=None, source=AccountFact.Source.CREDIT_CODE.value, at=batch.at)
        for name in told:
            source = by_code if name in company.read_off_code else word
            said += [(company, fact) for fact in statements(company.account, [name], word=source)]
    insert_objects([fact for _company, fact in said])
    for company, fact in said:
        batch.of(company).facts.append(fact.pk)
    values = [Told(company.account.pk, row.values, batch.word(row)) for row, company in batch.entries if row.values]
    kept = state_values(batch.run, values)
    for company in words:
        batch.of(company).facts += kept.get(company.account.pk, [])
        changes = {name: pair for name, pair in company.changed.items() if name != "compared_at"}
        batch.of(company).before = {name: before for name, (before, _after) in changes.items()}
        batch.of(company).after = {name: after for name, (_before, after) in changes.items()}


def _tag(batch: _Batch) -> None:
    """Give companies the tags of the import and those that their rows name; of an exclusive group they carry one."""
    everybodys = list(batch.run.tags.select_related("group"))
    named = tags_by_name(batch.run.kind) if any(row.tags for row, _company in batch.entries) else {}
    wanted: dict[tuple[Company, Tag], None] = {}
    for row, company in batch.entries:
        tags = [*everybodys, *(tag for name in row.tags if (tag := named.get(plain_tag(name))))]
        wanted |= dict.fromkeys((company, tag) for tag in tags)
    if not wanted:
        return
    accounts = {company.account.pk: company for company, _tag in wanted}
    carried: dict[int, list[AccountTag]] = {}
    for one in AccountTag.objects.filter(account__in=list(accounts)).select_related("tag"):
        carried.setdefault(one.account_id, []).append(one)
    given, replaced = [], []
    for company, tag in wanted:
        held = carried.setdefault(company.account.pk, [])
        others = [one for one in held if tag.group.is_exclusive and one.tag.group_id == tag.group_id and one.tag != tag]
        if any(one.tag == tag for one in held) or (others and not batch.lets_file_count):
            continue
        replaced += [(company, one) for one in others if one.pk is not None]
        new = AccountTag(account=company.account, tag=tag, source=TagSource.IMPORT, by=batch.run.by, at=batch.at)
        carried[company.account.pk] = [*(one for one in held if one not in others), new]
        given.append((company, new))
    given = [(company, one) for company, one in given if one in carried[company.account.pk]]
    AccountTag.objects.filter(pk__in=[one.pk for _company, one in replaced]).delete()
    insert_objects([one for _company, one in given])
    for company, one in given:
        batch.of(company).tags.append(one.pk)
    for company, one in replaced:
        was = Replaced(tag=one.tag_id, source=one.source, by=one.by_id, at=one.at.isoformat())
        batch.of(company).replaced.append(was)


def _give(batch: _Batch, owners: Mapping[str, Staff]) -> None:
    """Let the colleagues look after companies whom the file or the policy names."""
    wanted = {}
    for row, company in batch.entries:
        if to := owners.get(row.owner) or batch.run.owner:
            wanted[company] = (row, to)
    if not wanted:
        return
    line = batch.run.product_line or default_product_line()
    ids = [company.account.pk for company in wanted]
    held = {one.account_id: one for one in AccountOwner.objects.filter(account__in=ids, product_line=line)}
    added, changed = [], []
    for company, (row, to) in wanted.items():
        before = held.get(company.account.pk)
        if before is None:
            added.append(
                AccountOwner(
                    account=company.account, product_line=line, owner=to, since=batch.at, given_by=batch.run.by
                )
            )
        elif before.owner_id == to.pk or not (row.owner and batch.lets_file_count):
            continue
        elif not may_give(before, by=batch.run.by):
            batch.warn(row, "owner", "owned_by_another")
            continue
        owned = Owned(
            line=line.pk,
            to=to.pk,
            before=before.owner_id if before else None,
            since=before.since.isoformat() if before else None,
            giver=before.given_by_id if before else None,
        )
        batch.of(company).owned.append(owned)
        if before is not None:
            before.owner, before.since, before.given_by = to, batch.at, batch.run.by
            changed.append(before)
    insert_objects(added)
    update_objects(changed, ["owner", "since", "given_by"])
