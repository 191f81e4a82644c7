"""Everything up to here in one step, for a new company. Who has data already goes the single steps it replaces."""

import uuid

import django.contrib.postgres.fields
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from wutong.lifecycle.migrations import _sql


class Migration(migrations.Migration):
    replaces = [
        ("lifecycle", "0001_initial"),
        ("lifecycle", "0002_stage_visit_xid"),
        ("lifecycle", "0003_leads_nobody_has_contacted"),
        ("lifecycle", "0004_the_whole_machine"),
        ("lifecycle", "0005_no_stage_without_its_stay"),
        ("lifecycle", "0006_lead_changed_at"),
        ("lifecycle", "0007_leads_by_change"),
        ("lifecycle", "0008_uncontacted_leads"),
        ("lifecycle", "0009_routing_and_time_limits"),
        ("lifecycle", "0010_leads_to_do"),
        ("lifecycle", "0011_returned_leads_of_nobody_are_to_do"),
        ("lifecycle", "0012_names_in_each_language"),
        ("lifecycle", "0013_shipped_names"),
        ("lifecycle", "0014_clocks_by_start"),
        ("lifecycle", "0014_events_and_silent_sqls"),
        ("lifecycle", "0015_why_nobody_can_be_reached"),
        ("lifecycle", "0016_product_lines_on_offer"),
        ("lifecycle", "0017_the_latest_first_contact"),
        ("lifecycle", "0018_who_looks_after_a_company"),
    ]

    initial = True

    dependencies = [
        ("people", "0001_squashed_0021_people_found_after_a_moment"),
        ("platform", "0001_squashed_0013_keys_may_import"),
        ("scoring", "0001_squashed_0005_people_in_the_gate"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProductLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True)),
                (
                    "own_name",
                    models.CharField(
                        blank=True, db_column="name", help_text="Empty: shipped, and not renamed.", max_length=80
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("is_active", models.BooleanField(db_default=True, default=True)),
            ],
        ),
        migrations.CreateModel(
            name="AssignmentRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("position", models.PositiveIntegerField()),
                (
                    "code",
                    models.SlugField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="Of a rule that ships with the product.",
                        max_length=40,
                    ),
                ),
                (
                    "own_name",
                    models.CharField(
                        blank=True, db_column="name", help_text="Empty: shipped, and not renamed.", max_length=60
                    ),
                ),
                ("is_on", models.BooleanField(default=True)),
                ("conditions", models.JSONField(default=dict)),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("colleague", "One colleague"),
                            ("round_robin", "A team, in turns"),
                            ("least_load", "A team, whoever has fewest waiting"),
                            ("account_owner", "Whoever looks after the same company"),
                        ],
                        max_length=13,
                    ),
                ),
                (
                    "colleague",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="platform.team"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                        fields=("position",),
                        name="rules_stand_in_one_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("colleague__isnull", False), ("target", "colleague"), ("team", None)),
                            models.Q(("colleague", None), ("target__in", ["round_robin", "least_load"])),
                            models.Q(("colleague", None), ("target", "account_owner"), ("team", None)),
                            _connector="OR",
                        ),
                        name="a_rule_names_whom_it_gives_to",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Duty",
            fields=[
                (
                    "staff",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="duty",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("is_on", models.BooleanField(default=True)),
                (
                    "off_until",
                    models.DateTimeField(
                        help_text="Back on duty by itself then; empty while off: when switched.", null=True
                    ),
                ),
                ("capacity", models.PositiveSmallIntegerField(default=30)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("is_on", False), ("off_until", None), _connector="OR"),
                        name="only_who_is_off_duty_comes_back",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Lead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("nurture", "Nurturing"),
                            ("mql", "MQL"),
                            ("sal", "SAL"),
                            ("sql", "SQL"),
                            ("opportunity", "Opportunity"),
                            ("returned", "Returned"),
                            ("won", "Won"),
                            ("lost", "Lost"),
                            ("disqualified", "Disqualified"),
                        ],
                        default="new",
                        max_length=12,
                    ),
                ),
                (
                    "accountable",
                    models.CharField(
                        choices=[
                            ("sdr", "SDR"),
                            ("lead_operations", "Lead operations"),
                            ("sales", "Sales"),
                            ("nobody", "Nobody"),
                        ],
                        default="sdr",
                        max_length=16,
                    ),
                ),
                ("contact_status", models.CharField(default="not_contacted", max_length=20)),
                (
                    "contact_reason",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="Why the person cannot be reached.",
                        max_length=20,
                    ),
                ),
                ("is_incomplete", models.BooleanField(default=False)),
                ("channel", models.CharField(blank=True, max_length=20)),
                ("campaign", models.CharField(blank=True, max_length=80)),
                ("created_at", models.DateTimeField()),
                ("last_touch_at", models.DateTimeField()),
                ("first_contact_at", models.DateTimeField(blank=True, null=True)),
                ("next_step", models.CharField(blank=True, max_length=200)),
                ("next_step_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_by_event_id", models.UUIDField(null=True, unique=True)),
                (
                    "changed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        help_text="Kept by the database, however a row is changed.",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leads",
                        to="people.account",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leads",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="leads", to="people.person"
                    ),
                ),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="leads", to="platform.businessscope"
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="Who handed it over to sales last.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="leads", to="people.identifier"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="leads", to="platform.team"
                    ),
                ),
                (
                    "product_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="leads", to="lifecycle.productline"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("stage__in", ["won", "lost", "disqualified"]), _negated=True),
                        fields=["team", "owner", "-created_at"],
                        name="open_leads_of_a_team",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("accountable", "sdr"), ("first_contact_at", None), ("stage__in", ["new", "mql"])
                        ),
                        fields=["team", "owner"],
                        name="leads_nobody_has_contacted",
                    ),
                    models.Index(fields=["owner", "-last_touch_at"], name="leads_of_an_owner"),
                    models.Index(fields=["-last_touch_at", "-id"], name="leads_by_touch"),
                    models.Index(fields=["person", "product_line"], name="leads_of_a_person"),
                    models.Index(
                        condition=models.Q(("sent_by__isnull", False)),
                        fields=["sent_by", "-last_touch_at"],
                        name="leads_sent_to_sales",
                    ),
                    models.Index(fields=["account", "-last_touch_at"], name="leads_of_an_account"),
                    models.Index(fields=["changed_at", "id"], name="leads_by_change"),
                    models.Index(
                        condition=models.Q(("next_step_at__isnull", False)),
                        fields=["owner", "next_step_at"],
                        name="next_steps_of_an_owner",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("accountable__in", ["sdr", "lead_operations"]),
                            ("next_step_at", None),
                            ("stage__in", ["mql", "returned"]),
                        ),
                        fields=["owner", "team"],
                        name="leads_to_hand_over",
                    ),
                    models.Index(
                        condition=models.Q(("stage__in", ["returned", "sal", "sql", "opportunity"])),
                        fields=["stage", "owner", "-last_touch_at"],
                        name="leads_in_a_sales_stage",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "stage__in",
                                [
                                    "new",
                                    "nurture",
                                    "mql",
                                    "sal",
                                    "sql",
                                    "opportunity",
                                    "returned",
                                    "won",
                                    "lost",
                                    "disqualified",
                                ],
                            )
                        ),
                        name="a_lead_has_a_known_stage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stage__in", ["won", "lost", "disqualified"]),
                            models.Q(("accountable", "nobody"), _negated=True),
                            _connector="OR",
                        ),
                        name="an_open_lead_has_an_accountable_function",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first_contact_at", None),
                            ("first_contact_at__gte", models.F("created_at")),
                            _connector="OR",
                        ),
                        name="first_contact_follows_creation",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Clock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("first_contact", "First contact"),
                            ("re_engaged", "Answer to a returning person"),
                            ("acceptance", "Acceptance by sales"),
                        ],
                        max_length=16,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                (
                    "counts_from",
                    models.DateTimeField(help_text="Start of working time: the same instant, or the next opening."),
                ),
                ("due_at", models.DateTimeField()),
                ("stopped_at", models.DateTimeField(null=True)),
                ("escalated_to_minutes", models.PositiveSmallIntegerField(default=0)),
                (
                    "stopped_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="clocks", to="lifecycle.lead"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("stopped_at", None)), fields=["due_at"], name="running_clocks"),
                    models.Index(fields=["kind", "started_at"], name="clocks_by_start"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("stopped_at", None)),
                        fields=("lead", "kind"),
                        name="a_lead_has_one_running_clock_of_a_kind",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "first_contact")),
                        fields=("lead",),
                        name="a_lead_has_one_first_contact_clock",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gte", models.F("counts_from"))),
                        name="a_clock_is_due_after_it_counts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("stopped_at", None), ("stopped_by__isnull", False), _connector="OR"),
                        name="somebody_stopped_a_stopped_clock",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.CharField(max_length=16)),
                ("minutes", models.PositiveIntegerField(help_text="Of working time, by the limit that was passed.")),
                ("at", models.DateTimeField()),
                (
                    "told",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, help_text="Ids of the colleagues.", size=None
                    ),
                ),
                (
                    "clock",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="escalations", to="lifecycle.clock"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("clock", "minutes"), name="a_clock_escalates_to_a_level_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("at", models.DateTimeField()),
                ("need", models.CharField(max_length=300)),
                ("pain", models.CharField(max_length=300)),
                (
                    "intent",
                    models.CharField(choices=[("high", "High"), ("medium", "Medium"), ("low", "Low")], max_length=6),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("key", "Key account"),
                            ("middle", "Mid-size"),
                            ("small", "Small"),
                            ("unknown", "Unknown"),
                        ],
                        max_length=8,
                    ),
                ),
                ("budget", models.CharField(max_length=120)),
                (
                    "project_period",
                    models.CharField(
                        choices=[
                            ("month", "Within a month"),
                            ("quarter", "1 to 3 months"),
                            ("half_year", "3 to 6 months"),
                            ("year", "6 to 12 months"),
                            ("later", "Later than a year"),
                            ("unknown", "Unknown"),
                        ],
                        max_length=10,
                    ),
                ),
                ("note", models.TextField(blank=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("accepted", "Accepted"), ("returned", "Returned"), ("withdrawn", "Withdrawn")],
                        max_length=9,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=40)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "from_team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="platform.team"
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "sent_to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="hand_overs", to="lifecycle.lead"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("decided_at", None)), fields=["sent_to", "at"], name="hand_overs_waiting"
                    ),
                    models.Index(fields=["-at"], name="hand_overs_by_time"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("decided_at", None)),
                        fields=("lead",),
                        name="a_lead_waits_for_one_answer_of_sales",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("outcome", "")),
                            models.Q(
                                ("decided_at__gte", models.F("at")),
                                ("decided_by__isnull", False),
                                models.Q(("outcome", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="an_answered_hand_over_says_who_and_how",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("call", "Call"),
                            ("chat", "Chat"),
                            ("mail", "E-mail"),
                            ("visit", "Visit"),
                            ("note", "Note"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("reached", "Reached"),
                            ("no_answer", "No answer"),
                            ("later", "Worth following later"),
                            ("not_interested", "Not interested"),
                            ("noted", "Noted"),
                        ],
                        max_length=16,
                    ),
                ),
                ("note", models.TextField(blank=True)),
                ("is_first_contact", models.BooleanField(default=False)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="follow_ups", to="people.person"
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.identifier"
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="follow_ups", to="lifecycle.lead"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "-at"], name="follow_ups_of_a_person"),
                    models.Index(fields=["by", "-at"], name="follow_ups_of_a_colleague"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "note"), _negated=True), ("is_first_contact", False), _connector="OR"
                        ),
                        name="a_note_is_no_first_contact",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_first_contact", True)),
                        fields=("lead",),
                        name="a_lead_is_first_contacted_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("rule", "By a rule"),
                            ("nobody", "Nobody was free"),
                            ("no_rule", "No rule fitted"),
                            ("hand", "By hand"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "rule_name",
                    models.CharField(
                        blank=True, help_text="As the rule was called then; of a shipped one its code.", max_length=60
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        help_text="Empty: the machine.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="platform.team"
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="lifecycle.assignmentrule",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="assignments", to="lifecycle.lead"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["lead", "-at"], name="assignments_of_a_lead"),
                    models.Index(fields=["to", "-at"], name="assignments_to_a_colleague"),
                    models.Index(fields=["rule", "to", "-id"], name="turns_by_a_rule"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", "hand"), _negated=True), ("by__isnull", False), _connector="OR"
                        ),
                        name="who_assigns_by_hand_is_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OwnContactStatus",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=20, unique=True)),
                ("name", models.CharField(max_length=40)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "code__in",
                                [
                                    "not_contacted",
                                    "first",
                                    "second",
                                    "third",
                                    "no_answer",
                                    "worth_following",
                                    "invalid",
                                ],
                            ),
                            _negated=True,
                        ),
                        name="an_own_status_has_a_code_of_its_own",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Contract",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("signed", "Signed"),
                            ("onboarding", "Onboarding"),
                            ("adopting", "Adopting"),
                            ("mature", "Mature"),
                            ("renewal", "Up for renewal"),
                            ("renewed", "Renewed"),
                            ("churned", "Churned"),
                        ],
                        default="signed",
                        max_length=12,
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("currency", models.CharField(max_length=3)),
                ("signed_at", models.DateTimeField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(help_text="The last day it holds.")),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contracts", to="people.account"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contracts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contracts", to="people.person"
                    ),
                ),
                (
                    "previous",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewal",
                        to="lifecycle.contract",
                    ),
                ),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="platform.businessscope"
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.identifier"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="platform.team"
                    ),
                ),
                (
                    "product_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contracts",
                        to="lifecycle.productline",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account", "-signed_at"], name="contracts_of_an_account"),
                    models.Index(
                        condition=models.Q(("stage__in", ["renewed", "churned"]), _negated=True),
                        fields=["ends_on"],
                        name="running_contracts_by_end",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gt", models.F("starts_on"))),
                        name="a_contract_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "stage__in",
                                ["signed", "onboarding", "adopting", "mature", "renewal", "renewed", "churned"],
                            )
                        ),
                        name="a_contract_has_a_known_stage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)), name="a_contract_amount_is_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountOwner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="owners", to="people.account"
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="owned_accounts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "product_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lifecycle.productline"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "product_line"), name="a_company_has_one_owner_a_line")
                ],
            },
        ),
        migrations.CreateModel(
            name="Qualification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("budget", models.CharField(blank=True, max_length=200)),
                ("authority", models.CharField(blank=True, max_length=200)),
                ("need", models.CharField(blank=True, max_length=200)),
                ("timing", models.CharField(blank=True, max_length=200)),
                ("changed_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lead",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="qualification", to="lifecycle.lead"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_at", None),
                            models.Q(
                                models.Q(("budget", ""), _negated=True),
                                models.Q(("authority", ""), _negated=True),
                                models.Q(("need", ""), _negated=True),
                                models.Q(("timing", ""), _negated=True),
                                ("confirmed_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="what_is_confirmed_is_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StageVisit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "machine",
                    models.CharField(
                        choices=[("reach", "Reach"), ("lead", "Lead"), ("contract", "Contract")], max_length=8
                    ),
                ),
                ("stage", models.CharField(max_length=16)),
                ("entered_at", models.DateTimeField()),
                ("left_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=80)),
                ("channel", models.CharField(blank=True, max_length=20)),
                (
                    "contract",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stage_visits",
                        to="lifecycle.contract",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        help_text="Empty: the machine.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stage_visits",
                        to="lifecycle.lead",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stage_visits", to="people.person"
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.identifier"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        help_text="Whose it was on entering.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="platform.team",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "machine", "-entered_at"], name="stays_of_a_person"),
                    models.Index(fields=["machine", "stage", "entered_at"], name="stays_by_entry"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("left_at", None), ("machine", "lead")),
                        fields=("lead",),
                        name="a_lead_is_in_one_stage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("left_at", None), ("left_at__gte", models.F("entered_at")), _connector="OR"
                        ),
                        name="a_stay_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("machine", "lead"), _negated=True), ("lead__isnull", False), _connector="OR"
                        ),
                        name="a_lead_stay_names_its_lead",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("left_at", None), ("machine", "contract")),
                        fields=("contract",),
                        name="a_contract_is_in_one_stage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("machine", "contract"), _negated=True),
                            ("contract__isnull", False),
                            _connector="OR",
                        ),
                        name="a_contract_stay_names_its_contract",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TimeLimits",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("first_contact_minutes", models.PositiveSmallIntegerField(default=5)),
                ("owner_after_minutes", models.PositiveSmallIntegerField(default=5)),
                ("team_managers_after_minutes", models.PositiveSmallIntegerField(default=15)),
                ("managers_after_minutes", models.PositiveSmallIntegerField(default=60)),
                ("latest_hours", models.PositiveSmallIntegerField(db_default=2, default=2)),
                ("acceptance_hours", models.PositiveSmallIntegerField(default=24)),
                (
                    "acceptance_warning_hours",
                    models.PositiveSmallIntegerField(default=4, help_text="Before the time is up."),
                ),
                ("event_hours", models.PositiveSmallIntegerField(db_default=16, default=16)),
                ("sql_silent_days", models.PositiveSmallIntegerField(db_default=30, default=30)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="there_is_one_set_of_time_limits"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("owner_after_minutes__lt", models.F("team_managers_after_minutes")),
                            ("team_managers_after_minutes__lt", models.F("managers_after_minutes")),
                        ),
                        name="escalation_climbs",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("acceptance_warning_hours__lt", models.F("acceptance_hours")),
                            ("acceptance_warning_hours__gte", 1),
                        ),
                        name="sales_are_warned_before_the_time_is_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first_contact_minutes__gte", 1), ("owner_after_minutes__gte", 1)),
                        name="a_first_contact_takes_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("latest_hours__gte", 1)), name="the_latest_contact_takes_an_hour"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("event_hours__gte", 1)), name="leads_of_events_have_an_hour_at_least"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountCollaborator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="collaborators", to="people.account"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shared_accounts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "staff"), name="a_company_is_shared_with_a_colleague_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            *_sql.STAY_KNOWS_ITS_TRANSACTION,
        ),
        migrations.RunSQL(
            *_sql.NO_STAGE_WITHOUT_ITS_STAY,
        ),
        migrations.RunSQL(
            *_sql.LEAD_KNOWS_WHEN_IT_CHANGED,
        ),
    ]
