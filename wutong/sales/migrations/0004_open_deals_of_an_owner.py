from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sales", "0003_a_recalled_lead_feeds_another_deal")]

    operations = [
        migrations.AddIndex(
            "opportunity",
            models.Index(
                name="open_opportunities_of_an_owner",
                fields=["owner", "close_on", "id"],
                condition=models.Q(("stage__in", ["won", "lost", "invalid"]), _negated=True),
            ),
        )
    ]
