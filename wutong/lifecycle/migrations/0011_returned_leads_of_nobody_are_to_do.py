from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """A returned lead whose sender is gone is for lead operations: it is to be done, too."""

    atomic = False
    dependencies = [("lifecycle", "0010_leads_to_do")]

    operations = [
        RemoveIndexConcurrently(model_name="lead", name="leads_to_hand_over"),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                condition=models.Q(
                    ("accountable__in", ["sdr", "lead_operations"]),
                    ("next_step_at", None),
                    ("stage__in", ["mql", "returned"]),
                ),
                fields=["owner", "team"],
                name="leads_to_hand_over",
            ),
        ),
    ]
