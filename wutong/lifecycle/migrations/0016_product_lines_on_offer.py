from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0015_why_nobody_can_be_reached")]

    operations = [
        migrations.AddField(
            model_name="productline",
            name="position",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="productline",
            name="is_active",
            field=models.BooleanField(db_default=True, default=True),
        ),
    ]
