from django.db import migrations

from wutong.people.migrations import _sql


class Migration(migrations.Migration):
    dependencies = [("people", "0007_decisions_and_refused_links")]
    operations = [migrations.RunSQL(*_sql.RULES_OF_A_NEW_COMPANY)]
