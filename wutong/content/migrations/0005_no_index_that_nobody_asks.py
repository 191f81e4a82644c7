import django.db.models.deletion
from django.db import migrations, models

# Another index of the same table begins with the same column and serves whatever asked these.
INDEXES = {
    "content_formsubmission_form_id_7a6c11f4": "content_formsubmission (form_id)",
    "content_formsubmission_person_id_bf3c09ec": "content_formsubmission (person_id)",
}


class Migration(migrations.Migration):
    dependencies = [
        ("content", "0001_squashed_0004_first_versions"),
        ("people", "0030_no_index_that_nobody_asks"),
    ]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f"DROP INDEX {name}", f"CREATE INDEX {name} ON {where}")
                for name, where in INDEXES.items()
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="formsubmission",
                    name="form",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to="content.form",
                    ),
                ),
                migrations.AlterField(
                    model_name="formsubmission",
                    name="person",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to="people.person",
                    ),
                ),
            ],
        ),
    ]
