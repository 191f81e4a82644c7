"""What a form asks and says, as typed values. The database keeps them as JSON; here they are parsed, once."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from wutong.content.hosted.sentences import Language

QUESTIONS_MAX = 30
OPTIONS_MAX = 50
ANSWER_MAX = 5_000
SEPARATOR = ", "
"""Between several ticks under one name, which arrive as one answer."""
HONEYPOT = "website"
"""A field that people do not see; whoever fills it in is most likely a machine."""
CONSENT = "privacy"
"""The name under which the consent to be contacted is sent."""
RESERVED_NAMES = frozenset({HONEYPOT, CONSENT})

Kind = Literal["text", "textarea", "phone", "email", "company", "select", "radio", "checkboxes", "consent", "hidden"]
KINDS: tuple[str, ...] = get_args(Kind)
WITH_OPTIONS = frozenset({"select", "radio", "checkboxes"})
FREE_TEXT = frozenset({"text", "textarea", "company"})
_KINDS_OF_OLD = {"tel": "phone"}

Test = Literal["is", "contains", "answered"]
TESTS: tuple[str, ...] = get_args(Test)


class Condition(Struct, frozen=True, omit_defaults=True):
    """When a question is asked: by what an earlier one was answered."""

    question: Annotated[str, Meta(min_length=1, max_length=80)]
    test: Test = "is"
    value: Annotated[str, Meta(max_length=200)] = ""


class Question(Struct, frozen=True, omit_defaults=True):
    """One field of a form. Texts without suffix are Chinese; a language that is missing borrows the other's."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    kind: Kind = "text"
    label: Annotated[str, Meta(max_length=200)] = ""
    label_en: Annotated[str, Meta(max_length=200)] = ""
    help: Annotated[str, Meta(max_length=300)] = ""
    help_en: Annotated[str, Meta(max_length=300)] = ""
    placeholder: Annotated[str, Meta(max_length=120)] = ""
    placeholder_en: Annotated[str, Meta(max_length=120)] = ""
    required: bool = False
    min: Annotated[int, Meta(ge=0, le=ANSWER_MAX)] = 0
    max: Annotated[int, Meta(ge=1, le=ANSWER_MAX)] = 300
    pattern: str = ""  # a name of answers.PATTERNS
    options: tuple[str, ...] = ()  # what is kept, and shown in Chinese
    options_en: tuple[str, ...] = ()  # shown in English, place by place
    shown_if: Condition | None = None
    parameter: str = ""  # hidden: the parameter of the page's address that it takes
    value: str = ""  # hidden: what it always says
    purpose: str = ""  # consent: what is agreed to, beside being contacted

    def said(self, what: Literal["label", "help", "placeholder"], language: Language) -> str:
        """A text of the question in ``language``, or in the other where it is missing."""
        return in_language(getattr(self, what), getattr(self, f"{what}_en"), language)

    def option_said(self, option: str, language: Language) -> str:
        """An option as it reads in ``language``."""
        if language == "zh" or option not in self.options:
            return option
        place = self.options.index(option)
        return (self.options_en[place] if place < len(self.options_en) else "") or option


class Wording(Struct, frozen=True, omit_defaults=True):
    """What the form's page says around its questions."""

    title: Annotated[str, Meta(max_length=80)] = ""
    title_en: Annotated[str, Meta(max_length=80)] = ""
    intro: Annotated[str, Meta(max_length=600)] = ""
    intro_en: Annotated[str, Meta(max_length=600)] = ""
    button: Annotated[str, Meta(max_length=30)] = ""
    button_en: Annotated[str, Meta(max_length=30)] = ""
    thanks: Annotated[str, Meta(max_length=600)] = ""
    thanks_en: Annotated[str, Meta(max_length=600)] = ""
    consent_en: Annotated[str, Meta(max_length=2_000)] = ""
    privacy_url: Annotated[str, Meta(max_length=300)] = ""

    def said(self, what: Literal["title", "intro", "button", "thanks"], language: Language) -> str:
        return in_language(getattr(self, what), getattr(self, f"{what}_en"), language)


class Design(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """All that a version of a form asks and says."""

    questions: tuple[Question, ...] = ()
    wording: Wording = Wording()
    consent_text: str = ""
    is_consent_required: bool = False
    thanks_url: str = ""
    company_names: tuple[str, ...] = ()  # suggested for a company; loaded by a colleague, never our customers

    def question(self, name: str) -> Question | None:
        return next((one for one in self.questions if one.name == name), None)

    def consent_said(self, language: Language) -> str:
        return in_language(self.consent_text, self.wording.consent_en, language)


def in_language(chinese: str, english: str, language: Language) -> str:
    return (english or chinese) if language == "en" else (chinese or english)


def questions_in(stored: Iterable[object]) -> tuple[Question, ...]:
    """The questions of stored JSON; one that this release cannot read is left out rather than taking the others along.

    A condition that names no earlier question is left out too: its question is then always asked.
    """
    found: list[Question] = []
    for entry in stored:
        try:
            question = msgspec.convert(_present(entry), Question)
        except msgspec.ValidationError:
            continue
        condition = question.shown_if
        if condition is not None and all(condition.question != one.name for one in found):
            question = msgspec.structs.replace(question, shown_if=None)
        found.append(question)
    return tuple(found)


def wording_in(stored: object) -> Wording:
    """The wording of stored JSON; one that cannot be read says nothing."""
    try:
        return msgspec.convert(stored, Wording)
    except msgspec.ValidationError:
        return Wording()


def stored(value: Question | Wording | Design | tuple[Question, ...]) -> Any:
    """What the database keeps of it."""
    return msgspec.to_builtins(value)


def _present(entry: object) -> object:
    """An entry as an earlier release wrote it, in today's form: a kind that is not known is text."""
    if not isinstance(entry, dict):
        return entry
    kind = entry.get("kind", "text")
    kind = _KINDS_OF_OLD.get(kind, kind) if isinstance(kind, str) else "text"
    return {**entry, "kind": kind if kind in KINDS else "text"}
