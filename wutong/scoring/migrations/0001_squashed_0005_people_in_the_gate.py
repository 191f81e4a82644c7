"""Everything up to here in one step, for a new company. Who has data already goes the single steps it replaces."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("scoring", "0001_initial"),
        ("scoring", "0002_models_and_fit"),
        ("scoring", "0003_count_acts_instead_of_points"),
        ("scoring", "0004_one_sum_a_measure"),
        ("scoring", "0005_people_in_the_gate"),
    ]

    initial = True

    dependencies = [
        ("people", "0001_squashed_0021_people_found_after_a_moment"),
        ("platform", "0001_squashed_0013_keys_may_import"),
    ]

    operations = [
        migrations.CreateModel(
            name="PersonScore",
            fields=[
                ("value", models.FloatField(default=0)),
                ("grade", models.PositiveSmallIntegerField(default=4, help_text="1 (hot) to 4.")),
                ("fit_value", models.FloatField(default=0)),
                ("fit_letter", models.CharField(default="D", max_length=1)),
                ("is_in_gate", models.BooleanField(default=False)),
                ("below_since", models.DateTimeField(null=True)),
                ("last_counted_at", models.DateTimeField(null=True)),
                ("computed_at", models.DateTimeField()),
                ("next_grade_change_at", models.DateTimeField(db_index=True, null=True)),
                ("model_version", models.PositiveIntegerField(default=1)),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="score",
                        serialize=False,
                        to="people.person",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["-value", "person"], name="people_by_score"),
                    models.Index(fields=["fit_letter", "grade", "-value", "person"], name="people_by_grade"),
                    models.Index(
                        condition=models.Q(("is_in_gate", True)), fields=["computed_at"], name="people_in_the_gate"
                    ),
                    models.Index(
                        condition=models.Q(("below_since__isnull", False)),
                        fields=["below_since"],
                        name="people_below_the_gate",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("grade__gte", 1), ("grade__lte", 4)),
                        name="a_personscore_has_a_digit_from_1_to_4",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value__gte", 0), ("value__lte", 100)),
                        name="a_personscore_lies_from_0_to_100",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fit_value__gte", 0), ("fit_value__lte", 100)),
                        name="a_fit_of_a_personscore_lies_from_0_to_100",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fit_letter__in", ["A", "B", "C", "D"])),
                        name="a_personscore_has_a_letter_from_a_to_d",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_in_gate", False), ("below_since", None), _connector="OR"),
                        name="nobody_in_the_gate_of_a_personscore_is_below",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LineScore",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.FloatField(default=0)),
                ("grade", models.PositiveSmallIntegerField(default=4, help_text="1 (hot) to 4.")),
                ("fit_value", models.FloatField(default=0)),
                ("fit_letter", models.CharField(default="D", max_length=1)),
                ("is_in_gate", models.BooleanField(default=False)),
                ("below_since", models.DateTimeField(null=True)),
                ("last_counted_at", models.DateTimeField(null=True)),
                ("computed_at", models.DateTimeField()),
                ("next_grade_change_at", models.DateTimeField(db_index=True, null=True)),
                ("model_version", models.PositiveIntegerField(default=1)),
                ("product_line", models.SlugField(max_length=40)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="line_scores", to="people.person"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("grade__gte", 1), ("grade__lte", 4)),
                        name="a_linescore_has_a_digit_from_1_to_4",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value__gte", 0), ("value__lte", 100)),
                        name="a_linescore_lies_from_0_to_100",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fit_value__gte", 0), ("fit_value__lte", 100)),
                        name="a_fit_of_a_linescore_lies_from_0_to_100",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fit_letter__in", ["A", "B", "C", "D"])),
                        name="a_linescore_has_a_letter_from_a_to_d",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_in_gate", False), ("below_since", None), _connector="OR"),
                        name="nobody_in_the_gate_of_a_linescore_is_below",
                    ),
                    models.UniqueConstraint(fields=("person", "product_line"), name="a_person_has_one_score_a_line"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScoreModel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("product_line", models.SlugField(blank=True, max_length=40)),
                ("version", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "In force"), ("retired", "Retired")],
                        default="draft",
                        max_length=9,
                    ),
                ),
                ("definition", models.JSONField()),
                ("revision", models.PositiveIntegerField(default=1, help_text="Raised by each change of a draft.")),
                ("created_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(null=True)),
                ("retired_at", models.DateTimeField(null=True)),
                ("recounted_at", models.DateTimeField(null=True)),
                (
                    "based_on",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="scoring.scoremodel",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        help_text="Empty: shipped.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    models.UniqueConstraint(
                        fields=("product_line", "version"), name="a_version_of_a_model_stands_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "published")),
                        fields=("product_line",),
                        name="one_model_of_a_line_is_in_force",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "draft")),
                        fields=("product_line",),
                        name="one_draft_of_a_line_is_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_at", None), ("state", "draft")),
                            models.Q(("published_at__isnull", False), ("state__in", ["published", "retired"])),
                            _connector="OR",
                        ),
                        name="a_model_is_a_draft_until_it_is_published",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScoreTerm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("measure", models.CharField(db_collation="C", max_length=60)),
                ("day", models.DateField(null=True)),
                ("half_life_s", models.FloatField(null=True)),
                ("value", models.FloatField()),
                ("as_of", models.DateTimeField()),
                ("n", models.PositiveIntegerField(default=0)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="score_terms", to="people.person"
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="score_terms", to="people.identifier"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person"], name="score_terms_of_a_person")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subject", "measure", "day"),
                        name="a_measure_has_one_sum_a_subject_and_day",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]
