from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0011_returned_leads_of_nobody_are_to_do")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("productline", "name", "own_name"),
                migrations.AlterField(
                    "productline",
                    "own_name",
                    models.CharField(
                        blank=True, db_column="name", help_text="Empty: shipped, and not renamed.", max_length=80
                    ),
                ),
                migrations.RenameField("assignmentrule", "name", "own_name"),
                migrations.AlterField(
                    "assignmentrule",
                    "own_name",
                    models.CharField(
                        blank=True, db_column="name", help_text="Empty: shipped, and not renamed.", max_length=60
                    ),
                ),
            ]
        ),
        migrations.AddField(
            "assignmentrule",
            "code",
            models.SlugField(
                blank=True, default="", db_default="", help_text="Of a rule that ships with the product.", max_length=40
            ),
        ),
        migrations.AlterField(
            "assignment",
            "rule_name",
            models.CharField(
                blank=True, help_text="As the rule was called then; of a shipped one its code.", max_length=60
            ),
        ),
    ]
