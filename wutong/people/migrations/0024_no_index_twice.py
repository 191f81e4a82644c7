import django.db.models.deletion
from django.db import migrations, models

# Another index of the same table begins with the same column and serves whatever asked these.
INDEXES = {
    "people_affiliation_person_id_8c379ef7": "people_affiliation (person_id)",
    "people_affiliation_subject_id_cd35cca5": "people_affiliation (subject_id)",
    "people_consent_person_id_a757a92f": "people_consent (person_id)",
    "people_fieldvalue_person_id_ca83738b": "people_fieldvalue (person_id)",
    "people_identifier_person_id_f0bbceea": "people_identifier (person_id)",
    "people_identitylink_high_id_5151cb7c": "people_identitylink (high_id)",
    "people_identitylink_low_id_9f43ab7f": "people_identitylink (low_id)",
}


class Migration(migrations.Migration):
    dependencies = [("people", "0023_longer_list_of_new_keys")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f"DROP INDEX {name}", f"CREATE INDEX {name} ON {where}")
                for name, where in INDEXES.items()
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="affiliation",
                    name="person",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="affiliations",
                        to="people.person",
                    ),
                ),
                migrations.AlterField(
                    model_name="affiliation",
                    name="subject",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="affiliations",
                        to="people.identifier",
                    ),
                ),
                migrations.AlterField(
                    model_name="consent",
                    name="person",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="people.person",
                    ),
                ),
                migrations.AlterField(
                    model_name="fieldvalue",
                    name="person",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="field_values",
                        to="people.person",
                    ),
                ),
                migrations.AlterField(
                    model_name="identifier",
                    name="person",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identifiers",
                        to="people.person",
                    ),
                ),
                migrations.AlterField(
                    model_name="identitylink",
                    name="high",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.identifier",
                    ),
                ),
                migrations.AlterField(
                    model_name="identitylink",
                    name="low",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.identifier",
                    ),
                ),
            ],
        )
    ]
