from django.db import migrations

from wutong.lifecycle.migrations import _sql


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0001_initial")]
    operations = [migrations.RunSQL(*_sql.STAY_KNOWS_ITS_TRANSACTION)]
