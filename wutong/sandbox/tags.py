"""The demo company's tags: some in each family, on people and companies."""

from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from wutong.lifecycle.tag_rules import set_rule
from wutong.lifecycle.tag_rules_at_work import look_at_everybody
from wutong.lifecycle.tagging import tag_many
from wutong.people.models import Account, AccountTag, Person, Reach, Tag, TagFamily, TagGroup, TagSource
from wutong.platform.models import Role, Staff

_PERSON, _ACCOUNT = TagGroup.About.PERSON, TagGroup.About.ACCOUNT
GROUPS: tuple[tuple[TagGroup.About, TagFamily, str, bool, tuple[str, ...]], ...] = (
    (_PERSON, TagFamily.BASIC, "来源场合", False, ("行业展会", "线上直播", "客户转介绍", "官网咨询")),
    (_PERSON, TagFamily.FACTS, "核心需求", False, ("质量追溯", "排产优化", "设备联网", "替换旧系统")),
    (_PERSON, TagFamily.FACTS, "意向程度", True, ("高意向", "中意向", "低意向")),
    (_PERSON, TagFamily.MODEL, "活跃程度", True, ("活跃", "一般", "沉默")),
    (_PERSON, TagFamily.PREDICTION, "购买窗口", True, ("三个月内", "半年内", "一年以后")),
    (_ACCOUNT, TagFamily.BASIC, "细分行业", False, ("汽车零部件", "医疗器械", "电子制造", "装备制造", "食品")),
    (_ACCOUNT, TagFamily.FACTS, "在用系统", False, ("有 ERP", "有旧 MES", "纸质单据")),
    (_ACCOUNT, TagFamily.PREDICTION, "续约风险", True, ("稳定", "需关注", "高风险")),
)
RULES: tuple[tuple[TagGroup.About, TagFamily, str, str, dict[str, str]], ...] = (
    (_PERSON, TagFamily.FACTS, "线索状态", "培育中", {"stage": "nurture"}),
    (_ACCOUNT, TagFamily.BASIC, "客户身份", "签约客户", {"state": "customer"}),
)
"""Tags that a rule gives: their group, their name, and the conditions."""
LATELY = timedelta(days=20)
TAGGED_PEOPLE, TAGGED_ACCOUNTS = 600, 200


def ensure_tags(*, at: datetime) -> None:
    """Make the demo's tags and give them out, unless there are any."""
    by = Staff.objects.active().filter(role=Role.MARKETER).order_by("pk").first()
    if TagGroup.objects.exists() or by is None:
        return
    rng = Random(20_261)
    known = Person.objects.current().filter(reach=Reach.KNOWN, first_seen_at__lt=at - LATELY - timedelta(days=1))
    people = list(known.order_by("-last_seen_at", "-pk").values_list("pk", flat=True)[:TAGGED_PEOPLE])
    accounts = list(Account.objects.order_by("-pk")[:TAGGED_ACCOUNTS])
    now, at = at, at - LATELY
    with transaction.atomic():
        for about, family, name, is_exclusive, words in GROUPS:
            group = TagGroup.objects.create(name=name, family=family, about=about, is_exclusive=is_exclusive)
            tags = [Tag.objects.create(group=group, name=word) for word in words]
            if about == _PERSON:
                chosen = {pk: rng.choice(tags) for pk in people if rng.random() < 0.5}
                for tag in tags:
                    tag_many([pk for pk in chosen if chosen[pk] == tag], tag=tag, source=TagSource.HAND, by=by, at=at)
            else:
                AccountTag.objects.bulk_create(
                    AccountTag(account=one, tag=rng.choice(tags), source=TagSource.HAND, by=by, at=at)
                    for one in accounts
                    if rng.random() < 0.6
                )
    for about, family, name, word, given in RULES:
        tag = Tag.objects.create(group=TagGroup.objects.create(name=name, family=family, about=about), name=word)
        set_rule(tag=tag, given=given, by=by, at=at, then=lambda rule: look_at_everybody(rule, at=now))
