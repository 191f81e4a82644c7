"""Working on a form: begin one, change its draft question by question, publish, close and open it again.

What visitors get changes by :func:`publish` alone; until then colleagues work on a draft.
"""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from msgspec.structs import replace

from wutong.content.hosted.design import (
    QUESTIONS_MAX,
    RESERVED_NAMES,
    Design,
    Question,
    Wording,
    questions_in,
    stored,
    wording_in,
)
from wutong.content.models import Form, FormVersion
from wutong.events.models import Site
from wutong.lifecycle.models import ProductLine
from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.refusal import Refusal

COMPANIES_MAX = 1_000


class FormChanged(Refusal):
    code = "form_changed"
    message = _("Somebody else has changed this form in the meantime. Look at it as it is now, then change it.")


class QuestionGone(Refusal):
    code = "question_gone"
    message = _("This question is no longer part of the form.")


class TooManyQuestions(Refusal):
    code = "too_many_questions"
    message = _("A form asks at most %(most)d questions. Remove one first, or make a second form.")


class AskedLaterThanNeeded(Refusal):
    code = "condition_out_of_order"
    message = _("“%(label)s” is shown by the answer to “%(by)s”, so it must stand below it.")


class StillNeeded(Refusal):
    code = "question_needed"
    message = _("“%(label)s” is shown by the answer to this question. Change its condition first.")


class NothingToAsk(Refusal):
    code = "no_questions"
    message = _("A form without questions cannot be published. Add one first.")


class NotPublished(Refusal):
    code = "form_not_published"
    message = _("This form has never been published. Publish it first.")


def draft_of(form: Form) -> Design:
    """What colleagues are working on: the draft, or what is public while there is none."""
    return design_in(form.draft) if form.draft is not None else form.public_design


def design_in(stored_design: dict[str, Any]) -> Design:
    """The design of stored JSON."""
    return Design(
        questions=questions_in(stored_design.get("questions", [])),
        wording=wording_in(stored_design.get("wording", {})),
        consent_text=str(stored_design.get("consent_text", "")),
        is_consent_required=bool(stored_design.get("is_consent_required", False)),
        thanks_url=str(stored_design.get("thanks_url", "")),
        company_names=tuple(map(str, stored_design.get("company_names", []))),
    )


def begin_form(*, name: str, site: Site, design: Design, code: str, by: Staff | None, at: datetime) -> Form:
    """A new form of ``site``, as a draft that nobody outside sees. ``code`` begins its address."""
    with transaction.atomic(durable=by is not None):
        form = Form.objects.create(
            key=f"{code[:28]}-{secrets.token_hex(3)}",
            name=name,
            site=site,
            is_active=False,
            takes_own_markup=False,
            draft=stored(design),
        )
        record("content.form_begun", actor=by, subject=form, at=at)
    return form


def duplicate(*, form: Form, name: str, by: Staff, at: datetime) -> Form:
    """Another form that asks and says the same, as a draft."""
    code = form.key.rpartition("-")[0] or form.key
    return begin_form(name=name, site=form.site, design=draft_of(form), code=code, by=by, at=at)


def add_question(*, form: Form, question: Question, by: Staff, at: datetime) -> Question:
    """Put a question at the end; its name is made one that the form does not have.

    Raises:
        TooManyQuestions: the form asks thirty.
    """
    added: list[Question] = []

    def change(design: Design) -> Design:
        if len(design.questions) >= QUESTIONS_MAX:
            raise TooManyQuestions(most=QUESTIONS_MAX)
        taken = {one.name for one in design.questions} | RESERVED_NAMES
        names = [question.name, *(f"{question.name}_{number}" for number in range(2, QUESTIONS_MAX + 3))]
        added.append(replace(question, name=next(name for name in names if name not in taken)))
        return replace(design, questions=(*design.questions, *added))

    _edit(form, "content.question_added", change, by=by, at=at, kind=question.kind)
    return added[0]


def change_question(*, form: Form, question: Question, revision: int, by: Staff, at: datetime) -> None:
    """Put ``question`` in the place of the one of its name.

    Raises:
        FormChanged: the form is no longer of ``revision``.
        QuestionGone: it has no question of this name.
        AskedLaterThanNeeded: the condition names a question that does not come before.
    """

    def change(design: Design) -> Design:
        place = _place(design, question.name)
        return _in_order(design, _put(design.questions, place, question))

    _edit(form, "content.question_changed", change, by=by, at=at, revision=revision, question=question.name)


def move_question(*, form: Form, name: str, to: int, by: Staff, at: datetime) -> None:
    """Put the question ``name`` at place ``to``, counted from 0; beyond the ends it stands at the end.

    Raises:
        QuestionGone: it has no question of this name.
        AskedLaterThanNeeded: a question would stand above the one that shows it.
    """

    def change(design: Design) -> Design:
        place = _place(design, name)
        others = [*design.questions[:place], *design.questions[place + 1 :]]
        others.insert(max(0, to), design.questions[place])
        return _in_order(design, tuple(others))

    _edit(form, "content.question_moved", change, by=by, at=at, question=name, to=to)


def remove_question(*, form: Form, name: str, by: Staff, at: datetime) -> None:
    """Take a question out. What was answered to it stays with the submissions.

    Raises:
        QuestionGone: it has no question of this name.
        StillNeeded: another question is shown by its answer.
    """

    def change(design: Design) -> Design:
        place = _place(design, name)
        for other in design.questions:
            if other.shown_if is not None and other.shown_if.question == name:
                raise StillNeeded(label=other.label or other.name)
        return replace(design, questions=(*design.questions[:place], *design.questions[place + 1 :]))

    _edit(form, "content.question_removed", change, by=by, at=at, question=name)


def change_texts(
    *,
    form: Form,
    revision: int,
    wording: Wording,
    consent_text: str,
    is_consent_required: bool,
    thanks_url: str,
    company_names: Sequence[str],
    by: Staff,
    at: datetime,
) -> None:
    """Change what the page says around the questions.

    Raises:
        FormChanged: the form is no longer of ``revision``.
    """

    def change(design: Design) -> Design:
        return replace(
            design,
            wording=wording,
            consent_text=consent_text,
            is_consent_required=is_consent_required,
            thanks_url=thanks_url,
            company_names=tuple(company_names[:COMPANIES_MAX]),
        )

    _edit(form, "content.texts_changed", change, by=by, at=at, revision=revision)


def change_settings(
    *, form: Form, name: str, product_line: ProductLine | None, takes_own_markup: bool, by: Staff, at: datetime
) -> None:
    """Change what holds at once, published or not: the name among colleagues, and where leads belong."""
    with transaction.atomic(durable=True):
        now = _locked(form)
        now.name, now.product_line, now.takes_own_markup = name, product_line, takes_own_markup
        now.save(update_fields=["name", "product_line", "takes_own_markup"])
        line = product_line.code if product_line else ""
        record("content.form_changed", actor=by, subject=now, at=at, product_line=line, own_markup=takes_own_markup)


def discard_draft(*, form: Form, by: Staff, at: datetime) -> None:
    """Go back to what is public.

    Raises:
        NotPublished: nothing is.
    """
    with transaction.atomic(durable=True):
        now = _locked(form)
        if not now.version:
            raise NotPublished
        now.draft = None
        now.revision += 1
        now.save(update_fields=["draft", "revision"])
        record("content.draft_discarded", actor=by, subject=now, at=at)


def publish(*, form: Form, revision: int | None, by: Staff | None, at: datetime) -> int:
    """Let visitors get the draft, as the next version; returns its number. The form opens if it was closed.

    Raises:
        FormChanged: the form is no longer of ``revision``: what was looked at is not what would be published.
        NothingToAsk: there is no question.
    """
    with transaction.atomic(durable=by is not None):
        now = _locked(form)
        if revision is not None and now.revision != revision:
            raise FormChanged
        design = draft_of(now)
        if not any(question.kind != "hidden" for question in design.questions):
            raise NothingToAsk
        now.version += 1
        if _consent(design) != _consent(now.public_design) or not now.consent_version:
            now.consent_version = f"{at:%Y-%m-%d}-v{now.version}"
        now.fields = [stored(question) for question in design.questions]
        now.wording = stored(design.wording)
        now.consent_text = design.consent_text
        now.is_consent_required = design.is_consent_required
        now.thanks_url = design.thanks_url
        now.company_names = list(design.company_names)
        now.draft, now.is_active = None, True
        now.revision += 1
        now.save()
        FormVersion.objects.create(
            form=now,
            number=now.version,
            design=stored(design),
            consent_version=now.consent_version,
            published_at=at,
            published_by=by,
        )
        record("content.form_published", actor=by, subject=now, at=at, version=now.version)
    return now.version


def switch(*, form: Form, is_active: bool, by: Staff, at: datetime) -> None:
    """Close a form to visitors, or open it again.

    Raises:
        NotPublished: it cannot be opened, for there is nothing to show.
    """
    with transaction.atomic(durable=True):
        now = _locked(form)
        if is_active and not now.version:
            raise NotPublished
        now.is_active = is_active
        now.save(update_fields=["is_active"])
        record("content.form_opened" if is_active else "content.form_closed", actor=by, subject=now, at=at)


def _edit(
    form: Form,
    action: str,
    change: Callable[[Design], Design],
    *,
    by: Staff,
    at: datetime,
    revision: int | None = None,
    **detail: object,
) -> None:
    with transaction.atomic(durable=True):
        now = _locked(form)
        if revision is not None and now.revision != revision:
            raise FormChanged
        now.draft = stored(change(draft_of(now)))
        now.revision += 1
        now.save(update_fields=["draft", "revision"])
        record(action, actor=by, subject=now, at=at, **detail)


def _locked(form: Form) -> Form:
    """The form as it is now, held so that two colleagues' changes come one after the other."""
    return Form.objects.select_for_update(no_key=True).get(pk=form.pk)


def _place(design: Design, name: str) -> int:
    for place, question in enumerate(design.questions):
        if question.name == name:
            return place
    raise QuestionGone


def _put(questions: tuple[Question, ...], place: int, question: Question) -> tuple[Question, ...]:
    return (*questions[:place], question, *questions[place + 1 :])


def _in_order(design: Design, questions: tuple[Question, ...]) -> Design:
    """The design with ``questions``, if each stands below the one that shows it."""
    labels = {question.name: question.label or question.name for question in questions}
    above: set[str] = set()
    for question in questions:
        condition = question.shown_if
        if condition is not None and condition.question not in above:
            by = labels.get(condition.question, condition.question)
            raise AskedLaterThanNeeded(label=labels[question.name], by=by)
        above.add(question.name)
    return replace(design, questions=questions)


def _consent(design: Design) -> tuple[str, str]:
    return design.consent_text, design.wording.consent_en
