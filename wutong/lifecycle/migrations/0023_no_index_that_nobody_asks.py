import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Another index of the same table begins with the same column and serves whatever asked these.
INDEXES = {
    "lifecycle_assignment_lead_id_75f375f9": "lifecycle_assignment (lead_id)",
    "lifecycle_assignment_rule_id_3fc58f3b": "lifecycle_assignment (rule_id)",
    "lifecycle_assignment_to_id_8aa8b9e2": "lifecycle_assignment (to_id)",
    "lifecycle_followup_by_id_25579190": "lifecycle_followup (by_id)",
    "lifecycle_followup_person_id_2a9063cd": "lifecycle_followup (person_id)",
    "lifecycle_lead_account_id_a201ce4f": "lifecycle_lead (account_id)",
    "lifecycle_lead_owner_id_3047e684": "lifecycle_lead (owner_id)",
    "lifecycle_lead_person_id_08eec464": "lifecycle_lead (person_id)",
}


class Migration(migrations.Migration):
    dependencies = [
        ("lifecycle", "0022_references_kept_by_the_lane"),
        ("people", "0030_no_index_that_nobody_asks"),
        ("platform", "0019_the_right_to_import_names_companies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.RemoveIndex(
            model_name="stagevisit",
            name="stays_by_entry",
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f"DROP INDEX {name}", f"CREATE INDEX {name} ON {where}")
                for name, where in INDEXES.items()
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="assignment",
                    name="lead",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="lifecycle.lead",
                    ),
                ),
                migrations.AlterField(
                    model_name="assignment",
                    name="rule",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="lifecycle.assignmentrule",
                    ),
                ),
                migrations.AlterField(
                    model_name="assignment",
                    name="to",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AlterField(
                    model_name="followup",
                    name="by",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AlterField(
                    model_name="followup",
                    name="person",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to="people.person",
                    ),
                ),
                migrations.AlterField(
                    model_name="lead",
                    name="account",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leads",
                        to="people.account",
                    ),
                ),
                migrations.AlterField(
                    model_name="lead",
                    name="owner",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leads",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AlterField(
                    model_name="lead",
                    name="person",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leads",
                        to="people.person",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="stagevisit",
            index=models.Index(
                condition=models.Q(("machine", "lead")), fields=["stage", "entered_at"], name="stays_of_leads_by_entry"
            ),
        ),
    ]
