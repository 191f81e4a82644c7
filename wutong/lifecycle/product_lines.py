"""What the company sells: the lines by which leads, deals and contracts are told apart."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wutong.lifecycle.models import ProductLine
from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.ready_made import ready_made
from wutong.platform.refusal import Refusal


class LastLine(Refusal):
    """Leads must belong to some line."""

    code = "last_product_line"
    message = _("“%(name)s” is the only product line on offer. Add or restore another one, then retire it.")


class LineRetired(Refusal):
    """The line is not on offer."""

    code = "product_line_retired"
    message = _("The product line “%(name)s” is retired. Restore it to use it again.")


class LineOnOffer(Refusal):
    """Somebody has restored the line before."""

    code = "product_line_on_offer"
    message = _("The product line “%(name)s” is on offer already.")


class LineStands(Refusal):
    """There is a line of this name."""

    code = "product_line_stands"
    message = _("There is a product line “%(name)s” already.")


@ready_made
def lines_on_offer() -> QuerySet[ProductLine]:
    """In order."""
    return ProductLine.objects.on_offer().in_order()


@ready_made
def first_lines() -> QuerySet[ProductLine]:
    """In order, as many as can be chosen from; retired ones, too."""
    return ProductLine.objects.in_order()[:50]


def add_line(*, name: str, by: Staff, at: datetime) -> ProductLine:
    """Add a product line.

    Raises:
        LineStands: see there.
    """
    with transaction.atomic(durable=True):
        lines = _locked_lines()
        _refuse_twice(name, lines)
        line = ProductLine.objects.create(code=_free_code(), own_name=name, position=_last(lines))
        record("lifecycle.product_line_added", actor=by, subject=line, at=at)
    return line


def rename_line(*, line: ProductLine, name: str, by: Staff, at: datetime) -> None:
    """Call a product line otherwise; what belongs to it stays.

    Raises:
        LineStands: another one is called so.
    """
    with transaction.atomic(durable=True):
        _refuse_twice(name, _locked_lines(), but=line)
        if name != line.name:  # else a shipped one goes on being read in each language
            line.own_name = name
            line.save(update_fields=["own_name"])
        record("lifecycle.product_line_renamed", actor=by, subject=line, at=at)


def move_line(*, line: ProductLine, up: bool, by: Staff, at: datetime) -> None:
    """Put a line on offer one place earlier or later; the first and the last stay.

    Raises:
        LineRetired: it is not on offer any more.
    """
    with transaction.atomic(durable=True):
        lines = _locked_lines()
        offered = [one for one in lines if one.is_active]
        if line not in offered:
            raise LineRetired(name=line.name)
        place = offered.index(line)
        other = max(place - 1, 0) if up else min(place + 1, len(offered) - 1)
        offered[place], offered[other] = offered[other], offered[place]
        for position, one in enumerate([*offered, *(one for one in lines if not one.is_active)], start=1):
            one.position = position
        ProductLine.objects.bulk_update(lines, ["position"])
        record("lifecycle.product_line_moved", actor=by, subject=line, at=at, place=other + 1)


def retire_line(*, line: ProductLine, by: Staff, at: datetime) -> None:
    """Offer a line for nothing new. Leads, deals, contracts, forms and rules that have it keep it.

    Raises:
        LineRetired: it is retired already.
        LastLine: see there.
    """
    with transaction.atomic(durable=True):
        offered = [one for one in _locked_lines() if one.is_active]
        if line not in offered:
            raise LineRetired(name=line.name)
        if len(offered) == 1:
            raise LastLine(name=line.name)
        ProductLine.objects.filter(pk=line.pk).update(is_active=False)
        record("lifecycle.product_line_retired", actor=by, subject=line, at=at)


def restore_line(*, line: ProductLine, by: Staff, at: datetime) -> None:
    """Offer a retired line again, after the others.

    Raises:
        LineOnOffer: it is not retired any more.
    """
    with transaction.atomic(durable=True):
        lines = _locked_lines()
        if any(one == line and one.is_active for one in lines):
            raise LineOnOffer(name=line.name)
        ProductLine.objects.filter(pk=line.pk).update(is_active=True, position=_last(lines))
        record("lifecycle.product_line_restored", actor=by, subject=line, at=at)


def line_label(line: ProductLine) -> str:
    """What a field that offers lines calls this one."""
    return line.name if line.is_active else gettext("%(name)s (retired)") % {"name": line.name}


def _locked_lines() -> list[ProductLine]:
    """All lines in their order. Whoever changes one waits for the other, or two of one name or none would stand."""
    lines = ProductLine.objects.select_for_update().order_by("pk")
    return sorted(lines, key=lambda one: (one.position, one.pk))


def _last(lines: Sequence[ProductLine]) -> int:
    """The position after all others."""
    return max((one.position for one in lines), default=0) + 1


def _refuse_twice(name: str, lines: Sequence[ProductLine], *, but: ProductLine | None = None) -> None:
    if any(one.name == name and one != but for one in lines):
        raise LineStands(name=name)


def _free_code() -> str:
    taken = set(ProductLine.objects.values_list("code", flat=True))
    return next(code for number in range(1, len(taken) + 2) if (code := f"line-{number}") not in taken)
