"""Two lists that the demo company has imported: cards of a fair, and an old system's export with rows that failed."""

import csv
import io
from datetime import datetime, timedelta
from itertools import islice
from random import Random

from django.core.files.base import ContentFile

from wutong.exchange.models import PeopleImport
from wutong.exchange.running import run_import
from wutong.exchange.starting import Policy, map_columns, start, upload
from wutong.platform.models import BusinessScope, Role, Staff
from wutong.sandbox.contacts import crowd

PEOPLE = 36
_FAIR, _OLD = 20, 16
_HEADING = ("姓名", "手机", "邮箱", "公司名称", "职务", "客户编号")
_FAULTY = (
    ("张建国", "1.39E+10", "", "宁波海润机械有限公司", "厂长", ""),
    ("李敏", "1380013", "", "苏州恒达电子有限公司", "采购经理", ""),
    ("", "", "info@example.com", "无锡天工阀门厂", "", ""),
)
_AFTER = 9_000
"""People of the crowd whom no other part of the past has taken."""


def import_lists(*, at: datetime) -> None:
    """Import both, once."""
    by = Staff.objects.filter(role=Role.MARKETER).order_by("pk").first()
    if by is None or PeopleImport.objects.exists():
        return
    people = [
        (one.name, one.phone, one.email, one.company, one.title, f"OLD-{number:04}")
        for number, one in enumerate(islice(crowd(Random(_AFTER)), _AFTER, _AFTER + PEOPLE))
    ]
    fair = [row[:5] for row in people[:_FAIR]]
    _import("上海工博会 名片.csv", (_HEADING[:5], *fair), by=by, at=at - timedelta(days=9), channel="event")
    old = [*people[_FAIR:], *_FAULTY]
    _import("旧系统导出.csv", (_HEADING, *old), by=by, at=at - timedelta(days=2), channel="import")


def _import(name: str, rows: tuple[tuple[str, ...], ...], *, by: Staff, at: datetime, channel: str) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    run = upload(file=ContentFile(text.getvalue().encode("gb18030"), name=name), by=by, at=at)
    map_columns(run=run, mapping=run.mapping, by=by, at=at)
    policy = Policy(
        known=PeopleImport.Known.FILL,
        leads=PeopleImport.Leads.NONE,
        basis=PeopleImport.Basis.CONSENT,
        basis_text="展台登记：同意衡一智造就咨询内容与我联系。" if channel == "event" else "旧系统登记时勾选同意联系。",
        basis_proof="展台登记卡，市场部档案柜 12 号" if channel == "event" else "旧系统导出的同意时间字段",
        team=by.team or run.by.team,  # type: ignore[arg-type]  # colleagues of the demo have teams
        scope=BusinessScope.objects.order_by("pk")[0],
        channel=channel,
        source=name.removesuffix(".csv"),
    )
    start(run=run, policy=policy, by=by, at=at)
    run_import(run.pk, now=lambda: at)
