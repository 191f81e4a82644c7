from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("platform", "0007_skipped_steps"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeyCheck",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("value_encrypted", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="there_is_one_key_check"),
                ],
            },
        ),
    ]
