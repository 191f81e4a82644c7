"""Companies whose names are like one that is typed or has just come in: for people to look at, never merged.

One index of the database holds the pairs of characters of every brand, so that a hundred thousand companies are asked
as quickly as a hundred. Source: ``algorithms.md`` 2.2.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from rapidfuzz.distance import JaroWinkler

from wutong.people.account_names import other_names, refresh_names
from wutong.people.accounts import companies_named, companies_with_code, name_key
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
    """The companies that ``name`` may be, best first, at most five; also while it is being typed. Six queries.

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
    known = known.filter(merged_into=None).exclude(pk=but or 0)
    certain = [one for one in _certain(query, name) if known.filter(pk=one.account.pk).exists()]
    if certain:
        return certain[:1]
    nearest = execute(_NEAREST, grams=sorted(grams(query)), most=MOST_COMPARED)
    found = []
    accounts = list(known.filter(pk__in=[pk for (pk,) in nearest]).defer("search_keys", "name_grams"))
    others = other_names(accounts)
    for account in accounts:
        verdicts = [_verdict(query, read_name(one)) for one in (account.name, *others[account.pk])]
        verdict = max(verdicts, key=lambda one: (one.decision != Decision.NONE, one.score))
        if verdict.decision != Decision.NONE:
            found.append(_similar(account, verdict))
    found.sort(key=lambda one: (one.account.domain != domain or not domain, *_rank(query, one)))
    return found[:MOST_CANDIDATES]


def compare_new(*, at: datetime) -> int:
    """Look for companies like the oldest that have not been compared yet. Opens no transaction.

    Returns:
        how many were compared; fewer than a full batch when none is left.
    """
    waiting = Account.objects.select_for_update(skip_locked=True).filter(compared_at=None, merged_into=None)
    new = list(waiting.order_by("pk")[:_AT_ONCE])
    unread = [account for account in new if account.name_grams is None]
    refresh_names(unread)
    candidates = []
    for account in new:
        account.compared_at = at
        for one in similar_accounts(account.name, but=account.pk, domain=account.domain):
            if account.parent_id == one.account.pk or one.account.parent_id == account.pk:
                continue  # a colleague has said how the two belong together
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


def _certain(query: CompanyName, text: str) -> list[Similar]:
    """The company of this code, of this name, or the parent of this branch."""
    try:
        code = credit_code(text)
    except NotACreditCode:
        keys = {name_key(text): Decision.SAME}
        if query.is_whole_parent:
            keys[name_key(query.parent)] = Decision.BRANCH
        named = companies_named(key for key in keys if key)
        found = []
        for key, decision in keys.items():
            if (account := named.get(key)) is not None:
                verdict = decide(query, read_name(account.name))
                reason = _why_certain(verdict, decision, is_own_name=account.name_key == key)
                found.append(Similar(account=account, decision=decision, score=1.0, reason=reason))
        return found
    verdict = Verdict(Decision.SAME, 1.0, "its credit code")
    return [_similar(account, verdict) for account in companies_with_code({code}).values()]


def _why_certain(verdict: Verdict, decision: Decision, *, is_own_name: bool) -> str:
    if not is_own_name:
        return "another name of this company"
    return verdict.reason if verdict.decision == decision else "equal but for punctuation"


def _verdict(query: CompanyName, known: CompanyName) -> Verdict:
    verdict = decide(query, known)
    if verdict.decision == Decision.NONE and len(query.core) > 1 and known.key.startswith(query.key):
        return Verdict(Decision.CANDIDATE, verdict.score, "begins so")  # somebody is still typing
    return verdict


def _similar(account: Account, verdict: Verdict) -> Similar:
    return Similar(account=account, decision=verdict.decision, score=verdict.score, reason=verdict.reason)


def _rank(query: CompanyName, one: Similar) -> tuple[float, float, int]:
    return (-one.score, -JaroWinkler.similarity(query.key, name_key(one.account.name)), one.account.pk)
