"""What this capability holds about people, and what the platform below it holds that is of no table of people."""

from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from wutong.people.holdings import Fate, Whom, free_of_people, hold, mark, sweep
from wutong.people.telling import addresses_of, sql_told_in
from wutong.platform.models import AuditEntry, Notification, OutgoingMail
from wutong.privacy.models import Erasure, SubjectRequest


def register_holdings() -> None:
    """Called once, when everything is loaded."""
    hold(
        SubjectRequest,
        _("Their requests"),
        subjects="subject",
        fate=Fate.BLANKED,
        blank={"person": None, "subject": None, "from_whom": "", "said": "", "answer": ""},
    )
    free_of_people(AuditEntry, because="what was done stays; what it says of them is swept")
    free_of_people(Erasure, because="it names them until it is done, and nobody afterwards")
    sweep("notices", _notices)
    sweep("audit texts", _audit_texts)
    sweep("mails", _mails)
    mark(_public_ids)


def _public_ids(whom: Whom) -> list[UUID]:
    return list(SubjectRequest.objects.filter(person__in=whom.people).values_list("public_id", flat=True))


def _notices(whom: Whom) -> int:
    """Notices lead to them, or to a lead of theirs, by its public id."""
    if not whom.marks:
        return 0
    found = Notification.objects.none()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM platform_notification WHERE (url || ' ' || \"group\") LIKE ANY(%s)",
            [[f"%{one}%" for one in whom.marks]],
        )
        found = Notification.objects.filter(pk__in=[pk for (pk,) in cursor.fetchall()])
    return found.delete()[0]


def _audit_texts(whom: Whom) -> int:
    """What was done stays; what it says of them goes: the label, the details, wherever their address was written."""
    about_them = AuditEntry.objects.filter(subject_id__in=whom.marks).exclude(subject_label="", detail={})
    emptied = about_them.update(subject_label="", detail={})
    if telling := [value.lower() for value in addresses_of(whom)]:
        where = sql_told_in("(subject_label || ' ' || detail::text)")
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE platform_auditentry SET subject_label = '', detail = '{{}}' WHERE {where}",  # noqa: S608  # ours
                {"told": telling},
            )
            emptied += int(cursor.rowcount)
    return emptied


def _mails(whom: Whom) -> int:
    return OutgoingMail.objects.filter(recipient__in=[value for value in whom.values if "@" in value]).delete()[0]
