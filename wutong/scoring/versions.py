"""From draft to retirement: the versions of a scoring model. Source: ``product.md`` 4.4.

A draft is changed as often as wanted and counts for nobody; published, a version never changes again. Going back
publishes the old definition as a new version, so that the history reads forwards.
"""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.refusal import Refusal
from wutong.scoring.definition import BadDefinition, Definition, as_json, parsed
from wutong.scoring.jobs import recount_later
from wutong.scoring.models import ScoreModel
from wutong.scoring.shipped import SHIPPED

State = ScoreModel.State


class DraftOpen(Refusal):
    """There is a draft already."""

    code = "draft_open"
    message = _("A draft is open already. Finish or discard it first.")


class NotADraft(Refusal):
    """The version was published or discarded meanwhile."""

    code = "not_a_draft"
    message = _("This is no draft any more; somebody has published or discarded it. Nothing was changed.")


class DraftChangedMeanwhile(Refusal):
    """Somebody else changed the draft since the page was drawn."""

    code = "draft_changed"
    message = _("Somebody else has changed this draft in the meantime. Reload the page and look at it first.")


class NothingToGoBackTo(Refusal):
    """Only a version that was in force can be brought back."""

    code = "nothing_to_go_back_to"
    message = _("Only a version that was in force before can be brought back.")


class UnusableModel(Refusal):
    """The definition as a whole does not hold."""

    code = "unusable_model"
    message = _("The model cannot be saved so: %(reason)s")


def ensure_model(*, at: datetime) -> None:
    """Store the shipped model in a company that has none; safe to call at every start."""
    with transaction.atomic():
        if ScoreModel.objects.exists():
            return
        # Two processes that start at once: the constraint lets one model in, the other finds it.
        made, is_new = ScoreModel.objects.get_or_create(
            product_line="",
            version=1,
            defaults={
                "state": State.PUBLISHED,
                "definition": as_json(SHIPPED),
                "created_at": at,
                "published_at": at,
            },
        )
        if is_new:
            recount_later.defer(model=made.pk)


def open_draft(*, product_line: str, like: ScoreModel | None, by: Staff, at: datetime) -> ScoreModel:
    """Begin a draft with the rules of ``like``, by default of what is in force for the line, else of the company's.

    Raises:
        DraftOpen: see there.
    """
    with transaction.atomic(durable=True):
        _lock()
        lines = ScoreModel.objects.filter(product_line=product_line)
        if lines.filter(state=State.DRAFT).exists():
            raise DraftOpen
        in_force = ScoreModel.objects.filter(state=State.PUBLISHED)
        source = like or in_force.filter(product_line=product_line).first() or in_force.filter(product_line="").first()
        draft = ScoreModel.objects.create(
            product_line=product_line,
            version=_next_version(product_line),
            definition=source.definition if source else as_json(SHIPPED),
            based_on=source,
            created_at=at,
            created_by=by,
        )
        record("scoring.draft_opened", actor=by, subject=draft, at=at, like=source.version if source else 0)
    return draft


def change_draft(
    *, draft: ScoreModel, revision: int, definition: Definition, what: str, by: Staff, at: datetime
) -> None:
    """Give a draft other rules or bounds.

    Args:
        revision: of the draft as the changer saw it.
        what: the rule's code or ``bounds``, for the audit trail.

    Raises:
        NotADraft, DraftChangedMeanwhile: see there.
        UnusableModel: the definition does not hold together.
    """
    stored = as_json(definition)
    try:
        parsed(stored)
    except BadDefinition as error:
        raise UnusableModel(reason=str(error)) from error
    with transaction.atomic(durable=True):
        now = _draft(draft, revision)
        now.definition, now.revision = stored, now.revision + 1
        now.save(update_fields=["definition", "revision"])
        record("scoring.draft_changed", actor=by, subject=now, at=at, what=what)


def discard_draft(*, draft: ScoreModel, by: Staff, at: datetime) -> None:
    """Throw a draft away.

    Raises:
        NotADraft: see there.
    """
    with transaction.atomic(durable=True):
        now = _draft(draft, None)
        record("scoring.draft_discarded", actor=by, subject=now, at=at)
        now.delete()


def publish(*, draft: ScoreModel, revision: int, by: Staff, at: datetime) -> None:
    """Put a draft in force. New acts count by it at once; a job counts the past and scores everybody anew.

    Raises:
        NotADraft, DraftChangedMeanwhile: see there.
    """
    with transaction.atomic(durable=True):
        _lock()
        now = _draft(draft, revision)
        _put_in_force(now, by=by, at=at)
        record("scoring.model_published", actor=by, subject=now, at=at)


def roll_back(*, to: ScoreModel, by: Staff, at: datetime) -> ScoreModel:
    """Bring an earlier version back, as a new one of the same rules. An open draft stays.

    Raises:
        NothingToGoBackTo: see there.
    """
    with transaction.atomic(durable=True):
        _lock()
        if not ScoreModel.objects.filter(pk=to.pk, state=State.RETIRED).exists():
            raise NothingToGoBackTo
        version = _next_version(to.product_line)
        open_drafts = ScoreModel.objects.filter(product_line=to.product_line, state=State.DRAFT)
        again = ScoreModel(
            public_id=uuid.uuid4(),
            product_line=to.product_line,
            version=version,
            definition=to.definition,
            based_on=to,
            created_at=at,
            created_by=by,
        )
        # The draft that is open takes the number after it: versions are numbered as they come into force.
        again.version = min((draft.version for draft in open_drafts), default=version)
        open_drafts.update(version=version)
        _put_in_force(again, by=by, at=at)
        record("scoring.model_rolled_back", actor=by, subject=again, at=at, like=to.version)
    return again


def _lock() -> None:
    """One act on versions at a time: they are rare, and each looks at several rows."""
    list(ScoreModel.objects.select_for_update().order_by("pk").values_list("pk"))


def _draft(draft: ScoreModel, revision: int | None) -> ScoreModel:
    now = ScoreModel.objects.select_for_update().filter(pk=draft.pk, state=State.DRAFT).first()
    if now is None:
        raise NotADraft
    if revision is not None and now.revision != revision:
        raise DraftChangedMeanwhile
    return now


def _put_in_force(model: ScoreModel, *, by: Staff, at: datetime) -> None:
    ScoreModel.objects.filter(product_line=model.product_line, state=State.PUBLISHED).update(
        state=State.RETIRED, retired_at=at
    )
    model.state, model.published_at, model.published_by = State.PUBLISHED, at, by
    model.save()
    # A batch that is being worked through may still count by the old model; it is done by then.
    recount_later.configure(schedule_in={"seconds": 5}).defer(model=model.pk)


def _next_version(product_line: str) -> int:
    latest: int | None = ScoreModel.objects.filter(product_line=product_line).aggregate(Max("version"))["version__max"]
    return (latest or 0) + 1
