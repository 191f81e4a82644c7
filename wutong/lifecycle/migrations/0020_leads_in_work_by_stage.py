from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("lifecycle", "0019_no_index_twice")]

    operations = [
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("stage__in", ["new", "mql", "returned", "sal", "sql", "opportunity"])),
                fields=["stage", "owner", "-last_touch_at"],
                name="leads_in_work_by_stage",
            ),
        ),
        RemoveIndexConcurrently(
            model_name="lead",
            name="leads_in_a_sales_stage",
        ),
    ]
