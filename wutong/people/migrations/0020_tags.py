import uuid

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0019_person_collaborators"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.UniqueConstraint(
                models.F("group"), django.db.models.functions.text.Lower("name"), name="tags_of_a_group_differ_in_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="tagmirror",
            constraint=models.UniqueConstraint(
                fields=("system", "place", "external_id"), name="an_outside_tag_is_one_of_ours"
            ),
        ),
        migrations.AddConstraint(
            model_name="tagmirror",
            constraint=models.UniqueConstraint(fields=("tag", "system", "place"), name="a_tag_has_one_twin_in_a_place"),
        ),
    ]
