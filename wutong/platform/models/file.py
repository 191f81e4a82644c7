"""Files that colleagues upload. The bytes lie in the data folder under their digest."""

import uuid

from django.db import models

from wutong.platform.models.staff import Staff


class StoredFile(models.Model):
    """One uploaded file; served only as a download or as a checked image, never as a page."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=80)
    size_bytes = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(Staff, models.PROTECT, related_name="files")
    uploaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
