"""Judging answers: which questions are asked, and what is wrong with an answer. ``form.js`` shows and hides alike."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from wutong.content.hosted.design import ANSWER_MAX, CONSENT, SEPARATOR, Condition, Design, Question
from wutong.content.hosted.sentences import Language, word

PATTERNS: dict[str, str] = {
    "digits": "[0-9]+",
    "letters_digits": "[A-Za-z0-9]+",
    "postcode": "[0-9]{6}",
    "credit_code": "[0-9A-HJ-NPQRTUWXY]{18}",
    "web_address": r"https?://[^\s]+",
    "chinese": "[\u4e00-\u9fff·]+",
}
"""The forms an answer may be asked to have, and the sentence of :mod:`sentences` that asks for it. No others: a pattern
that somebody writes can take for ever on a text that somebody else writes."""

HIDDEN_MAX = 300
BLANKS = " \t\r\n\f\v\u00a0\u3000"
"""What is cut from both ends of an answer; the same characters as in ``form.js``."""

_MAIL = re.compile(r"[^\s@,;<>()\"]{1,64}@[^\s@,;<>()\"]+\.[^\s@.,;<>()\"\d]{2,}")
_NOT_DIGITS = re.compile(r"[\s().+-]|转|ext\.?", re.IGNORECASE)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_PATTERNS = {name: re.compile(pattern) for name, pattern in PATTERNS.items()}


@dataclass(frozen=True)
class Judged:
    """The answers to what was asked, and for each question that needs mending a sentence."""

    answers: dict[str, str]
    errors: dict[str, str]


def asked(questions: tuple[Question, ...], answers: Mapping[str, str]) -> frozenset[str]:
    """Names of the questions that are asked, given what was answered. What was not asked counts as not answered."""
    found: set[str] = set()
    for question in questions:
        condition = question.shown_if
        if condition is None:
            found.add(question.name)
            continue
        answer = trimmed(answers.get(condition.question, "")) if condition.question in found else ""
        if holds(condition, answer, of=_named(questions, condition.question)):
            found.add(question.name)
    return frozenset(found)


def holds(condition: Condition, answer: str, *, of: Question | None) -> bool:
    """Whether ``answer``, trimmed, is what the condition waits for."""
    if not answer:
        return False
    wanted = trimmed(condition.value)
    match condition.test:
        case "answered":
            return True
        case "is":
            return answer == wanted
        case "contains":
            if of is not None and of.kind == "checkboxes":
                return wanted in answer.split(SEPARATOR)
            return wanted != "" and wanted.lower() in answer.lower()


def judged(design: Design, answers: Mapping[str, str], *, language: Language, has_consented: bool = True) -> Judged:
    """Judge what was typed. Answers nobody asked for are left out."""
    kept: dict[str, str] = {}
    errors: dict[str, str] = {}
    shown = asked(design.questions, answers)
    for question in design.questions:
        if question.name not in shown:
            continue
        answer = trimmed(answers.get(question.name, ""))
        error = _error(question, answer, language)
        if error is not None:
            errors[question.name] = error
        elif answer:
            kept[question.name] = answer
    if design.is_consent_required and not has_consented:
        errors[CONSENT] = word("consent", language)
    return Judged(kept, errors)


def told_by_page(questions: tuple[Question, ...], typed: Mapping[str, str], *, url: str) -> dict[str, str]:
    """What hidden questions say: always the same, or a parameter of the page's address; else what was sent for them."""
    said = {}
    for question in questions:
        if question.kind == "hidden":
            found = question.value or _parameter(url, question.parameter) or typed.get(question.name, "")
            said[question.name] = _UNSTORABLE.sub("", found)[:HIDDEN_MAX]
    return said


def trimmed(text: str) -> str:
    """As the browser's script sees it: one kind of line end, no blanks around."""
    return text.replace("\r\n", "\n").strip(BLANKS)


def _parameter(url: str, name: str) -> str:
    if not name:
        return ""
    try:
        return dict(parse_qsl(urlsplit(url).query, max_num_fields=100)).get(name, "")
    except ValueError:
        return ""


def _named(questions: tuple[Question, ...], name: str) -> Question | None:
    return next((one for one in questions if one.name == name), None)


def _error(question: Question, answer: str, language: Language) -> str | None:
    if question.kind == "hidden":
        return None
    if not answer:
        return word("consent" if question.kind == "consent" else "required", language) if question.required else None
    longest = min(question.max, ANSWER_MAX)
    if len(answer) > longest and question.kind not in ("select", "radio", "checkboxes"):
        return word("too_long", language, max=longest)
    if _UNSTORABLE.search(answer):
        return word("bad_text", language)
    return _wrong_kind(question, answer, language) or _wrong_form(question, answer, language)


def _wrong_kind(question: Question, answer: str, language: Language) -> str | None:
    match question.kind:
        case "email" if not _MAIL.fullmatch(answer):
            return word("email", language)
        case "phone" if not _is_phone(answer):
            return word("phone", language)
        case "select" | "radio" if answer not in question.options:
            return word("select", language)
        case "checkboxes" if not set(answer.split(SEPARATOR)) <= set(question.options):
            return word("options", language)
    return None


def _wrong_form(question: Question, answer: str, language: Language) -> str | None:
    if question.kind not in ("text", "textarea", "company"):
        return None
    if len(answer) < question.min:
        return word("too_short", language, min=question.min)
    pattern = _PATTERNS.get(question.pattern)
    if pattern is not None and not pattern.fullmatch(answer):
        return word(question.pattern, language)
    return None


def _is_phone(value: str) -> bool:
    digits = _NOT_DIGITS.sub("", value)
    return digits.isdecimal() and 7 <= len(digits) <= 15
