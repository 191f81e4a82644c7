"""Sentences that scripts speak. ``assets/core/words.js`` reads them from the page by their key."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

script_words: dict[str, Promise] = {
    "close": pgettext_lazy("button", "Close"),
    "copied": _("Copied"),
    "offline": _("The network is gone. What you typed is kept; we keep trying."),
    "signed_out": _("You have been signed out. Sign in again in another tab; what you typed is kept."),
    "refused": _("Your role does not include this. Ask an administrator if you need it."),
    "gone": _("This is no longer here, or not visible to you."),
    "too_large": _("That file is too large."),
    "busy": _("The system is busy. Nothing was changed; try again in a moment."),
    "failed": _("That did not work, and nothing was saved. (%(code)s)"),
    "live_on": _("Live"),
    "live_connecting": _("Connecting"),
    "live_lost": _("Live updates are interrupted, reconnecting"),
    "live_off": _("No live updates"),
    "board_lifted": _(
        "%(name)s is lifted from %(stage)s. Left and right arrows move it, Space drops it, Escape puts it back."
    ),
    "board_over": _("Over %(stage)s"),
    "board_back": _("%(name)s is back in %(stage)s."),
    "timer_calm": _("In time"),
    "timer_soon": _("Less than 2 minutes left"),
    "timer_late": _("Overdue"),
    "timer_left_hours": _("%(hours)s h %(minutes)s min left"),
    "timer_left_seconds": _("%(minutes)s min %(seconds)s s left"),
    "timer_late_seconds": _("%(seconds)s s overdue"),
    "timer_late_minutes": _("%(minutes)s min overdue"),
    "timer_late_hours": _("%(hours)s h %(minutes)s min overdue"),
}
