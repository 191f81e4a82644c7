"""From lead to won: the manager's figures, from the stays of leads in PostgreSQL, within the reader's sight."""
