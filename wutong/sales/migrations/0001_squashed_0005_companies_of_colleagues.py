"""Everything up to here in one step, for a new company. Who has data already goes the single steps it replaces."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("sales", "0001_initial"),
        ("sales", "0002_deals_are_searched"),
        ("sales", "0003_a_recalled_lead_feeds_another_deal"),
        ("sales", "0004_open_deals_of_an_owner"),
        ("sales", "0005_companies_of_colleagues"),
    ]

    initial = True

    dependencies = [
        ("lifecycle", "0001_squashed_0018_who_looks_after_a_company"),
        ("people", "0001_squashed_0021_people_found_after_a_moment"),
        ("platform", "0001_squashed_0013_keys_may_import"),
    ]

    operations = [
        migrations.CreateModel(
            name="Opportunity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=120)),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("discover", "Discover"),
                            ("confirm", "Confirm"),
                            ("propose", "Propose"),
                            ("negotiate", "Negotiate"),
                            ("won", "Won"),
                            ("lost", "Lost"),
                            ("invalid", "Invalid"),
                        ],
                        default="discover",
                        max_length=10,
                    ),
                ),
                ("amount", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ("currency", models.CharField(max_length=3)),
                ("close_on", models.DateField(help_text="When the deal is expected to be decided.")),
                ("next_step", models.CharField(blank=True, max_length=200)),
                ("next_step_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("competitor", models.CharField(blank=True, max_length=120)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "search_keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        default=list,
                        help_text="Of its name and its company's name.",
                        size=None,
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="opportunities", to="people.account"
                    ),
                ),
                (
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "contract",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opportunity",
                        to="lifecycle.contract",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opportunities",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "product_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lifecycle.productline"
                    ),
                ),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="platform.businessscope"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="platform.team"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("stage__in", ["won", "lost", "invalid"]), _negated=True),
                        fields=["close_on", "id"],
                        name="open_opportunities_by_close",
                    ),
                    models.Index(
                        condition=models.Q(("stage__in", ["won", "lost", "invalid"]), _negated=True),
                        fields=["owner", "close_on", "id"],
                        name="open_opportunities_of_an_owner",
                    ),
                    models.Index(fields=["owner", "-changed_at"], name="opportunities_of_an_owner"),
                    models.Index(fields=["account", "-changed_at"], name="opportunities_of_an_account"),
                    models.Index(fields=["-changed_at", "-id"], name="opportunities_by_change"),
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["search_keys"], name="opportunities_by_search_key"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stage__in", ["discover", "confirm", "propose", "negotiate", "won", "lost", "invalid"])
                        ),
                        name="an_opportunity_has_a_known_stage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", False), ("stage__in", ["won", "lost", "invalid"])),
                            models.Q(
                                models.Q(("stage__in", ["won", "lost", "invalid"]), _negated=True), ("closed_at", None)
                            ),
                            _connector="OR",
                        ),
                        name="an_opportunity_is_closed_when_it_says_so",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stage", "won"), _negated=True), ("amount__isnull", False), _connector="OR"
                        ),
                        name="a_won_opportunity_has_an_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount", None), ("amount__gte", 0), _connector="OR"),
                        name="an_opportunity_amount_is_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OpportunityLead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deals", to="lifecycle.lead"
                    ),
                ),
                (
                    "opportunity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="leads", to="sales.opportunity"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("opportunity", "lead"), name="a_lead_feeds_a_deal_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="OpportunityPerson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("decision_maker", "Decision maker"),
                            ("economic_buyer", "Economic buyer"),
                            ("champion", "Champion"),
                            ("influencer", "Influencer"),
                            ("user", "User"),
                            ("finance", "Finance"),
                            ("it_security", "IT and security"),
                            ("blocker", "Blocker"),
                        ],
                        max_length=16,
                    ),
                ),
                ("is_main", models.BooleanField(default=False)),
                (
                    "opportunity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="people", to="sales.opportunity"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opportunity_parts",
                        to="people.person",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.identifier"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("opportunity", "subject"), name="a_subject_has_one_part_in_a_deal"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_main", True)),
                        fields=("opportunity",),
                        name="a_deal_has_one_main_contact",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OpportunityStay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("discover", "Discover"),
                            ("confirm", "Confirm"),
                            ("propose", "Propose"),
                            ("negotiate", "Negotiate"),
                            ("won", "Won"),
                            ("lost", "Lost"),
                            ("invalid", "Invalid"),
                        ],
                        max_length=10,
                    ),
                ),
                ("entered_at", models.DateTimeField()),
                ("left_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=40)),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, help_text="As it was on entering.", max_digits=14, null=True),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "opportunity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stays", to="sales.opportunity"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["stage", "entered_at"], name="opportunity_stays_by_entry")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("left_at", None)),
                        fields=("opportunity",),
                        name="an_opportunity_is_in_one_stage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("left_at", None), ("left_at__gte", models.F("entered_at")), _connector="OR"
                        ),
                        name="an_opportunity_stay_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="people.account"
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="account_file",
                        to="platform.storedfile",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["account", "-at"], name="files_of_an_account")],
            },
        ),
        migrations.CreateModel(
            name="AccountWish",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "what",
                    models.CharField(
                        choices=[("take_over", "Take it over"), ("collaborate", "Work on it together")], max_length=11
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "decision",
                    models.CharField(blank=True, choices=[("granted", "Granted"), ("denied", "Denied")], max_length=7),
                ),
                ("answer", models.CharField(blank=True, max_length=300)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="wishes", to="people.account"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
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
                    "product_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lifecycle.productline"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("decided_at", None)), fields=["-at", "-id"], name="wishes_to_decide"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("decided_at", None)),
                        fields=("account", "by"),
                        name="a_colleague_asks_for_a_company_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("decision", "")),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                models.Q(("decision", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_decided_wish_says_by_whom",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Collision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("owners", "Several owners"), ("group", "One group"), ("alike", "Names alike")],
                        max_length=6,
                    ),
                ),
                ("found_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="collisions", to="people.account"
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.account"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["-found_at", "-id"], name="collisions_by_time")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "kind", "other"), name="a_collision_stands_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("account", models.F("other")), _negated=True),
                        name="a_company_collides_with_another",
                    ),
                ],
            },
        ),
    ]
