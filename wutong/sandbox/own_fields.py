"""The demo company's own fields: a handful of people and of companies, filled in by several colleagues."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.db import transaction

from wutong.people.custom_fields import Described, add_field
from wutong.people.custom_values import SaidOfPerson, read_text, restate_accounts, state_of_people
from wutong.people.models import Account, AccountFact, Assurance, CustomField, Person, Reach
from wutong.people.subjects import strongest_subjects
from wutong.platform.models import Role, Staff

SEED = 20_262
FILLED_PEOPLE, FILLED_ACCOUNTS = 300, 150
_K, _P, _A = CustomField.Kind, CustomField.About.PERSON, CustomField.About.ACCOUNT
_SELLING = (Role.SDR, Role.SALES, Role.SUCCESS, Role.MANAGER)


def _named(zh: str, en: str, group: str = "", **given: Any) -> Described:
    return Described(name_zh=zh, name_en=en, group=group, **given)


_INSIDE: dict[str, Any] = {"readers": _SELLING, "editors": _SELLING, "for_keys": "nothing"}
_NONE_LESS = {"lowest": Decimal(0)}
FIELDS: tuple[tuple[CustomField.About, CustomField.Kind, str, Described, tuple[str, ...]], ...] = (
    (_P, _K.ONE, "channel", _named("方便的联系方式", "Preferred contact", "沟通"), ("电话", "企业微信", "邮件")),
    (_P, _K.MANY, "topics", _named("关心的话题", "Topics", "沟通"), ("追溯", "排产", "设备联网", "质量")),
    (_P, _K.DATE, "birthday", _named("生日", "Birthday", **_INSIDE), ()),
    (_P, _K.LINK, "profile", _named("职业主页", "Profile page"), ()),
    (_A, _K.MONEY, "it_budget", _named("年度信息化预算", "IT budget a year", "规模", **_INSIDE, **_NONE_LESS), ()),
    (_A, _K.NUMBER, "plants", _named("工厂数量", "Plants", "规模", for_keys="write", **_NONE_LESS), ()),
    (
        _A,
        _K.MANY,
        "systems",
        _named("在用系统", "Systems in use", "现状", is_required=True, for_keys="write"),
        ("ERP", "旧 MES", "WMS", "纸质单据"),
    ),
    (_A, _K.YES_NO, "listed", _named("是否上市", "Listed", "现状"), ()),
    (_A, _K.TEXT, "competitors", _named("竞品备注", "Note on competitors", **_INSIDE), ()),
)
_TEXTS = ("用过某进口 MES，嫌贵", "同行推荐过两家", "已看过三家演示", "暂未接触其他厂商")


def ensure_own_fields(*, at: datetime) -> None:
    """Make the demo's own fields and fill some in, unless there are any."""
    admin = Staff.objects.active().filter(role=Role.ADMIN).order_by("pk").first()
    tellers = list(Staff.objects.active().filter(role__in=[Role.SDR, Role.SALES]).order_by("pk"))
    if CustomField.objects.exists() or admin is None or not tellers:
        return
    rng, at = Random(SEED), at - timedelta(days=10)
    for about, kind, code, described, options in FIELDS:
        add_field(about=about, kind=kind, code=code, described=described, options=options, by=admin, at=at)
    fields = list(CustomField.objects.prefetch_related("options").in_order())
    with transaction.atomic():
        _fill_people(rng, [one for one in fields if one.about == _P], tellers, at=at)
        _fill_accounts(rng, [one for one in fields if one.about == _A], tellers, at=at)


def _fill_people(rng: Random, fields: Sequence[CustomField], tellers: Sequence[Staff], *, at: datetime) -> None:
    known = Person.objects.current().filter(reach=Reach.KNOWN, first_seen_at__lt=at).order_by("-last_seen_at", "-pk")
    people = list(known.values_list("pk", flat=True)[:FILLED_PEOPLE])
    subjects = strongest_subjects(people)
    for number, teller in enumerate(tellers):
        said = [
            SaidOfPerson(subject_id=subjects[pk], person_id=pk, field=field, value=_value(rng, field))
            for pk in people[number :: len(tellers)]
            if pk in subjects
            for field in fields
            if rng.random() < 0.5
        ]
        state_of_people(said, source=f"staff:{teller.public_id}", assurance=Assurance.STAFF, at=at)


def _fill_accounts(rng: Random, fields: Sequence[CustomField], tellers: Sequence[Staff], *, at: datetime) -> None:
    accounts = list(Account.objects.current().order_by("-pk").values_list("pk", flat=True)[:FILLED_ACCOUNTS])
    AccountFact.objects.bulk_create(
        AccountFact(
            account_id=pk,
            field=field.statement,
            value=_value(rng, field),
            source=AccountFact.Source.COLLEAGUE,
            by=rng.choice(tellers),
            at=at,
        )
        for pk in accounts
        for field in fields
        if rng.random() < 0.7
    )
    restate_accounts(accounts)


def _value(rng: Random, field: CustomField) -> str:
    codes = [one.code for one in field.options.all()]
    match field.kind:
        case _K.ONE:
            return rng.choice(codes)
        case _K.MANY:
            return read_text(field, ",".join(rng.sample(codes, rng.randint(1, 2))))
        case _K.DATE:
            return f"19{rng.randint(68, 96)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        case _K.MONEY:
            return str(rng.choice((30, 50, 80, 120, 200, 500)) * 10_000)
        case _K.NUMBER:
            return str(rng.randint(1, 8))
        case _K.YES_NO:
            return rng.choice(("yes", "no", "no"))
        case _K.LINK:
            return f"https://www.example.com/in/{rng.randint(1000, 9999)}"
    return rng.choice(_TEXTS)
