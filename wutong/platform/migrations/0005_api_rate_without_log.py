"""The allowance of a key is written with each request and may be forgotten in a crash: it needs no write-ahead log."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("platform", "0004_api_keys")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE platform_apirate SET UNLOGGED", reverse_sql="ALTER TABLE platform_apirate SET LOGGED"
        )
    ]
