from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("lifecycle", "0006_lead_changed_at")]

    operations = [
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(fields=["changed_at", "id"], name="leads_by_change"),
        ),
    ]
