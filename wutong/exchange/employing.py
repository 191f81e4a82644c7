"""The companies that rows name: who works there."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from wutong.exchange.entries import Entry
from wutong.exchange.models import AccountByImport, PeopleImport
from wutong.people.accounts import Employment, Register, employ_many, name_key, register_of
from wutong.people.identifiers import IdentifierKey, Known
from wutong.people.models import Account, Assurance
from wutong.platform.rows import execute_with_rows, insert_objects


class _NamedByRow(Struct, frozen=True):
    """What a row tells of a company."""

    company: str
    email: str
    credit_code: str


def register_for(entries: Sequence[Entry], known: Mapping[IdentifierKey, Known], before: set[int]) -> Register:
    """The companies that the rows can mean, asked before anything is written."""
    rows = [entry.row for entry in entries]
    times = Counter(key for row in rows for key in row.identifiers)
    return register_of(
        [_NamedByRow(row.facts.get("company", ""), row.email, row.credit_code) for row in rows],
        # Of those who are known, or named by another row as well, what a row says of their company may not count.
        nameless={
            row.email
            for row in rows
            if row.email
            and (
                not name_key(row.facts.get("company", ""))
                or any(key in known or times[key] > 1 for key in row.identifiers)
            )
        },
        people=before,
    )


def employ(
    run: PeopleImport, entries: Sequence[Entry], register: Register | None, *, at: datetime
) -> dict[int, Account]:
    """Find or add the companies, note who works there, and give codes to those that have none."""
    employments = [
        Employment(
            subject_id=entry.subject,
            person_id=entry.person,
            company=entry.facts.get("company", ""),
            email=entry.row.email,
            credit_code=entry.row.credit_code,
            title=entry.facts.get("title", ""),
            source=run.source_code,
            assurance=Assurance.TYPED,  # a list is no colleague's word on one company: that is given by hand
        )
        for entry in entries
    ]
    named = [one for one in employments if one.company or one.email or one.credit_code]
    if not named:
        return {}
    accounts = employ_many(named, at=at, register=register)
    added = {account.pk for account in accounts.values() if account.created_at == at}
    codes: dict[int, str] = {}
    for entry in entries:
        account = accounts.get(entry.subject)
        is_named = account is not None and name_key(entry.row.facts.get("company", "")) == account.name_key
        if account is not None and is_named and account.credit_code is None and entry.row.credit_code:
            codes.setdefault(account.pk, entry.row.credit_code)
    given = dict(
        execute_with_rows(
            """
            UPDATE people_account a SET credit_code = r.code
            FROM (SELECT DISTINCT ON (code) * FROM json_to_recordset(%(rows)s::json) AS r(id bigint, code text)
                  ORDER BY code, id) r
            WHERE a.id = r.id AND a.credit_code IS NULL
              AND NOT EXISTS (SELECT FROM people_account o WHERE o.credit_code = r.code)
            RETURNING a.id, a.credit_code
            """,
            [{"id": id, "code": code} for id, code in codes.items()],
        )
        if codes
        else ()
    )
    insert_objects(
        [
            AccountByImport(run=run, account_id=id, is_new=id in added, credit_code=given.get(id, ""))
            for id in sorted(added | given.keys())
        ],
        ignore_conflicts=True,
    )
    return accounts
