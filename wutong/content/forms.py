"""Forms that visitors fill in."""

from collections.abc import Iterable

from django.db.models import QuerySet

from wutong.content.models import Form
from wutong.platform.ready_made import ready_made


def form_names(keys: Iterable[str]) -> dict[str, str]:
    """What people read for forms, by their keys."""
    return dict(_names_of(list(keys)))


@ready_made
def _names_of(keys: list[str]) -> QuerySet[Form, tuple[str, str]]:
    return Form.objects.filter(key__among=keys).values_list("key", "name")
