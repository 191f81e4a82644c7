from django.db import migrations

from wutong.platform.migrations import _sql


class Migration(migrations.Migration):
    dependencies = [("platform", "0004_api_keys")]
    operations = [migrations.RunSQL(*_sql.API_RATE_WITHOUT_LOG)]
