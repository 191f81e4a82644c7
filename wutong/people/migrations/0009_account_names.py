import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0008_identity_rules_of_a_new_company")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="brand",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="account",
            name="name_grams",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=200),
                help_text="What names like it are found by.",
                null=True,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="compared_at",
            field=models.DateTimeField(help_text="When companies of names like it were looked for last.", null=True),
        ),
        migrations.AddField(
            model_name="affiliation",
            name="email_domain",
            field=models.CharField(blank=True, db_default="", default="", max_length=253),
        ),
    ]
