import django.db.models.deletion
from django.db import migrations, models

# stays_of_a_person begins with the same column and serves whatever asked this one.
INDEXES = {
    "lifecycle_stagevisit_person_id_479513b0": "lifecycle_stagevisit (person_id)",
}


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0001_squashed_0018_who_looks_after_a_company"), ("people", "0024_no_index_twice")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f"DROP INDEX {name}", f"CREATE INDEX {name} ON {where}")
                for name, where in INDEXES.items()
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="stagevisit",
                    name="person",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stage_visits",
                        to="people.person",
                    ),
                ),
            ],
        )
    ]
