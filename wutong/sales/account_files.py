"""Files that belong to a company."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from wutong.people.models import Account
from wutong.platform.audit import record
from wutong.platform.files import Upload, store
from wutong.platform.models import Staff
from wutong.sales.accounts import accounts_visible_to
from wutong.sales.models import AccountFile


def files_of_accounts(staff: Staff) -> QuerySet[Any, Any]:
    """Keys of the stored files that belong to companies in the sight of ``staff``."""
    return AccountFile.objects.filter(account__in=accounts_visible_to(staff).order_by().values("pk")).values("file")


def add_file(*, account: Account, file: Upload, by: Staff, at: datetime) -> AccountFile:
    """Put a file with a company.

    Raises:
        FileTooLarge, FileNotTaken: see :func:`wutong.platform.files.store`.
    """
    stored = store(file=file, by=by, at=at)
    with transaction.atomic(durable=True):
        added = AccountFile.objects.create(account=account, file=stored, at=at)
        record("sales.account_file_added", actor=by, subject=account, at=at, file=str(stored.public_id))
    return added


def remove_file(*, file: AccountFile, by: Staff, at: datetime) -> None:
    """Take a file from its company; who uploaded it keeps it."""
    with transaction.atomic(durable=True):
        AccountFile.objects.filter(pk=file.pk).delete()
        record("sales.account_file_removed", actor=by, subject=file.account, at=at, file=str(file.file.public_id))
