"""Pages for the person trying Wutong: the outbox, ways to arrive, and the scripted visitors' control."""

import re
from collections import Counter
from dataclasses import dataclass
from html import escape
from typing import Protocol
from zoneinfo import ZoneInfo

from wutong.sandbox.asgi import Answer, Request, see_other
from wutong.sandbox.outbox import Mail, Outbox
from wutong.sandbox.site import Language, Site, localized, split_language
from wutong.sandbox.visitors import LARGEST_RATE, SOURCES, Source, Visitors

LINK = re.compile(r"https?://[^\s<>\"'。，；）]*[^\s<>\"'。，；）.,;:!?)]")
ZONE = ZoneInfo("Asia/Shanghai")
SOURCE_NAMES = {
    "baidu_search": ("百度推广", "Baidu advertising"),
    "wechat_article": ("公众号文章", "WeChat article"),
    "webinar_mail": ("研讨会邮件", "Webinar mail"),
    "partner": ("伙伴推荐", "Partner's website"),
    "direct": ("直接访问", "Typed address"),
}
WORDS = {
    "zh": {
        "outbox": "邮件发件箱",
        "outbox_lede": "演示公司发出的邮件都停在这里，不会真的寄出。留最近 500 封。",
        "no_mails": "还没有邮件。在登录页点“忘记密码”，这里就会有一封。",
        "all_mails": "全部邮件",
        "no_subject": "（无主题）",
        "from": "发件人",
        "to": "收件人",
        "at": "时间",
        "sources": "换个来源访问",
        "sources_lede": "用下面的链接打开网站，这次访问就记到对应的来源。每次换一个新的无痕窗口，就是一位新访客。",
        "source": "来源",
        "link": "打开",
        "carries": "链接带的参数",
        "nothing": "无",
        "control": "模拟访客",
        "control_lede": "按设定的速度浏览网站，约七成同意记录，百分之八提交表单。都是虚构的人。",
        "running": "正在浏览",
        "paused": "已暂停",
        "state": "状态",
        "present": "此刻在站",
        "views": "看过页面",
        "submissions": "提交表单",
        "failures": "没送达",
        "rate": "每分钟页面数（现在 {rate}）",
        "apply": "应用",
        "pause": "暂停",
        "go_on": "继续",
        "colleagues": "模拟同事",
        "colleagues_lede": "首次联系、转给销售、接收、退回、推进商机，每分钟做两三件。最新的几条留给你。",
        "acts": "做过的事",
        "working": "在工作",
        "resting": "在休息",
        "rest": "让他们休息",
        "work_on": "让他们工作",
    },
    "en": {
        "outbox": "Mail outbox",
        "outbox_lede": "Mail of the demo company stops here and is never delivered. The last 500 are kept.",
        "no_mails": "No mail yet. Choose “Forgot password” on the sign-in page and one arrives.",
        "all_mails": "All mail",
        "no_subject": "(no subject)",
        "from": "From",
        "to": "To",
        "at": "At",
        "sources": "Arrive from elsewhere",
        "sources_lede": "Open the website by one of these links and Wutong counts the visit for that source. A fresh "
        "private window each time makes a new visitor.",
        "source": "Source",
        "link": "Open",
        "carries": "The link carries",
        "nothing": "nothing",
        "control": "Scripted visitors",
        "control_lede": "They read the website at the rate you set; about seven in ten agree to be recorded and eight "
        "in a hundred send the form. All of them are invented.",
        "running": "Reading",
        "paused": "Paused",
        "state": "State",
        "present": "On the site now",
        "views": "Pages viewed",
        "submissions": "Forms sent",
        "failures": "Not delivered",
        "rate": "Page views a minute (now {rate})",
        "apply": "Apply",
        "pause": "Pause",
        "go_on": "Go on",
        "colleagues": "Scripted colleagues",
        "colleagues_lede": "They make first contacts, hand over, accept, return and move deals on: about three acts a "
        "minute. The freshest are left to you.",
        "acts": "Acts so far",
        "working": "Working",
        "resting": "Resting",
        "rest": "Let them rest",
        "work_on": "Let them work",
    },
}


class Desk(Protocol):
    """What the page asks of the scripted colleagues (``office.py``, which needs a database)."""

    is_paused: bool
    done: Counter[str]


@dataclass(frozen=True, kw_only=True)
class Tools:
    """The tool pages, in the frame of the site but without its tracking."""

    site: Site
    outbox: Outbox
    visitors: Visitors
    office: Desk

    def answer(self, request: Request) -> Answer | None:
        """The tool page at this address, or None when it is none of ours."""
        language, path = split_language(request.path)
        if path == "/outbox":
            return self._framed(language, path, "outbox", self._mails(language))
        if path.startswith("/outbox/"):
            return self._mail(language, path)
        if path == "/_sources":
            return self._framed(language, path, "sources", _sources(language))
        if path == "/_control" and request.method == "POST":
            return self._change(language, request)
        if path == "/_control":
            return self._framed(language, path, "control", self._control(language))
        return None

    def _framed(self, language: Language, path: str, title: str, body: str, *, status: int = 200) -> Answer:
        word = WORDS[language]
        section = (
            f'<section class="narrow"><h1>{escape(word[title])}</h1>'
            f'<p class="lede">{escape(word[f"{title}_lede"])}</p>{body}</section>'
        )
        return self.site.framed(language, path, (word[title], word[f"{title}_lede"]), section, status=status)

    def _mails(self, language: Language) -> str:
        mails = self.outbox.newest_first()
        if not mails:
            return f"<p>{escape(WORDS[language]['no_mails'])}</p>"
        return f'<ul class="mails">{"".join(_mail_row(language, mail) for mail in mails)}</ul>'

    def _mail(self, language: Language, path: str) -> Answer:
        number = path.removeprefix("/outbox/")
        mail = self.outbox.find(int(number)) if number.isdecimal() and len(number) < 12 else None
        if mail is None:
            return self.site.page(language, path, "not_found", status=404)
        word = WORDS[language]
        subject = mail.subject or word["no_subject"]
        body = (
            f'<article class="narrow"><p><a href="{localized(language, "/outbox")}">{escape(word["all_mails"])}</a></p>'
            f'<h1>{escape(subject)}</h1><dl class="facts">'
            f"<dt>{escape(word['from'])}</dt><dd>{escape(mail.sender)}</dd>"
            f"<dt>{escape(word['to'])}</dt><dd>{escape(', '.join(mail.recipients))}</dd>"
            f"<dt>{escape(word['at'])}</dt><dd>{_clock(mail)}</dd></dl>"
            f'<div class="mail">{linked(mail.text)}</div></article>'
        )
        return self.site.framed(language, path, (subject, ""), body)

    def _control(self, language: Language) -> str:
        word, visitors = WORDS[language], self.visitors
        state = word["paused"] if visitors.is_paused or not visitors.rate_per_minute else word["running"]
        facts = {
            word["state"]: state,
            word["present"]: f"{visitors.present:,}",
            word["views"]: f"{visitors.views:,}",
            word["submissions"]: f"{visitors.submissions:,}",
            word["failures"]: f"{visitors.failures:,}",
        }
        rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
        label = word["rate"].format(rate=visitors.rate_per_minute)
        choice, value = ("go_on", "no") if visitors.is_paused else ("pause", "yes")
        toggle = f'<button class="button plain" name="paused" value="{value}">{escape(word[choice])}</button>'
        return (
            f'<dl class="facts">{rows}</dl><form class="fields" method="post">'
            f'<label class="field"><span>{escape(label)}</span><input type="range" name="rate" min="0" '
            f'max="{LARGEST_RATE}" step="5" value="{visitors.rate_per_minute}"></label>'
            f'<p class="actions"><button class="button">{escape(word["apply"])}</button>'
            f"{toggle}</p></form>{self._colleagues(language)}"
        )

    def _colleagues(self, language: Language) -> str:
        word, office = WORDS[language], self.office
        rests = office.is_paused
        acts = sum(count for name, count in office.done.items() if name)
        facts = {word["state"]: word["resting" if rests else "working"], word["acts"]: f"{acts:,}"}
        rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
        choice, value = ("work_on", "no") if rests else ("rest", "yes")
        return (
            f'<h2>{escape(word["colleagues"])}</h2><p class="lede">{escape(word["colleagues_lede"])}</p>'
            f'<dl class="facts">{rows}</dl><form class="fields" method="post"><p class="actions">'
            f'<button class="button plain" name="resting" value="{value}">{escape(word[choice])}</button></p></form>'
        )

    def _change(self, language: Language, request: Request) -> Answer:
        # Another site in the same browser must not post here.
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return Answer(b"Post from the page itself.", 403, "text/plain")
        if (paused := request.fields.get("paused")) is not None:
            self.visitors.set_paused(paused == "yes")
        elif (resting := request.fields.get("resting")) is not None:
            self.office.is_paused = resting == "yes"
        elif (rate := request.fields.get("rate", "")).isdecimal():
            self.visitors.set_rate(int(rate[:4]))
        return see_other(localized(language, "/_control"))


def linked(text: str) -> str:
    """Escaped text in which web addresses are links."""
    parts, end = [], 0
    for found in LINK.finditer(text):
        address = escape(found.group())
        parts.append(f'{escape(text[end : found.start()])}<a href="{address}" rel="noreferrer">{address}</a>')
        end = found.end()
    return "".join(parts) + escape(text[end:])


def _mail_row(language: Language, mail: Mail) -> str:
    subject = mail.subject or WORDS[language]["no_subject"]
    return (
        f'<li><a href="{localized(language, f"/outbox/{mail.id}")}"><span>{_clock(mail)}</span>'
        f"<strong>{escape(subject)}</strong><span>{escape(', '.join(mail.recipients))}</span></a></li>"
    )


def _clock(mail: Mail) -> str:
    local = mail.at.astimezone(ZONE)
    return f'<time datetime="{mail.at.isoformat()}">{local:%m-%d %H:%M:%S}</time>'


def _sources(language: Language) -> str:
    word = WORDS[language]
    # A search engine that adds nothing to its links is known by the referrer alone, which no link of ours can imitate.
    rows = "".join(_source_row(language, source) for source in SOURCES if source.campaign or not source.referrer)
    return (
        f'<div class="scroll"><table><thead><tr><th scope="col">{escape(word["source"])}</th>'
        f'<th scope="col">{escape(word["carries"])}</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _source_row(language: Language, source: Source) -> str:
    names = SOURCE_NAMES[source.code]
    name = names[0] if language == "zh" else names[1]
    link = source.address(localized(language, source.landings[0]))
    carries = " ".join(f"{key}={value}" for key, value in source.campaign.items()) or WORDS[language]["nothing"]
    return (
        f'<tr><th scope="row"><a href="{escape(link)}" rel="noreferrer">{escape(name)}</a></th>'
        f"<td>{escape(carries)}</td></tr>"
    )
