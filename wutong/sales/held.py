"""What this capability holds about people. A deal itself is the company's: it stays, without them."""

from django.utils.translation import gettext_lazy as _

from wutong.people.holdings import hold
from wutong.sales.models import OpportunityLead, OpportunityPerson


def register_holdings() -> None:
    """Called once, when everything is loaded."""
    hold(OpportunityPerson, _("Their part in deals"), subjects="subject")
    hold(OpportunityLead, _("Deals that their leads fed"), people="lead__person")
