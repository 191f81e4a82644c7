"""Everything up to here in one step, for a new company. Who has data already goes the single steps it replaces."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("content", "0001_initial"),
        ("content", "0002_form_builder"),
        ("content", "0003_submissions_of_a_form"),
        ("content", "0004_first_versions"),
    ]

    initial = True

    dependencies = [
        ("lifecycle", "0001_squashed_0018_who_looks_after_a_company"),
        ("people", "0001_squashed_0021_people_found_after_a_moment"),
        ("platform", "0001_squashed_0013_keys_may_import"),
    ]

    operations = [
        migrations.CreateModel(
            name="Form",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("fields", models.JSONField(default=list, help_text="Questions, as hosted.design.Question.")),
                ("wording", models.JSONField(db_default={}, default=dict, help_text="As hosted.design.Wording.")),
                ("consent_version", models.CharField(max_length=40)),
                ("consent_text", models.TextField()),
                ("is_consent_required", models.BooleanField(db_default=False, default=False)),
                ("thanks_url", models.URLField(blank=True)),
                (
                    "company_names",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120), db_default=[], default=list, size=None
                    ),
                ),
                (
                    "takes_own_markup",
                    models.BooleanField(
                        db_default=True,
                        default=True,
                        help_text="Posts of pages with markup of their own, which carry no token.",
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                (
                    "version",
                    models.PositiveIntegerField(db_default=0, default=0, help_text="Of what is public; 0 before that."),
                ),
                (
                    "draft",
                    models.JSONField(blank=True, help_text="As hosted.design.Design, while it differs.", null=True),
                ),
                (
                    "revision",
                    models.PositiveIntegerField(
                        db_default=1, default=1, help_text="Raised by each change of a colleague."
                    ),
                ),
                (
                    "product_line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="forms",
                        to="lifecycle.productline",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="forms", to="events.site"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("key", ""), _negated=True), name="a_form_has_a_key")
                ],
            },
        ),
        migrations.CreateModel(
            name="FormUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("host", models.CharField(blank=True, max_length=120)),
                ("begun", models.PositiveIntegerField(default=0)),
                ("sent", models.PositiveIntegerField(default=0)),
                (
                    "form",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="uses", to="content.form"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("form", "on", "host"), name="a_form_counts_once_a_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="FormVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("design", models.JSONField(help_text="As hosted.design.Design.")),
                ("consent_version", models.CharField(max_length=40)),
                ("published_at", models.DateTimeField()),
                (
                    "form",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="content.form"
                    ),
                ),
                (
                    "published_by",
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
                    models.UniqueConstraint(fields=("form", "number"), name="a_form_has_one_version_of_a_number"),
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="versions_count_from_one"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FormSubmission",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("url", models.TextField(blank=True)),
                ("channel", models.CharField(blank=True, max_length=20)),
                ("first_touch", models.JSONField(db_default={}, default=dict, help_text="As events.touch.Origin.")),
                (
                    "registration_touch",
                    models.JSONField(db_default={}, default=dict, help_text="As events.touch.Origin."),
                ),
                ("answers", models.JSONField()),
                (
                    "form",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="submissions", to="content.form"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="submissions", to="people.person"
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="submissions", to="people.identifier"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to="content.formversion",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "-at"], name="submissions_of_a_person"),
                    models.Index(fields=["form", "-at", "-id"], name="submissions_of_a_form"),
                ],
            },
        ),
        migrations.CreateModel(
            name="QuarantinedSubmission",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("url", models.TextField(blank=True)),
                ("answers", models.JSONField()),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), help_text="Codes of edge.suspicions.", size=None
                    ),
                ),
                ("body", models.BinaryField(help_text="The arrival, as packed for the inbox.")),
                ("released_at", models.DateTimeField(null=True)),
                (
                    "form",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="quarantined", to="content.form"
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="content.formversion",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["form", "-at", "-id"], name="quarantine_of_a_form")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("released_at", None), ("released_by", None)),
                            models.Q(("released_at__isnull", False), ("released_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="somebody_released_a_released_submission",
                    )
                ],
            },
        ),
    ]
