"""Credit codes of companies: masked for everybody, shown in full one by one to those who may, counted and recorded.

Of a sole trader (个体工商户, codes that begin with 92) the code names a human being. All are masked alike: what only
hides some codes tells whose they are, and a list of customers with their codes is what leaves a company unnoticed.
"""

from datetime import datetime

from django.db import transaction

from wutong.people.credit_code import kind_of
from wutong.people.models import Account
from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.reveals import count_reveals


def reveal_credit_code(account: Account, *, by: Staff, at: datetime) -> None:
    """Count and record that ``by`` is about to see the code of a company in full.

    Raises:
        EnoughRevealed: the day's limit is reached; administrators have been told.
    """
    with transaction.atomic(durable=True):
        refusal = count_reveals(staff=by, at=at)
        if refusal is None:
            kind = kind_of(account.credit_code or "")
            record("people.credit_code_revealed", actor=by, subject=account, at=at, kind=kind)
    if refusal is not None:
        raise refusal
