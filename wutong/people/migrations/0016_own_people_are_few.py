from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("people", "0015_accounts_by_what_they_are")]

    operations = [
        AddIndexConcurrently(
            model_name="person",
            index=models.Index(condition=models.Q(("is_own", True)), fields=["id"], name="own_people"),
        ),
    ]
