"""Companies whose names are like one that is typed or has just come in: for people to look at, never merged.

One index of the database holds the pairs of characters of every brand, so that a hundred thousand companies are asked
as quickly as a hundred. Source: ``algorithms.md`` 2.2.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from rapidfuzz.distance import JaroWinkler

from wutong.people.accounts import name_key, names_of
from wutong.people.companies.decision import Decision, Verdict, decide
from wutong.people.companies.names import CompanyName, grams, read_name
from wutong.people.credit_code import NotACreditCode, credit_code
from wutong.people.models import Account, AccountCandidate
from wutong.platform.rows import execute, insert_objects

MOST_COMPARED = 200
MOST_CANDIDATES = 5
_AT_ONCE = 200
_NEAREST = """
SELECT id FROM people_account WHERE name_grams && %(grams)s::varchar[]
ORDER BY cardinality(ARRAY(SELECT unnest(name_grams) INTERSECT SELECT unnest(%(grams)s::varchar[]))) DESC, id
LIMIT %(most)s
"""


@dataclass(frozen=True, kw_only=True)
class Similar:
    """A company that may be the one that is named."""

    account: Account
    decision: Decision
    score: float
    reason: str


def similar_accounts(
    name: str, *, among: QuerySet[Account] | None = None, but: int | None = None, domain: str = ""
) -> list[Similar]:
    """The companies that ``name`` may be, best first, at most five; also while it is being typed. Three queries.

    Args:
        name: a company's name, part of one, or a credit code.
        among: those that may be named to whoever asks; all of them otherwise.
        but: the id of an account that is not to be compared with itself.
        domain: an organisation's registrable domain: a candidate that has it comes first, and stays a candidate.
    """
    query = read_name(name)
    if not query.key:
        return []
    known = Account.objects.all() if among is None else among
    if but is not None:
        known = known.exclude(pk=but)
    certain = _certain(known, query, name)
    if certain:
        return certain
    nearest = execute(_NEAREST, grams=sorted(grams(query)), most=MOST_COMPARED)
    found = []
    for account in known.filter(pk__in=[pk for (pk,) in nearest]).defer("search_keys", "name_grams"):
        verdict = _verdict(query, read_name(account.name))
        if verdict.decision != Decision.NONE:
            found.append(_similar(account, verdict))
    found.sort(key=lambda one: (one.account.domain != domain or not domain, *_rank(query, one)))
    return found[:MOST_CANDIDATES]


def compare_new(*, at: datetime) -> int:
    """Look for companies like the oldest that have not been compared yet. Opens no transaction.

    Returns:
        how many were compared; fewer than a full batch when none is left.
    """
    new = list(Account.objects.select_for_update(skip_locked=True).filter(compared_at=None).order_by("pk")[:_AT_ONCE])
    unread = [account for account in new if account.name_grams is None]
    for account in unread:
        follows = names_of(account.name)
        account.brand, account.name_grams = follows["brand"], follows["name_grams"]
    Account.objects.bulk_update(unread, ["brand", "name_grams"])
    candidates = []
    for account in new:
        account.compared_at = at
        for one in similar_accounts(account.name, but=account.pk, domain=account.domain):
            # Two accounts may have names that differ in nothing but brackets: alike, and for a colleague to decide.
            decision = Decision.BRANCH if one.decision == Decision.BRANCH else Decision.CANDIDATE
            candidates.append(
                AccountCandidate(
                    account=account,
                    other=one.account,
                    decision=decision.value,
                    score=one.score,
                    reason=one.reason,
                    found_at=at,
                )
            )
    insert_objects(candidates, ignore_conflicts=True)
    Account.objects.bulk_update(new, ["compared_at"])
    return len(new)


def _certain(known: QuerySet[Account], query: CompanyName, text: str) -> list[Similar]:
    """The company of this code, of this name, or the parent of this branch."""
    try:
        by_code: Iterable[Account] = known.filter(credit_code=credit_code(text))
    except NotACreditCode:
        keys = {name_key(text): Decision.SAME}
        if query.is_whole_parent:
            keys[name_key(query.parent)] = Decision.BRANCH
        named = {account.name_key: account for account in known.filter(name_key__in=keys)}
        for key, decision in keys.items():
            if (account := named.get(key)) is not None:
                verdict = decide(query, read_name(account.name))
                reason = verdict.reason if verdict.decision == decision else "equal but for punctuation"
                return [Similar(account=account, decision=decision, score=1.0, reason=reason)]
        return []
    verdict = Verdict(Decision.SAME, 1.0, "its credit code")
    return [_similar(account, verdict) for account in by_code]


def _verdict(query: CompanyName, known: CompanyName) -> Verdict:
    verdict = decide(query, known)
    if verdict.decision == Decision.NONE and len(query.core) > 1 and known.key.startswith(query.key):
        return Verdict(Decision.CANDIDATE, verdict.score, "begins so")  # somebody is still typing
    return verdict


def _similar(account: Account, verdict: Verdict) -> Similar:
    return Similar(account=account, decision=verdict.decision, score=verdict.score, reason=verdict.reason)


def _rank(query: CompanyName, one: Similar) -> tuple[float, float, int]:
    return (-one.score, -JaroWinkler.similarity(query.key, name_key(one.account.name)), one.account.pk)
