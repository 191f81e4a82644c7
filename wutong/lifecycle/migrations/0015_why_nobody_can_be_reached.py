from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0014_events_and_silent_sqls")]

    operations = [
        migrations.AddField(
            "lead",
            "contact_reason",
            models.CharField(
                blank=True, db_default="", default="", help_text="Why the person cannot be reached.", max_length=20
            ),
        ),
    ]
