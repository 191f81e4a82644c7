"""How often one network may use the pages that need no sign-in."""

from datetime import datetime

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from wutong.platform.audit import origin
from wutong.platform.proxies import network_of
from wutong.platform.refusal import Refusal

READS_A_MINUTE, WRITES_A_MINUTE = 60, 20


class TooOften(Refusal):
    """Somebody tries links, or a script runs wild."""

    code = "too_often"
    message = _("Too many requests from your network. Wait a minute and try again.")


def keep_pace(request: HttpRequest, *, at: datetime) -> None:
    """Count this request.

    Raises:
        TooOften: the network has asked more often in this minute than people do.
    """
    is_write = request.method not in ("GET", "HEAD")
    client = network_of(origin.get().address or "local")
    key = f"preferences:{client}:{'w' if is_write else 'r'}:{int(at.timestamp()) // 60}"
    cache.add(key, 0, 120)
    if cache.incr(key) > (WRITES_A_MINUTE if is_write else READS_A_MINUTE):
        raise TooOften
