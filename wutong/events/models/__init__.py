from wutong.events.models.event import Event
from wutong.events.models.site import Site

__all__ = ["Event", "Site"]
