"""What people of the demo company allowed and withdrew, what they asked for, and one of them who has been erased."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import cycle

from wutong.people.models import ConsentKind, ConsentState, Identifier, Person, Reach
from wutong.platform.calendar import WorkingCalendar
from wutong.platform.models import Role, Staff
from wutong.privacy.by_hand import record_decision
from wutong.privacy.deadlines import answer_days, due_on
from wutong.privacy.erasure import ask_for_erasure, erase
from wutong.privacy.models import RequestKind, SubjectRequest
from wutong.privacy.preferences import choices_for, save_choices, withdraw_everything
from wutong.privacy.requests import ask_by_link, close, take_in, take_over

DECIDING = 24
"""So many people have said more than that we may call them back."""
ERASED = 1
_LONGEST_DAYS = 90
_WORDS = (
    ("phone", "newsletter", ConsentState.GRANTED, "phone", "电话里说想收每月的产品资讯，短信也行。"),
    ("email", "marketing", ConsentState.GRANTED, "meeting", "展会上扫码加好友时当面同意，名片背面有签字。"),
    ("phone", "marketing", ConsentState.REFUSED, "phone", "请不要再打推销电话，有事发邮件。"),
)


def ensure_rights(*, at: datetime) -> None:
    """Let it all have happened, once; safe to call at every start."""
    marketer = Staff.objects.active().filter(role=Role.MARKETER).order_by("pk").first()
    manager = Staff.objects.active().filter(role=Role.ADMIN).order_by("pk").first()
    if SubjectRequest.objects.exists() or marketer is None or manager is None:
        return
    known = Person.objects.current().filter(reach=Reach.KNOWN, first_seen_at__lt=at - timedelta(days=8))
    addresses = _addresses(known.filter(leads=None).order_by("pk")[:DECIDING])
    addresses += _addresses(known.filter(leads__isnull=False).order_by("-pk").distinct()[:DECIDING])
    if len(addresses) < 6:  # nobody to speak of
        return
    first, second, third, fourth, *others = addresses
    _decide(others, by=marketer, at=at)
    _answered(first, by=manager, at=at - timedelta(days=20))
    _waiting(second, third, by=manager, at=at)
    _forget(fourth, by=manager, at=at)


def _addresses(people: Iterable[Person]) -> list[Identifier]:
    """An e-mail address of each who has one."""
    found = Identifier.objects.filter(person__in=[one.pk for one in people], kind="email", is_blocked=False)
    return list({one.person_id: one for one in found.select_related("person").order_by("-pk")}.values())


def _decide(addresses: Sequence[Identifier], *, by: Staff, at: datetime) -> None:
    """By their own links, and told to a colleague."""
    for number, address in enumerate(addresses):
        when = at - timedelta(days=2 + number % 6, hours=number)
        match number % 4:
            case 0:
                shown = {one.name for one in choices_for(address, at=when)}
                save_choices(address=address, allowed=shown & {"email.newsletter"}, shown=shown, at=when)
            case 1 if number % 8 == 1:
                withdraw_everything(address=address, source="one_click", at=when)
            case _:
                channel, purpose, state, how, said = _WORDS[number % len(_WORDS)]
                record_decision(
                    person=address.person,
                    address=address,
                    kind=ConsentKind.GENERAL,
                    channel=channel,
                    purpose=purpose,
                    state=state,
                    how=how,
                    reason=said,
                    decided_at=when,
                    expires_at=None,
                    by=by,
                    at=when,
                )
    for address, kind in zip(addresses, cycle((ConsentKind.CROSS_BORDER, ConsentKind.PROVISION)), strict=False):
        if address.pk % 5 == 0:
            record_decision(
                person=address.person,
                address=address,
                kind=kind,
                channel="any",
                purpose="contact",
                state=ConsentState.GRANTED,
                how="paper",
                reason="单独同意书已签字，存放在法务部 3 号柜。",
                decided_at=at - timedelta(days=5),
                expires_at=at + timedelta(days=360),
                by=by,
                at=at - timedelta(days=5),
            )


def _answered(address: Identifier, *, by: Staff, at: datetime) -> None:
    """Somebody wanted to see what we hold and got it in four days."""
    asked = ask_by_link(kind=RequestKind.COPY, address=address, said="想看看你们都存了我的哪些信息。", at=at)
    take_over(request=asked, by=by, at=at + timedelta(hours=5))
    answer = "已导出全部信息并发到他本人的邮箱，电话里核实了身份。"
    close(request=asked, is_done=True, answer=answer, by=by, at=at + timedelta(days=4))


def _waiting(soon: Identifier, fresh: Identifier, *, by: Staff, at: datetime) -> None:
    """One that must be answered within two days, and one that has just come in."""
    received = _received_for(at + timedelta(days=2), at=at)
    old = take_in(
        kind=RequestKind.CORRECTION,
        address=soon,
        from_whom="",
        said="我已经换了公司，请把单位和职务改过来。",
        received_at=received,
        by=by,
        at=received,
    )
    take_over(request=old, by=by, at=received + timedelta(days=1))
    ask_by_link(
        kind=RequestKind.OBJECTION, address=fresh, said="不要用我的浏览记录做分析。", at=at - timedelta(hours=3)
    )


def _received_for(due_at: datetime, *, at: datetime) -> datetime:
    """When a request came in that is due on the day of ``due_at``: it hangs on the company's holidays."""
    calendar, days = WorkingCalendar.load(), answer_days()
    last = due_at.astimezone(calendar.zone).date()
    moments = (at - timedelta(days=ago, hours=4) for ago in range(_LONGEST_DAYS))
    return next(
        (one for one in moments if due_on(one, days=days, calendar=calendar) <= last), at - timedelta(days=days)
    )


def _forget(address: Identifier, *, by: Staff, at: datetime) -> None:
    """Somebody asked to be erased; the tables are cleared here, the archive and the certificate are the worker's."""
    asked_at = at - timedelta(days=1, hours=2)
    asked = ask_by_link(
        kind=RequestKind.ERASURE,
        address=address,
        said="请删除我的全部信息。",
        at=asked_at,
    )
    take_over(request=asked, by=by, at=asked_at + timedelta(hours=1))
    erasure = ask_for_erasure(person=address.person, by=by, at=at - timedelta(hours=1), request=asked)
    erase(erasure.pk, at=at - timedelta(minutes=50))
    asked.refresh_from_db()
    if asked.is_open:
        answer = "已从系统中删除，并把删除证明寄给本人。"
        close(request=asked, is_done=True, answer=answer, by=by, at=at - timedelta(minutes=40))
