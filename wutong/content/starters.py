"""Ready forms to begin with. What they ask is what leads need, no more: each further question costs senders."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.content.hosted.design import Condition, Design, Question, Wording


@dataclass(frozen=True, kw_only=True)
class Starter:
    """A ready form, with what a colleague reads of it."""

    code: str
    name: str | Promise
    purpose: str | Promise
    icon: str
    design: Design


NAME = Question(name="name", kind="text", label="姓名", label_en="Name", required=True, max=80)
PHONE = Question(name="phone", kind="phone", label="手机", label_en="Mobile", required=True, max=30)
EMAIL = Question(name="email", kind="email", label="工作邮箱", label_en="Work e-mail", required=True, max=200)
COMPANY = Question(name="company", kind="company", label="公司", label_en="Company", required=True, max=120)
TITLE = Question(name="title", kind="text", label="职位", label_en="Job title", max=80)
MESSAGE = Question(
    name="message", kind="textarea", label="想了解什么", label_en="What would you like to know?", max=1_000
)
CONSENT = "我同意贵公司按隐私说明使用以上信息与我联系。"
CONSENT_EN = "The company may use these details to contact me, as its privacy notice says."

_SIZE = Question(
    name="size",
    kind="select",
    label="公司规模",
    label_en="Company size",
    options=("1–50 人", "51–200 人", "201–1000 人", "1000 人以上"),
    options_en=("1–50 people", "51–200 people", "201–1,000 people", "More than 1,000 people"),
)
_CAMPAIGN = Question(name="campaign", kind="hidden", label="活动", label_en="Campaign", parameter="utm_campaign")

STARTERS: tuple[Starter, ...] = (
    Starter(
        code="demo",
        name=_("Contact or demo request"),
        purpose=_("Somebody wants to be called. Five questions; each lead reaches the SDRs at once."),
        icon="phone",
        design=Design(
            questions=(
                NAME,
                PHONE,
                COMPANY,
                Question(
                    name="wish",
                    kind="radio",
                    label="您希望",
                    label_en="You would like",
                    options=("预约演示", "了解价格", "其他"),
                    options_en=("A demo", "Prices", "Something else"),
                ),
                Question(
                    name="message",
                    kind="textarea",
                    label="请简单说明",
                    label_en="Please say what",
                    max=1_000,
                    shown_if=Condition(question="wish", test="is", value="其他"),
                ),
            ),
            wording=Wording(
                title="预约演示",
                title_en="Book a demo",
                intro="留下联系方式，顾问会尽快与您联系。",
                intro_en="Leave your details; a consultant gets back to you soon.",
                button="提交",
                button_en="Send",
                thanks="我们已收到您的信息，工作时间内通常五分钟联系您。",
                thanks_en="We have your details. In office hours we are usually in touch within five minutes.",
                consent_en=CONSENT_EN,
            ),
            consent_text=CONSENT,
            is_consent_required=True,
        ),
    ),
    Starter(
        code="paper",
        name=_("White paper download"),
        purpose=_("Something to read in return for who they are. Put the file's address into the thanks."),
        icon="download",
        design=Design(
            questions=(NAME, EMAIL, COMPANY, TITLE, _CAMPAIGN),
            wording=Wording(
                title="下载白皮书",
                title_en="Download the white paper",
                button="提交并下载",
                button_en="Send and download",
                thanks="感谢您的关注，请在这里下载：",
                thanks_en="Thank you. Download it here:",
                consent_en=CONSENT_EN,
            ),
            consent_text=CONSENT,
            is_consent_required=True,
        ),
    ),
    Starter(
        code="event",
        name=_("Event registration"),
        purpose=_("A seat at a webinar or on site, with the session and how they will take part."),
        icon="calendar-event",
        design=Design(
            questions=(
                NAME,
                PHONE,
                COMPANY,
                TITLE,
                Question(
                    name="attendance",
                    kind="radio",
                    label="参加方式",
                    label_en="How will you take part?",
                    required=True,
                    options=("现场", "线上"),
                    options_en=("On site", "Online"),
                ),
                Question(
                    name="email",
                    kind="email",
                    label="接收直播链接的邮箱",
                    label_en="Where to send the link",
                    required=True,
                    max=200,
                    shown_if=Condition(question="attendance", test="is", value="线上"),
                ),
                _CAMPAIGN,
            ),
            wording=Wording(
                title="活动报名",
                title_en="Register for the event",
                button="报名",
                button_en="Register",
                thanks="报名成功，活动前一天会提醒您。",
                thanks_en="You are registered. We remind you the day before.",
                consent_en=CONSENT_EN,
            ),
            consent_text=CONSENT,
            is_consent_required=True,
        ),
    ),
    Starter(
        code="news",
        name=_("Newsletter"),
        purpose=_("An address and what they would like to read. Sending needs the consent it asks for."),
        icon="mail",
        design=Design(
            questions=(
                EMAIL,
                Question(
                    name="topics",
                    kind="checkboxes",
                    label="感兴趣的内容",
                    label_en="What would you like to read?",
                    options=("行业案例", "产品更新", "活动"),
                    options_en=("Cases", "Product news", "Events"),
                ),
                Question(
                    name="newsletter",
                    kind="consent",
                    label="我同意接收邮件通讯，可随时退订。",
                    label_en="Send me the newsletter. I can unsubscribe at any time.",
                    required=True,
                    purpose="newsletter",
                ),
            ),
            wording=Wording(
                title="订阅邮件通讯",
                title_en="Subscribe to the newsletter",
                button="订阅",
                button_en="Subscribe",
                thanks="订阅成功。",
                thanks_en="You are subscribed.",
                consent_en=CONSENT_EN,
            ),
            consent_text=CONSENT,
        ),
    ),
)
"""In the order shown."""

PRESETS: dict[str, tuple[str | Promise, Question]] = {
    "name": (pgettext_lazy("question", "Name"), NAME),
    "phone": (pgettext_lazy("question", "Phone"), PHONE),
    "email": (pgettext_lazy("question", "E-mail"), EMAIL),
    "company": (pgettext_lazy("question", "Company"), COMPANY),
    "title": (pgettext_lazy("question", "Job title"), TITLE),
    "size": (pgettext_lazy("question", "Company size"), _SIZE),
    "message": (pgettext_lazy("question", "Message"), MESSAGE),
    "text": (
        pgettext_lazy("question", "Short text"),
        Question(name="text", label="问题", label_en="Question"),
    ),
    "textarea": (
        pgettext_lazy("question", "Long text"),
        Question(name="long_text", kind="textarea", label="问题", label_en="Question", max=1_000),
    ),
    "select": (
        pgettext_lazy("question", "Drop-down"),
        Question(
            name="choice",
            kind="select",
            label="请选择",
            label_en="Choose",
            options=("选项一", "选项二"),
            options_en=("Option one", "Option two"),
        ),
    ),
    "radio": (
        pgettext_lazy("question", "One of several"),
        Question(
            name="choice",
            kind="radio",
            label="请选择",
            label_en="Choose",
            options=("选项一", "选项二"),
            options_en=("Option one", "Option two"),
        ),
    ),
    "checkboxes": (
        pgettext_lazy("question", "Several ticks"),
        Question(
            name="choices",
            kind="checkboxes",
            label="可多选",
            label_en="Tick what applies",
            options=("选项一", "选项二"),
            options_en=("Option one", "Option two"),
        ),
    ),
    "consent": (
        pgettext_lazy("question", "Consent"),
        Question(
            name="newsletter",
            kind="consent",
            label="我同意接收邮件通讯，可随时退订。",
            label_en="Send me the newsletter. I can unsubscribe at any time.",
            purpose="newsletter",
        ),
    ),
    "hidden": (
        pgettext_lazy("question", "Hidden source"),
        Question(name="source", kind="hidden", label="来源", label_en="Source", parameter="utm_source"),
    ),
}
"""What can be added: by code its word, and the question as it begins."""


def starter(code: str) -> Starter | None:
    return next((one for one in STARTERS if one.code == code), None)
