"""Where other pages lead to for the leads behind their figures."""

from datetime import date
from urllib.parse import urlencode

from django.urls import reverse


def behind_first_contacts(figure: str, first: date, last: date, colleague: str | None) -> str:
    """The leads behind a figure of the day's page; see :func:`wutong.lifecycle.panels.register_figures`."""
    asked = {"from": "home", "period": "own", "first": f"{first}", "last": f"{last}", "figure": figure}
    part = {} if colleague is None else {"split": "colleague", "key": colleague}
    return f"{reverse('analytics:leads_behind')}?{urlencode(asked | part)}"
