import django.db.models.deletion
from django.db import migrations, models

# Another index of the same table begins with the same column and serves whatever asked these; of companies' codes
# nobody asks for the beginning; and most people are nobody's alias.
INDEXES = {
    "people_account_credit_code_ea6fc432_like": "people_account (credit_code varchar_pattern_ops)",
    "people_identitychange_source_person_id_69b1603b": "people_identitychange (source_person_id)",
    "people_identitychange_target_person_id_12e93ba9": "people_identitychange (target_person_id)",
    "people_ownmark_person_id_ec430765": "people_ownmark (person_id)",
    "people_person_merged_into_id_138bbee4": "people_person (merged_into_id)",
    "people_personcollaborator_person_id_10d633bd": "people_personcollaborator (person_id)",
    "people_personcustomvalue_person_id_2efd1bb3": "people_personcustomvalue (person_id)",
    "people_persontag_person_id_936e860e": "people_persontag (person_id)",
    "people_persontag_subject_id_4318a6fe": "people_persontag (subject_id)",
    "people_persontag_tag_id_6b71c77a": "people_persontag (tag_id)",
    "people_tagtotell_person_id_d8deecd0": "people_tagtotell (person_id)",
}


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0029_places_and_scores_kept_by_the_lane"),
    ]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f"DROP INDEX {name}", f"CREATE INDEX {name} ON {where}")
                for name, where in INDEXES.items()
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="identitychange",
                    name="source_person",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes_from",
                        to="people.person",
                    ),
                ),
                migrations.AlterField(
                    model_name="identitychange",
                    name="target_person",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes_to",
                        to="people.person",
                    ),
                ),
                migrations.AlterField(
                    model_name="ownmark",
                    name="person",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="own_marks",
                        to="people.person",
                    ),
                ),
                migrations.AlterField(
                    model_name="person",
                    name="merged_into",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="aliases",
                        to="people.person",
                    ),
                ),
                migrations.AlterField(
                    model_name="personcollaborator",
                    name="person",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="collaborators",
                        to="people.person",
                    ),
                ),
                migrations.AlterField(
                    model_name="personcustomvalue",
                    name="person",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="custom_values",
                        to="people.person",
                    ),
                ),
                migrations.AlterField(
                    model_name="persontag",
                    name="person",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tags",
                        to="people.person",
                    ),
                ),
                migrations.AlterField(
                    model_name="persontag",
                    name="subject",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tags",
                        to="people.identifier",
                    ),
                ),
                migrations.AlterField(
                    model_name="persontag",
                    name="tag",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="on_people",
                        to="people.tag",
                    ),
                ),
                migrations.AlterField(
                    model_name="tagtotell",
                    name="person",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
            ],
        ),
        migrations.AlterField(
            model_name="consentstanding",
            name="decided_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="people.consent",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)), fields=["merged_into"], name="aliases_of_a_person"
            ),
        ),
    ]
