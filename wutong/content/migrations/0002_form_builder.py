import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("content", "0001_initial"),
        ("lifecycle", "0001_initial"),
        ("platform", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="form",
            name="product_line",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="forms",
                to="lifecycle.productline",
            ),
        ),
        migrations.AlterField(
            model_name="form",
            name="fields",
            field=models.JSONField(default=list, help_text="Questions, as hosted.design.Question."),
        ),
        migrations.AddField(
            model_name="form",
            name="wording",
            field=models.JSONField(db_default={}, default=dict, help_text="As hosted.design.Wording."),
        ),
        migrations.AddField(
            model_name="form", name="is_consent_required", field=models.BooleanField(db_default=False, default=False)
        ),
        migrations.AddField(
            model_name="form",
            name="company_names",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=120), db_default=[], default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="form",
            name="takes_own_markup",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="Posts of pages with markup of their own, which carry no token.",
            ),
        ),
        migrations.AddField(
            model_name="form",
            name="version",
            field=models.PositiveIntegerField(db_default=0, default=0, help_text="Of what is public; 0 before that."),
        ),
        migrations.AddField(
            model_name="form",
            name="draft",
            field=models.JSONField(blank=True, help_text="As hosted.design.Design, while it differs.", null=True),
        ),
        migrations.AddField(
            model_name="form",
            name="revision",
            field=models.PositiveIntegerField(
                db_default=1, default=1, help_text="Raised by each change of a colleague."
            ),
        ),
        migrations.AddConstraint(
            model_name="form",
            constraint=models.CheckConstraint(condition=models.Q(("key", ""), _negated=True), name="a_form_has_a_key"),
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
            name="QuarantinedSubmission",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("url", models.TextField(blank=True)),
                ("answers", models.JSONField()),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        help_text="Codes of edge.suspicions.",
                        size=None,
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
        migrations.AddField(
            model_name="formsubmission",
            name="version",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="submissions",
                to="content.formversion",
            ),
        ),
        migrations.AddField(
            model_name="formsubmission",
            name="first_touch",
            field=models.JSONField(db_default={}, default=dict, help_text="As events.touch.Origin."),
        ),
        migrations.AddField(
            model_name="formsubmission",
            name="registration_touch",
            field=models.JSONField(db_default={}, default=dict, help_text="As events.touch.Origin."),
        ),
    ]
