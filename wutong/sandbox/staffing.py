"""The demo company itself: its teams, a colleague of each role, its website, its form and its mail account."""

import secrets
from datetime import datetime, time, timedelta
from typing import NamedTuple

from wutong.config import config
from wutong.content.editing import begin_form, publish
from wutong.content.models import Form
from wutong.content.starters import STARTERS
from wutong.events.models import Site
from wutong.lifecycle.models import Duty, ProductLine
from wutong.platform.calendar import END_OF_DAY, WorkingCalendar
from wutong.platform.chinese import sort_key
from wutong.platform.models import (
    BusinessScope,
    CalendarDay,
    DataScope,
    MailSettings,
    Organisation,
    Role,
    Staff,
    Team,
    WorkingHours,
)
from wutong.sandbox import company

ROOT, MARKETING, EAST, SOUTH, SALES, SUCCESS = "梧桐示例", "市场部", "华东组 SDR", "华南组 SDR", "销售部", "客户成功部"
PAST_DAYS = 400
"""For so long the company has been there when it is founded."""
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read for another


class Colleague(NamedTuple):
    """Somebody who signs in to the demo."""

    name: str
    address: str
    role: Role
    team: str
    data_scope: DataScope


COLLEAGUES = (
    Colleague("林晓", "lin.xiao", Role.SDR, EAST, DataScope.TEAM),
    Colleague("陈默", "chen.mo", Role.SDR, EAST, DataScope.OWN),
    Colleague("周宁", "zhou.ning", Role.SDR, SOUTH, DataScope.OWN),
    Colleague("王宁", "wang.ning", Role.MANAGER, ROOT, DataScope.ALL),
    Colleague("苏晴", "su.qing", Role.MARKETER, MARKETING, DataScope.ALL),
    Colleague("叶知秋", "ye.zhiqiu", Role.CONTENT, MARKETING, DataScope.TEAM),
    Colleague("方雨桐", "fang.yutong", Role.SDR, SOUTH, DataScope.OWN),
    Colleague("许文博", "xu.wenbo", Role.SALES, SALES, DataScope.OWN),
    Colleague("郑海涛", "zheng.haitao", Role.SALES, SALES, DataScope.OWN),
    Colleague("唐静怡", "tang.jingyi", Role.SUCCESS, SUCCESS, DataScope.OWN),
    Colleague("马俊杰", "ma.junjie", Role.PARTNER_MANAGER, SALES, DataScope.TEAM),
    Colleague("何立新", "he.lixin", Role.ADMIN, ROOT, DataScope.ALL),
)


OFF_DUTY = "chen.mo"
"""What comes in by the website is then 林晓's, whom newcomers sign in as."""


def found(*, at: datetime, site_key: str | None = None) -> list[tuple[str, str, str]]:
    """Make the demo company in an empty database. Opens no transaction.

    Args:
        site_key: the key that the website's pages carry already; a new one by default.

    Returns:
        role, e-mail address and password of each colleague. The passwords are nowhere else in plain text.
    """
    at -= timedelta(days=PAST_DAYS)
    Organisation.objects.create(name=company.NAME, is_demo=True, created_at=at)
    scope = BusinessScope.objects.create(code="company", name=company.NAME)
    ProductLine.objects.create(code="mes", own_name="MES 与质量")
    _never_rest(at=at)
    teams = _teams()
    port = config().sandbox_port
    here = [f"http://{host}:{port}" for host in dict.fromkeys(("127.0.0.1", "localhost", config().host))]
    site = Site(name=company.SITE_NAME, team=teams[EAST], scope=scope, origins=here)
    site.key = site_key or site.key
    _put_online(site, form_key=company.FORM_KEY, thanks_url=f"{here[0]}/thanks")
    landing_page = Site(name="华南渠道落地页", team=teams[SOUTH], scope=scope, origins=["https://south.hengyi.example"])
    _put_online(landing_page, form_key=company.SOUTH_FORM_KEY, thanks_url="https://south.hengyi.example/thanks")
    _white_paper(site, at=at)
    for form in Form.objects.order_by("pk"):
        publish(form=form, revision=None, by=None, at=at)
    MailSettings.objects.create(
        host=config().host,
        port=config().sandbox_smtp_port,
        security="none",
        sender="wutong@hengyi.example",
        sender_name=company.NAME,
    )
    return [_hired(one, teams, at=at) for one in COLLEAGUES]


def _never_rest(*, at: datetime) -> None:
    """Work round the clock and through holidays, so that timers run whenever somebody tries them."""
    WorkingHours.objects.bulk_create(
        WorkingHours(weekday=weekday, opens_at=time.min, closes_at=END_OF_DAY) for weekday in range(7)
    )
    calendar = WorkingCalendar.load()
    days = [at.date() + timedelta(days=number) for number in range(PAST_DAYS + 800)]
    CalendarDay.objects.bulk_create(
        CalendarDay(on=day, is_working=True, note="演示公司不放假") for day in days if not calendar.is_working_day(day)
    )


def _teams() -> dict[str, Team]:
    teams = {ROOT: Team.objects.create(name=ROOT, path="/0/")}
    for name in (MARKETING, EAST, SOUTH, SALES, SUCCESS):
        teams[name] = Team.objects.create(name=name, parent=teams[ROOT], path="/0/")
    for team in teams.values():
        team.path = f"/{teams[ROOT].pk}/{team.pk}/" if team.parent else f"/{team.pk}/"
        team.save(update_fields=["path"])
    return teams


def _put_online(site: Site, *, form_key: str, thanks_url: str) -> None:
    site.save()
    Form.objects.create(
        key=form_key,
        name="预约演示",
        site=site,
        fields=[
            {"name": "name", "label": "姓名", "label_en": "Name", "kind": "text", "required": True},
            {"name": "phone", "label": "手机", "label_en": "Mobile", "kind": "phone", "required": True},
            {"name": "email", "label": "工作邮箱", "label_en": "Work e-mail", "kind": "email", "required": True},
            {"name": "company", "label": "公司", "label_en": "Company", "kind": "company", "required": True},
            {"name": "title", "label": "职位", "label_en": "Job title", "kind": "text"},
            {"name": "message", "label": "想了解什么", "label_en": "What would you like to see?", "kind": "textarea"},
        ],
        wording={"title": "预约演示", "title_en": "Book a demo"},
        consent_version=company.FORM_CONSENT_VERSION,
        consent_text=company.FORM_CONSENT_TEXT,
        thanks_url=thanks_url,
    )


def _white_paper(site: Site, *, at: datetime) -> None:
    """A form with a page of its own."""
    paper = next(one for one in STARTERS if one.code == "paper")
    begin_form(name="MES 选型白皮书", site=site, design=paper.design, code=paper.code, by=None, at=at)


def _hired(colleague: Colleague, teams: dict[str, Team], *, at: datetime) -> tuple[str, str, str]:
    password = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
    staff = Staff(
        email=f"{colleague.address}@hengyi.example",
        full_name=colleague.name,
        sort_key=sort_key(colleague.name),
        role=colleague.role,
        team=teams[colleague.team],
        data_scope=colleague.data_scope,
        created_at=at,
    )
    staff.set_password(password)
    staff.save()
    if colleague.address == OFF_DUTY:
        Duty.objects.create(staff=staff, is_on=False, changed_at=at)
    return colleague.role.value, staff.email, password
