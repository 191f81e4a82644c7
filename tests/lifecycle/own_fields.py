"""Fields of the company's own, as tests of lists and records need them."""

from typing import Any

from tests.cast import NINE
from wutong.people.custom_fields import Described, add_field
from wutong.people.models import CustomField
from wutong.platform.models import Staff


def make_field(
    by: Staff, name: str = "Budget", kind: str = "number", *, about: str = "person", **given: Any
) -> CustomField:
    options = ("ERP", "Paper", "MES") if kind in ("one", "many") else ()
    field = add_field(
        about=about,
        kind=kind,
        described=Described(name_zh=f"{name} zh", name_en=name, **given),
        options=options,
        by=by,
        at=NINE,
    )
    return CustomField.objects.prefetch_related("options").get(pk=field.pk)
