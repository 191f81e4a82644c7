from django.db import migrations

# Where nobody is linked yet there is nothing to rebuild by the rules of this version; else a job does it.
ADD = """
INSERT INTO people_identityrules (id, largest, built_by_version)
SELECT 1, 60, CASE WHEN EXISTS (SELECT FROM people_identitylink) THEN 0 ELSE 1 END
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0007_decisions_and_refused_links")]
    operations = [migrations.RunSQL(ADD, "DELETE FROM people_identityrules")]
