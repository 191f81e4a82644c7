"""Each form of before becomes version 1 of itself, in today's words, and what was sent belongs to it."""

from datetime import UTC, datetime

from django.db import migrations

BATCH = 5_000


def write_first_versions(apps, _schema_editor):
    forms = apps.get_model("content", "Form")
    versions = apps.get_model("content", "FormVersion")
    submissions = apps.get_model("content", "FormSubmission")
    for form in forms.objects.filter(version=0):
        form.fields = [_today(entry) for entry in form.fields if isinstance(entry, dict)]
        form.wording = {"title": form.name}
        form.version = 1
        form.save(update_fields=["fields", "wording", "version"])
        oldest = submissions.objects.filter(form=form).order_by("at").first()
        version = versions.objects.create(
            form=form,
            number=1,
            design={
                "questions": form.fields,
                "wording": form.wording,
                "consent_text": form.consent_text,
                "thanks_url": form.thanks_url,
            },
            consent_version=form.consent_version,
            published_at=oldest.at if oldest else datetime.now(UTC),
        )
        while True:
            some = submissions.objects.filter(form=form, version=None).values_list("pk", flat=True)[:BATCH]
            if not submissions.objects.filter(pk__in=list(some)).update(version=version):
                break


def forget_versions(apps, _schema_editor):
    """The words of before are read today as well, so only the versions go."""
    apps.get_model("content", "FormSubmission").objects.update(version=None)
    apps.get_model("content", "FormVersion").objects.all().delete()
    apps.get_model("content", "Form").objects.update(version=0)


def _today(entry):
    return entry | {"kind": "phone"} if entry.get("kind") == "tel" else entry


class Migration(migrations.Migration):
    dependencies = [("content", "0003_submissions_of_a_form")]
    operations = [migrations.RunPython(write_first_versions, forget_versions)]
