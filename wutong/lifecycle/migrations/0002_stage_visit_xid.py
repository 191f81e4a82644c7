from django.db import migrations

# The lake takes what changed by transaction id; a sequence would lose rows that commit late.
ADD = """
ALTER TABLE lifecycle_stagevisit ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX stage_visit_by_transaction ON lifecycle_stagevisit (xid);
CREATE FUNCTION stage_visit_touched() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN NEW.xid := pg_current_xact_id(); RETURN NEW; END $$;
CREATE TRIGGER stage_visit_touched BEFORE UPDATE ON lifecycle_stagevisit
FOR EACH ROW EXECUTE FUNCTION stage_visit_touched();
"""
REMOVE = """
DROP TRIGGER stage_visit_touched ON lifecycle_stagevisit;
DROP FUNCTION stage_visit_touched();
ALTER TABLE lifecycle_stagevisit DROP COLUMN xid;
"""


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0001_initial")]
    operations = [migrations.RunSQL(ADD, REMOVE)]
