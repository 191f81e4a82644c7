from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("platform", "0008_key_check")]

    operations = [
        migrations.CreateModel(
            name="ResetAsk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField()),
                ("email_digest", models.BinaryField(max_length=32)),
                ("client", models.GenericIPAddressField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["email_digest", "asked_at"], name="asks_for_an_address"),
                    models.Index(fields=["client", "asked_at"], name="asks_of_a_client"),
                ],
            },
        ),
    ]
