from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("people", "0004_known_people_by_name")]

    operations = [
        AddIndexConcurrently(
            model_name="account", index=models.Index(fields=["sort_key", "id"], name="accounts_by_name")
        ),
    ]
