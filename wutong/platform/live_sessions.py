"""Ending what a colleague has open: sessions end with ``auth_epoch``, live streams when they hear of it."""

from wutong.platform.models import Staff
from wutong.platform.notify import announce

SESSION_ENDED = "session_ended"


def end_live_streams(staff: Staff) -> None:
    """Tell the edge to close this colleague's streams when the caller's transaction commits."""
    announce([(staff.pk, 0, SESSION_ENDED, ("session",))])
