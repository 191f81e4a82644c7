"""Everything of the platform that runs in the background; the worker imports this file to know it."""

from wutong.platform.mail import send_mail_later
from wutong.platform.passwords import send_reset_link_later

__all__ = ["send_mail_later", "send_reset_link_later"]
