"""The model that every company begins with: data, not code. A marketer changes it on the settings page.

Half-lives are those of ``algorithms.md`` 3.1: views 14 days, forms 60, the rest 30. The points are conventions of this
project: one demo request of a director whose company is known passes the gate, browsing alone does not.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.scoring.definition import ActRule, Attribute, Definition, FitRule

_VIEW, _FORM = 14.0, 60.0


def _any(words: str) -> tuple[str, ...]:
    return tuple(words.split("|"))


def _known(code: str, attribute: Attribute, points: float, words: str = "") -> FitRule:
    return FitRule(code=code, attribute=attribute, points=points, any_of=_any(words) if words else ())


def _page(code: str, points: float, cap: float | None, paths: str, *, half_life_days: float = _VIEW) -> ActRule:
    return ActRule(
        code=code,
        event="page_viewed",
        paths=_any(paths) if paths else (),
        points=points,
        cap=cap,
        half_life_days=half_life_days,
    )


_PRICES = "pric|jiage|报价|价格"
_WANTS_DEMO = "demo|trial|quote|yanshi|shiyong|baojia|演示|试用|报价"
_WANTS_JOB = "career|job|zhaopin|jianli|招聘|简历"

SHIPPED = Definition(
    fit=(
        _known(
            "title_decides",
            "title",
            35,
            "董事|总裁|总经理|副总|厂长|院长|创始人|合伙人|老板|首席"
            "|CEO|CTO|CIO|CFO|COO|CMO|VP|president|founder|owner|chief|partner",
        ),
        _known("title_leads", "title", 28, "总监|部长|主任|负责人|总工|director|head"),
        _known("title_manages", "title", 20, "经理|主管|组长|科长|manager|supervisor|lead"),
        _known("title_works", "title", 10, "工程师|专员|顾问|采购|运营|engineer|specialist|buyer|analyst|consultant"),
        _known("company_known", "company", 15, "known"),
        _known(
            "industry_wanted",
            "industry",
            10,
            "制造|工业|汽车|电子|医疗|化工|软件|manufacturing|industrial|software",
        ),
        _known("size_large", "company_size", 10, "500-999|1000-4999|5000|500 人以上|1000 人以上|大型"),
        _known("size_medium", "company_size", 6, "100-499|中型"),
        _known("region_wanted", "region", 5),
        _known("email_company", "email", 15, "company"),
        _known("email_free", "email", 3, "free"),
        _known("contact_complete", "contact", 15, "complete"),
        _known("competitor", "company_name", -60),
        _known("student", "title", -40, "学生|实习|求职|应届|student|intern|job seeker"),
        _known("free_without_company", "email", -15, "free_without_company"),
    ),
    acts=(
        ActRule(
            code="demo_form",
            event="form_submitted",
            about=_any(_WANTS_DEMO),
            points=25,
            half_life_days=_FORM,
            cap=50,
        ),
        ActRule(code="form", event="form_submitted", points=30, half_life_days=_FORM, cap=60),
        ActRule(code="told_elsewhere", event="lead_submitted", points=25, half_life_days=_FORM, cap=50),
        ActRule(code="told_colleague", event="lead_entered", points=25, half_life_days=_FORM, cap=50),
        ActRule(code="form_started", event="form_started", points=5, cap=5),
        _page("pricing", 8, 24, _PRICES),
        _page("demo_page", 6, 12, "demo|trial|yanshi|shiyong|演示|试用"),
        _page("cases", 4, 16, "case|anli|案例"),
        _page("compare", 5, 10, "compar|versus|/vs|duibi|xuanxing|对比|选型"),
        _page("calculator", 5, 10, "roi|calculat|jisuan|计算"),
        _page("solutions", 2, 8, "solution|industr|fangan|hangye|方案|行业"),
        _page("products", 2, 8, "product|feature|chanpin|gongneng|产品|功能"),
        _page("documentation", 2, 8, "docs|help|api|bangzhu|shouce|帮助|手册"),
        _page("security", 3, 6, "security|complian|anquan|安全|合规"),
        _page("events", 3, 12, "webinar|event|huodong|zhibo|活动|直播"),
        _page("papers", 3, 12, "whitepaper|ebook|baipishu|ziliao|白皮书|资料"),
        _page("contact_page", 4, 8, "contact|lianxi|联系"),
        _page("view", 1, 15, ""),
        ActRule(code="reading", event="page_beat", points=0.2, half_life_days=_VIEW, cap=10),
        ActRule(
            code="reading_prices", event="page_beat", paths=_any(_PRICES), points=0.5, half_life_days=_VIEW, cap=10
        ),
        ActRule(code="link", event="link_clicked", points=3, cap=12),
        ActRule(code="download", event="link_clicked", about=("download",), points=5, cap=15),
        _page("careers", -10, None, "career|/job|zhaopin|招聘|加入我们", half_life_days=30),
        ActRule(code="job_form", event="form_submitted", about=_any(_WANTS_JOB), points=-40),
    ),
)

NAMES: Mapping[str, str | Promise] = {
    "title_decides": _("Decides: owner, managing director, C level"),
    "title_leads": _("Heads a department"),
    "title_manages": _("Manages a team"),
    "title_works": _("Specialist or engineer"),
    "company_known": _("Company is known"),
    "industry_wanted": _("Industry that we sell to"),
    "size_large": _("Large company"),
    "size_medium": _("Medium company"),
    "region_wanted": _("Region that we sell to"),
    "email_company": _("Company e-mail"),
    "email_free": _("Private e-mail"),
    "contact_complete": _("Name, company, title and a way to reach are known"),
    "competitor": pgettext_lazy("scoring rule", "Competitor"),
    "student": pgettext_lazy("scoring rule", "Student or job seeker"),
    "free_without_company": _("Private e-mail and no company"),
    "demo_form": _("Asked for a demo, a trial or a quote"),
    "form": _("Submitted a form"),
    "told_elsewhere": _("Left contact details in another system"),
    "told_colleague": _("Told a colleague of an interest"),
    "form_started": _("Started a form"),
    "pricing": _("Looked at prices"),
    "demo_page": _("Looked at the demo or trial page"),
    "cases": _("Read a customer case"),
    "compare": _("Compared us with others"),
    "calculator": _("Used a calculator"),
    "solutions": _("Read about a solution"),
    "products": _("Read about a product"),
    "documentation": _("Read the documentation"),
    "security": _("Read about security and compliance"),
    "events": _("Looked at an event or webinar"),
    "papers": _("Looked at a white paper"),
    "contact_page": _("Opened the contact page"),
    "view": _("Viewed a page"),
    "reading": _("Kept reading"),
    "reading_prices": _("Kept reading about prices"),
    "link": _("Followed a link or downloaded"),
    "download": _("Downloaded something"),
    "careers": _("Looked at vacancies"),
    "job_form": _("Applied for a job"),
}
"""What people read for the rules that ship with the product."""


def name_of(rule: FitRule | ActRule) -> str:
    """What people read for a rule."""
    return str(rule.name or NAMES.get(rule.code, rule.code))
