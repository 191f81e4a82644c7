from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("platform", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="audit_kept_days",
            field=models.PositiveIntegerField(default=1095, help_text="Older entries of the audit trail are removed."),
        ),
    ]
