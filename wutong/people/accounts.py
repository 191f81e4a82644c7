"""Companies as visitors type them, and who says to work there."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from wutong.people.models import Account, Affiliation, Assurance
from wutong.platform.chinese import normalised, search_keys, sort_key

_NOT_NAME = re.compile(r"[\s,.;:、，。；：()（）\[\]【】\"'“”‘’!！?？\-_/]+")
_STAMP = re.compile(r"(盖章|公章)$")


@dataclass(frozen=True, kw_only=True)
class Employment:
    """Somebody says to work at a company."""

    subject_id: int
    person_id: int
    company: str
    title: str = ""
    source: str
    assurance: Assurance


def name_key(name: str) -> str:
    """What two spellings of one company name have in common: simplified, without spaces, brackets and stamps.

    Source: ``algorithms.md`` 2.2, steps 1 and 2.
    """
    return _STAMP.sub("", _NOT_NAME.sub("", normalised(name)))[:200]


def employ_many(employments: Sequence[Employment], *, at: datetime) -> dict[int, Account]:
    """Find or add the companies named and note who works there. Opens no transaction.

    A company that nobody knew yet stays unconfirmed until a colleague confirms it.

    Returns:
        the account of each subject; a subject whose company has no letters in its name has none.
    """
    by_key = {name_key(one.company): one.company.strip()[:200] for one in employments}
    by_key.pop("", None)
    Account.objects.bulk_create(
        [
            Account(
                public_id=uuid.uuid4(),
                name=name,
                name_key=key,
                sort_key=sort_key(name),
                search_keys=search_keys([name]),
                created_at=at,
            )
            for key, name in sorted(by_key.items())
        ],
        ignore_conflicts=True,
    )
    accounts = {account.name_key: account for account in Account.objects.filter(name_key__in=by_key)}
    found = {
        one.subject_id: accounts[name_key(one.company)] for one in employments if name_key(one.company) in accounts
    }
    Affiliation.objects.bulk_create(
        [
            Affiliation(
                subject_id=one.subject_id,
                person_id=one.person_id,
                account=found[one.subject_id],
                title=one.title[:120],
                assurance=one.assurance,
                source=one.source,
                created_at=at,
            )
            for one in employments
            if one.subject_id in found
        ],
        ignore_conflicts=True,
    )
    return found
