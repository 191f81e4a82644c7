"""What the company sells: the lines by which leads, deals and contracts are told apart."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wutong.lifecycle.models import ProductLine
from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.refusal import Refusal


class LineStands(Refusal):
    """There is a line of this name."""

    code = "product_line_stands"
    message = _("There is a product line “%(name)s” already.")


def add_line(*, name: str, by: Staff, at: datetime) -> ProductLine:
    """Add a product line.

    Raises:
        LineStands: see there.
    """
    with transaction.atomic(durable=True):
        _refuse_twice(name)
        line = ProductLine.objects.create(code=_free_code(), own_name=name)
        record("lifecycle.product_line_added", actor=by, subject=line, at=at)
    return line


def rename_line(*, line: ProductLine, name: str, by: Staff, at: datetime) -> None:
    """Call a product line otherwise; what belongs to it stays.

    Raises:
        LineStands: another one is called so.
    """
    with transaction.atomic(durable=True):
        _refuse_twice(name, but=line)
        if name != line.name:  # else a shipped one goes on being read in each language
            line.own_name = name
            line.save(update_fields=["own_name"])
        record("lifecycle.product_line_renamed", actor=by, subject=line, at=at)


def _refuse_twice(name: str, *, but: ProductLine | None = None) -> None:
    # Whoever adds a line waits for the other, or two of one name would stand.
    others = list(ProductLine.objects.select_for_update().order_by("pk"))
    if any(one.name == name and one != but for one in others):
        raise LineStands(name=name)


def _free_code() -> str:
    taken = set(ProductLine.objects.values_list("code", flat=True))
    return next(code for number in range(1, len(taken) + 2) if (code := f"line-{number}") not in taken)
