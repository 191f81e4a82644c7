from django.db import migrations

TABLE = """
CREATE TABLE event (
    id uuid NOT NULL PRIMARY KEY,
    name varchar(40) NOT NULL,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    subject_id bigint,
    person_id bigint,
    site_id bigint,
    source varchar(20) NOT NULL,
    view_id uuid,
    channel varchar(20) NOT NULL DEFAULT '',
    campaign varchar(80) NOT NULL DEFAULT '',
    url text NOT NULL DEFAULT '',
    props jsonb NOT NULL DEFAULT '{}',
    is_own boolean NOT NULL DEFAULT false,
    is_machine boolean NOT NULL DEFAULT false,
    digest bigint NOT NULL,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT an_event_of_a_subject_has_a_person CHECK ((subject_id IS NULL) = (person_id IS NULL))
) PARTITION BY RANGE (id);
CREATE INDEX event_of_a_person ON event (person_id, occurred_at DESC, id DESC) WHERE person_id IS NOT NULL;
CREATE INDEX event_of_a_subject ON event (subject_id) WHERE subject_id IS NOT NULL;
CREATE INDEX event_by_transaction ON event (xid);
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]
    operations = [migrations.RunSQL(TABLE, "DROP TABLE event")]
