"""Those who are known already are looked at once, too: everybody into the list of people to compare."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("people", "0017_probable_doubles")]
    operations = [
        migrations.RunSQL(
            "INSERT INTO people_persontocompare (person_id)"
            " SELECT id FROM people_person WHERE merged_into_id IS NULL AND reach <> 'visitor' ORDER BY id",
            reverse_sql=migrations.RunSQL.noop,
        )
    ]
