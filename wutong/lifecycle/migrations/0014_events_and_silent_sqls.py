from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0014_clocks_by_start")]

    operations = [
        migrations.AddField("timelimits", "event_hours", models.PositiveSmallIntegerField(db_default=16, default=16)),
        migrations.AddField(
            "timelimits", "sql_silent_days", models.PositiveSmallIntegerField(db_default=30, default=30)
        ),
        migrations.AddConstraint(
            "timelimits",
            models.CheckConstraint(
                name="leads_of_events_have_an_hour_at_least", condition=models.Q(("event_hours__gte", 1))
            ),
        ),
    ]
