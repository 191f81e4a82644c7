"""A model as people read it: each rule as whole sentences."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from wutong.events.taxonomy import label
from wutong.platform.format import number
from wutong.scoring.definition import STATES, ActRule, Definition, FitRule

FACTS: dict[str, str | Promise] = {
    "title": gettext_lazy("The title contains a word of the list"),
    "department": gettext_lazy("The department contains a word of the list"),
    "company_name": gettext_lazy("The company's name contains a word of the list"),
    "industry": gettext_lazy("The industry contains a word of the list"),
    "company_size": gettext_lazy("The company's size contains a word of the list"),
    "region": gettext_lazy("The province contains a word of the list"),
    "company:known": gettext_lazy("The company is known"),
    "email:company": gettext_lazy("The e-mail address is a company's"),
    "email:free": gettext_lazy("The e-mail address is a private one"),
    "email:free_without_company": gettext_lazy("The e-mail address is a private one and no company is known"),
    "contact:complete": gettext_lazy("Name, company, title and a way to reach are known"),
}
"""What a fit rule may ask for, by attribute or ``attribute:state``."""
_WITH_WORDS: dict[str, str | Promise] = {
    "title": gettext_lazy("The title contains %(words)s."),
    "department": gettext_lazy("The department contains %(words)s."),
    "company_name": gettext_lazy("The company's name contains %(words)s."),
    "industry": gettext_lazy("The industry contains %(words)s."),
    "company_size": gettext_lazy("The company's size contains %(words)s."),
    "region": gettext_lazy("The province contains %(words)s."),
}


def fact_of(rule: FitRule) -> str:
    """The key of :data:`FACTS` that a rule asks for."""
    return f"{rule.attribute}:{rule.any_of[0]}" if rule.attribute in STATES and rule.any_of else rule.attribute


def fit_sentence(rule: FitRule) -> str:
    """When a fit rule holds."""
    if rule.attribute in STATES:
        return str(FACTS.get(fact_of(rule), rule.attribute))
    if not rule.any_of:
        return _("No words are listed yet: it holds for nobody.")
    return str(_WITH_WORDS[rule.attribute]) % {"words": joined(rule.any_of)}


def act_sentences(rule: ActRule) -> list[str]:
    """What an act rule counts, for how long and at most."""
    event = label(rule.event, get_language() or "zh-hans")
    if rule.paths:
        said = [_("%(event)s, where the address contains %(words)s.") % {"event": event, "words": joined(rule.paths)}]
    elif rule.about:
        said = [_("%(event)s, about %(words)s.") % {"event": event, "words": joined(rule.about)}]
    else:
        said = [_("%(event)s, anywhere.") % {"event": event}]
    if rule.half_life_days is None:
        said.append(_("Stays for good."))
    else:
        said.append(_("Halves every %(days)s days.") % {"days": _short(rule.half_life_days)})
    if rule.cap is not None:
        said.append(_("Counts at most %(points)s.") % {"points": _short(rule.cap)})
    if rule.day_cap is not None:
        said.append(_("At most %(points)s a day.") % {"points": _short(rule.day_cap)})
    return said


def bounds_sentences(definition: Definition) -> list[str]:
    """Thresholds, gate and hysteresis."""
    fit, behaviour = (
        [_short(bound) for bound in bounds] for bounds in (definition.fit_from, definition.behaviour_from)
    )
    gate = joined(sorted(definition.gate))
    return [
        _("Fit: A from %(a)s, B from %(b)s, C from %(c)s points, else D.") % dict(zip("abc", fit, strict=True)),
        _("Behaviour: 1 from %(a)s, 2 from %(b)s, 3 from %(c)s points, else 4.")
        % dict(zip("abc", behaviour, strict=True)),
        _("Who reaches %(cells)s and may be contacted becomes an MQL at once.") % {"cells": gate}
        if definition.gate
        else _("Nobody becomes an MQL by score."),
        _("Who falls below leaves it only after %(days)d days, and never once sales have it.")
        % {"days": definition.hysteresis_days},
    ]


def joined(words: Iterable[str]) -> str:
    return pgettext("between words", ", ").join(words)


def _short(value: float) -> str:
    return number(value, decimals=0 if float(value).is_integer() else 1)
