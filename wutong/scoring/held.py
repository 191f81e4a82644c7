"""What this capability holds about people."""

from django.utils.translation import gettext_lazy as _

from wutong.people.holdings import hold
from wutong.scoring.models import LineScore, PersonScore, ScoreTerm


def register_holdings() -> None:
    """Called once, when everything is loaded."""
    hold(ScoreTerm, _("What their score is made of"), subjects="subject")
    hold(PersonScore, _("Their score"))
    hold(LineScore, _("Their score for each product line"))
