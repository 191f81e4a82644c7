"""What is true of the whole company: its name, zone, language, region, currency and how long its trail is kept."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from wutong.platform.audit import record
from wutong.platform.models import Organisation, Staff
from wutong.platform.once_a_page import once_a_page
from wutong.platform.ready_made import ready_made
from wutong.platform.refusal import Refusal

FIELDS = (
    "name",
    "zone",
    "language",
    "region",
    "currency",
    "audit_kept_days",
    "second_factor_roles",
    "reveals_a_day",
    "exported_in_full_a_day",
    "read_in_full_a_day",
)
DEFAULT_ZONE = ZoneInfo("Asia/Shanghai")
_amounts: list[Callable[[], bool]] = []


class CurrencyInUse(Refusal):
    code = "currency_in_use"
    message = _("There are amounts already, and none is converted: the currency stays.")


def register_amounts(are_there: Callable[[], bool]) -> None:
    """Let the currency stay once ``are_there`` says that amounts are kept in it: their sums would mix two."""
    if are_there not in _amounts:
        _amounts.append(are_there)


def has_amounts() -> bool:
    """Whether amounts are kept in the company's currency."""
    return any(are_there() for are_there in _amounts)


@once_a_page
def our_organisation() -> Organisation | None:
    """The organisation as it stands, to be read only; None before it is founded."""
    return next(iter(stored_organisation()), None)


@ready_made
def stored_organisation() -> QuerySet[Organisation]:
    return Organisation.objects.order_by("pk")[:1]


def our_zone() -> ZoneInfo:
    """Where its days begin."""
    organisation = our_organisation()
    return ZoneInfo(organisation.zone) if organisation else DEFAULT_ZONE


def our_currency() -> str:
    """What amounts are in unless they say otherwise."""
    organisation = our_organisation()
    return organisation.currency if organisation else "CNY"


def change_organisation(*, changed: Organisation, by: Staff, at: datetime) -> None:
    """Store the organisation as ``changed`` says and note which fields differ.

    Raises:
        CurrencyInUse: it names another currency than amounts are kept in.
    """
    with transaction.atomic(durable=True):
        stored = Organisation.objects.select_for_update().get()
        names = [name for name in FIELDS if getattr(stored, name) != getattr(changed, name)]
        if "currency" in names and has_amounts():
            raise CurrencyInUse
        for name in names:
            setattr(stored, name, getattr(changed, name))
        stored.save(update_fields=names or None)
        record("organisation.changed", actor=by, subject=stored, at=at, fields=names)
