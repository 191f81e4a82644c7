from django.db import migrations

from wutong.people.migrations import _sql


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunSQL(*_sql.MOVE_KNOWS_ITS_TRANSACTION)]
