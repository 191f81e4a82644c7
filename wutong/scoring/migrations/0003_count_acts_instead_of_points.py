"""The sums of the first model counted points by rule; now they count acts by measure, so that points may change."""

from django.db import migrations

SUMS = (
    ("form", 30, "form_submitted:7254176f3a40", 5184000.0),
    ("form_started", 5, "form_started:e16f258b6d4e", 2592000.0),
    ("pricing", 8, "page_viewed:e10c05fee3fb", 1209600.0),
    ("cases", 4, "page_viewed:e6180e32ab50", 1209600.0),
    ("view", 1, "page_viewed:f5604b4b4143", 1209600.0),
    ("reading", 0.2, "page_beat:a662130b48ad", 1209600.0),
    ("link", 3, "link_clicked:2d85924dc80b", 2592000.0),
)
"""Each rule of the first model: its points, the measure that counts the same acts, its half-life in seconds."""


def count_acts(_apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for rule, points, measure, half_life_s in SUMS:
            cursor.execute(
                "UPDATE scoring_scoreterm SET measure = %s, value = value / %s, half_life_s = %s WHERE measure = %s",
                [measure, points, half_life_s, rule],
            )


def count_points(_apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for rule, points, measure, _half_life_s in SUMS:
            cursor.execute(
                "UPDATE scoring_scoreterm SET measure = %s, value = value * %s WHERE measure = %s",
                [rule, points, measure],
            )
        # What the first model did not know goes; coming forward again counts it anew.
        cursor.execute("DELETE FROM scoring_scoreterm WHERE NOT measure = ANY(%s)", [[rule for rule, *_ in SUMS]])


class Migration(migrations.Migration):
    dependencies = [("scoring", "0002_models_and_fit")]
    operations = [migrations.RunPython(count_acts, count_points)]
