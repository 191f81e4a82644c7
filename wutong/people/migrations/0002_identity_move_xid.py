from django.db import migrations

ADD = """
ALTER TABLE people_identitymove ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX identity_move_by_transaction ON people_identitymove (xid);
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunSQL(ADD, "ALTER TABLE people_identitymove DROP COLUMN xid")]
