"""What notices there are, and the sentences in which they speak.

A notice stores a kind and parameters; the sentence is made when it is read, in the reader's language. Parameters are
what people typed: templates escape the finished sentence like any text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

Sentence = str | Promise


class Tab(StrEnum):
    """The tabs of the bell."""

    TO_DO = "to_do"
    SYSTEM = "system"


@dataclass(frozen=True, kw_only=True)
class NoticeKind:
    """One kind: its sentences with named placeholders, its icon, and which parts of open pages it makes stale."""

    title: Sentence
    body: Sentence = ""
    icon: str = "info-circle"
    topics: tuple[str, ...] = ()
    tab: Tab = Tab.TO_DO
    tone: str = ""


class _Given(dict[str, Any]):
    """Parameters of a notice; one that an older version did not store reads as a dash."""

    def __missing__(self, key: str) -> str:
        return "—"


NOTICE_KINDS: dict[str, NoticeKind] = {
    "lead_arrived": NoticeKind(
        title=_("New lead: %(name)s"),
        body=_("%(company)s · sent the form “%(form)s”"),
        icon="inbox",
        topics=("inbox",),
        tone="brand",
    ),
    "lead_returned": NoticeKind(
        title=_("%(name)s has come back"),
        body=_("%(company)s · sent the form “%(form)s”"),
        icon="refresh",
        topics=("inbox",),
        tone="brand",
    ),
    "import_finished": NoticeKind(
        title=_("Import finished: %(file)s"),
        body=_("created %(created)s · updated %(updated)s · failed %(faulty)s"),
        icon="upload",
        topics=("imports",),
    ),
    "contract_handed": NoticeKind(
        title=_("%(by)s gave you the contract with %(company)s"), icon="file-certificate", tone="brand"
    ),
    "account_given": NoticeKind(title=_("%(by)s gave you the company %(company)s"), icon="building", tone="brand"),
    "account_shared": NoticeKind(title=_("%(by)s works with you on %(company)s now"), icon="users"),
    "deal_shared": NoticeKind(title=_("%(by)s works with you on %(name)s now"), body="%(company)s", icon="users"),
    "account_asked_for": NoticeKind(
        title=_("%(by)s asks for %(company)s"),
        body=_("%(wish)s · decide it on the page of collisions"),
        icon="users",
        tone="warn",
    ),
    "account_granted": NoticeKind(
        title=_("%(by)s has granted your wish for %(company)s"), body="%(answer)s", icon="check", tone="ok"
    ),
    "account_denied": NoticeKind(
        title=_("%(by)s has denied your wish for %(company)s"), body="%(answer)s", icon="x", tone="warn"
    ),
    "lead_arrived_by_api": NoticeKind(
        title=_("New lead: %(name)s"),
        body=_("%(company)s · sent in by “%(form)s”"),
        icon="inbox",
        topics=("inbox",),
        tone="brand",
    ),
    "lead_returned_by_api": NoticeKind(
        title=_("%(name)s has come back"),
        body=_("%(company)s · sent in by “%(form)s”"),
        icon="refresh",
        topics=("inbox",),
        tone="brand",
    ),
    "lead_arrived_by_hand": NoticeKind(
        title=_("New lead: %(name)s"),
        body=_("%(company)s · entered by %(form)s"),
        icon="inbox",
        topics=("inbox",),
        tone="brand",
    ),
    "lead_returned_by_hand": NoticeKind(
        title=_("%(name)s has come back"),
        body=_("%(company)s · entered by %(form)s"),
        icon="refresh",
        topics=("inbox",),
        tone="brand",
    ),
    "lead_active": NoticeKind(
        title=ngettext_lazy(
            "%(name)s is reading again: %(count)d page", "%(name)s is reading again: %(count)d pages", "count"
        ),
        body=_("Latest: %(page)s"),
        icon="flame",
        topics=("inbox",),
    ),
    "lead_handed_over": NoticeKind(
        title=_("%(by)s hands you a lead: %(name)s"),
        body=_("%(company)s · accept it or return it with a reason"),
        icon="inbox",
        topics=("inbox",),
        tone="brand",
    ),
    "lead_accepted": NoticeKind(
        title=_("%(by)s has accepted %(name)s"), body="%(company)s", icon="check", topics=("inbox",), tab=Tab.SYSTEM
    ),
    "lead_sent_back": NoticeKind(
        title=_("%(by)s has returned %(name)s"),
        body=_("%(company)s · the reason stands in the lead's history"),
        icon="refresh",
        topics=("inbox",),
        tone="warn",
    ),
    "sql_silent": NoticeKind(
        title=_("Follow up %(name)s soon"),
        body=_("%(company)s · an SQL without a follow-up for %(days)s days goes back to the SDR"),
        icon="clock",
        topics=("inbox",),
        tone="warn",
    ),
    "sql_returned": NoticeKind(
        title=_("%(name)s goes back to the SDR"),
        body=_("%(company)s · no follow-up for %(days)s days · now with %(owner)s"),
        icon="refresh",
        topics=("inbox",),
        tone="warn",
    ),
    "subject_request": NoticeKind(
        title=_("A request about personal information has arrived"),
        body=_("To be answered by %(due)s"),
        icon="shield-check",
        tone="brand",
    ),
    "subject_request_due": NoticeKind(
        title=_("A request about personal information is due soon"),
        body=_("To be answered by %(due)s"),
        icon="clock",
        tone="warn",
    ),
    "subject_request_late": NoticeKind(
        title=_("A request about personal information is late"),
        body=_("It was to be answered by %(due)s"),
        icon="clock",
        tone="bad",
    ),
    "lead_assigned": NoticeKind(
        title=_("%(by)s gives you a lead: %(name)s"),
        body="%(company)s",
        icon="user-plus",
        topics=("inbox",),
        tone="brand",
    ),
    "contact_late": NoticeKind(
        title=_("%(name)s waits for a first answer"),
        body=_("%(company)s · %(minutes)s working minutes have passed"),
        icon="clock",
        topics=("inbox",),
        tone="warn",
    ),
    "contact_late_in_team": NoticeKind(
        title=_("In your team %(name)s still waits for an answer"),
        body=_("%(company)s · %(minutes)s working minutes · owner: %(owner)s"),
        icon="alert-triangle",
        topics=("inbox",),
        tone="warn",
    ),
    "contact_late_for_all": NoticeKind(
        title=_("%(name)s has waited %(minutes)s working minutes for an answer"),
        body=_("%(company)s · owner: %(owner)s"),
        icon="alert-circle",
        topics=("inbox",),
        tone="bad",
    ),
    "contact_too_late": NoticeKind(
        title=_("The latest time to answer %(name)s has passed"),
        body=_("%(company)s · %(minutes)s working minutes · owner: %(owner)s"),
        icon="alert-circle",
        topics=("inbox",),
        tone="bad",
    ),
    "leads_late": NoticeKind(
        title=_("%(n)s leads have waited too long for an answer"),
        body=_("Open the inbox: the latest stand first."),
        icon="alert-circle",
        topics=("inbox",),
        tone="bad",
    ),
    "acceptance_soon_late": NoticeKind(
        title=_("Accept or return %(name)s soon"),
        body=_("%(company)s · the time to answer the hand-over is nearly up"),
        icon="clock",
        topics=("inbox",),
        tone="warn",
    ),
    "acceptance_late": NoticeKind(
        title=_("%(name)s was handed over and nobody has answered"),
        body=_("%(company)s · with %(owner)s"),
        icon="alert-triangle",
        topics=("inbox",),
        tone="bad",
    ),
    "lead_taken": NoticeKind(
        title=_("%(by)s has taken %(name)s"), body="%(company)s", icon="user", topics=("inbox",), tab=Tab.SYSTEM
    ),
    "reveal_limit": NoticeKind(
        title=_("%(name)s wants to look at more contact details than a day allows"),
        body=_("%(n)s today · see who looks at how many"),
        icon="eye",
        tab=Tab.SYSTEM,
        tone="warn",
    ),
    "work_handed": NoticeKind(
        title=_("%(by)s gave you the work of %(name)s"),
        body=_("Look at your leads and deals"),
        icon="inbox",
        topics=("inbox",),
        tone="brand",
    ),
    "person_shared": NoticeKind(
        title=_("%(by)s lets you see %(name)s"), body="%(company)s", icon="users", tab=Tab.SYSTEM, tone="brand"
    ),
    "item_parked": NoticeKind(
        title=_("Something that arrived could not be worked through"),
        body=_("It is kept. Look at it, then retry or discard it."),
        icon="alert-triangle",
        topics=("jobs",),
        tab=Tab.SYSTEM,
        tone="bad",
    ),
}
_UNKNOWN = NoticeKind(title=_("Something happened"), tab=Tab.SYSTEM)


def kind_of(code: str) -> NoticeKind:
    """The kind with this code; a neutral one for a code that this version does not know."""
    return NOTICE_KINDS.get(code, _UNKNOWN)


def kinds_in(tab: Tab) -> list[str]:
    return [code for code, kind in NOTICE_KINDS.items() if kind.tab is tab]


def sentence(template: Sentence, params: Mapping[str, Any], *, count: int) -> str:
    """The template filled in. ``count`` stands in for a missing or unusable ``count`` among the parameters.

    Of somebody whose ``name`` is not known it says so.
    """
    given = _Given(params)
    if not isinstance(given.get("count"), int):
        given["count"] = count
    if given.get("name") == "":  # whoever is told reads it in their own language
        given["name"] = gettext("Somebody unnamed")
    return str(template % given) if template else ""
