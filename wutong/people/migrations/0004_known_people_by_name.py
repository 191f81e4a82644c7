from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("people", "0003_longer_sources")]

    operations = [
        AddIndexConcurrently(
            model_name="person",
            index=models.Index(
                condition=models.Q(("merged_into", None), models.Q(("reach", "visitor"), _negated=True)),
                fields=["sort_key", "id"],
                name="known_people_by_name",
            ),
        ),
    ]
