from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("platform", "0002_audit_kept_days")]

    operations = [
        migrations.CreateModel(
            name="JobFailure",
            fields=[
                ("job_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("error", models.CharField(max_length=2000)),
                ("failed_at", models.DateTimeField()),
            ],
        ),
    ]
