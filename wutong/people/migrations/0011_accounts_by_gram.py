import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("people", "0010_account_candidates")]

    operations = [
        AddIndexConcurrently(
            model_name="account",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["name_grams"], name="accounts_by_gram"
            ),
        ),
        AddIndexConcurrently(
            model_name="account",
            index=models.Index(
                condition=models.Q(("domain", ""), _negated=True), fields=["domain"], name="accounts_by_domain"
            ),
        ),
        AddIndexConcurrently(
            model_name="account",
            index=models.Index(condition=models.Q(("compared_at", None)), fields=["id"], name="accounts_to_compare"),
        ),
        AddIndexConcurrently(
            model_name="affiliation",
            index=models.Index(
                condition=models.Q(models.Q(("email_domain", ""), _negated=True), ("valid_to", None)),
                fields=["email_domain", "account"],
                name="companies_of_a_mail_domain",
            ),
        ),
    ]
