from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("people", "0014_accounts_as_they_stand")]

    operations = [
        AddIndexConcurrently(
            model_name="account",
            index=models.Index(
                condition=models.Q(("industry", ""), _negated=True),
                fields=["industry", "sort_key", "id"],
                name="accounts_of_an_industry",
            ),
        ),
        AddIndexConcurrently(
            model_name="account",
            index=models.Index(
                condition=models.Q(("size_band", ""), _negated=True),
                fields=["size_band", "sort_key", "id"],
                name="accounts_of_a_size",
            ),
        ),
        AddIndexConcurrently(
            model_name="account",
            index=models.Index(
                condition=models.Q(("region", ""), _negated=True),
                fields=["region", "sort_key", "id"],
                name="accounts_of_a_region",
                opclasses=["varchar_pattern_ops", "varchar_ops", "int8_ops"],
            ),
        ),
    ]
