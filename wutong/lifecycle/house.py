"""Who could take leads right now: who is there, whose hands are how full, whose turn it is, who knows the company."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Max

from wutong.lifecycle.models import UNCONTACTED, AccountOwner, Assignment, AssignmentRule, Duty, Lead
from wutong.platform.models import Role, Staff, Team

WORKING = (Role.SDR, Role.SALES)


@dataclass
class House:
    """Who could take leads right now, how full their hands are, and whose turn it is."""

    staff: dict[int, Staff]
    away: set[int]
    capacity: dict[int, int]
    load: dict[int, int]
    scopes: dict[int, set[int]]
    turns: dict[tuple[int, int], int] = field(default_factory=dict)
    """The last turn of (rule, colleague); who is not here has had none."""
    _next_turn: int = 1 << 60

    def can_take(self, id: int | None, lead: Lead) -> bool:
        """Whether a colleague is there, has a hand free and may see the lead's part of the business."""
        return (
            id in self.staff
            and id not in self.away
            and self.load.get(id, 0) < self.capacity.get(id, Duty.CAPACITY)
            and (not self.scopes.get(id) or lead.scope_id in self.scopes[id])
        )

    def members(self, team: Team) -> list[int]:
        """Who works new leads in a team and those below it: its SDRs, or its salespeople where it has no SDR."""
        within = [one for one in self.staff.values() if one.team is not None and one.team.path.startswith(team.path)]
        for role in WORKING:
            if found := sorted(one.pk for one in within if one.role == role):
                return found
        return []

    def give(self, rule: AssignmentRule, id: int) -> None:
        """Note that a colleague has got one, by a rule."""
        self.load[id] = self.load.get(id, 0) + 1
        self._next_turn += 1
        self.turns[rule.pk, id] = self._next_turn


@dataclass(frozen=True)
class Keepers:
    """Who looks after companies: by company and product line whom somebody has named, else who works on its leads."""

    named: dict[tuple[int, int], int] = field(default_factory=dict)
    working: dict[int, list[int]] = field(default_factory=dict)
    """By company, latest first."""

    def of(self, lead: Lead) -> list[int]:
        """Those who come into question for ``lead``, the first first."""
        if lead.account_id is None:
            return []
        first = self.named.get((lead.account_id, lead.product_line_id))
        return [*([first] if first is not None else []), *self.working.get(lead.account_id, [])]

    def note(self, lead: Lead, id: int) -> None:
        """Somebody works on ``lead`` from now on."""
        if lead.account_id is not None:
            self.working.setdefault(lead.account_id, []).insert(0, id)


def house_of(rules: Iterable[AssignmentRule], *, at: datetime, is_trial: bool = False) -> House:
    """Who could take leads at ``at``. For a trial everybody is there and has both hands free."""
    staff = Staff.objects.active().filter(role__in=WORKING).select_related("team").prefetch_related("scopes")
    named = Staff.objects.active().filter(pk__in=[rule.colleague_id for rule in rules if rule.colleague_id])
    everybody = {one.pk: one for one in (*staff, *named.select_related("team").prefetch_related("scopes"))}
    scopes = {id: {scope.pk for scope in one.scopes.all()} for id, one in everybody.items()}
    if is_trial:
        return House(everybody, set(), dict.fromkeys(everybody, 1_000_000), {}, scopes)
    duties = list(Duty.objects.filter(staff__in=everybody))
    waiting = Lead.objects.filter(UNCONTACTED, owner__in=everybody).values("owner").annotate(n=Count("pk"))
    turns = Assignment.objects.filter(rule__in=[rule.pk for rule in rules], to__in=everybody)
    latest = turns.values("rule", "to").annotate(last=Max("pk"))
    return House(
        everybody,
        {duty.pk for duty in duties if not is_on_duty(duty, at=at)},
        {duty.pk: duty.capacity for duty in duties},
        {row["owner"]: row["n"] for row in waiting},
        scopes,
        {(row["rule"], row["to"]): row["last"] for row in latest},
    )


def keepers_of(leads: Sequence[Lead]) -> Keepers:
    """Who looks after the companies of ``leads``: their owners, owners of their other open leads, SDRs who handed one
    over. New leads are an SDR's work, so an owner who sells is not asked here.
    """
    accounts = {lead.account_id for lead in leads if lead.account_id is not None}
    if not accounts:
        return Keepers()
    owners = AccountOwner.objects.filter(account__in=accounts, owner__role=Role.SDR)
    named = {(one.account_id, one.product_line_id): one.owner_id for one in owners}
    others = Lead.objects.open().filter(account__in=accounts).exclude(pk__in=[lead.pk for lead in leads])
    found: dict[int, list[int]] = {}
    for account_id, owner_id, role, sent_by_id in others.order_by("-last_touch_at", "-pk").values_list(
        "account_id", "owner_id", "owner__role", "sent_by_id"
    )[:5_000]:
        # New leads are an SDR's work; whoever sells to the company got it from one.
        who = owner_id if role != Role.SALES else sent_by_id
        if account_id is not None and who is not None:
            found.setdefault(account_id, []).append(who)
    return Keepers(named, found)


def is_on_duty(duty: Duty, *, at: datetime) -> bool:
    """Whether a colleague takes new leads at ``at``."""
    return duty.is_on or (duty.off_until is not None and duty.off_until <= at)
