"""What only SQL can say of these tables: forwards and back, for the single steps and for all in one."""

MOVE_KNOWS_ITS_TRANSACTION = (
    """
ALTER TABLE people_identitymove ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX identity_move_by_transaction ON people_identitymove (xid);
""",
    "ALTER TABLE people_identitymove DROP COLUMN xid",
)

# Where nobody is linked yet there is nothing to rebuild by the rules of this version; else a job does it.
RULES_OF_A_NEW_COMPANY = (
    """
INSERT INTO people_identityrules (id, largest, built_by_version)
SELECT 1, 60, CASE WHEN EXISTS (SELECT FROM people_identitylink) THEN 0 ELSE 1 END
""",
    "DELETE FROM people_identityrules",
)
