import django.contrib.postgres.fields
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sales", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="opportunity",
            name="search_keys",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=80),
                default=list,
                help_text="Of its name and its company's name.",
                size=None,
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=GinIndex(fastupdate=False, fields=["search_keys"], name="opportunities_by_search_key"),
        ),
    ]
