from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0016_product_lines_on_offer")]

    operations = [
        migrations.AddField("timelimits", "latest_hours", models.PositiveSmallIntegerField(db_default=2, default=2)),
        migrations.AddConstraint(
            "timelimits",
            models.CheckConstraint(
                name="the_latest_contact_takes_an_hour", condition=models.Q(("latest_hours__gte", 1))
            ),
        ),
    ]
