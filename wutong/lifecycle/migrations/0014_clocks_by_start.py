from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0013_shipped_names")]

    operations = [
        migrations.AddIndex("clock", models.Index(name="clocks_by_start", fields=["kind", "started_at"])),
    ]
