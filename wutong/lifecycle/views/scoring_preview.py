"""What a draft of a scoring model would change: grades of people, stages of leads."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from wutong.lifecycle.gate import that_would_enter, that_would_leave
from wutong.lifecycle.visibility import people_visible_to
from wutong.platform.answers import is_htmx
from wutong.platform.permissions import StaffRequest, requires
from wutong.scoring.definition import DIGITS, LETTERS, parsed
from wutong.scoring.models import ScoreModel
from wutong.scoring.preview import compare

_EXAMPLES = 10


@require_safe
@requires("scoring.manage")
def preview(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Counts of the whole company, and ten people whom the reader may see."""
    draft = get_object_or_404(ScoreModel, public_id=public_id, state=ScoreModel.State.DRAFT)
    definition = parsed(draft.definition)
    found = compare(definition, product_line=draft.product_line, at=timezone.now())
    first = found.moves[: 20 * _EXAMPLES]
    seen = people_visible_to(request.user).in_bulk([move.person_id for move in first])
    examples = [(seen[move.person_id], move) for move in first if move.person_id in seen][:_EXAMPLES]
    matrix = [
        {
            "letter": letter,
            "cells": [
                {
                    "code": (code := f"{letter}{digit}"),
                    "before": found.before[code],
                    "after": found.after[code],
                    "is_in_gate": code in definition.gate,
                }
                for digit in DIGITS
            ],
        }
        for letter in LETTERS
    ]
    context = {
        "draft": draft,
        "found": found,
        "examples": examples,
        "matrix": matrix,
        "digits": DIGITS,
        "entering": that_would_enter(found.entering, product_line=draft.product_line),
        "leaving": that_would_leave(found.leaving, product_line=draft.product_line),
    }
    template = "lifecycle/_scoring_preview.html" if is_htmx(request) else "lifecycle/scoring_preview.html"
    return render(request, template, context)
