"""What this capability holds about people."""

from contextlib import suppress

from django.utils.translation import gettext_lazy as _

from wutong.content.models import FormSubmission, QuarantinedSubmission
from wutong.people.holdings import Whom, hold, sweep
from wutong.people.normal_form import NotAnIdentifier, email, phone


def register_holdings() -> None:
    """Called once, when everything is loaded."""
    hold(FormSubmission, _("Forms they sent"), subjects="subject")
    sweep("suspected submissions", _suspected)


def _suspected(whom: Whom) -> int:
    """Submissions that wait for a colleague belong to nobody yet; theirs is known by the address in it."""
    values = set(whom.values)
    theirs = [
        pk
        for pk, answers in QuarantinedSubmission.objects.values_list("pk", "answers").iterator()
        if values & _addresses(answers)
    ]
    return QuarantinedSubmission.objects.filter(pk__in=theirs).delete()[0]


def _addresses(answers: dict[str, str]) -> set[str]:
    found = set()
    for text in answers.values():
        with suppress(NotAnIdentifier):
            found.add(email(text))
        with suppress(NotAnIdentifier):
            found.add(phone(text).e164)
    return found
