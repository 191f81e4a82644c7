from django.db import migrations

# What is changed past the machine (an update by hand, an import) would leave figures and pages in contradiction, so the
# database looks at commit whether whoever changed a stage has also opened the stay.
ADD = """
CREATE FUNCTION lead_is_where_its_stay_is() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM lifecycle_lead l WHERE l.id = NEW.id AND NOT EXISTS (
            SELECT FROM lifecycle_stagevisit v
            WHERE v.lead_id = l.id AND v.machine = 'lead' AND v.left_at IS NULL AND v.stage = l.stage
        )
    ) THEN
        RAISE EXCEPTION 'lead % has a stage without a stay in it', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_lead_is_where_its_stay_is';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER a_lead_is_where_its_stay_is AFTER UPDATE OF stage ON lifecycle_lead
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.stage IS DISTINCT FROM NEW.stage)
EXECUTE FUNCTION lead_is_where_its_stay_is();

CREATE FUNCTION contract_is_where_its_stay_is() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM lifecycle_contract c WHERE c.id = NEW.id AND NOT EXISTS (
            SELECT FROM lifecycle_stagevisit v
            WHERE v.contract_id = c.id AND v.machine = 'contract' AND v.left_at IS NULL AND v.stage = c.stage
        )
    ) THEN
        RAISE EXCEPTION 'contract % has a stage without a stay in it', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_contract_is_where_its_stay_is';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER a_contract_is_where_its_stay_is AFTER UPDATE OF stage ON lifecycle_contract
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.stage IS DISTINCT FROM NEW.stage)
EXECUTE FUNCTION contract_is_where_its_stay_is();
"""
REMOVE = """
DROP TRIGGER a_contract_is_where_its_stay_is ON lifecycle_contract;
DROP FUNCTION contract_is_where_its_stay_is();
DROP TRIGGER a_lead_is_where_its_stay_is ON lifecycle_lead;
DROP FUNCTION lead_is_where_its_stay_is();
"""


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0004_the_whole_machine")]
    operations = [migrations.RunSQL(ADD, REMOVE)]
