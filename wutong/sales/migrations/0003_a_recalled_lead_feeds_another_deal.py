import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0010_leads_to_do"), ("sales", "0002_deals_are_searched")]

    operations = [
        migrations.AlterField(
            model_name="opportunitylead",
            name="lead",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="deals", to="lifecycle.lead"
            ),
        ),
        migrations.AddConstraint(
            model_name="opportunitylead",
            constraint=models.UniqueConstraint(fields=("opportunity", "lead"), name="a_lead_feeds_a_deal_once"),
        ),
    ]
