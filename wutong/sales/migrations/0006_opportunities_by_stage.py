from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("sales", "0001_squashed_0005_companies_of_colleagues")]

    operations = [
        AddIndexConcurrently(
            model_name="opportunity",
            index=models.Index(fields=["stage", "closed_at"], include=("amount",), name="opportunities_by_stage"),
        ),
    ]
