"""Every kind of event the system knows: what it is called, what it carries, which door it may come through.

The one registry: doors validate input by it, pages name events by it, ``docs/events.md`` is written from it
(``python -m wutong.events.taxonomy > docs/events.md``). No personal data goes into props: form answers live in people
tables.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import Meta, Struct

Door = Literal["web", "server", "staff", "system"]

Text = Annotated[str, Meta(max_length=300)]
Token = Annotated[str, Meta(max_length=80)]
Share = Annotated[float, Meta(ge=0, le=1)]
Seconds = Annotated[float, Meta(ge=0, le=86_400)]


class UnknownEvent(Exception):
    """No event of this name is known, or not through this door."""


class BadProps(Exception):
    """The properties of an event have the wrong form; the message names the field."""


class Props(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What an event carries besides who, when and where."""


class PageViewed(Props, frozen=True):
    """A page was opened."""

    title: Text = ""
    path: Text = ""
    lang: Annotated[str, Meta(max_length=20)] = ""
    width: Annotated[int, Meta(ge=0, le=20_000)] = 0


class PageBeat(Props, frozen=True):
    """Five more seconds in which the page was visible and its reader active."""

    seq: Annotated[int, Meta(ge=0, le=100_000)] = 0
    visible_s: Seconds = 0
    depth: Share = 0


class PageLeft(Props, frozen=True):
    """The page was hidden or closed."""

    visible_s: Seconds = 0
    depth: Share = 0


class LinkClicked(Props, frozen=True):
    """A link to another site or to a file was followed."""

    href: Annotated[str, Meta(max_length=2_000)] = ""
    kind: Literal["outbound", "download", "redirect", ""] = ""


class FormStarted(Props, frozen=True):
    """Somebody typed into a form for the first time."""

    form: Token


class FormSubmitted(Props, frozen=True):
    """A form was sent. The answers lie with the submission of the same id."""

    form: Token


class ConsentChanged(Props, frozen=True):
    """The banner was answered."""

    version: Token = ""


class LeadSubmitted(Props, frozen=True):
    """Another system told of somebody's interest. What it said lies with the person's facts."""

    key: Token


class LeadEntered(Props, frozen=True):
    """A colleague told of somebody's interest. What was said lies with the person's facts."""

    by: Token
    scope: Token


class LeadCreated(Props, frozen=True):
    """A lead was opened."""

    lead: Token
    product_line: Token = ""


class ContactMade(Props, frozen=True):
    """A colleague was in contact, or tried."""

    lead: Token
    kind: Token
    outcome: Token = ""


class StageEntered(Props, frozen=True):
    """A stage of one of the three machines was entered."""

    machine: Token
    stage: Token


class LeadAssigned(Props, frozen=True):
    """A lead was given to a colleague."""

    lead: Token
    to: Token
    reason: Token = ""


class LeadHandedOver(Props, frozen=True):
    """An SDR gave a lead to a salesperson."""

    lead: Token
    to: Token


class LeadReturned(Props, frozen=True):
    """Sales gave a lead back."""

    lead: Token
    reason: Token


class OpportunityChanged(Props, frozen=True):
    """A deal was opened, moved on or closed."""

    opportunity: Token
    stage: Token
    reason: Token = ""


class ContractStarted(Props, frozen=True):
    """A contract began, signed or renewed."""

    contract: Token
    product_line: Token = ""


class TagChanged(Props, frozen=True):
    """A tag was given or taken away."""

    tag: Token
    word: Text
    by: Token = ""


class TagTakenOff(TagChanged, frozen=True):
    """A tag was taken away; how it had been given, at which instant, and by which colleague (their public id)."""

    given_by: Token = ""
    given_at: Token = ""
    giver: Token = ""


@dataclass(frozen=True, kw_only=True)
class EventType:
    """One kind of event."""

    name: str
    zh: str
    en: str
    props: type[Props]
    doors: frozenset[Door]
    version: int = 1
    personal: bool = False
    """Whether the event itself tells something about a person's private life or identity, apart from whose it is."""
    ours: bool = False
    """Whether our side acted, not theirs."""


def _types(*kinds: EventType) -> dict[str, EventType]:
    return {kind.name: kind for kind in kinds}


_WEB: frozenset[Door] = frozenset({"web", "server"})
_SYSTEM: frozenset[Door] = frozenset({"system"})
_STAFF: frozenset[Door] = frozenset({"staff"})

TAXONOMY: dict[str, EventType] = _types(
    EventType(name="page_viewed", zh="浏览页面", en="Viewed a page", props=PageViewed, doors=_WEB),
    EventType(name="page_beat", zh="停留阅读", en="Kept reading", props=PageBeat, doors=_WEB),
    EventType(name="page_left", zh="离开页面", en="Left the page", props=PageLeft, doors=_WEB),
    EventType(name="link_clicked", zh="点击链接", en="Followed a link", props=LinkClicked, doors=_WEB),
    EventType(name="form_started", zh="开始填写表单", en="Started a form", props=FormStarted, doors=_WEB),
    EventType(
        name="form_submitted", zh="提交表单", en="Submitted a form", props=FormSubmitted, doors=_SYSTEM, personal=True
    ),
    EventType(
        name="lead_submitted",
        zh="由其他系统提交",
        en="Sent in by another system",
        props=LeadSubmitted,
        doors=_SYSTEM,
        personal=True,
    ),
    EventType(
        name="lead_entered",
        zh="录入线索",
        en="Entered a lead",
        props=LeadEntered,
        doors=_STAFF,
        personal=True,
        ours=True,
    ),
    EventType(name="consent_given", zh="同意使用 Cookie", en="Accepted cookies", props=ConsentChanged, doors=_WEB),
    EventType(name="consent_refused", zh="拒绝使用 Cookie", en="Refused cookies", props=ConsentChanged, doors=_WEB),
    EventType(name="lead_created", zh="生成线索", en="Became a lead", props=LeadCreated, doors=_SYSTEM, ours=True),
    EventType(name="first_contact", zh="首次联系", en="First contact", props=ContactMade, doors=_STAFF, ours=True),
    EventType(name="follow_up", zh="跟进", en="Followed up", props=ContactMade, doors=_STAFF, ours=True),
    EventType(name="tag_added", zh="打上标签", en="Tagged", props=TagChanged, doors=_SYSTEM | _STAFF, ours=True),
    EventType(
        name="tag_removed", zh="去掉标签", en="Tag taken off", props=TagTakenOff, doors=_SYSTEM | _STAFF, ours=True
    ),
    EventType(
        name="lead_assigned", zh="分配线索", en="Assigned", props=LeadAssigned, doors=_SYSTEM | _STAFF, ours=True
    ),
    EventType(
        name="lead_handed_over", zh="转给销售", en="Handed over to sales", props=LeadHandedOver, doors=_STAFF, ours=True
    ),
    EventType(name="lead_returned", zh="销售退回", en="Returned by sales", props=LeadReturned, doors=_STAFF, ours=True),
    EventType(
        name="opportunity_opened",
        zh="新建商机",
        en="Opened an opportunity",
        props=OpportunityChanged,
        doors=_STAFF,
        ours=True,
    ),
    EventType(
        name="opportunity_moved",
        zh="推进商机",
        en="Moved an opportunity",
        props=OpportunityChanged,
        doors=_STAFF,
        ours=True,
    ),
    EventType(
        name="opportunity_closed",
        zh="商机关闭",
        en="Closed an opportunity",
        props=OpportunityChanged,
        doors=_STAFF,
        ours=True,
    ),
    EventType(
        name="contract_started",
        zh="合同开始",
        en="Contract began",
        props=ContractStarted,
        doors=_SYSTEM | _STAFF,
        ours=True,
    ),
    EventType(
        name="stage_entered", zh="进入阶段", en="Entered a stage", props=StageEntered, doors=_SYSTEM | _STAFF, ours=True
    ),
)


def check_props(name: str, props: dict[str, Any], *, door: Door = "web") -> dict[str, Any]:
    """The properties of an event, cut to what the taxonomy knows and in its types.

    Raises:
        UnknownEvent: no such event comes through this door.
        BadProps: a field is missing, unknown or of the wrong form; the message names it.
    """
    kind = TAXONOMY.get(name)
    if kind is None or door not in kind.doors:
        raise UnknownEvent(name)
    try:
        checked: dict[str, Any] = msgspec.to_builtins(msgspec.convert(props, kind.props))
    except msgspec.ValidationError as error:
        raise BadProps(str(error)) from error
    return checked


def label(name: str, language: str) -> str:
    """What people read for an event; the name itself for one that an older release knew."""
    kind = TAXONOMY.get(name)
    if kind is None:
        return name
    return kind.zh if language.startswith("zh") else kind.en


def document() -> str:
    """``docs/events.md``: the registry as people read it."""
    lines = [
        "# Events",
        "",
        "Written from `wutong/events/taxonomy.py` by `python -m wutong.events.taxonomy > docs/events.md`; a test holds",
        "the two together. Doors: *web* is the tracking script, *server* your own servers with a key, *staff* a",
        "colleague's act, *system* ourselves. No event carries an e-mail, a telephone number or a form answer.",
        "",
        "| name | 中文 | English | version | doors | tells about a person | properties |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for kind in TAXONOMY.values():
        doors = ", ".join(sorted(kind.doors))
        properties = ", ".join(_properties(kind.props)) or "–"
        personal = "yes" if kind.personal else "no"
        lines.append(
            f"| `{kind.name}` | {kind.zh} | {kind.en} | {kind.version} | {doors} | {personal} | {properties} |"
        )
    return "\n".join(lines) + "\n"


def _properties(props: type[Props]) -> Iterable[str]:
    hints = get_type_hints(props)
    for field in msgspec.structs.fields(props):
        kind = hints[field.name]
        name = getattr(kind, "__name__", None) or " or ".join(str(arg) for arg in getattr(kind, "__args__", ()) if arg)
        yield f"`{field.name}` ({name}{', required' if field.required else ''})"


if __name__ == "__main__":
    sys.stdout.write(document())
