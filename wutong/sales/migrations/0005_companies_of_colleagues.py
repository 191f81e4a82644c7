import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lifecycle", "0018_who_looks_after_a_company"),
        ("people", "0015_accounts_by_what_they_are"),
        ("platform", "0009_asks_for_a_password_link"),
        ("sales", "0004_open_deals_of_an_owner"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
