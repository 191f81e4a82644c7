"""What of the lifecycle a colleague has in hand, and how it goes over to others: companies, leads with their plans,
contracts, and what companies and people they were let in to. Closed leads keep the name of whoever closed them; past
follow-ups that of their author.
"""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.lifecycle.account_team import LOOKING_AFTER
from wutong.lifecycle.contracts import can_look_after
from wutong.lifecycle.giving import give_many
from wutong.lifecycle.models import Accountable, AccountCollaborator, AccountOwner, Contract, Lead
from wutong.lifecycle.models.lead import forget_accounts_of
from wutong.people.models import PersonCollaborator
from wutong.platform.audit import record
from wutong.platform.in_hand import Batch, InHand, in_turns, tally
from wutong.platform.models import Role, Staff
from wutong.platform.permissions import may
from wutong.platform.rows import update_objects

_NONE, _ALL = Q(pk__in=[]), Q(pk__isnull=False)
"""Not an empty ``Q()``: to what that is joined by "or" stays as it was."""


def within_scopes(taker: Staff) -> Q:
    """Rows (with scope) of the parts of the business that ``taker`` works in."""
    scopes = taker.own_scopes()
    return Q(scope__in=scopes) if scopes else _ALL


def is_within_scopes(row: Any, taker: Staff) -> bool:
    scopes = taker.own_scopes()
    return not scopes or row.scope_id in {scope.pk for scope in scopes}


def any_of(conditions: Sequence[Q]) -> Q:
    return reduce(or_, conditions, _NONE)


def _functions(taker: Staff) -> list[str]:
    """Whose turn it may be on the leads of ``taker``."""
    if taker.role in (Role.SALES, Role.MANAGER):
        return list(Accountable.values)
    return [code for code in Accountable.values if code != Accountable.SALES] if taker.role == Role.SDR else []


def _move_leads(batch: Batch) -> dict[int, int]:
    fitting = any_of([Q(accountable__in=_functions(one)) & within_scopes(one) for one in batch.takers])
    open_ones = Lead.objects.select_for_update(no_key=True, of=("self",)).open().filter(owner=batch.source)
    leads = list(open_ones.filter(fitting).select_related("person", "team").order_by("pk")[: batch.limit])
    given = in_turns(
        leads,
        batch.takers,
        lambda lead, one: lead.accountable in _functions(one) and is_within_scopes(lead, one),
    )
    give_many(given, by=batch.by, at=batch.at)
    return tally(given)


def _move_contracts(batch: Batch) -> dict[int, int]:
    able = [one for one in batch.takers if can_look_after(one)]
    running = Contract.objects.select_for_update(no_key=True).running().filter(owner=batch.source)
    contracts = list(running.filter(any_of([within_scopes(one) for one in able])).order_by("pk")[: batch.limit])
    given = in_turns(contracts, able, is_within_scopes)
    for contract, taker in given:
        contract.owner_id = taker.pk
        contract.team_id = taker.team_id or contract.team_id
        contract.version += 1
        record("lifecycle.contract_handed", actor=batch.by, subject=contract, at=batch.at, to=str(taker.public_id))
    update_objects(contracts, ["owner", "team", "version"])
    return tally(given)


def _move_collaborations(batch: Batch) -> dict[int, int]:
    able = [one for one in batch.takers if may(one, "people.read")]
    shared = PersonCollaborator.objects.select_for_update(of=("self",)).filter(staff=batch.source)
    rows = list(shared.select_related("person").order_by("pk")[: batch.limit]) if able else []
    given = in_turns(rows, able, lambda _row, _taker: True)
    PersonCollaborator.objects.bulk_create(
        [
            PersonCollaborator(subject_id=row.subject_id, person_id=row.person_id, staff=to, by=batch.by, at=batch.at)
            for row, to in given
        ],
        ignore_conflicts=True,  # whoever was let in already stays so
    )
    shared.filter(pk__in=[row.pk for row in rows]).delete()
    for row, to in given:
        record("people.collaborator_added", actor=batch.by, subject=row.person, at=batch.at, staff=str(to.public_id))
    return tally(given)


def _move_companies(batch: Batch) -> dict[int, int]:
    able = [one for one in batch.takers if one.role in LOOKING_AFTER]
    owned = AccountOwner.objects.select_for_update(of=("self",)).filter(owner=batch.source)
    rows = list(owned.select_related("account", "product_line").order_by("pk")[: batch.limit]) if able else []
    given = in_turns(rows, able, lambda _row, _taker: True)
    for row, to in given:
        row.owner, row.since, row.given_by = to, batch.at, batch.by
        line, before = row.product_line.code, str(batch.source.public_id)
        told = {"to": str(to.public_id), "before": before, "line": line}
        record("lifecycle.account_given", actor=batch.by, subject=row.account, at=batch.at, **told)
    update_objects(rows, ["owner", "since", "given_by"])
    return tally(given)


def _move_shared_companies(batch: Batch) -> dict[int, int]:
    able = [one for one in batch.takers if may(one, "people.read")]
    shared = AccountCollaborator.objects.select_for_update(of=("self",)).filter(staff=batch.source)
    rows = list(shared.select_related("account").order_by("pk")[: batch.limit]) if able else []
    given = in_turns(rows, able, lambda _row, _taker: True)
    AccountCollaborator.objects.bulk_create(
        [
            AccountCollaborator(account=row.account, staff=to, reason=row.reason, by=batch.by, at=batch.at)
            for row, to in given
        ],
        ignore_conflicts=True,  # with whom it is shared already stays so
    )
    shared.filter(pk__in=[row.pk for row in rows]).delete()
    before = str(batch.source.public_id)
    for row, to in given:
        told = {"to": str(to.public_id), "before": before}
        record("lifecycle.account_shared", actor=batch.by, subject=row.account, at=batch.at, **told)
    for one in (batch.source, *able):
        forget_accounts_of(one)
    return tally(given)


IN_HAND = (
    InHand(
        code="companies",
        label=_("Companies they look after"),
        count=lambda staff: AccountOwner.objects.filter(owner=staff).count(),
        move=_move_companies,
    ),
    InHand(
        code="shared_companies",
        label=_("Companies that are shared with them"),
        count=lambda staff: AccountCollaborator.objects.filter(staff=staff).count(),
        move=_move_shared_companies,
    ),
    InHand(
        code="leads",
        label=_("Open leads, with their next steps and pending hand-overs"),
        count=lambda staff: Lead.objects.open().filter(owner=staff).count(),
        move=_move_leads,
    ),
    InHand(
        code="contracts",
        label=_("Running contracts"),
        count=lambda staff: Contract.objects.running().filter(owner=staff).count(),
        move=_move_contracts,
    ),
    InHand(
        code="collaborations",
        label=pgettext_lazy("collaborator", "People they were let in to"),
        count=lambda staff: PersonCollaborator.objects.filter(staff=staff).count(),
        move=_move_collaborations,
    ),
)
