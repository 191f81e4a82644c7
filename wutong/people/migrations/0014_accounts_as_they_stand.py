import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0013_what_stands_of_consents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountAlias",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("name_key", models.CharField(db_collation="C", max_length=200, unique=True)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="AccountDomain",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("domain", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
            ],
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
            ],
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
            ],
        ),
        migrations.CreateModel(
            name="AccountMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.CharField(max_length=63)),
                ("column", models.CharField(max_length=63)),
                ("rows", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
            ],
        ),
        migrations.AddField(
            model_name="account",
            name="industry",
            field=models.CharField(
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
        migrations.AddField(
            model_name="account",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="absorbed",
                to="people.account",
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="subsidiaries",
                to="people.account",
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="region",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Administrative division, GB/T 2260: 2, 4 or 6.",
                max_length=6,
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="size_band",
            field=models.CharField(
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
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("parent", models.F("id")), _negated=True), name="no_company_is_its_own_parent"
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", models.F("id")), _negated=True),
                name="no_company_is_merged_into_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("region__regex", "^([0-9]{2}){0,3}$")), name="a_region_is_a_division"
            ),
        ),
        migrations.AddField(
            model_name="accountalias",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="aliases", to="people.account"
            ),
        ),
        migrations.AddField(
            model_name="accountalias",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="accountdomain",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="further_domains", to="people.account"
            ),
        ),
        migrations.AddField(
            model_name="accountdomain",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="accountfact",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="facts", to="people.account"
            ),
        ),
        migrations.AddField(
            model_name="accountfact",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="accountmerge",
            name="absorbed",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.account"),
        ),
        migrations.AddField(
            model_name="accountmerge",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="accountmerge",
            name="survivor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="merges", to="people.account"
            ),
        ),
        migrations.AddField(
            model_name="accountmerge",
            name="undone_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="accountmove",
            name="merge",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="moves", to="people.accountmerge"
            ),
        ),
        migrations.AddConstraint(
            model_name="accountalias",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("name", ""), _negated=True), models.Q(("name_key", ""), _negated=True)),
                name="an_alias_has_letters",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountdomain",
            constraint=models.UniqueConstraint(fields=("domain", "account"), name="a_company_has_a_domain_once"),
        ),
        migrations.AddConstraint(
            model_name="accountdomain",
            constraint=models.CheckConstraint(
                condition=models.Q(("domain", ""), _negated=True), name="a_further_domain_is_named"
            ),
        ),
        migrations.AddIndex(
            model_name="accountfact",
            index=models.Index(fields=["account", "field", "-at"], name="facts_of_a_company"),
        ),
        migrations.AddConstraint(
            model_name="accountmerge",
            constraint=models.CheckConstraint(
                condition=models.Q(("survivor", models.F("absorbed")), _negated=True), name="no_company_absorbs_itself"
            ),
        ),
        migrations.AddConstraint(
            model_name="accountmerge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None)), fields=("absorbed",), name="a_company_is_absorbed_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="accountmerge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("undone_at", None), ("undone_by", None)),
                    models.Q(("undone_at__isnull", False), ("undone_by__isnull", False)),
                    _connector="OR",
                ),
                name="a_merge_is_undone_by_somebody",
            ),
        ),
    ]
