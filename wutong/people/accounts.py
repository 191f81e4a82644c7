"""Companies as visitors type them, and who says to work there."""

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from wutong.people.models import Account, Affiliation, Assurance
from wutong.platform.chinese import normalised, search_keys, sort_key
from wutong.platform.rows import insert_objects

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
    keys = {one.company: name_key(one.company) for one in employments}
    by_key = {key: company.strip()[:200] for company, key in keys.items() if key}
    accounts = _accounts(by_key)
    new = {key: name for key, name in sorted(by_key.items()) if key not in accounts}
    if new:
        insert_objects(
            [
                Account(
                    public_id=uuid.uuid4(),
                    name=name,
                    name_key=key,
                    sort_key=sort_key(name),
                    search_keys=search_keys([name]),
                    created_at=at,
                )
                for key, name in new.items()
            ],
            ignore_conflicts=True,
        )
        accounts |= _accounts(new)
    found = {one.subject_id: accounts[key] for one in employments if (key := keys[one.company]) in accounts}
    insert_objects(
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


def _accounts(keys: Iterable[str]) -> dict[str, Account]:
    found = Account.objects.filter(name_key__in=list(keys)).defer("search_keys")
    return {account.name_key: account for account in found}
