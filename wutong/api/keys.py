"""What people read for the keys by which something came."""

from collections.abc import Iterable
from uuid import UUID

from wutong.platform.models import ApiKey


def key_names(public_ids: Iterable[str]) -> dict[str, str]:
    """The names of keys, by their public ids."""
    named = ApiKey.objects.filter(public_id__in=[UUID(text) for text in public_ids])
    return {str(public_id): name for public_id, name in named.values_list("public_id", "name")}
