from django.db import migrations

from wutong.lifecycle.migrations import _sql


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0004_the_whole_machine")]
    operations = [migrations.RunSQL(*_sql.NO_STAGE_WITHOUT_ITS_STAY)]
