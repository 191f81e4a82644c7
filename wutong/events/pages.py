"""What people call a page."""

import re
from urllib.parse import urlsplit

_SITE_NAME = re.compile(r"\s+[|｜–—·-]\s+[^|｜–—·]{1,30}$")  # "Prices | Company": the part behind the last bar


def page_name(title: str, url: str) -> str:
    """The title without the site's name behind it; the path for a page without a title."""
    short = _SITE_NAME.sub("", title.strip())
    return short or path_of(url) or url


def path_of(url: str) -> str:
    """The path of an address; empty for one that cannot be read."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
