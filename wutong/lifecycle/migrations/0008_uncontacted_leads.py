from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The score gate makes MQLs before anybody called: they wait for a contact as new leads do."""

    atomic = False
    dependencies = [("lifecycle", "0007_leads_by_change")]

    operations = [
        RemoveIndexConcurrently(model_name="lead", name="leads_nobody_has_contacted"),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("accountable", "sdr"), ("first_contact_at", None), ("stage__in", ["new", "mql"])),
                fields=["team", "owner"],
                name="leads_nobody_has_contacted",
            ),
        ),
    ]
