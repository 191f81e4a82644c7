import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0009_account_names")]

    operations = [
        migrations.CreateModel(
            name="AccountCandidate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "decision",
                    models.CharField(
                        choices=[("branch", "Branch"), ("candidate", "Perhaps the same")],
                        max_length=9,
                    ),
                ),
                ("score", models.FloatField()),
                ("reason", models.CharField(max_length=80)),
                ("found_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="candidates",
                        to="people.account",
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
                "constraints": [
                    models.UniqueConstraint(fields=("account", "other"), name="two_companies_are_compared_once"),
                    models.CheckConstraint(
                        condition=models.Q(("account", models.F("other")), _negated=True),
                        name="a_company_is_no_candidate_for_itself",
                    ),
                ],
            },
        ),
    ]
