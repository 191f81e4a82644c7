from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("lifecycle", "0009_routing_and_time_limits")]

    operations = [
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("next_step_at__isnull", False)),
                fields=["owner", "next_step_at"],
                name="next_steps_of_an_owner",
            ),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("accountable", "sdr"), ("next_step_at", None), ("stage__in", ["mql", "returned"])),
                fields=["owner", "team"],
                name="leads_to_hand_over",
            ),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("stage__in", ["returned", "sal", "sql", "opportunity"])),
                fields=["stage", "owner", "-last_touch_at"],
                name="leads_in_a_sales_stage",
            ),
        ),
    ]
