"""What each figure means, in one sentence. Pages show it beside the figure, so nobody has to guess."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NAMES: dict[str, Promise] = {
    "visitor": pgettext_lazy("funnel step", "Visited"),
    "form": pgettext_lazy("funnel step", "Submitted a form"),
    "contact": pgettext_lazy("funnel step", "First contact"),
}

_DEFINITIONS: dict[str, Promise] = {
    "visitor.cohort": _(
        "People whose very first page view, or first sight in another channel, lies in the period. Those who refused"
        " cookies are unknown until they leave their name and are counted from then on."
    ),
    "form.cohort": _("Of these visitors, those who submitted a form later than that and within 30 days of it."),
    "contact.cohort": _(
        "Of these, those with whom a colleague recorded a first contact later than the form and within 30 days of the"
        " first visit. Notes and automatic replies do not count."
    ),
    "visitor.period": _("People with at least one page view in the period, whenever they came first."),
    "form.period": _("People who submitted at least one form in the period, whenever they came first."),
    "contact.period": _("People with whom a first contact was recorded in the period, whenever they came first."),
    "rate": _("People of this step ÷ people of the step before. Totals are computed from sums, never from rates."),
    "interval": _("Below 100 people chance weighs: with 95% certainty the true rate lies in this range (Wilson)."),
    "median": _("Half of them took less time than this from the step before to this step, half took more."),
    "channel": _("The channel of a person's very first visit, as its link or the page before it tells."),
}


def definition(figure: str, *, method: str = "cohort") -> Promise:
    """The sentence for a figure: the code of a step, or ``rate``, ``interval``, ``median``, ``channel``."""
    found = _DEFINITIONS.get(f"{figure}.{method}")
    return found if found is not None else _DEFINITIONS[figure]
