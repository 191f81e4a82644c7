from django.db import migrations

RULES = {"同一企业归同一人": "same_company", "团队内轮流": "turns_in_team"}


class Migration(migrations.Migration):
    """What shipped with a Chinese name is known by its code, and read in each language."""

    dependencies = [("lifecycle", "0012_names_in_each_language")]

    operations = [
        *(
            migrations.RunSQL(
                f"UPDATE lifecycle_assignmentrule SET code = '{code}', name = '' WHERE name = '{name}';"  # noqa: S608  # our own words
                f"UPDATE lifecycle_assignment SET rule_name = '{code}' WHERE rule_name = '{name}'",
                f"UPDATE lifecycle_assignmentrule SET name = '{name}' WHERE code = '{code}' AND name = '';"  # noqa: S608  # our own words
                f"UPDATE lifecycle_assignment SET rule_name = '{name}' WHERE rule_name = '{code}'",
            )
            for name, code in RULES.items()
        ),
        migrations.RunSQL(
            "UPDATE lifecycle_productline SET name = '' WHERE code = 'general' AND name = '通用'",
            "UPDATE lifecycle_productline SET name = '通用' WHERE code = 'general' AND name = ''",
        ),
    ]
