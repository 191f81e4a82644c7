import django.db.models.deletion
from django.db import migrations, models

# Another index of the same table begins with the same column and serves whatever asked these.
INDEXES = {
    "scoring_linescore_person_id_60655dfa": "scoring_linescore (person_id)",
    "scoring_scoreterm_person_id_7607dc81": "scoring_scoreterm (person_id)",
    "scoring_scoreterm_subject_id_0b5d4e74": "scoring_scoreterm (subject_id)",
}


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0030_no_index_that_nobody_asks"),
        ("scoring", "0006_places_and_scores_kept_by_the_lane"),
    ]
    operations = [
        migrations.RemoveIndex(
            model_name="personscore",
            name="people_by_score",
        ),
        migrations.RemoveIndex(
            model_name="personscore",
            name="people_by_grade",
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f"DROP INDEX {name}", f"CREATE INDEX {name} ON {where}")
                for name, where in INDEXES.items()
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="linescore",
                    name="person",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="line_scores",
                        to="people.person",
                    ),
                ),
                migrations.AlterField(
                    model_name="scoreterm",
                    name="person",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="score_terms",
                        to="people.person",
                    ),
                ),
                migrations.AlterField(
                    model_name="scoreterm",
                    name="subject",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="score_terms",
                        to="people.identifier",
                    ),
                ),
            ],
        ),
        migrations.AlterField(
            model_name="linescore",
            name="next_grade_change_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="linescore",
            name="product_line",
            field=models.SlugField(db_index=False, max_length=40),
        ),
        migrations.AlterField(
            model_name="personscore",
            name="next_grade_change_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="linescore",
            index=models.Index(
                condition=models.Q(("next_grade_change_at__isnull", False)),
                fields=["next_grade_change_at"],
                name="linescores_that_fade",
            ),
        ),
        migrations.AddIndex(
            model_name="personscore",
            index=models.Index(
                condition=models.Q(("next_grade_change_at__isnull", False)),
                fields=["next_grade_change_at"],
                name="personscores_that_fade",
            ),
        ),
    ]
