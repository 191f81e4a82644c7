"""How far contacts have come: our statuses, and those that the company adds for its own way of working."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wutong.lifecycle.models import ContactStatus, InvalidContact, Lead, OwnContactStatus
from wutong.platform.audit import record
from wutong.platform.chinese import sort_key
from wutong.platform.models import Staff
from wutong.platform.refusal import Refusal

_LONGEST_CODE = 20


class StatusNameTaken(Refusal):
    """A second status of the same name: nobody could tell them apart."""

    code = "status_name_taken"
    message = _("There is a contact status “%(name)s” already. Choose another name, or switch that one on again.")


def status_names(leads: Iterable[Lead]) -> dict[str, str | Promise]:
    """The names of the statuses that ``leads`` are in, by code: of ours, and of the company's own if any is in one."""
    ours: dict[str, str | Promise] = dict(ContactStatus.choices)
    if all(lead.contact_status in ours for lead in leads):
        return ours
    return ours | dict(OwnContactStatus.objects.values_list("code", "name"))


def statuses_to_choose() -> list[tuple[str, str | Promise]]:
    """What a colleague may set by hand, as :attr:`Lead.contact_choice`: who cannot be reached is so for a reason."""
    ours = [(code, name) for code, name in ContactStatus.choices if code != ContactStatus.INVALID]
    own = OwnContactStatus.objects.filter(is_active=True).order_by("pk").values_list("code", "name")
    invalid = [(f"{ContactStatus.INVALID.value}:{code}", _invalid(code)) for code in InvalidContact.values]
    return [*ours, *own, *invalid]


def is_to_choose(choice: str) -> bool:
    """Whether a colleague may set ``choice`` by hand."""
    code, _colon, reason = choice.partition(":")
    if code == ContactStatus.INVALID:
        return reason in InvalidContact.values
    is_own = OwnContactStatus.objects.filter(code=code, is_active=True).exists()
    return not reason and (code in ContactStatus.values or is_own)


def status_in_words(lead: Lead, names: Mapping[str, str | Promise]) -> str | Promise:
    """The contact status of ``lead``; ``names`` are :func:`status_names`."""
    if lead.contact_status == ContactStatus.INVALID and lead.contact_reason in InvalidContact.values:
        return _invalid(lead.contact_reason)
    return names.get(lead.contact_status, lead.contact_status)


def add_status(*, name: str, by: Staff, at: datetime) -> OwnContactStatus:
    """Add a status of the company's own.

    Raises:
        StatusNameTaken: see there.
    """
    with transaction.atomic(durable=True):
        _refuse_double(name)
        added = OwnContactStatus(code=_free_code(name), name=name)
        try:
            with transaction.atomic():
                added.save(force_insert=True)
        except IntegrityError as error:  # the same name, sent at the same moment
            raise StatusNameTaken(name=name) from error
        record("lifecycle.own_status_added", actor=by, at=at, name=name)
    return added


def change_status(*, status: OwnContactStatus, name: str, is_active: bool, by: Staff, at: datetime) -> None:
    """Rename a status, or switch it off or on. Leads that have it keep it.

    Raises:
        StatusNameTaken: see there.
    """
    with transaction.atomic(durable=True):
        _refuse_double(name, besides=status)
        status.name, status.is_active = name, is_active
        status.save(update_fields=["name", "is_active"])
        record("lifecycle.own_status_changed", actor=by, at=at, name=name, is_active=is_active)


def _invalid(code: str) -> str:
    return gettext("Cannot be reached: %(reason)s") % {"reason": InvalidContact(code).label}


def _refuse_double(name: str, *, besides: OwnContactStatus | None = None) -> None:
    others = OwnContactStatus.objects.filter(name__iexact=name)
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    if others.exists() or name in [str(one) for one in ContactStatus.labels]:
        raise StatusNameTaken(name=name)


def _free_code(name: str) -> str:
    """A short code that says the name, in letters that addresses and exports can carry."""
    stem = slugify(sort_key(name))[: _LONGEST_CODE - 4] or "own"
    taken = {*ContactStatus.values, *OwnContactStatus.objects.values_list("code", flat=True)}
    numbered = (f"{stem}-{n}" for n in range(2, 1_000))
    return stem if stem not in taken else next(code for code in numbered if code not in taken)
