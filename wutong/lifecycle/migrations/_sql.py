"""What only SQL can say of these tables: forwards and back, for the single steps and for all in one."""

# The lake takes what changed by transaction id; a sequence would lose rows that commit late.
STAY_KNOWS_ITS_TRANSACTION = (
    """
ALTER TABLE lifecycle_stagevisit ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX stage_visit_by_transaction ON lifecycle_stagevisit (xid);
CREATE FUNCTION stage_visit_touched() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN NEW.xid := pg_current_xact_id(); RETURN NEW; END $$;
CREATE TRIGGER stage_visit_touched BEFORE UPDATE ON lifecycle_stagevisit
FOR EACH ROW EXECUTE FUNCTION stage_visit_touched();
""",
    """
DROP TRIGGER stage_visit_touched ON lifecycle_stagevisit;
DROP FUNCTION stage_visit_touched();
ALTER TABLE lifecycle_stagevisit DROP COLUMN xid;
""",
)

# What is changed past the machine (an update by hand, an import) would leave figures and pages in contradiction, so the
# database looks at commit whether whoever changed a stage has also opened the stay.
NO_STAGE_WITHOUT_ITS_STAY = (
    """
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
""",
    """
DROP TRIGGER a_contract_is_where_its_stay_is ON lifecycle_contract;
DROP FUNCTION contract_is_where_its_stay_is();
DROP TRIGGER a_lead_is_where_its_stay_is ON lifecycle_lead;
DROP FUNCTION lead_is_where_its_stay_is();
""",
)

# Leads change in many places, and by hand too; who copies them elsewhere asks what has changed since. The clock, not
# the transaction's beginning: a reader compares it with the beginnings of what still runs.
LEAD_KNOWS_WHEN_IT_CHANGED = (
    """
CREATE FUNCTION lead_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER a_lead_knows_when_it_appeared BEFORE INSERT ON lifecycle_lead
FOR EACH ROW EXECUTE FUNCTION lead_changed();
CREATE TRIGGER a_lead_knows_when_it_changed BEFORE UPDATE ON lifecycle_lead
FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION lead_changed();
""",
    """
DROP TRIGGER a_lead_knows_when_it_changed ON lifecycle_lead;
DROP TRIGGER a_lead_knows_when_it_appeared ON lifecycle_lead;
DROP FUNCTION lead_changed();
""",
)
