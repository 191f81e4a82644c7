"""What pages ask besides what they are about: of whoever looks, and for their frame."""

from wutong.lifecycle.viewer import viewer_ahead
from wutong.platform.answers import is_htmx
from wutong.platform.notifications import unread_of
from wutong.platform.permissions import StaffRequest
from wutong.platform.ready_made import Asked, ask_together


def ask_frame(request: StaffRequest, *more: Asked) -> None:
    """Ask all of it in one trip to the database, together with ``more``."""
    bell = [] if is_htmx(request) else [unread_of.about(request.user.pk)]
    ask_together(*viewer_ahead(request.user), *bell, *more)
