"""What a form asks: read from JSON, asked or not, judged; and the browser's script comes to the same."""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import wutong
from wutong.content.hosted.answers import PATTERNS, asked, judged, told_by_page, trimmed
from wutong.content.hosted.design import KINDS, TESTS, Condition, Design, Question, Wording, questions_in, stored
from wutong.content.hosted.page import Filled, Place, form_page

SCRIPT = Path(wutong.__file__).parent / "content" / "static" / "content" / "form.js"
WORDS = [
    "",
    " ",
    "MES",
    "mes 系统",
    "追溯",
    "MES, 追溯",
    "ＭＥＳ",
    " MES\r\n",
    "Straße",
    "ΣΑΣ",
    "\u3000追溯\u00a0",
    "\ufeffMES",
]

texts = st.text(max_size=30) | st.sampled_from(WORDS)
patient = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
names = st.sampled_from(["name", "wish", "size", "note", "source"])


@st.composite
def questions(draw: st.DrawFn) -> tuple[Question, ...]:
    """Some questions, each shown by an earlier one or always."""
    found: list[Question] = []
    for name in draw(st.lists(names, unique=True, max_size=5)):
        condition = None
        if found and draw(st.booleans()):
            by = draw(st.sampled_from(found)).name
            condition = Condition(question=by, test=draw(st.sampled_from(TESTS)), value=draw(texts))  # type: ignore[arg-type]  # drawn
        options = tuple(draw(st.lists(st.sampled_from(["MES", "追溯", "其他"]), unique=True, max_size=3)))
        found.append(
            Question(
                name=name,
                kind=draw(st.sampled_from([kind for kind in KINDS if kind != "hidden"])),  # type: ignore[arg-type]  # drawn
                label=draw(texts),
                required=draw(st.booleans()),
                pattern=draw(st.sampled_from(["", *PATTERNS])),
                options=options,
                shown_if=condition,
            )
        )
    return tuple(found)


@patient
@given(questions(), st.dictionaries(names, texts))
def test_what_is_stored_is_what_is_read_again(asked_for: tuple[Question, ...], answers: dict[str, str]) -> None:
    kept = json.loads(json.dumps(stored(asked_for)))
    assert questions_in(kept) == asked_for
    assert asked(questions_in(kept), answers) == asked(asked_for, answers)


@given(
    st.lists(st.dictionaries(st.text(max_size=8), st.none() | st.booleans() | st.integers() | texts | st.lists(texts)))
)
def test_no_json_takes_the_questions_that_can_be_read_along(rubbish: list[object]) -> None:
    good = {"name": "phone", "kind": "tel", "label": "手机"}
    found = questions_in([*rubbish, good, {"name": "odd", "kind": "hologram", "shown_if": {"question": "nobody"}}])
    assert found[-2:] == (Question(name="phone", kind="phone", label="手机"), Question(name="odd"))


@patient
@given(questions(), st.dictionaries(names, texts))
def test_what_is_not_asked_is_neither_required_nor_kept(
    asked_for: tuple[Question, ...], answers: dict[str, str]
) -> None:
    found = judged(Design(questions=asked_for), answers, language="en")
    shown = asked(asked_for, answers)
    assert found.answers.keys() | found.errors.keys() <= shown
    for question in asked_for:
        if question.name in shown and question.required and not trimmed(answers.get(question.name, "")):
            assert question.name in found.errors


@settings(patient, max_examples=50)
@given(questions(), st.dictionaries(names, texts))
def test_whatever_is_typed_a_page_can_be_drawn(asked_for: tuple[Question, ...], answers: dict[str, str]) -> None:
    design = Design(questions=asked_for, wording=Wording(title="<b>", intro="</style><script>"), consent_text="&<")
    errors = judged(design, answers, language="zh").errors
    place = Place(key="k", action="/c/f/k", language="zh", script="/c/form.js")
    drawn = form_page(design, place, carried={"_token": "t"}, filled=Filled(typed=answers, errors=errors))
    assert drawn.count("<script") == 1
    assert "<b>" not in drawn


def test_the_browser_asks_the_same_questions_as_the_server() -> None:
    """Drawn once from a seed, so that one start of node judges them all."""
    cases: list[tuple[tuple[Question, ...], dict[str, str]]] = []

    @settings(patient, max_examples=300, derandomize=True, database=None)
    @given(questions(), st.dictionaries(names, texts, min_size=2))
    def draw(asked_for: tuple[Question, ...], answers: dict[str, str]) -> None:
        cases.append((asked_for, answers))

    draw()
    program = (
        f'const {{ asked }} = await import("file://{SCRIPT}");'
        "const cases = JSON.parse(await new Response(process.stdin).text());"
        "console.log(JSON.stringify(cases.map(([questions, answers]) => [...asked(questions, answers)].sort())));"
    )
    given_cases = [[stored(asked_for), answers] for asked_for, answers in cases]
    judged_there = subprocess.run(
        ["node", "--input-type=module", "-e", program],
        input=json.dumps(given_cases),
        capture_output=True,
        text=True,
        check=True,
    )
    here = [sorted(asked(asked_for, answers)) for asked_for, answers in cases]
    assert json.loads(judged_there.stdout) == here
    assert any(here)


@pytest.mark.parametrize(
    ("question", "answer", "error"),
    [
        (Question(name="q", pattern="postcode"), "21500", "postcode"),
        (Question(name="q", pattern="digits"), "12a", "digits"),
        (Question(name="q", min=3), "ab", "at least 3"),
        (Question(name="q", max=3), "abcd", "at most 3"),
        (Question(name="q", kind="radio", options=("a", "b")), "c", "Choose one"),
        (Question(name="q", kind="checkboxes", options=("a", "b")), "a, c", "Tick only"),
        (Question(name="q", kind="consent", required=True), "", "tick this"),
    ],
)
def test_an_answer_of_the_wrong_form_is_told_so(question: Question, answer: str, error: str) -> None:
    found = judged(Design(questions=(question,)), {"q": answer}, language="en")
    assert error in found.errors["q"]


def test_a_hidden_question_believes_the_address_before_the_sender() -> None:
    by_address = Question(name="source", kind="hidden", parameter="utm_source")
    fixed = Question(name="place", kind="hidden", value="expo")
    said = told_by_page((by_address, fixed), {"source": "typed", "place": "x"}, url="https://e.cn/?utm_source=baidu")
    assert said == {"source": "baidu", "place": "expo"}
    assert told_by_page((by_address,), {"source": "a\x00b"}, url="https://[") == {"source": "ab"}


def test_options_read_in_the_visitors_language() -> None:
    question = Question(name="q", options=("现场", "线上"), options_en=("On site",))
    assert [question.option_said(one, "en") for one in question.options] == ["On site", "线上"]
