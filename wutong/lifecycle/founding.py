"""What a company begins with: a scoring model and rules for its leads."""

from datetime import datetime

from wutong.lifecycle.routing_rules import ensure_rules
from wutong.scoring.versions import ensure_model


def ensure_defaults(*, at: datetime) -> None:
    """Give a company without a scoring model, or without assignment rules, the shipped ones; safe at every start."""
    ensure_model(at=at)
    ensure_rules()
