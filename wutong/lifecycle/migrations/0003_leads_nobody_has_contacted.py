from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("lifecycle", "0002_stage_visit_xid")]

    operations = [
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("first_contact_at", None), ("stage", "new")),
                fields=["team", "owner"],
                name="leads_nobody_has_contacted",
            ),
        ),
    ]
