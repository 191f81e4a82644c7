from django.db import migrations, models
from django.db.models.functions import Now

from wutong.lifecycle.migrations import _sql


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0005_no_stage_without_its_stay")]
    operations = [
        migrations.AddField(
            model_name="lead",
            name="changed_at",
            field=models.DateTimeField(
                db_default=Now(), editable=False, help_text="Kept by the database, however a row is changed."
            ),
        ),
        migrations.RunSQL(*_sql.LEAD_KNOWS_WHEN_IT_CHANGED),
    ]
