"""What to do with a lead next, and why; why it is hot; what comes after an outcome. Advice, never a rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from wutong.events.models import Event, Site
from wutong.lifecycle.hand_over import Bant, may_answer, may_hand_over
from wutong.lifecycle.inbox import Row
from wutong.lifecycle.models import FollowUp, HandOver, Lead, Stage
from wutong.lifecycle.stages import REASONS, may_step
from wutong.people.models import Identifier
from wutong.platform import format as formats
from wutong.platform.calendar import WorkingCalendar
from wutong.platform.models import Staff

_MOST_FACTS = 3
_TEN = time(10)
Outcome = FollowUp.Outcome


@dataclass(frozen=True)
class Fact:
    """Something that makes a lead worth acting on now."""

    text: str
    at: datetime | None = None


@dataclass(frozen=True)
class Advice:
    """The next best action: what, why, and the key of the button that does it (none for what no button does)."""

    label: str
    why: str
    key: str
    icon: str


@dataclass(frozen=True)
class Proposed:
    """A next step proposed for an outcome; ``at`` in the reader's zone, as a form field wants it."""

    text: str
    at: datetime | None


def why_hot(row: Row) -> list[Fact]:
    """Up to three facts, the strongest first: what they sent, what they read, how they fit."""
    person = row.lead.person
    facts = []
    sent = Event.objects.filter(
        person=person, name="form_submitted", site__in=Site.objects.filter(scope=row.lead.scope_id)
    )
    if latest := sent.order_by("-occurred_at").first():
        facts.append(Fact(_("Sent a form"), latest.occurred_at))
    facts += [Fact(_("Read “%(page)s”") % {"page": read.page}, read.at) for read in row.reads]
    if row.code and row.code[0] in "AB" and row.code[1:] in ("1", "2"):
        facts.insert(1, Fact(_("Fits and is warm: %(code)s") % {"code": row.code}))
    return facts[:_MOST_FACTS]


def advice_for(row: Row, *, by: Staff, at: datetime, bant: Bant) -> Advice | None:
    """What ``by`` does best with the lead now; None where nothing is theirs to do."""
    lead = row.lead
    if may_answer(lead, by=by):
        return Advice(_("Accept or return"), _given_by(row.given), "y", "user-check")
    if lead.stage == Stage.SQL and may_step(lead, Stage.OPPORTUNITY, by=by):
        why = _("Budget, authority, need and timing are confirmed.")
        return Advice(_("Open an opportunity"), why, "o", "briefcase")
    if lead.owner_id not in (None, by.pk):
        return None
    if lead.first_contact_at is None:
        return _first_contact(lead)
    if row.shows_step and lead.next_step_at is not None and lead.next_step_at <= at:
        why = _("You planned it for %(when)s.") % {"when": _ago(lead.next_step_at, at)}
        return Advice(lead.next_step or _("Do the planned step"), why, "c", "calendar-event")
    if lead.stage == Stage.SAL and may_step(lead, Stage.SQL, by=by):
        return _qualify(bant)
    if may_hand_over(lead, by=by):
        return _towards_sales(lead, bant, at=at)
    if lead.first_contact_at is not None and lead.stage != Stage.OPPORTUNITY:
        return Advice(_("Contact again"), _("Nothing is planned with this lead."), "c", "phone")
    return None


def next_steps(*, at: datetime) -> Mapping[Outcome, Proposed]:
    """The next step proposed after each outcome, in working time."""
    calendar = WorkingCalendar.load()
    local = timezone.localtime(at)

    def on(days: int) -> datetime:
        morning = datetime.combine(local.date() + timedelta(days=days), _TEN, tzinfo=local.tzinfo)
        return timezone.localtime(calendar.next_opening(morning))

    later = timezone.localtime(calendar.add_working(at, timedelta(hours=2)))
    again = later.replace(minute=later.minute // 5 * 5, second=0, microsecond=0)
    return {
        Outcome.REACHED: Proposed(_("Send material and agree a talk"), on(1)),
        Outcome.NO_ANSWER: Proposed(_("Try again"), again),
        Outcome.LATER: Proposed(_("Ask again"), on(30)),
        Outcome.NOT_INTERESTED: Proposed("", None),
    }


def _first_contact(lead: Lead) -> Advice:
    kinds = set(Identifier.objects.filter(person=lead.person_id).values_list("kind", flat=True))
    why = _("Nobody has been in contact yet.")
    if "phone" in kinds:
        return Advice(pgettext("next action", "Call"), why, "c", "phone")
    if "email" in kinds:
        return Advice(pgettext("next action", "Write an e-mail"), why, "m", "mail")
    return Advice(pgettext("next action", "Write in WeCom"), why, "w", "message")


def _qualify(bant: Bant) -> Advice:
    known = sum(bool(text) for text in (bant.budget, bant.authority, bant.need, bant.timing))
    if known == 4:
        return Advice(_("Confirm as SQL"), _("All four of BANT are known."), "b", "circle-check")
    why = _("%(known)d of 4 are known; an SQL needs all.") % {"known": known}
    return Advice(_("Ask what BANT lacks"), why, "b", "list-check")


def _towards_sales(lead: Lead, bant: Bant, *, at: datetime) -> Advice:
    hand_over = _("Hand over to sales")
    if lead.stage == Stage.RETURNED:
        last = HandOver.objects.filter(lead=lead, outcome=HandOver.Outcome.RETURNED).order_by("-decided_at").first()
        reason = REASONS[Stage.RETURNED].get(last.reason, "—") if last else "—"
        why = _("Returned by sales: %(reason)s. Clear it up, then hand over again.") % {"reason": reason}
        return Advice(_("Clear up why it came back"), why, "c", "refresh")
    if lead.stage == Stage.MQL:
        return Advice(hand_over, _("It is qualified and nobody in sales has it yet."), "q", "arrow-right")
    if bant.need and bant.timing:
        return Advice(hand_over, _("Need and timing are known."), "q", "arrow-right")
    if lead.next_step_at is not None:
        when = _ago(lead.next_step_at, at)
        why = _("Planned for %(when)s.") % {"when": when}
        return Advice(lead.next_step or _("Do the planned step"), why, "c", "calendar-event")
    return Advice(_("Contact again"), _("Nothing is planned with this lead."), "c", "phone")


def _given_by(given: HandOver | None) -> str:
    if given is None:
        return ""
    return _("%(name)s handed it over: %(need)s") % {"name": given.sent_by.full_name, "need": given.need}


def _ago(at: datetime, now: datetime) -> str:
    zone = timezone.get_current_timezone()
    return formats.ago(at, now=now, zone=zone, language=get_language() or "zh-hans")
