"""Everything up to here in one step, for a new company. Who has data already goes the single steps it replaces."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from wutong.people.migrations import _sql


class Migration(migrations.Migration):
    replaces = [
        ("people", "0001_initial"),
        ("people", "0002_identity_move_xid"),
        ("people", "0003_longer_sources"),
        ("people", "0004_known_people_by_name"),
        ("people", "0005_accounts_by_name"),
        ("people", "0006_own_people"),
        ("people", "0007_decisions_and_refused_links"),
        ("people", "0008_identity_rules_of_a_new_company"),
        ("people", "0009_account_names"),
        ("people", "0010_account_candidates"),
        ("people", "0011_accounts_by_gram"),
        ("people", "0012_decisions_about_addresses"),
        ("people", "0013_what_stands_of_consents"),
        ("people", "0014_accounts_as_they_stand"),
        ("people", "0015_accounts_by_what_they_are"),
        ("people", "0016_own_people_are_few"),
        ("people", "0017_probable_doubles"),
        ("people", "0018_people_to_compare"),
        ("people", "0019_person_collaborators"),
        ("people", "0020_tags"),
        ("people", "0021_people_found_after_a_moment"),
    ]

    initial = True

    dependencies = [
        ("platform", "0001_squashed_0013_keys_may_import"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsentText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("version", models.CharField(blank=True, max_length=40)),
                ("text", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("name_key", models.CharField(db_collation="C", max_length=200)),
                ("credit_code", models.CharField(blank=True, max_length=18, null=True, unique=True)),
                ("domain", models.CharField(blank=True, max_length=120)),
                (
                    "industry",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("A", "Agriculture, forestry, animal husbandry and fishery"),
                            ("B", "Mining"),
                            ("C", "Manufacturing"),
                            ("D", "Electricity, heat, gas and water"),
                            ("E", "Construction"),
                            ("F", "Wholesale and retail trade"),
                            ("G", "Transport, storage and post"),
                            ("H", "Accommodation and catering"),
                            ("I", "Information transmission, software and IT services"),
                            ("J", "Finance"),
                            ("K", "Real estate"),
                            ("L", "Leasing and business services"),
                            ("M", "Scientific research and technical services"),
                            ("N", "Water, environment and public facilities"),
                            ("O", "Residential services, repair and others"),
                            ("P", "Education"),
                            ("Q", "Health and social work"),
                            ("R", "Culture, sport and entertainment"),
                            ("S", "Public administration and social organisations"),
                            ("T", "International organisations"),
                        ],
                        db_default="",
                        default="",
                        max_length=1,
                    ),
                ),
                (
                    "size_band",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("1", "1–19 people"),
                            ("20", "20–99 people"),
                            ("100", "100–299 people"),
                            ("300", "300–999 people"),
                            ("1000", "1,000–4,999 people"),
                            ("5000", "5,000 people and more"),
                        ],
                        db_default="",
                        default="",
                        max_length=4,
                    ),
                ),
                (
                    "region",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="Administrative division, GB/T 2260: 2, 4 or 6.",
                        max_length=6,
                    ),
                ),
                ("is_confirmed", models.BooleanField(default=False)),
                ("sort_key", models.CharField(blank=True, db_collation="C", max_length=240)),
                (
                    "search_keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), default=list, size=None
                    ),
                ),
                ("brand", models.CharField(blank=True, db_default="", default="", max_length=200)),
                (
                    "name_grams",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        help_text="What names like it are found by.",
                        null=True,
                        size=None,
                    ),
                ),
                (
                    "compared_at",
                    models.DateTimeField(help_text="When companies of names like it were looked for last.", null=True),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absorbed",
                        to="people.account",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subsidiaries",
                        to="people.account",
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["search_keys"], name="accounts_by_search_key"
                    ),
                    models.Index(fields=["sort_key", "id"], name="accounts_by_name"),
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["name_grams"], name="accounts_by_gram"
                    ),
                    models.Index(
                        condition=models.Q(("domain", ""), _negated=True), fields=["domain"], name="accounts_by_domain"
                    ),
                    models.Index(
                        condition=models.Q(("industry", ""), _negated=True),
                        fields=["industry", "sort_key", "id"],
                        name="accounts_of_an_industry",
                    ),
                    models.Index(
                        condition=models.Q(("size_band", ""), _negated=True),
                        fields=["size_band", "sort_key", "id"],
                        name="accounts_of_a_size",
                    ),
                    models.Index(
                        condition=models.Q(("region", ""), _negated=True),
                        fields=["region", "sort_key", "id"],
                        name="accounts_of_a_region",
                        opclasses=["varchar_pattern_ops", "varchar_ops", "int8_ops"],
                    ),
                    models.Index(condition=models.Q(("compared_at", None)), fields=["id"], name="accounts_to_compare"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("parent", models.F("id")), _negated=True),
                        name="no_company_is_its_own_parent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("merged_into", models.F("id")), _negated=True),
                        name="no_company_is_merged_into_itself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("region__regex", "^([0-9]{2}){0,3}$")), name="a_region_is_a_division"
                    ),
                    models.UniqueConstraint(fields=("name_key",), name="a_company_name_stands_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True), models.Q(("name_key", ""), _negated=True)
                        ),
                        name="a_company_has_a_name",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountAlias",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("name_key", models.CharField(db_collation="C", max_length=200, unique=True)),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="aliases", to="people.account"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True), models.Q(("name_key", ""), _negated=True)
                        ),
                        name="an_alias_has_letters",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountCandidate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "decision",
                    models.CharField(choices=[("branch", "Branch"), ("candidate", "Perhaps the same")], max_length=9),
                ),
                ("score", models.FloatField()),
                ("reason", models.CharField(max_length=80)),
                ("found_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="candidates", to="people.account"
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.account"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["-score", "-id"], name="likeliest_companies")],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "other"), name="two_companies_are_compared_once"),
                    models.CheckConstraint(
                        condition=models.Q(("account", models.F("other")), _negated=True),
                        name="a_company_is_no_candidate_for_itself",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountDomain",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("domain", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="further_domains", to="people.account"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("domain", "account"), name="a_company_has_a_domain_once"),
                    models.CheckConstraint(
                        condition=models.Q(("domain", ""), _negated=True), name="a_further_domain_is_named"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("field", models.CharField(max_length=20)),
                ("value", models.CharField(blank=True, max_length=200)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("colleague", "A colleague"),
                            ("register", "Company register"),
                            ("licence", "Business licence"),
                            ("website", "Its website"),
                            ("customer", "The customer"),
                            ("credit_code", "Read off the credit code"),
                            ("import", "Import"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="facts", to="people.account"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["account", "field", "-at"], name="facts_of_a_company")],
            },
        ),
        migrations.CreateModel(
            name="AccountMerge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "taken",
                    models.JSONField(default=dict, help_text="Of each field that the survivor took: before and after."),
                ),
                (
                    "filled",
                    models.JSONField(
                        default=list, help_text="Of each place that was filled in: its id, before and after."
                    ),
                ),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "absorbed",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.account"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "survivor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="merges", to="people.account"
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("survivor", models.F("absorbed")), _negated=True),
                        name="no_company_absorbs_itself",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)), fields=("absorbed",), name="a_company_is_absorbed_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("undone_at", None), ("undone_by", None)),
                            models.Q(("undone_at__isnull", False), ("undone_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_merge_is_undone_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.CharField(max_length=63)),
                ("column", models.CharField(max_length=63)),
                ("rows", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                (
                    "merge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="moves", to="people.accountmerge"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BlockedValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("crm_id", "CRM number"),
                            ("unionid", "WeChat union id"),
                            ("external_userid", "WeCom contact id"),
                            ("phone", "Phone"),
                            ("email", "E-mail"),
                            ("openid", "Official account id"),
                            ("cookie", "Browser"),
                            ("device", "Device"),
                        ],
                        max_length=16,
                    ),
                ),
                ("scope", models.CharField(blank=True, max_length=80)),
                ("value", models.CharField(max_length=320)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "scope", "value"), name="a_value_is_blocked_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="IdentityMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_id", models.BigIntegerField()),
                ("person_id", models.BigIntegerField()),
                ("moved_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["subject_id", "-id"], name="moves_of_a_subject")],
            },
        ),
        migrations.CreateModel(
            name="IdentityRules",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                (
                    "largest",
                    models.PositiveSmallIntegerField(
                        default=60, help_text="No person gets more identifiers than this without a colleague's word."
                    ),
                ),
                ("built_by_version", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="there_is_one_set_of_identity_rules")
                ],
            },
        ),
        migrations.CreateModel(
            name="Observation",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("source", models.CharField(max_length=40)),
                (
                    "assurance",
                    models.CharField(
                        choices=[
                            ("verified", "Verified"),
                            ("staff", "Entered by a colleague"),
                            ("typed", "Typed by the visitor"),
                            ("browser", "Seen in the browser"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "identifiers",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("assurance__in", ["verified", "staff", "typed", "browser"])),
                        name="an_observation_has_known_assurance",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("identifiers__len__gte", 2)), name="an_observation_links_two_or_more"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OwnLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OwnRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "what",
                    models.CharField(
                        choices=[("domain", "E-mail domain"), ("email", "E-mail address"), ("phone", "Phone")],
                        max_length=8,
                    ),
                ),
                ("value", models.CharField(max_length=320)),
                (
                    "kind",
                    models.CharField(
                        choices=[("staff", "Colleague"), ("partner", "Partner"), ("test", "Test")], max_length=8
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("what", "value"), name="an_own_rule_stands_once")],
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("full_name", models.CharField(blank=True, max_length=120)),
                ("title", models.CharField(blank=True, max_length=120)),
                ("company_name", models.CharField(blank=True, max_length=200)),
                (
                    "reach",
                    models.CharField(
                        choices=[("visitor", "Visitor"), ("contact", "Contact"), ("known", "Known")],
                        default="visitor",
                        max_length=8,
                    ),
                ),
                (
                    "is_own",
                    models.BooleanField(
                        default=False, help_text="A colleague, partner or test person: not the market."
                    ),
                ),
                ("first_seen_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
                ("sort_key", models.CharField(blank=True, db_collation="C", max_length=240)),
                (
                    "search_keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), default=list, size=None
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="aliases",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=True, fields=["search_keys"], gin_pending_list_limit=512, name="people_by_search_key"
                    ),
                    models.Index(
                        condition=models.Q(("merged_into", None)), fields=["sort_key", "id"], name="people_by_name"
                    ),
                    models.Index(
                        condition=models.Q(("merged_into", None), models.Q(("reach", "visitor"), _negated=True)),
                        fields=["sort_key", "id"],
                        name="known_people_by_name",
                    ),
                    models.Index(
                        condition=models.Q(("merged_into", None)),
                        fields=["-last_seen_at", "-id"],
                        name="people_by_last_act",
                    ),
                    models.Index(
                        condition=models.Q(("merged_into", None), models.Q(("reach", "visitor"), _negated=True)),
                        fields=["-last_seen_at", "-id"],
                        name="known_people_by_last_act",
                    ),
                    models.Index(condition=models.Q(("is_own", True)), fields=["id"], name="own_people"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reach__in", ["visitor", "contact", "known"])),
                        name="a_person_has_a_known_reach",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("merged_into", models.F("id")), _negated=True),
                        name="nobody_is_merged_into_themselves",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Identifier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("crm_id", "CRM number"),
                            ("unionid", "WeChat union id"),
                            ("external_userid", "WeCom contact id"),
                            ("phone", "Phone"),
                            ("email", "E-mail"),
                            ("openid", "Official account id"),
                            ("cookie", "Browser"),
                            ("device", "Device"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "scope",
                    models.CharField(
                        blank=True, help_text="App, corp or CRM; empty where the world shares it.", max_length=80
                    ),
                ),
                ("value", models.CharField(max_length=320)),
                ("is_blocked", models.BooleanField(default=False, help_text="A generic value: it never links people.")),
                (
                    "is_shared",
                    models.BooleanField(default=False, help_text="A browser or device seen with more than one person."),
                ),
                ("is_verified", models.BooleanField(default=False)),
                ("first_seen_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="identifiers", to="people.person"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person"], name="identifiers_of_a_person")],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "scope", "value"), name="an_identifier_stands_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "crm_id",
                                    "unionid",
                                    "external_userid",
                                    "phone",
                                    "email",
                                    "openid",
                                    "cookie",
                                    "device",
                                ],
                            )
                        ),
                        name="an_identifier_has_a_known_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "openid"), _negated=True),
                            models.Q(("scope", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="an_openid_names_its_app",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.CharField(max_length=20)),
                ("purpose", models.CharField(max_length=40)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("general", "Use of personal information"),
                            ("sensitive", "Sensitive personal information"),
                            ("provision", "Provision to others"),
                            ("cross_border", "Transfer abroad"),
                        ],
                        db_default="general",
                        default="general",
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("granted", "Granted"), ("refused", "Refused"), ("withdrawn", "Withdrawn")],
                        max_length=9,
                    ),
                ),
                ("text_version", models.CharField(blank=True, max_length=40)),
                (
                    "source",
                    models.CharField(
                        help_text="form:<key>, api:<key>, banner, by_hand, preferences, request.", max_length=60
                    ),
                ),
                (
                    "proof",
                    models.JSONField(
                        db_default={}, default=dict, help_text="Where it was decided: address, form, version."
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, db_default="", help_text="What a colleague says of it.", max_length=300
                    ),
                ),
                (
                    "assurance",
                    models.CharField(
                        choices=[
                            ("verified", "Verified"),
                            ("staff", "Entered by a colleague"),
                            ("typed", "Typed by the visitor"),
                            ("browser", "Seen in the browser"),
                        ],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("event_id", models.UUIDField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "text",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="people.consenttext",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="consents", to="people.identifier"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="consents", to="people.person"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "channel", "purpose", "-at"], name="consents_of_a_person")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["granted", "refused", "withdrawn"])),
                        name="a_consent_is_granted_refused_or_withdrawn",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["general", "sensitive", "provision", "cross_border"])),
                        name="a_consent_is_of_a_known_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "granted"), _negated=True),
                            models.Q(("purpose", "any"), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_consents_to_everything",
                    ),
                    models.UniqueConstraint(
                        fields=("event_id", "subject", "kind", "channel", "purpose"),
                        name="an_event_decides_once_for_an_address",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IdentityDecision",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("act", models.UUIDField(db_index=True)),
                (
                    "what",
                    models.CharField(
                        choices=[("same", "The same person"), ("apart", "Not the same person")], max_length=5
                    ),
                ),
                ("at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "high",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.identifier",
                    ),
                ),
                (
                    "low",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.identifier",
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("withdrawn_at", None)), fields=["low"], name="decisions_by_lower"),
                    models.Index(
                        condition=models.Q(("withdrawn_at", None)), fields=["high"], name="decisions_by_higher"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("act", "low", "high"), name="an_act_decides_a_pair_once"),
                    models.CheckConstraint(
                        condition=models.Q(("low__lt", models.F("high"))), name="a_decision_is_about_two"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("what__in", ["same", "apart"])), name="a_decision_says_same_or_apart"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_by", None)),
                            models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_decision_is_withdrawn_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IdentityLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_at", models.DateTimeField()),
                ("first_observation_id", models.UUIDField()),
                (
                    "is_verified",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="A verified observation has shown it: see people.assurance.",
                    ),
                ),
                (
                    "high",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.identifier"
                    ),
                ),
                (
                    "low",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.identifier"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["high", "low"], name="links_from_above")],
                "constraints": [
                    models.UniqueConstraint(fields=("low", "high"), name="a_pair_is_linked_once"),
                    models.CheckConstraint(condition=models.Q(("low__lt", models.F("high"))), name="a_link_joins_two"),
                ],
            },
        ),
        migrations.CreateModel(
            name="OwnMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[("staff", "Colleague"), ("partner", "Partner"), ("test", "Test")],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "subject",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="own_mark", to="people.identifier"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="own_marks", to="people.person"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person"], name="own_marks_of_a_person")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind", ""), ("kind__in", ["staff", "partner", "test"]), _connector="OR"),
                        name="an_own_mark_has_a_known_kind_or_none",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MatchKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.BigIntegerField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("key", "person"), name="a_person_has_a_key_once")],
            },
        ),
        migrations.CreateModel(
            name="IdentityChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("merge", "Merged"), ("split", "Split")], max_length=5)),
                ("at", models.DateTimeField()),
                ("cause", models.CharField(help_text="As people.projection.Cause.", max_length=40)),
                ("observation_id", models.UUIDField(help_text="The latest of those that show its links.", null=True)),
                ("act", models.UUIDField(help_text="Of the decisions that made it.", null=True)),
                (
                    "links",
                    models.JSONField(
                        db_default=[],
                        default=list,
                        help_text="Pairs of identifiers: those that join both sides, or that were cut.",
                    ),
                ),
                (
                    "identifiers",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "source_person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="changes_from", to="people.person"
                    ),
                ),
                (
                    "target_person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="changes_to", to="people.person"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["target_person", "-at"], name="changes_to_a_person"),
                    models.Index(fields=["source_person", "-at"], name="changes_from_a_person"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FieldValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("field", models.CharField(max_length=40)),
                ("value", models.TextField()),
                ("source", models.CharField(max_length=60)),
                (
                    "assurance",
                    models.CharField(
                        choices=[
                            ("verified", "Verified"),
                            ("staff", "Entered by a colleague"),
                            ("typed", "Typed by the visitor"),
                            ("browser", "Seen in the browser"),
                        ],
                        max_length=8,
                    ),
                ),
                ("observed_at", models.DateTimeField()),
                ("event_id", models.UUIDField(null=True)),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="field_values", to="people.identifier"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="field_values", to="people.person"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "field", "-observed_at"], name="statements_about_a_person")],
                "constraints": [
                    models.UniqueConstraint(fields=("event_id", "field"), name="an_event_states_a_field_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentStanding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.CharField(max_length=20)),
                ("purpose", models.CharField(max_length=40)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("general", "Use of personal information"),
                            ("sensitive", "Sensitive personal information"),
                            ("provision", "Provision to others"),
                            ("cross_border", "Transfer abroad"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("granted", "Granted"), ("refused", "Refused"), ("withdrawn", "Withdrawn")],
                        max_length=9,
                    ),
                ),
                (
                    "assurance",
                    models.CharField(
                        choices=[
                            ("verified", "Verified"),
                            ("staff", "Entered by a colleague"),
                            ("typed", "Typed by the visitor"),
                            ("browser", "Seen in the browser"),
                        ],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.consent"
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consent_standings",
                        to="people.identifier",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consent_standings",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subject", "kind", "channel", "purpose"), name="an_address_stands_once_for_a_purpose"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Affiliation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(blank=True, max_length=120)),
                ("department", models.CharField(blank=True, max_length=120)),
                (
                    "buying_role",
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
                (
                    "assurance",
                    models.CharField(
                        choices=[
                            ("verified", "Verified"),
                            ("staff", "Entered by a colleague"),
                            ("typed", "Typed by the visitor"),
                            ("browser", "Seen in the browser"),
                        ],
                        max_length=8,
                    ),
                ),
                ("source", models.CharField(max_length=60)),
                ("email_domain", models.CharField(blank=True, db_default="", default="", max_length=253)),
                ("valid_from", models.DateField(null=True)),
                ("valid_to", models.DateField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="affiliations", to="people.account"
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="affiliations", to="people.identifier"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="affiliations", to="people.person"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person"], name="companies_of_a_person"),
                    models.Index(
                        condition=models.Q(models.Q(("email_domain", ""), _negated=True), ("valid_to", None)),
                        fields=["email_domain", "account"],
                        name="companies_of_a_mail_domain",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("subject", "account"), name="a_subject_joins_a_company_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None),
                            ("valid_from", None),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="a_place_in_a_company_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonCollaborator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="collaborators", to="people.person"
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shared_people",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="collaborators",
                        to="people.identifier",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person"], name="collaborators_of_a_person"),
                    models.Index(fields=["staff", "person"], name="people_shared_with"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("subject", "staff"), name="a_colleague_is_let_in_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonToCompare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProbableMatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("probability", models.FloatField()),
                ("evidence", models.JSONField()),
                ("found_at", models.DateTimeField()),
                (
                    "one",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["-probability", "-id"], name="likeliest_doubles")],
                "constraints": [
                    models.UniqueConstraint(fields=("one", "other"), name="two_people_are_proposed_once"),
                    models.CheckConstraint(
                        condition=models.Q(("one__lt", models.F("other"))), name="a_proposal_names_the_older_row_first"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PutAside",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("people", "People"), ("link", "Link"), ("companies", "Companies")], max_length=9
                    ),
                ),
                (
                    "low",
                    models.BigIntegerField(
                        help_text="The smaller of the two ids: people, identifiers or companies by kind."
                    ),
                ),
                ("high", models.BigIntegerField()),
                ("what", models.CharField(choices=[("later", "Later"), ("apart", "Not the same")], max_length=5)),
                ("until", models.DateTimeField(help_text="Nothing is for ever.", null=True)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "low", "high"), name="a_pair_is_put_aside_once"),
                    models.CheckConstraint(
                        condition=models.Q(("low__lt", models.F("high"))), name="a_pair_put_aside_is_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("what", "apart"), ("until__isnull", False), _connector="OR"),
                        name="what_is_put_off_comes_back",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RefusedLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("kept_apart", "A colleague has told them apart"),
                            ("exclusive", "One person has one of these only"),
                            ("too_many", "More of a kind than a person has"),
                            ("too_big", "More identifiers than a person has"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("crm_id", "CRM number"),
                            ("unionid", "WeChat union id"),
                            ("external_userid", "WeCom contact id"),
                            ("phone", "Phone"),
                            ("email", "E-mail"),
                            ("openid", "Official account id"),
                            ("cookie", "Browser"),
                            ("device", "Device"),
                        ],
                        max_length=16,
                    ),
                ),
                ("first_at", models.DateTimeField(help_text="When the two were first seen together.")),
                ("opened_at", models.DateTimeField()),
                (
                    "high",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.identifier"
                    ),
                ),
                (
                    "low",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.identifier",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("why", "kept_apart"), _negated=True),
                        fields=["-opened_at", "-id"],
                        name="refused_links_to_look_at",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("low", "high"), name="a_link_is_refused_once"),
                    models.CheckConstraint(
                        condition=models.Q(("low__lt", models.F("high"))), name="a_refused_link_joins_two"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TagGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=40)),
                (
                    "family",
                    models.CharField(
                        choices=[
                            ("basic", "Basic"),
                            ("facts", "Facts"),
                            ("model", "Model"),
                            ("prediction", "Prediction"),
                        ],
                        max_length=10,
                    ),
                ),
                ("about", models.CharField(choices=[("person", "People"), ("account", "Accounts")], max_length=7)),
                ("is_exclusive", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("about"),
                        django.db.models.functions.text.Lower("name"),
                        name="tag_groups_differ_in_name",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("family__in", ["basic", "facts", "model", "prediction"])),
                        name="a_tag_group_has_a_known_family",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("about__in", ["person", "account"])),
                        name="a_tag_group_is_of_people_or_accounts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=40)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tags", to="people.taggroup"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("group"),
                        django.db.models.functions.text.Lower("name"),
                        name="tags_of_a_group_differ_in_name",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonTag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("hand", "by hand"),
                            ("rule", "by a rule"),
                            ("content", "by what they read"),
                            ("chat", "by what they said"),
                            ("code", "by the code they scanned"),
                            ("import", "by an import"),
                            ("wecom", "by WeCom"),
                        ],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tags", to="people.person"
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tags", to="people.identifier"
                    ),
                ),
                (
                    "tag",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="on_people", to="people.tag"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tag", "person"], name="people_with_a_tag"),
                    models.Index(fields=["person"], name="tags_of_a_person"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("subject", "tag"), name="a_person_carries_a_tag_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("source", "hand"), _negated=True), ("by__isnull", False), _connector="OR"
                        ),
                        name="somebody_gave_a_tag_of_a_person_by_hand",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountTag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("hand", "by hand"),
                            ("rule", "by a rule"),
                            ("content", "by what they read"),
                            ("chat", "by what they said"),
                            ("code", "by the code they scanned"),
                            ("import", "by an import"),
                            ("wecom", "by WeCom"),
                        ],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tags", to="people.account"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "tag",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="on_accounts", to="people.tag"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["tag", "account"], name="accounts_with_a_tag")],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "tag"), name="an_account_carries_a_tag_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("source", "hand"), _negated=True), ("by__isnull", False), _connector="OR"
                        ),
                        name="somebody_gave_a_tag_of_an_account_by_hand",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TagMirror",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("system", models.SlugField(max_length=20)),
                ("place", models.CharField(blank=True, help_text="Of several of one system: the corp.", max_length=80)),
                ("external_id", models.CharField(max_length=80)),
                (
                    "tag",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mirrors", to="people.tag"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("system", "place", "external_id"), name="an_outside_tag_is_one_of_ours"
                    ),
                    models.UniqueConstraint(fields=("tag", "system", "place"), name="a_tag_has_one_twin_in_a_place"),
                ],
            },
        ),
        migrations.RunSQL(
            *_sql.MOVE_KNOWS_ITS_TRANSACTION,
        ),
        migrations.RunSQL(
            *_sql.RULES_OF_A_NEW_COMPANY,
        ),
    ]
