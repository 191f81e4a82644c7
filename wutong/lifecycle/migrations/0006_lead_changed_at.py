from django.db import migrations, models
from django.db.models.functions import Now

# Leads change in many places, and by hand too; who copies them elsewhere asks what has changed since. The clock, not
# the transaction's beginning: a reader compares it with the beginnings of what still runs.
ADD = """
CREATE FUNCTION lead_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER a_lead_knows_when_it_appeared BEFORE INSERT ON lifecycle_lead
FOR EACH ROW EXECUTE FUNCTION lead_changed();
CREATE TRIGGER a_lead_knows_when_it_changed BEFORE UPDATE ON lifecycle_lead
FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lead_changed();
"""
REMOVE = """
DROP TRIGGER a_lead_knows_when_it_changed ON lifecycle_lead;
DROP TRIGGER a_lead_knows_when_it_appeared ON lifecycle_lead;
DROP FUNCTION lead_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0005_no_stage_without_its_stay")]
    operations = [
        migrations.AddField(
            model_name="lead",
            name="changed_at",
            field=models.DateTimeField(
                db_default=Now(), editable=False, help_text="Kept by the database, however a row is changed."
            ),
        ),
        migrations.RunSQL(ADD, REMOVE),
    ]
