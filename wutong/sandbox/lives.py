"""What became of each lead of the demo company, planned whole from a seed and then cut at the present day.

So open work needs no inventing: whatever colleagues would do next simply has not happened yet. The rates lie near the
references of ``playbooks.md`` 3: lead to MQL 15 %, accepted 50 %, then opportunity 41 %, won 37 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from wutong.lifecycle.models import AssignmentRule, FollowUp, Stage
from wutong.lifecycle.retelling import Act, Answered, Contacted, Given, HandedOver, Moved, Qualified
from wutong.lifecycle.stages import Through
from wutong.platform.models import Staff
from wutong.sales.models import OpportunityStage
from wutong.sales.retelling import DealStep
from wutong.sandbox import sentences

ZONE = ZoneInfo("Asia/Shanghai")
TO_MQL = 0.13
ACCEPTED, ACCEPTED_AFTER_RETURN = 0.43, 0.55
QUALIFIED, TO_OPPORTUNITY = 0.74, 0.72
WON, INVALID = 0.37, 0.05
QUICK_PACE = 0.25
"""How much less time a deal takes with who needs it at once."""
QUALITY = {"partner": 2.1, "webinar_mail": 1.5, "organic_search": 1.2, "wechat_article": 0.8, "baidu_search": 0.85}
"""How much more often leads of a source become MQL."""
RESPONSE_MINUTES = ((1, 5, 0.68), (5, 20, 0.16), (20, 100, 0.1), (100, 500, 0.06))
"""From, to and share of the minutes until the first contact in working hours."""
Kind, Outcome = FollowUp.Kind, FollowUp.Outcome
DUE_TODAY = 0.3
KINDS = (Kind.CALL, Kind.CALL, Kind.CALL, Kind.CHAT, Kind.MAIL)


@dataclass(frozen=True, kw_only=True)
class Crew:
    """Who works on a lead, and the rule by which the SDR gets it."""

    sdr: Staff
    seller: Staff
    rule: AssignmentRule


@dataclass(kw_only=True)
class DealPlan:
    """The deal that a lead may lead to."""

    opened_at: datetime
    name: str
    amount: Decimal
    close_on: date
    competitor: str
    steps: list[DealStep] = field(default_factory=list)
    next_step: str = ""
    next_step_at: datetime | None = None


@dataclass(kw_only=True)
class Life:
    """What happened to a lead until now, and when its person came back by a second form."""

    acts: list[Act]
    deal: DealPlan | None = None
    returns_at: datetime | None = None


def life(rng: Random, *, captured_at: datetime, crew: Crew, source: str, now: datetime) -> Life:
    """Plan what became of a lead captured at an instant."""
    plan = _Plan(rng=rng, crew=crew)
    plan.begin(captured_at)
    plan.live(captured_at, chance=min(TO_MQL * QUALITY.get(source, 1.0), 0.9))
    return plan.until(now)


def waiting_for_sales(rng: Random, *, captured_at: datetime, crew: Crew, sent_at: datetime) -> Life:
    """A lead that was handed over and waits for its answer."""
    plan = _Plan(rng=rng, crew=crew)
    plan.begin(captured_at)
    plan.contact(plan.first_contact_at(captured_at), Outcome.REACHED)
    plan.hand_over(sent_at)
    return plan.until(sent_at)


def bought_quickly(rng: Random, *, captured_at: datetime, crew: Crew, now: datetime) -> Life:
    """A lead that was won some weeks after its form."""
    plan = _Plan(rng=rng, crew=crew)
    plan.begin(captured_at)
    plan.buy_quickly(captured_at)
    return plan.until(now)


def untouched() -> Life:
    """A lead that nobody has answered."""
    return Life(acts=[])


@dataclass(kw_only=True)
class _Plan:
    rng: Random
    crew: Crew
    acts: list[Act] = field(default_factory=list)
    deal: DealPlan | None = None
    returns_at: datetime | None = None

    def begin(self, captured_at: datetime) -> None:
        self.acts.append(Given(at=captured_at, to=self.crew.sdr, rule=self.crew.rule))

    def live(self, captured_at: datetime, *, chance: float) -> None:
        rng = self.rng
        at = self.first_contact_at(captured_at)
        while rng.random() < 0.28:  # not there at the first call
            self.contact(at, Outcome.NO_ANSWER)
            at = self._later(at, 0.2, 1.5)
        is_wanted = rng.random() < chance
        if not is_wanted and rng.random() < 0.3:
            self.contact(at, Outcome.NOT_INTERESTED)
            reason = rng.choice(("not_a_customer", "wrong_contact", "competitor", "student", "student", "duplicate"))
            self._move(at + timedelta(minutes=1), Stage.DISQUALIFIED, reason)
            return
        self.contact(at, Outcome.REACHED)
        for _ in range(rng.choice((0, 1, 1, 2))):
            at = self._later(at, 1, 4)
            self.contact(at, rng.choice((Outcome.REACHED, Outcome.REACHED, Outcome.NO_ANSWER)))
        if is_wanted:
            self.hand_over(self._later(at, 0.02, 1))
            self._be_answered()
            return
        at = self._later(at, 2, 9)
        if rng.random() < 0.3:
            self._move(at, Stage.DISQUALIFIED, rng.choice(("not_a_customer", "wrong_contact", "competitor")))
            return
        self.contact(at, Outcome.LATER)
        self._move(
            at + timedelta(minutes=2), Stage.NURTURE, rng.choice(("not_now", "not_now", "no_budget", "no_answer"))
        )
        if rng.random() < 0.12:
            self._return(self._later(at, 30, 80))

    def buy_quickly(self, captured_at: datetime) -> None:
        seller = self.crew.seller
        self.contact(self.first_contact_at(captured_at), Outcome.REACHED)
        self.hand_over(self._later(self.acts[-1].at, 0.02, 1))
        at = self._later(self.acts[-1].at, 0.03, 0.5)
        self.acts.append(Answered(at=at, by=seller, is_accepted=True))
        at = self._later(at, 0.1, 1.5)
        self.contact(at, Outcome.REACHED, by=seller)
        self.acts.append(Qualified(at=at + timedelta(minutes=10), by=seller, bant=sentences.bant(self.rng)))
        at = self._later(at, 0.1, 1)
        self._move(at, Stage.OPPORTUNITY, by=seller, through=Through.OPPORTUNITY)
        self._deal(at, ends=OpportunityStage.WON, pace=QUICK_PACE)

    def until(self, now: datetime) -> Life:
        done = [act for act in self.acts if act.at <= now]
        planned = [act for act in self.acts if act.at > now]
        if planned and done:
            done = _with_next_step(done, self._due(planned[0].at, now=now))
        deal = self.deal
        if deal is not None and deal.opened_at > now:
            deal = None
        if deal is not None:
            ahead = [step.at for step in deal.steps if step.at > now] + [act.at for act in planned]
            deal.steps = [step for step in deal.steps if step.at <= now]
            if ahead:
                deal.next_step = self.rng.choice(sentences.SALES_NOTES)[1]
                deal.next_step_at = self._due(min(ahead), now=now)
        returns_at = self.returns_at if self.returns_at is not None and self.returns_at <= now else None
        return Life(acts=done, deal=deal, returns_at=returns_at)

    def _due(self, planned_at: datetime, *, now: datetime) -> datetime:
        """When the next step is due: for many today, whichever day that is, and for some it was."""
        if self.rng.random() < DUE_TODAY:
            return now + timedelta(minutes=self.rng.randint(-300, 540))
        return planned_at

    def first_contact_at(self, captured_at: datetime) -> datetime:
        """When an SDR answers: within minutes by day, at night often only in the morning."""
        local = captured_at.astimezone(ZONE)
        if not 8 <= local.hour < 21 and self.rng.random() < 0.7:
            morning = local.replace(hour=8, minute=40, second=0) + timedelta(days=1 if local.hour >= 21 else 0)
            return morning.astimezone(captured_at.tzinfo) + timedelta(minutes=self.rng.uniform(0, 40))
        low, high, _share = self.rng.choices(RESPONSE_MINUTES, [share for _low, _high, share in RESPONSE_MINUTES])[0]
        return captured_at + timedelta(minutes=self.rng.uniform(low, high))

    def contact(self, at: datetime, outcome: FollowUp.Outcome, *, by: Staff | None = None) -> None:
        rng, next_step = self.rng, ""
        match outcome:
            case Outcome.NO_ANSWER:
                note, next_step = rng.choice(sentences.NO_ANSWER_NOTES), "再打一次"
            case Outcome.LATER:
                note = rng.choice(sentences.LATER_NOTES)
            case Outcome.NOT_INTERESTED:
                note = rng.choice(sentences.NOT_INTERESTED_NOTES)
            case _:
                note, next_step = rng.choice(sentences.SALES_NOTES if by is not None else sentences.REACHED_NOTES)
        kind = (
            Kind.CALL if outcome == Outcome.NO_ANSWER else rng.choice((*KINDS, Kind.VISIT) if by is not None else KINDS)
        )
        self.acts.append(
            Contacted(at=at, by=by or self.crew.sdr, kind=kind, outcome=outcome, note=note, next_step=next_step)
        )

    def hand_over(self, at: datetime) -> None:
        facts = sentences.facts(self.rng)
        self.acts.append(HandedOver(at=at, by=self.crew.sdr, to=self.crew.seller, facts=facts))

    def _be_answered(self) -> None:
        rng, seller = self.rng, self.crew.seller
        chance = ACCEPTED
        while True:
            at = self._later(self.acts[-1].at, 0.03, 0.9 if rng.random() < 0.92 else 2.2)
            if rng.random() < chance:
                self.acts.append(Answered(at=at, by=seller, is_accepted=True))
                self._sell(at)
                return
            reason = rng.choice(("unreachable", "no_need", "no_budget", "wrong_person", "facts_missing"))
            self.acts.append(Answered(at=at, by=seller, is_accepted=False, reason=reason))
            at = self._later(at, 0.5, 4)
            self.contact(at, rng.choice((Outcome.REACHED, Outcome.NO_ANSWER)))
            at += timedelta(minutes=rng.randint(5, 90))
            again = rng.random()
            if again < 0.4 and chance == ACCEPTED:
                self.hand_over(at)
                chance = ACCEPTED_AFTER_RETURN
            elif again < 0.75:
                self._move(at, Stage.NURTURE, rng.choice(("not_now", "no_budget", "no_answer")))
                return
            else:
                self._move(at, Stage.DISQUALIFIED, rng.choice(("not_a_customer", "wrong_contact")))
                return

    def _sell(self, accepted_at: datetime) -> None:
        rng, seller = self.rng, self.crew.seller
        at = self._later(accepted_at, 0.1, 1.5)
        self.contact(at, Outcome.REACHED, by=seller)
        at = self._later(at, 2, 7)
        self.contact(at, Outcome.REACHED, by=seller)
        at = self._later(at, 0.1, 3)
        if rng.random() >= QUALIFIED:
            self._move(at, Stage.DISQUALIFIED, "not_a_customer", by=seller)
            return
        self.acts.append(Qualified(at=at, by=seller, bant=sentences.bant(rng)))
        at = self._later(at, 1, 6)
        if rng.random() >= TO_OPPORTUNITY:
            self.contact(at, Outcome.LATER, by=seller)
            self._move(self._later(at, 8, 25), Stage.DISQUALIFIED, "not_a_customer", by=seller)
            return
        self._move(at, Stage.OPPORTUNITY, by=seller, through=Through.OPPORTUNITY)
        outcome = rng.random()
        ends = OpportunityStage.WON if outcome < WON else OpportunityStage.LOST
        self._deal(at, ends=OpportunityStage.INVALID if outcome > 1 - INVALID else ends)

    def _deal(self, opened_at: datetime, *, ends: OpportunityStage, pace: float = 1.0) -> None:
        rng, seller = self.rng, self.crew.seller
        self.deal = DealPlan(
            opened_at=opened_at,
            name=rng.choice(sentences.PROJECTS),
            amount=sentences.an_amount(rng),
            close_on=(opened_at + timedelta(days=rng.randint(30, 70))).date(),
            competitor=rng.choice(sentences.COMPETITORS),
        )
        at = opened_at
        goes_through = (OpportunityStage.CONFIRM, OpportunityStage.PROPOSE, OpportunityStage.NEGOTIATE)
        for stage in goes_through if ends == OpportunityStage.WON else goes_through[: rng.randint(1, 3)]:
            for _ in range(rng.choice((1, 2))):
                at = self._later(at, 2 * pace, 7 * pace)
                self.contact(at, Outcome.REACHED, by=seller)
            at = self._later(at, 0.05, 3 * pace)
            self.deal.steps.append(DealStep(at=at, to=stage))
        at = self._later(at, 3 * pace, 12 * pace)
        reason = rng.choice(tuple(_END_REASONS[ends]))
        self.deal.steps.append(DealStep(at=at, to=ends, reason=reason))
        to = Stage.WON if ends == OpportunityStage.WON else Stage.LOST
        self._move(at, to, reason, by=seller, through=Through.CLOSING)

    def _return(self, at: datetime) -> None:
        """Come back by a second form, be answered again."""
        self.returns_at = at
        self.acts.append(Moved(at=at, by=None, to=Stage.NEW, reason="re_engaged"))
        self.contact(self.first_contact_at(at), Outcome.REACHED)
        at = self._later(self.acts[-1].at, 1, 5)
        if self.rng.random() < 0.4:
            self.hand_over(at)
            self._be_answered()
        else:
            self._move(at, Stage.NURTURE, "not_now")

    def _move(
        self,
        at: datetime,
        to: Stage,
        reason: str = "",
        *,
        by: Staff | None = None,
        through: Through = Through.MOVE,
    ) -> None:
        self.acts.append(Moved(at=at, by=by or self.crew.sdr, to=to, reason=reason, through=through))

    def _later(self, at: datetime, least: float, most: float) -> datetime:
        """Some days later, in office hours of a weekday where the day allows."""
        then = (at + timedelta(days=self.rng.uniform(least, most))).astimezone(ZONE)
        if not 9 <= then.hour < 18:
            then = then.replace(hour=9, minute=self.rng.randint(2, 55)) + timedelta(days=1 if then.hour >= 18 else 0)
        while then.weekday() >= 5:
            then += timedelta(days=1)
        return max(then.astimezone(at.tzinfo), at + timedelta(minutes=2))


_END_REASONS: dict[OpportunityStage, Sequence[str]] = {
    OpportunityStage.WON: ("product", "trust", "service", "price"),
    OpportunityStage.LOST: ("price", "competitor", "no_budget", "no_decision", "no_decision", "missing_function"),
    OpportunityStage.INVALID: ("duplicate", "no_need"),
}


def _with_next_step(acts: Sequence[Act], at: datetime) -> list[Act]:
    """``acts`` whose last contact says when the next one is due."""
    changed = list(acts)
    for index in range(len(changed) - 1, -1, -1):
        act = changed[index]
        if isinstance(act, Contacted) and act.at < at:
            changed[index] = Contacted(
                at=act.at,
                by=act.by,
                kind=act.kind,
                outcome=act.outcome,
                note=act.note,
                next_step=act.next_step or "再联系",
                next_step_at=at,
            )
            break
    return changed
