"""Which company somebody works at: found by what is said of it, or added; and who says to work there."""

import uuid
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from django.db.models import Count, QuerySet
from msgspec import Struct
from msgspec.structs import replace

from wutong.people.companies.names import clean, grams, read_name
from wutong.people.credit_code import is_consistent
from wutong.people.mail_domains import organisation_domain
from wutong.people.models import Account, AccountAlias, AccountDomain, Affiliation, Assurance
from wutong.platform.chinese import normalised, search_keys, sort_key
from wutong.platform.foretold import foretold
from wutong.platform.rows import insert_objects, write_rows

PEOPLE_FOR_A_DOMAIN = 2
"""So many people of one company, and of no other, make a domain that company's. Source: ``algorithms.md`` 2.3."""
Key = TypeVar("Key", bound=Hashable)
_MARKS = str.maketrans("", "", " ,.;:、，。；：()（）[]【】\"'“”‘’!！?？-_/")


class _Place(Struct, frozen=True):
    """Somebody's place in a company as it is stored."""

    subject_id: int
    person_id: int
    account_id: int
    title: str
    assurance: str
    source: str
    email_domain: str


class Employment(Struct, frozen=True, kw_only=True):
    """Somebody says to work at a company, or has an address there."""

    subject_id: int
    person_id: int
    company: str = ""
    email: str = ""
    """In its normal form."""
    credit_code: str = ""
    """In its normal form; one whose check digit does not fit says nothing here."""
    title: str = ""
    source: str
    assurance: Assurance


@foretold(most=10_000)
def name_key(name: str) -> str:
    """What two spellings of one company have in common: as ``companies.names`` has it, and without any punctuation.

    No two accounts have one key: 甲乙(北京)科技 and 甲乙北京科技 would be one on every list of colleagues, too.
    """
    return normalised(clean(name.strip()[:200])).translate(_MARKS)[:200]


class Register(Struct, frozen=True):
    """The companies that employments can mean, as they stand."""

    by_code: Mapping[str, Account]
    by_domain: Mapping[str, Account]
    by_name: Mapping[str, Account]
    by_habit: Mapping[str, Account]
    """By the domain that their people have."""
    set_by_hand: Mapping[int, Account]
    """By the person whom a colleague has put there."""


class Named(Protocol):
    """What tells of a company."""

    @property
    def company(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def credit_code(self) -> str: ...


def register_of(named: Iterable[Named], *, nameless: Iterable[str], people: Collection[int]) -> Register:
    """The companies that are named, by all ways in which one can be.

    Args:
        nameless: addresses of those who may come to name no company: theirs is the one of their colleagues.
        people: whom a colleague may have put somewhere.
    """
    told = list(named)
    domains = {organisation_domain(one.email) for one in told if one.email} - {""}
    by_domain = _by_given_domain(domains)
    usual = {organisation_domain(email) for email in nameless} - {""}
    return Register(
        by_code=companies_with_code(
            {one.credit_code for one in told if one.credit_code and is_consistent(one.credit_code)}
        ),
        by_domain=by_domain,
        by_name=companies_named({key for one in told if (key := name_key(one.company))}),
        by_habit=_by_usual_domain(usual - by_domain.keys()),
        set_by_hand=_set_by_hand(set(people)),
    )


def employ_many(
    employments: Sequence[Employment], *, at: datetime, register: Register | None = None
) -> dict[int, Account]:
    """Find or add the companies named and note who works there. Opens no transaction.

    A company that nobody knew yet stays unconfirmed until a colleague confirms it; companies with names like it are
    looked for later (:mod:`wutong.people.similar_accounts`) and never taken for it.

    Args:
        register: what :func:`register_of` tells of them, where it has been asked already.

    Returns:
        the account of each subject; who names no company and has no address that tells one has none.
    """
    found = known_employers(employments, register=register)
    unknown = {
        key: one.company
        for one in employments
        if one.subject_id not in found and (key := name_key(one.company))
    }  # fmt: skip
    if unknown:
        insert_objects([new_account(name, at=at) for _, name in sorted(unknown.items())], ignore_conflicts=True)
        added = companies_named(unknown)
        found |= {
            one.subject_id: added[key]
            for one in employments
            if one.subject_id not in found and (key := name_key(one.company)) in added and _may_be(one, added[key])
        }
    told = [one for one in employments if one.subject_id in found and (name_key(one.company) or one.email)]
    _note_affiliations(told, found, at=at)
    return found


def known_employers(employments: Sequence[Employment], *, register: Register | None = None) -> dict[int, Account]:
    """The account of each subject that is known for certain; nothing is guessed from names that are only alike.

    What a colleague has set counts before the credit code, this before a domain that a colleague has given to a
    company, this before the exact name. Neither domain nor name leads to a company with another valid code. Where no
    company is named, the domain of the address counts as soon as enough people of one company, and of no other, have
    it. Source: ``algorithms.md`` 2.3.
    """
    if register is None:
        register = register_of(
            employments,
            nameless={one.email for one in employments if one.email and not name_key(one.company)},
            people={one.person_id for one in employments if one.assurance != Assurance.STAFF},
        )
    found: dict[int, Account] = {}
    for one in employments:
        key, domain = name_key(one.company), organisation_domain(one.email)
        by_name, by_domain = register.by_name.get(key) if key else None, register.by_domain.get(domain)
        if one.assurance == Assurance.STAFF:
            sure = register.by_code.get(one.credit_code)
            likely = [by_name if key else by_domain]
        else:
            sure = register.set_by_hand.get(one.person_id) or register.by_code.get(one.credit_code)
            likely = [by_domain, by_name if key else register.by_habit.get(domain)]
        account = sure or next((other for other in likely if other is not None and _may_be(one, other)), None)
        if account is not None:
            found[one.subject_id] = account
    return found


def _may_be(one: Employment, account: Account) -> bool:
    """Whether the code that is given does not tell of another company: one valid code is one legal entity."""
    given, known = one.credit_code, account.credit_code
    return not given or not known or given == known or not (is_consistent(given) and is_consistent(known))


def new_account(name: str, *, at: datetime) -> Account:
    """An account that is not stored yet. ``name`` has letters."""
    shown = name.strip()[:200]
    return Account(public_id=uuid.uuid4(), created_at=at, **names_of(shown))


def names_of(name: str, *, others: Sequence[str] = ()) -> dict[str, Any]:
    """All columns that follow from an account's name, so that it is found by what is typed and by what is like it.

    Args:
        others: further names by which it is to be found: see :mod:`wutong.people.account_names`.
    """
    read = read_name(name)
    all_grams = grams(read).union(*(grams(read_name(other)) for other in others))
    return {
        "name": name,
        "name_key": name_key(name),
        "sort_key": sort_key(name),
        "search_keys": search_keys([name, *others]),
        "brand": read.brand,
        "name_grams": sorted(all_grams),
    }


def standing(accounts: Iterable[Account]) -> dict[int, Account]:
    """What each of ``accounts`` is today, by id: itself, or the one that it was merged into."""
    given = {account.pk: account for account in accounts}
    found = dict(given)
    while merged := {account.merged_into_id for account in found.values() if account.merged_into_id is not None}:
        into = Account.objects.defer("search_keys", "name_grams").in_bulk(merged)
        found = {
            pk: into[account.merged_into_id] if account.merged_into_id else account for pk, account in found.items()
        }
    return found


def _note_affiliations(employments: Sequence[Employment], found: Mapping[int, Account], *, at: datetime) -> None:
    places: dict[tuple[int, int], _Place] = {}
    for one in employments:
        account = found[one.subject_id].pk
        domain = organisation_domain(one.email)
        if (place := places.get((one.subject_id, account))) is None:
            place = _Place(one.subject_id, one.person_id, account, one.title[:120], one.assurance, one.source, domain)
        elif not place.email_domain:
            place = replace(place, email_domain=domain)
        places[one.subject_id, account] = place
    write_rows(
        """
        INSERT INTO people_affiliation AS a (subject_id, person_id, account_id, title, department, buying_role,
                                             assurance, source, email_domain, created_at)
        SELECT subject_id, person_id, account_id, title, '', '', assurance, source, email_domain, %(at)s
        FROM json_to_recordset(%(rows)s::json) AS r(
            subject_id bigint, person_id bigint, account_id bigint, title text, assurance text, source text,
            email_domain text)
        ON CONFLICT (subject_id, account_id) DO UPDATE SET email_domain = excluded.email_domain
            WHERE a.email_domain = '' AND excluded.email_domain <> ''
        """,
        list(places.values()),
        at=at,
    )


def companies_named(keys: Iterable[str]) -> dict[str, Account]:
    """The company of each of ``keys``: of its name, of another name of it, of an entry that was merged into it."""
    wanted = list(keys)
    if not wanted:
        return {}
    found = {account.name_key: account for account in _lean().filter(name_key__among=wanted)}
    if left := [key for key in wanted if key not in found]:
        aliases = AccountAlias.objects.filter(name_key__among=left).select_related("account")
        found |= {
            alias.name_key: alias.account for alias in aliases.defer("account__search_keys", "account__name_grams")
        }
    today = standing(found.values())
    return {key: today[account.pk] for key, account in found.items()}


def companies_with_code(codes: set[str]) -> dict[str, Account]:
    """The company of each of ``codes``, in normal form."""
    if not codes:
        return {}
    found = list(_lean().filter(credit_code__among=codes))
    today = standing(found)
    return {account.credit_code: today[account.pk] for account in found if account.credit_code is not None}


def _set_by_hand(people: set[int]) -> dict[int, Account]:
    """Where a colleague has put each of ``people``; whoever has several places is not put anywhere."""
    if not people:
        return {}
    places = Affiliation.objects.filter(person__among=people, assurance=Assurance.STAFF, valid_to=None)
    return _single((place.person_id, place.account) for place in places.select_related("account"))


def _by_given_domain(domains: set[str]) -> dict[str, Account]:
    """The company of each domain that a colleague has given to one; one of several companies is ambiguous."""
    held = holders_of_domains(domains)
    return {domain: next(iter(accounts)) for domain, accounts in held.items() if len(accounts) == 1}


def holders_of_domains(domains: set[str]) -> dict[str, set[Account]]:
    """The companies to which colleagues have given each of ``domains``."""
    if not domains:
        return {}
    further = AccountDomain.objects.filter(domain__among=domains).select_related("account")
    found = [(account.domain, account) for account in _lean().filter(domain__among=domains).exclude(domain="")]
    found += [(one.domain, one.account) for one in further.defer("account__search_keys", "account__name_grams")]
    today = standing(account for _domain, account in found)
    held: dict[str, set[Account]] = {}
    for domain, account in found:
        held.setdefault(domain, set()).add(today[account.pk])
    return held


def _by_usual_domain(domains: set[str]) -> dict[str, Account]:
    """The company of each domain by whose people have it."""
    if not domains:
        return {}
    places = Affiliation.objects.filter(email_domain__among=domains, valid_to=None).exclude(email_domain="")
    counted = places.values_list("email_domain", "account").annotate(n=Count("person", distinct=True)).order_by()
    people: dict[str, list[tuple[int, int]]] = {}
    for domain, account, n in counted:
        people.setdefault(domain, []).append((account, n))
    single = {domain: of[0][0] for domain, of in people.items() if len(of) == 1 and of[0][1] >= PEOPLE_FOR_A_DOMAIN}
    accounts = Account.objects.defer("search_keys", "name_grams").in_bulk(single.values())
    return {domain: accounts[pk] for domain, pk in single.items()}


def _lean() -> QuerySet[Account]:
    return Account.objects.defer("search_keys", "name_grams")


def _single(pairs: Iterable[tuple[Key, Account]]) -> dict[Key, Account]:
    found: dict[Key, set[Account]] = {}
    for key, account in pairs:
        found.setdefault(key, set()).add(account)
    return {key: next(iter(accounts)) for key, accounts in found.items() if len(accounts) == 1}
