import django.contrib.postgres.indexes
from django.db import migrations

# Four times as many people go into the index together, for 120 instead of 190 us of processor time each.
NOW = "ALTER INDEX people_by_search_key SET (gin_pending_list_limit = 16384)"
BEFORE = "ALTER INDEX people_by_search_key SET (gin_pending_list_limit = 4096)"


class Migration(migrations.Migration):
    dependencies = [("people", "0030_no_index_that_nobody_asks")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(NOW, BEFORE)],
            state_operations=[
                migrations.RemoveIndex("person", "people_by_search_key"),
                migrations.AddIndex(
                    "person",
                    django.contrib.postgres.indexes.GinIndex(
                        name="people_by_search_key",
                        fields=["search_keys"],
                        fastupdate=True,
                        gin_pending_list_limit=16384,
                    ),
                ),
            ],
        )
    ]
