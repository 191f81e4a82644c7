"""A lead: one buying interest of one person for one product line, and the clocks that run on it."""

import uuid
from collections.abc import Iterable
from typing import Any, Self, TypeVar

from django.db import connection, models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.lifecycle.models.let_in import rows_that_let_in
from wutong.people.models import Account, Identifier, Person
from wutong.platform.models import ApiKey, BusinessScope, DataScope, Staff, Team
from wutong.platform.ready_made import ready_made


class Stage(models.TextChoices):
    """Stages of a lead."""

    NEW = "new", pgettext_lazy("lead stage", "New")
    NURTURE = "nurture", pgettext_lazy("lead stage", "Nurturing")
    MQL = "mql", pgettext_lazy("lead stage", "MQL")
    SAL = "sal", pgettext_lazy("lead stage", "SAL")
    SQL = "sql", pgettext_lazy("lead stage", "SQL")
    OPPORTUNITY = "opportunity", pgettext_lazy("lead stage", "Opportunity")
    RETURNED = "returned", pgettext_lazy("lead stage", "Returned")
    WON = "won", pgettext_lazy("lead stage", "Won")
    LOST = "lost", pgettext_lazy("lead stage", "Lost")
    DISQUALIFIED = "disqualified", pgettext_lazy("lead stage", "Disqualified")


CLOSED_STAGES = (Stage.WON, Stage.LOST, Stage.DISQUALIFIED)


UNCONTACTED = Q(stage__in=[Stage.NEW, Stage.MQL], accountable="sdr", first_contact_at=None)
"""Leads that wait for somebody of us; the score gate may have made them MQL before anybody called."""

SEARCHED_BY = ("person__search_keys", "account__search_keys")
"""What a list of leads or contracts need not load: hundreds of keys a row, by which only the database searches."""


TO_HAND_OVER = Q(stage__in=["mql", "returned"], accountable__in=["sdr", "lead_operations"], next_step_at=None)
"""Leads of which nobody has said yet what comes next; a returned one is for lead operations if its sender is gone."""


class Accountable(models.TextChoices):
    """The function that must act on a lead."""

    SDR = "sdr", _("SDR")
    LEAD_OPERATIONS = "lead_operations", _("Lead operations")
    SALES = "sales", pgettext_lazy("role", "Sales")
    NOBODY = "nobody", pgettext_lazy("accountable", "Nobody")


class ContactStatus(models.TextChoices):
    """How far contacts have come, beside the stage. Managers add their own as :class:`OwnContactStatus`."""

    NOT_CONTACTED = "not_contacted", _("Not contacted")
    FIRST = "first", _("First contact made")
    SECOND = "second", _("Second contact made")
    THIRD = "third", _("Third contact or more")
    NO_ANSWER = "no_answer", _("Tried, no answer")
    WORTH_FOLLOWING = "worth_following", _("Worth following later")
    INVALID = "invalid", _("Cannot be reached")


class InvalidContact(models.TextChoices):
    """Why somebody cannot be reached."""

    WRONG_NUMBER = "wrong_number", pgettext_lazy("cannot be reached", "wrong number or address")
    OUT_OF_SERVICE = "out_of_service", pgettext_lazy("cannot be reached", "out of service")
    LEFT_COMPANY = "left_company", pgettext_lazy("cannot be reached", "has left the company")
    REFUSES = "refuses", pgettext_lazy("cannot be reached", "does not want to be contacted")


class OwnContactStatus(models.Model):
    """A contact status of the company's own, chosen by hand."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=40)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="an_own_status_has_a_code_of_its_own", condition=~Q(code__in=ContactStatus.values)
            )
        ]

    def __str__(self) -> str:
        return self.code


class ProductLineQuerySet(models.QuerySet["ProductLine"]):
    def on_offer(self) -> Self:
        """What new leads, forms and rules may be given."""
        return self.filter(is_active=True)

    def to_choose(self, *, besides: Iterable[int]) -> Self:
        """What a field offers: what is on offer, and ``besides`` what was chosen before, by id: it can stay."""
        return self.filter(Q(is_active=True) | Q(pk__in=list(besides))).in_order()

    def in_order(self) -> Self:
        """As the company has put them; the first is for whoever names none."""
        return self.order_by("position", "pk")


class ProductLine(models.Model):
    """What a company may buy. A person has at most one open lead for each. A retired one keeps what it has."""

    code = models.SlugField(max_length=40, unique=True)
    own_name = models.CharField(
        max_length=80, blank=True, db_column="name", help_text="Empty: shipped, and not renamed."
    )
    position = models.PositiveSmallIntegerField(default=0, db_default=0)
    is_active = models.BooleanField(default=True, db_default=True)

    objects = ProductLineQuerySet.as_manager()

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        """What people read, in their language where it is one that ships with the product."""
        return self.own_name or str(_SHIPPED_LINES.get(self.code, self.code))

    @property
    def audit_label(self) -> str:
        return self.name


_SHIPPED_LINES = {"general": pgettext_lazy("product line", "General")}

_Rows = TypeVar("_Rows", bound="models.QuerySet[Any]")


_KEPT = "_looked_after"
_LET_IN = 0
"""Among the ids of companies: to single people or deals, too."""


def accounts_looked_after_by(staff: Staff) -> list[int]:
    """The ids of the companies that ``staff`` owns or shares: all that belongs to them is in sight, too.

    Asked once for each loaded colleague, as a list: a subquery beside other conditions would keep every index unused.
    """
    return [one for one in _looked_after_by(staff) if one != _LET_IN]


def is_let_in_anywhere(staff: Staff) -> bool:
    """Whether a person, or a record that shows people, is shared with ``staff``; hardly anybody is let in anywhere."""
    return _LET_IN in _looked_after_by(staff)


def forget_accounts_of(staff: Staff) -> None:
    """Ask anew which companies ``staff`` looks after: that has changed."""
    setattr(staff, _KEPT, None)


def know_what_was_given_to(staff: Staff, *, companies: list[int], is_let_in: bool) -> None:
    """Say which companies ``staff`` looks after and whether they are let in anywhere, so that nobody need ask."""
    setattr(staff, _KEPT, [*companies, *([_LET_IN] if is_let_in else [])])


def _looked_after_by(staff: Staff) -> list[int]:
    kept: list[int] | None = getattr(staff, _KEPT, None)
    if kept is None:
        kept = [one for (one,) in looked_after(staff.pk)]
        setattr(staff, _KEPT, kept)
    return kept


@ready_made
def looked_after(staff: int) -> Any:
    """For :func:`accounts_looked_after_by` and :func:`is_let_in_anywhere`."""
    owned = Account.objects.filter(owners__owner=staff).order_by().values_list("pk")
    shared = Account.objects.filter(collaborators__staff=staff).order_by().values_list("pk")
    let_in = [rows.values_list(Value(_LET_IN)) for rows in rows_that_let_in(staff)]
    return owned.union(shared, *let_in)


def in_sight(rows: _Rows, staff: Staff, *, also: Q | None = None) -> _Rows:
    """Those of ``rows`` (with scope, team, owner, account) that ``staff`` may see; ``also`` counts as theirs, too."""
    if not staff.is_active:
        return rows.none()
    within = rows
    scopes = staff.own_scopes()
    if scopes:
        within = within.filter(scope__in=scopes)
    if staff.data_scope == DataScope.ALL:
        return within
    mine = Q(owner=staff) | also if also is not None else Q(owner=staff)
    if companies := accounts_looked_after_by(staff):
        mine |= Q(account__in=companies)
    if staff.team_id is None:
        return within.filter(mine)
    if staff.data_scope == DataScope.OWN:
        return within.filter(mine | Q(owner=None, team=staff.team_id))
    if staff.data_scope == DataScope.TEAM or staff.team is None:
        return within.filter(mine | Q(team=staff.team_id))
    return within.filter(mine | Q(team__path__startswith=staff.team.path))


class LeadQuerySet(models.QuerySet["Lead"]):
    def visible_to(self, staff: Staff) -> Self:
        """The only door to leads for code that answers a person."""
        return in_sight(self, staff, also=Q(sent_by=staff))

    def visible_to_key(self, key: ApiKey) -> Self:
        """The only door to leads for code that answers another system: those of its part of the business and teams."""
        return self.filter(scope=key.scope_id, team__path__startswith=key.team.path)

    def settled(self) -> Self:
        """Leads as they stood before every change that is under way right now, so that who reads on from the latest
        ``changed_at`` misses nothing: a change keeps the time it was made at, and may be committed much later.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT least(clock_timestamp(), min(xact_start)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
            )
            (horizon,) = cursor.fetchone()
        return self.filter(changed_at__lt=horizon)

    def open(self) -> Self:
        return self.exclude(stage__in=CLOSED_STAGES)

    def of_the_market(self) -> Self:
        """Without those of our own people: colleagues, partners, tests."""
        # Against the few who are ours, which an index holds: to look up each lead's person took most of a count's time.
        return self.filter(~Exists(Person.objects.filter(pk=OuterRef("person"), is_own=True)))

    def awaiting_first_contact(self) -> Self:
        return self.open().filter(first_contact_at=None)


class Lead(models.Model):
    """One buying interest of one person. Nobody owns it while it waits in its team."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.ForeignKey(Identifier, models.PROTECT, related_name="leads")
    person = models.ForeignKey(Person, models.PROTECT, related_name="leads", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="leads", db_index=False)
    product_line = models.ForeignKey(ProductLine, models.PROTECT, related_name="leads")
    scope = models.ForeignKey(BusinessScope, models.PROTECT, related_name="leads")
    team = models.ForeignKey(Team, models.PROTECT, related_name="leads")
    owner = models.ForeignKey(Staff, models.PROTECT, null=True, blank=True, related_name="leads", db_index=False)
    sent_by = models.ForeignKey(
        Staff, models.PROTECT, null=True, blank=True, related_name="+", help_text="Who handed it over to sales last."
    )
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.NEW)
    accountable = models.CharField(max_length=16, choices=Accountable.choices, default=Accountable.SDR)
    contact_status = models.CharField(max_length=20, default=ContactStatus.NOT_CONTACTED)
    contact_reason = models.CharField(
        max_length=20, blank=True, default="", db_default="", help_text="Why the person cannot be reached."
    )
    is_incomplete = models.BooleanField(default=False)
    channel = models.CharField(max_length=20, blank=True)
    campaign = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    last_touch_at = models.DateTimeField()
    first_contact_at = models.DateTimeField(null=True, blank=True)
    next_step = models.CharField(max_length=200, blank=True)
    next_step_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_by_event_id = models.UUIDField(null=True, unique=True)
    changed_at = models.DateTimeField(
        db_default=Now(), editable=False, help_text="Kept by the database, however a row is changed."
    )
    objects = LeadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_lead_has_a_known_stage", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(
                name="an_open_lead_has_an_accountable_function",
                condition=Q(stage__in=[*CLOSED_STAGES]) | ~Q(accountable="nobody"),
            ),
            models.CheckConstraint(
                name="first_contact_follows_creation",
                condition=Q(first_contact_at=None) | Q(first_contact_at__gte=F("created_at")),
            ),
        ]
        indexes = [
            models.Index(
                name="open_leads_of_a_team",
                fields=["team", "owner", "-created_at"],
                condition=~Q(stage__in=[*CLOSED_STAGES]),
            ),
            models.Index(
                name="leads_nobody_has_contacted",
                fields=["team", "owner"],
                condition=UNCONTACTED,
            ),
            models.Index(name="leads_of_an_owner", fields=["owner", "-last_touch_at"]),
            models.Index(name="leads_by_touch", fields=["-last_touch_at", "-id"]),
            models.Index(name="leads_of_a_person", fields=["person", "product_line"]),
            models.Index(
                name="leads_sent_to_sales", fields=["sent_by", "-last_touch_at"], condition=Q(sent_by__isnull=False)
            ),
            models.Index(name="leads_of_an_account", fields=["account", "-last_touch_at"]),
            models.Index(name="leads_by_change", fields=["changed_at", "id"]),
            models.Index(
                name="next_steps_of_an_owner",
                fields=["owner", "next_step_at"],
                condition=Q(next_step_at__isnull=False),
            ),
            models.Index(
                name="leads_to_hand_over",
                fields=["owner", "team"],
                condition=TO_HAND_OVER,
            ),
            models.Index(
                name="leads_in_work_by_stage",
                fields=["stage", "owner", "-last_touch_at"],
                condition=Q(stage__in=["new", "mql", "returned", "sal", "sql", "opportunity"]),
            ),
        ]

    def __str__(self) -> str:
        return f"lead {self.pk}"

    @property
    def contact_choice(self) -> str:
        """The contact status with its reason, as one chooses it: ``invalid:wrong_number``."""
        return f"{self.contact_status}:{self.contact_reason}" if self.contact_reason else self.contact_status

    @contact_choice.setter
    def contact_choice(self, choice: str) -> None:
        self.contact_status, _colon, self.contact_reason = choice.partition(":")


class Clock(models.Model):
    """A deadline in working time on a lead. Only a colleague stops one: by a contact, by answering a hand-over."""

    class Kind(models.TextChoices):
        FIRST_CONTACT = "first_contact", _("First contact")
        RE_ENGAGED = "re_engaged", _("Answer to a returning person")
        ACCEPTANCE = "acceptance", _("Acceptance by sales")

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="clocks")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    started_at = models.DateTimeField()
    counts_from = models.DateTimeField(help_text="Start of working time: the same instant, or the next opening.")
    due_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    escalated_to_minutes = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_lead_has_one_running_clock_of_a_kind", fields=["lead", "kind"], condition=Q(stopped_at=None)
            ),
            models.UniqueConstraint(
                name="a_lead_has_one_first_contact_clock", fields=["lead"], condition=Q(kind="first_contact")
            ),
            models.CheckConstraint(name="a_clock_is_due_after_it_counts", condition=Q(due_at__gte=F("counts_from"))),
            models.CheckConstraint(
                name="somebody_stopped_a_stopped_clock", condition=Q(stopped_at=None) | Q(stopped_by__isnull=False)
            ),
        ]
        indexes = [
            models.Index(name="running_clocks", fields=["due_at"], condition=Q(stopped_at=None)),
            models.Index(name="clocks_by_start", fields=["kind", "started_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of lead {self.lead_id}"
