"""Lists that the demo company has imported: cards of a fair, an old system with rows that failed, companies."""

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
_COMPANIES = (
    ("公司名称", "统一社会信用代码", "省份", "城市", "所属行业", "员工人数", "官网", "母公司"),
    ("甬江精密机械有限公司", "", "浙江省", "宁波市", "机械", "420", "www.example.com", "甬江控股集团有限公司"),
    ("甬江自动化设备有限公司", "", "浙江省", "宁波市", "制造业", "85", "", "甬江控股集团有限公司"),
    ("锡北阀门制造有限公司", "", "江苏省", "无锡市", "制造业", "1,200", "", ""),
    ("姑苏物流有限公司", "", "江苏省", "苏州市", "物流", "300–999", "", ""),
    ("临港半导体材料有限公司", "", "上海市", "", "半导体", "50-150", "qq.com", ""),
    ("", "", "广东省", "深圳市", "软件", "", "", ""),
)
_AFTER = 9_000
"""People of the crowd whom no other part of the past has taken."""


def import_lists(*, at: datetime) -> None:
    """Import all of them, once."""
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
    companies = _uploaded("宁波装备展 参展商.csv", _COMPANIES, by=by, at=at - timedelta(days=1), kind="companies")
    _run(
        companies,
        Policy(known=PeopleImport.Known.FILL, source="宁波装备展 参展商名录"),
        by=by,
        at=at - timedelta(days=1),
    )


def _import(name: str, rows: tuple[tuple[str, ...], ...], *, by: Staff, at: datetime, channel: str) -> None:
    run = _uploaded(name, rows, by=by, at=at)
    policy = Policy(
        known=PeopleImport.Known.FILL,
        leads=PeopleImport.Leads.NONE,
        basis=PeopleImport.Basis.CONSENT,
        basis_text="展台登记：同意衡一智造就咨询内容与我联系。" if channel == "event" else "旧系统登记时勾选同意联系。",
        basis_proof="展台登记卡，市场部档案柜 12 号" if channel == "event" else "旧系统导出的同意时间字段",
        team=by.team or run.by.team,
        scope=BusinessScope.objects.order_by("pk")[0],
        channel=channel,
        source=name.removesuffix(".csv"),
    )
    _run(run, policy, by=by, at=at)


def _uploaded(
    name: str, rows: tuple[tuple[str, ...], ...], *, by: Staff, at: datetime, kind: str = "people"
) -> PeopleImport:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    file = ContentFile(text.getvalue().encode("gb18030"), name=name)
    run = upload(file=file, by=by, at=at, kind=kind)
    map_columns(run=run, mapping=run.mapping, by=by, at=at)
    return run


def _run(run: PeopleImport, policy: Policy, *, by: Staff, at: datetime) -> None:
    start(run=run, policy=policy, by=by, at=at)
    run_import(run.pk, now=lambda: at)
