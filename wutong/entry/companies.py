"""Entering a company by hand."""

from datetime import datetime

from django.db import transaction

from wutong.lifecycle.account_team import LOOKING_AFTER, give_many
from wutong.lifecycle.capture import default_product_line
from wutong.people.account_facts import Word, describe
from wutong.people.company_facts import add_company
from wutong.people.models import Account
from wutong.platform.audit import record
from wutong.platform.models import Staff


def enter_company(*, name: str, credit_code: str | None, domain: str, region: str, by: Staff, at: datetime) -> Account:
    """Enter a company that nobody knew here; whoever does has confirmed it, and looks after it if that is their work.

    Raises:
        NamelessCompany, CompanyNameTaken, CreditCodeTaken: see there.
    """
    with transaction.atomic(durable=True):
        account = add_company(name=name, credit_code=credit_code, domain=domain, at=at)
        describe(account, {"region": region}, word=Word(by=by, at=at))
        record("entry.company_entered", actor=by, subject=account, at=at)
        if by.role in LOOKING_AFTER:
            give_many([account], product_line=default_product_line(), to=by, by=by, at=at)
    return account
