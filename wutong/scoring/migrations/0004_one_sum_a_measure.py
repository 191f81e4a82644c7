from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("scoring", "0003_count_acts_instead_of_points")]
    operations = [
        migrations.AddConstraint(
            model_name="scoreterm",
            constraint=models.UniqueConstraint(
                name="a_measure_has_one_sum_a_subject_and_day",
                fields=("subject", "measure", "day"),
                nulls_distinct=False,
            ),
        ),
    ]
