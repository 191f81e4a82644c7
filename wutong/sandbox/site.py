"""The demo company's public website: static pages in two languages around our tracking script and one form."""

import mimetypes
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Literal

from uuid_utils import uuid7

from wutong.sandbox import company
from wutong.sandbox.asgi import Answer, Request

Language = Literal["zh", "en"]

TEMPLATES = Path(__file__).parent / "templates" / "site"
STATIC = Path(__file__).parent / "static"

PAGES = {
    "/": "home",
    "/products/mes": "mes",
    "/products/trace": "trace",
    "/products/connect": "connect",
    "/pricing": "pricing",
    "/cases": "cases",
    "/blog": "blog",
    "/blog/first-pass-yield": "first-pass-yield",
    "/blog/mes-in-90-days": "mes-in-90-days",
    "/blog/trace-recall": "trace-recall",
    "/contact": "contact",
    "/thanks": "thanks",
    "/privacy": "privacy",
}
NAVIGATION = {
    "zh": {
        "/products/mes": "MES",
        "/products/trace": "质量追溯",
        "/products/connect": "设备联网",
        "/pricing": "价格",
        "/cases": "案例",
        "/blog": "博客",
    },
    "en": {
        "/products/mes": "MES",
        "/products/trace": "Traceability",
        "/products/connect": "Connect",
        "/pricing": "Pricing",
        "/cases": "Cases",
        "/blog": "Blog",
    },
}
TOOLS = {
    "zh": {"/_sources": "换个来源访问", "/outbox": "邮件发件箱", "/_control": "模拟访客"},
    "en": {"/_sources": "Arrive from elsewhere", "/outbox": "Mail outbox", "/_control": "Scripted visitors"},
}
WORDS = {
    "zh": {
        "skip": "跳到正文",
        "company": "衡一智造",
        "navigation": "主导航",
        "demo": "演示公司网站，内容均为虚构。",
        "demo_tools": "演示工具",
        "open": "打开梧桐",
        "demo_request": "预约演示",
        "address": "苏州工业园区 · 400-000-0000",
        "privacy": "隐私说明",
        "consent_settings": "访问记录设置",
        "consent_title": "要记住这台浏览器吗",
        "consent_text": "同意后用一个随机编号记录看了哪些页面，帮我们写得更有用。拒绝不影响使用。",
        "accept": "同意",
        "refuse": "拒绝",
        "fictional": "衡一智造是梧桐自带的虚构公司，用来试用和测试。人名、公司名、数字皆为杜撰。",
    },
    "en": {
        "skip": "Skip to content",
        "company": "Hengyi",
        "navigation": "Main",
        "demo": "Website of the demo company. All of it is invented.",
        "demo_tools": "Demo tools",
        "open": "Open Wutong",
        "demo_request": "Book a demo",
        "address": "Suzhou Industrial Park · 400-000-0000",
        "privacy": "Privacy notice",
        "consent_settings": "Visit recording",
        "consent_title": "May we remember this browser?",
        "consent_text": "If you agree, a random number records which pages you read, so that we write what helps. "
        "Refusing changes nothing for you.",
        "accept": "Agree",
        "refuse": "Refuse",
        "fictional": "Hengyi is an invented company that comes with Wutong for trying and testing. Its people, "
        "customers and figures are made up.",
    },
}


@dataclass(frozen=True, kw_only=True)
class Site:
    """The website, given where it reports to."""

    key: str
    edge_origin: str
    web_origin: str

    def answer(self, request: Request) -> Answer:
        """The page or asset at an address; 404 with the site's frame where there is none."""
        if request.path.startswith("/_assets/"):
            return asset(request.path.removeprefix("/_assets/"))
        language, path = split_language(request.path)
        name = PAGES.get(path)
        found = 200 if name else 404
        return self.page(language, path, name or "not_found", status=found)

    def page(self, language: Language, path: str, name: str, *, status: int = 200) -> Answer:
        """One of the company's own pages, with the tracking script and the banner."""
        head, body = _fragment(language, name)
        body = Template(body).substitute(
            form_action=escape(f"{self.edge_origin}/c/f/{company.FORM_KEY}"),
            submission_id=str(uuid7()),
            consent_version=company.FORM_CONSENT_VERSION,
        )
        scripts = (
            f'<script defer src="{escape(self.edge_origin)}/c/wt.js" data-site="{escape(self.key)}"></script>'
            '<script defer src="/_assets/site.js"></script>'
        )
        return self.framed(language, path, head, body, scripts=scripts, banner=_banner(language), status=status)

    def framed(
        self,
        language: Language,
        path: str,
        head: tuple[str, str],
        body: str,
        *,
        scripts: str = "",
        banner: str = "",
        status: int = 200,
    ) -> Answer:
        """``body`` (safe HTML) in the frame of the site, under a strict Content-Security-Policy."""
        other: Language = "en" if language == "zh" else "zh"
        words = {f"word_{name}": escape(word) for name, word in WORDS[language].items()}
        title, description = head
        page = _layout().substitute(
            words,
            lang=_tag(language),
            title=escape(title),
            description=escape(description),
            other_lang=_tag(other),
            other_name="English" if language == "zh" else "中文",
            other_path=localized(other, path),
            home=localized(language, "/"),
            contact=localized(language, "/contact"),
            privacy=localized(language, "/privacy"),
            scripts=scripts,
            tools=_links(language, TOOLS[language], path)
            + f'<li><a href="{escape(self.web_origin)}/">{words["word_open"]}</a></li>',
            navigation=_links(language, NAVIGATION[language], path),
            body_class="page",
            body=body,
            banner=banner,
        )
        return Answer(page.encode(), status, headers={**self._security, "cache-control": "no-cache"})

    @property
    def _security(self) -> dict[str, str]:
        edge = self.edge_origin
        return {
            "content-security-policy": (
                f"default-src 'none'; script-src 'self' {edge}; style-src 'self'; img-src 'self'; connect-src {edge}; "
                f"form-action 'self' {edge}; base-uri 'none'; frame-ancestors 'none'"
            ),
            "referrer-policy": "strict-origin-when-cross-origin",
            "x-content-type-options": "nosniff",
        }


def split_language(path: str) -> tuple[Language, str]:
    """The language of an address, and the address without it."""
    if path == "/en" or path.startswith("/en/"):
        return "en", path.removeprefix("/en").rstrip("/") or "/"
    return "zh", path.rstrip("/") or "/"


def localized(language: Language, path: str) -> str:
    """The address of a page in a language."""
    return path if language == "zh" else f"/en{path}"


def title_of(language: Language, path: str) -> str:
    """What the browser's tab says on a page."""
    (title, _), _ = _fragment(language, PAGES[path])
    return title


def asset(name: str) -> Answer:
    """A file of the site's own."""
    found = _assets().get(name)
    if found is None:
        return Answer(b"not found", 404, "text/plain")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    kind = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
    return Answer(found, content_type=kind, headers={"cache-control": "no-cache", "x-content-type-options": "nosniff"})


def _tag(language: Language) -> str:
    return "zh-Hans" if language == "zh" else "en"


def _links(language: Language, links: dict[str, str], current: str) -> str:
    return "".join(
        f'<li><a href="{localized(language, path)}"{_current(path, current)}>{escape(label)}</a></li>'
        for path, label in links.items()
    )


def _current(path: str, current: str) -> str:
    if path == current:
        return ' aria-current="page"'
    return ' aria-current="true"' if current.startswith(f"{path}/") else ""


def _banner(language: Language) -> str:
    words = {f"word_{name}": escape(word) for name, word in WORDS[language].items()}
    template = Template((TEMPLATES / "banner.html").read_text())
    return template.substitute(words, version=company.BANNER_VERSION, privacy=localized(language, "/privacy"))


@cache
def _fragment(language: Language, name: str) -> tuple[tuple[str, str], str]:
    """Title and description from the first two lines, and the rest."""
    title, description, body = (TEMPLATES / language / f"{name}.html").read_text().split("\n", 2)
    return (_commented(title), _commented(description)), body


def _commented(line: str) -> str:
    return line.removeprefix("<!--").removesuffix("-->").strip()


@cache
def _layout() -> Template:
    return Template((TEMPLATES / "layout.html").read_text())


@cache
def _assets() -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in STATIC.iterdir() if file.is_file()}
