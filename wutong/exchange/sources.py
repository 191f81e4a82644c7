"""What people read for the source of a statement that an import made."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from wutong.exchange.models import PeopleImport


def import_names(codes: Iterable[str]) -> dict[str, str]:
    """The file and what was said of the list, by the import's public id."""
    ids = []
    for code in codes:
        try:
            ids.append(UUID(code))
        except ValueError:
            continue
    found = PeopleImport.objects.filter(public_id__in=ids).values_list("public_id", "source", "file_name")
    return {str(id): _("import “%(name)s”") % {"name": source or name} for id, source, name in found}
