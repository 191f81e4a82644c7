"""Forms that visitors fill in."""

from collections.abc import Iterable

from wutong.content.models import Form


def form_names(keys: Iterable[str]) -> dict[str, str]:
    """What people read for forms, by their keys."""
    return dict(Form.objects.filter(key__in=list(keys)).values_list("key", "name"))
