"""What colleagues correct about a company. The door for a person, and its transaction, is above."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from wutong.people.account_names import other_names, release_names
from wutong.people.accounts import companies_named, name_key, names_of, new_account
from wutong.people.models import Account
from wutong.people.public_suffixes import registrable
from wutong.platform.refusal import Refusal


class CompanyNameTaken(Refusal):
    """Two companies would have one name."""

    code = "company_name_taken"
    message = _("Another company has this name already. Search for it, or add what tells the two apart.")


class CreditCodeTaken(Refusal):
    """One code is one legal entity."""

    code = "credit_code_taken"
    message = _("Another company has this credit code already. One code is one company: search for the code.")


class NamelessCompany(Refusal):
    """A name without a letter."""

    code = "nameless_company"
    message = _("A company's name needs letters. Enter it as it stands on the licence.")


def add_company(*, name: str, credit_code: str | None, domain: str, at: datetime) -> Account:
    """Enter a company for which a colleague vouches. Within the caller's transaction.

    Raises:
        NamelessCompany, CompanyNameTaken, CreditCodeTaken: nothing is entered then.
    """
    if not name_key(name):
        raise NamelessCompany
    account = new_account(name, at=at)
    account.is_confirmed = True
    try:
        with transaction.atomic():  # of two who enter the same at once, the database tells one
            account.save(force_insert=True)
            correct_company(account, name=name, credit_code=credit_code, domain=domain)
    except IntegrityError as error:
        raise (CreditCodeTaken if "credit_code" in str(error) else CompanyNameTaken) from error
    return account


def correct_company(account: Account, *, name: str, credit_code: str | None, domain: str) -> list[str]:
    """Change ``account``, whose row is locked; returns the names of what changed.

    Raises:
        NamelessCompany, CompanyNameTaken, CreditCodeTaken: nothing is changed then.
    """
    key = name_key(name)
    if not key:
        raise NamelessCompany
    others = Account.objects.exclude(pk=account.pk)
    if any(named != account for named in companies_named([key]).values()):
        raise CompanyNameTaken
    if credit_code is not None and others.filter(credit_code=credit_code).exists():
        raise CreditCodeTaken
    domain = domain.strip().lower()
    given = {"name": name.strip()[:200], "credit_code": credit_code, "domain": registrable(domain) or domain}
    changed = sorted(field for field, value in given.items() if getattr(account, field) != value)
    for field, value in given.items():
        setattr(account, field, value)
    for column, value in names_of(account.name, others=other_names([account])[account.pk]).items():
        setattr(account, column, value)
    if "name" in changed:
        account.compared_at = None
        account.candidates.all().delete()
        release_names([account])
    account.save()
    return changed
