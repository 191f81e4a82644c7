"""Why a lead came to a stage, in words: what colleagues choose, what the machine notes, what packages above us add."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wutong.lifecycle.models import Stage
from wutong.lifecycle.stages import REASONS

_NOTED: Mapping[str, str | Promise] = {
    "captured": _("Left a way to be reached"),
    "re_engaged": _("Came back"),
    "score_gate": _("The score met the gate"),
    "below_score_gate": _("The score stayed below the gate"),
    "handed_over": _("Handed over to sales"),
    "silent": _("Sales did not follow up in time"),
}
_of_deals: dict[str, Mapping[str, str | Promise]] = {}


def register_deal_reasons(words: Mapping[str, Mapping[str, str | Promise]]) -> None:
    """Say what the reasons mean for which deals, and with them their leads, end in a stage."""
    _of_deals.update(words)


def reason_in_words(stage: str, code: str) -> str:
    """What the reason of a stay of a lead or of a deal means; nothing for one that nobody knows."""
    chosen = REASONS.get(Stage(stage), {}) if stage in Stage.values else {}
    return str(chosen.get(code) or _of_deals.get(stage, {}).get(code) or _NOTED.get(code, ""))
