import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("platform", "0010_second_factor_and_sessions"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="reveals_a_day",
            field=models.PositiveIntegerField(
                db_default=200, default=200, help_text="Masked values that one colleague may look at in full."
            ),
        ),
        migrations.CreateModel(
            name="RevealCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("n", models.PositiveIntegerField()),
                (
                    "refused",
                    models.PositiveIntegerField(db_default=0, default=0, help_text="Asked for beyond the limit."),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reveal_counts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["on"], name="reveal_counts_by_day")],
                "constraints": [models.UniqueConstraint(fields=("staff", "on"), name="one_reveal_count_a_day")],
            },
        ),
    ]
