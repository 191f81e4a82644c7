"""How the acts of the audit trail read. Each capability registers the words of its own."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Label = str | Promise

ACTIONS: dict[str, Label] = {}
SUBJECTS: dict[str, Label] = {}


def register_actions(labels: Mapping[str, Label]) -> None:
    """Give acts (``capability.what_happened``) their words."""
    ACTIONS.update(labels)


def register_subjects(labels: Mapping[str, Label]) -> None:
    """Give kinds of objects (a model's name in lower case) their words."""
    SUBJECTS.update(labels)


register_subjects(
    {
        "staff": _("Colleague"),
        "team": _("Team"),
        "organisation": _("Organisation"),
        "mailsettings": _("Mail server"),
        "calendarday": _("Day of the calendar"),
        "parkeditem": _("Parked item"),
        "storedfile": pgettext_lazy("object", "File"),
        "apikey": _("API key"),
        "savedview": _("Saved view"),
    }
)
register_actions(
    {
        "views.saved": _("Saved a view of a list"),
        "views.changed": _("Changed a view of a list"),
        "views.removed": _("Removed a view of a list"),
        "views.default_set": _("Chose with which view a list opens"),
        "staff.signed_in": _("Signed in"),
        "staff.signed_out": _("Signed out"),
        "staff.password_reset_asked": _("Asked for a password link"),
        "staff.password_reset": _("Set a new password by a link"),
        "staff.password_changed": _("Changed the password"),
        "staff.reset_link_made": _("Made a password link for a colleague"),
        "staff.second_factor_set_up": _("Set up the second factor"),
        "staff.second_factor_removed": _("Removed the own second factor"),
        "staff.second_factor_reset": _("Reset a colleague's second factor"),
        "staff.second_factor_refused": _("Typed a wrong code at sign-in"),
        "staff.recovery_code_used": _("Used a recovery code"),
        "staff.recovery_codes_made": _("Made new recovery codes"),
        "staff.session_ended": _("Ended a session"),
        "staff.all_sessions_ended": _("Ended all sessions"),
        "staff.invited": _("Invited a colleague"),
        "staff.invited_again": _("Made a new invitation link"),
        "staff.invitation_accepted": _("Accepted the invitation"),
        "staff.rights_changed": _("Changed a colleague's rights"),
        "staff.deactivated": _("Deactivated a colleague"),
        "staff.work_handed_over": _("Handed over the work of a colleague"),
        "staff.reactivated": _("Reactivated a colleague"),
        "staff.preferences_changed": _("Changed the own preferences"),
        "staff.profile_changed": _("Changed the own profile"),
        "team.created": _("Added a team"),
        "team.renamed": _("Renamed a team"),
        "team.moved": _("Moved a team"),
        "organisation.made": _("The company was set up"),
        "organisation.taken_over": _("Took the new company over"),
        "organisation.step_skipped": _("Left out a step of the first run"),
        "organisation.changed": _("Changed the organisation"),
        "organisation.role_limits_changed": _("Changed what a day allows a role"),
        "calendar.hours_changed": _("Changed the working hours"),
        "calendar.day_set": _("Set a day of the calendar"),
        "calendar.day_removed": _("Removed a day from the calendar"),
        "mail.settings_changed": _("Changed the mail server"),
        "mail.tested": _("Sent a test mail"),
        "audit.exported": _("Exported the audit trail"),
        "job.retried": _("Retried a background job"),
        "job.cancelled": _("Cancelled a background job"),
        "inbox.item_retried": _("Put a parked item back"),
        "inbox.item_discarded": _("Discarded a parked item"),
        "file.stored": _("Uploaded a file"),
        "file.fetched": _("Fetched a file of somebody else"),
        "api_key.made": _("Made an API key"),
        "api_key.revoked": _("Revoked an API key"),
        "api_key.handed": _("Let another colleague answer for an API key"),
    }
)
