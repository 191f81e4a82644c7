from django.db import migrations

# Of each address the latest decision, of two at one instant the denial. Until now a decision knew no withdrawal, and what
# was denied came from a banner or another system, so none of the denials was surer than the consent that followed it.
ADD = """
INSERT INTO people_consentstanding
    (subject_id, person_id, kind, channel, purpose, state, assurance, at, expires_at, decided_by_id)
SELECT DISTINCT ON (c.subject_id, c.kind, c.channel, c.purpose)
    c.subject_id, i.person_id, c.kind, c.channel, c.purpose, c.state, c.assurance, c.at, c.expires_at, c.id
FROM people_consent c JOIN people_identifier i ON i.id = c.subject_id
ORDER BY c.subject_id, c.kind, c.channel, c.purpose, c.at DESC, c.state = 'granted', c.id DESC
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0012_decisions_about_addresses")]
    operations = [migrations.RunSQL(ADD, "DELETE FROM people_consentstanding")]
