from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("content", "0002_form_builder")]
    operations = [
        AddIndexConcurrently(
            model_name="formsubmission",
            index=models.Index(fields=["form", "-at", "-id"], name="submissions_of_a_form"),
        ),
    ]
