"""How the person behind a lead came: the first time ever, and the last time before the form that opened it."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import msgspec

from wutong.content.models import FormSubmission
from wutong.events.touch import Origin


@dataclass(frozen=True)
class Touches:
    """The two touches that a form keeps."""

    first: Origin
    registration: Origin


def touches_of_events(events: Iterable[UUID]) -> dict[UUID | None, Touches]:
    """The touches of the forms among ``events``, by their ids: one question for many leads."""
    kept = FormSubmission.objects.filter(pk__in=list(events)).values_list("pk", "first_touch", "registration_touch")
    return {id: Touches(msgspec.convert(first, Origin), msgspec.convert(last, Origin)) for id, first, last in kept}
