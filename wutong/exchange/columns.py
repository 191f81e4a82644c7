"""What a column of a file may mean, and the best guess from its name and its cells."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from wutong.exchange.models import PeopleImport
from wutong.exchange.values import LOOKS, share_of
from wutong.people.custom_fields import may_edit, with_options
from wutong.people.models import CustomField
from wutong.people.models.custom_field import PREFIX

EXTRA, IGNORE = "extra", "ignore"
OF_COMPANY = "company:"
"""What stands before the meaning of a column that fills in a field of the company of the row's person."""
_OWN = (PREFIX, OF_COMPANY + PREFIX)
MEANINGS: dict[str, str | Promise] = {
    "full_name": pgettext_lazy("column", "Name"),
    "phone": pgettext_lazy("column", "Phone"),
    "email": pgettext_lazy("column", "E-mail"),
    "company": pgettext_lazy("column", "Company"),
    "title": pgettext_lazy("column", "Title"),
    "department": pgettext_lazy("column", "Department"),
    "credit_code": pgettext_lazy("column", "Credit code of the company"),
    "region": pgettext_lazy("column", "Region"),
    "crm_id": pgettext_lazy("column", "Number in another CRM"),
    "unionid": pgettext_lazy("column", "WeChat union id"),
    "external_userid": pgettext_lazy("column", "WeCom contact id"),
    "message": pgettext_lazy("column", "Remark"),
    "campaign": pgettext_lazy("column", "Campaign"),
    "seen_on": pgettext_lazy("column", "Known since (date)"),
    "owner": pgettext_lazy("column", "Owner (name or e-mail of a colleague)"),
    "tags": pgettext_lazy("column", "Tags"),
    EXTRA: pgettext_lazy("column", "Keep under its own name"),
    IGNORE: pgettext_lazy("column", "Leave out"),
}
IDENTIFIERS = ("phone", "email", "crm_id", "unionid", "external_userid")
"""What a person is recognised by. A row may have several of a kind; any other meaning belongs to one column."""
REPEATABLE = frozenset({*IDENTIFIERS, EXTRA, IGNORE})

_NAMES = {
    "full_name": (
        "name fullname contact contactname contactperson person 姓名 名字 联系人 "
        "联系人姓名 客户姓名 客户名 真实姓名 称呼 参会人 嘉宾"
    ),
    "phone": (
        "phone phonenumber mobile mobilephone cell cellphone telephone tel 手机 手机号 "
        "手机号码 电话 电话号码 联系电话 联系手机 移动电话 座机 固定电话 办公电话 联系方式"
    ),
    "email": (
        "email emailaddress mail mailbox 邮箱 电子邮箱 邮件 电子邮件 邮箱地址 邮件地址 "
        "工作邮箱 企业邮箱"
    ),
    "company": (
        "company companyname organization organisation account accountname employer firm "
        "公司 公司名称 企业 企业名称 单位 单位名称 客户名称 客户公司 所属公司 工作单位 "
        "机构 机构名称"
    ),
    "title": "title jobtitle position role job 职位 职务 岗位 头衔 职称",
    "department": "department dept division 部门 所在部门 科室",
    "credit_code": (
        "creditcode unifiedsocialcreditcode uscc taxid taxnumber 统一社会信用代码 信用代码 "
        "社会信用代码 税号 纳税人识别号 营业执照号"
    ),
    "region": "region province city area 地区 省份 省 城市 区域 所在地 省市 所在城市 所在地区",
    "crm_id": (
        "crmid customerid contactid leadid externalid 客户编号 客户id 联系人编号 线索编号 "
        "线索id 编号 crm编号"
    ),
    "unionid": "unionid 微信unionid",
    "external_userid": "externaluserid 外部联系人id 企微id 企业微信id",
    "message": (
        "remark remarks note notes comment comments message description 备注 说明 留言 "
        "需求 描述 客户需求"
    ),
    "campaign": "campaign utmcampaign event 活动 活动名称 来源活动 市场活动",
    "seen_on": (
        "date createdat created createdate createdon created_time registeredat signupdate "
        "创建时间 创建日期 登记时间 注册时间 报名时间 录入时间 日期 首次接触时间 获取时间"
    ),
    "owner": (
        "owner assignedto assignee salesrep 负责人 销售 所属销售 跟进人 归属人 责任人 "
        "客户负责人 销售负责人"
    ),
    "tags": "tag tags label labels 标签 客户标签 标签名称 人员标签 联系人标签",
}  # fmt: skip
_SURE, _CLEAR = 0.6, 0.9
_LOOKED_AT = 200


@dataclass(frozen=True, kw_only=True)
class Words:
    """What columns of one kind of import may mean, and how each is called in files."""

    meanings: Mapping[str, str | Promise]
    names: Mapping[str, str]
    """By the code of a meaning: plain names, spaces between them."""
    repeatable: frozenset[str]
    unknown: str
    """What a column means that nothing is known of but that it has cells."""

    @cached_property
    def by_name(self) -> Mapping[str, str]:
        return {name: code for code, names in self.names.items() for name in names.split()}

    @cached_property
    def within(self) -> Sequence[str]:
        """Names that may stand within a longer one, the longest first."""
        return sorted((name for name in self.by_name if len(name) > 1), key=len, reverse=True)


OF_PEOPLE = Words(meanings=MEANINGS, names=_NAMES, repeatable=REPEATABLE, unknown=EXTRA)


@dataclass(frozen=True, kw_only=True)
class Guess:
    """What a column seems to mean. ``sureness``: 3 its name says so and its cells agree … 0 nothing does."""

    meaning: str
    sureness: int


_OUR_MARK = frozenset({"exportmark", "导出标记"})
"""The last column of files that we have written; see ``platform/watermark.py``."""
_OUR_NOTES = frozenset({"reason", "advice", "imported", "row", "原因", "建议", "是否已导入", "行号"})
"""What stands before it in the errors file of an import, which people mend and import again."""


def guess_columns(names: Sequence[str], rows: Sequence[Sequence[str]], words: Words = OF_PEOPLE) -> list[str]:
    """A meaning for each column; what belongs to one column alone goes to the surest."""
    plain = [plain_name(name) for name in names]
    ours = _OUR_MARK if _OUR_MARK.isdisjoint(plain) else _OUR_MARK | _OUR_NOTES
    guesses = [
        Guess(meaning=IGNORE, sureness=0) if plain[place] in ours else _guess(name, _cells(rows, place), words)
        for place, name in enumerate(names)
    ]
    taken: dict[str, int] = {}
    for place, guess in sorted(enumerate(guesses), key=lambda pair: -pair[1].sureness):
        if guess.meaning not in words.repeatable and guess.meaning not in taken:
            taken[guess.meaning] = place
    return [
        guess.meaning if guess.meaning in words.repeatable or taken[guess.meaning] == place else words.unknown
        for place, guess in enumerate(guesses)
    ]


def own_meanings(run: PeopleImport) -> dict[str, CustomField]:
    """The company's own fields that an import may fill in, by their meaning: by its colleague, or its key.

    An import of people fills in fields of their companies as well.
    """
    fields = with_options(CustomField.objects.in_use())
    if run.api_key_id is not None:
        fields = [field for field in fields if field.for_keys == CustomField.ForKeys.WRITE]
    else:
        fields = [field for field in fields if may_edit(run.by, field)]
    return {meaning: field for field in fields if (meaning := own_meaning(field, run.kind))}


def own_meaning(field: CustomField, kind: str) -> str:
    """What a column means that fills in ``field``; nothing where the kind of import cannot."""
    if kind == PeopleImport.Kind.PEOPLE:
        return field.statement if field.about == CustomField.About.PERSON else OF_COMPANY + field.statement
    return field.statement if field.about == CustomField.About.ACCOUNT else ""


def is_own(meaning: str) -> bool:
    """Whether a column fills in one of the company's own fields."""
    return meaning.startswith(_OWN)


def with_own_fields(
    guessed: Sequence[str], names: Sequence[str], own: Mapping[str, CustomField], words: Words = OF_PEOPLE
) -> list[str]:
    """A guess in which columns that are called as an own field are that field, unless that is a usual name."""
    called: dict[str, str] = {}
    persons_first = sorted(own.items(), key=lambda pair: pair[0].startswith(OF_COMPANY))
    for meaning, field in persons_first:
        for text in (field.code, field.name_zh, field.name_en):
            called.setdefault(plain_name(text), meaning)
    meanings = list(guessed)
    for place, name in enumerate(names):
        code = called.get(plain_name(name))
        if code and code not in meanings and plain_name(name) not in words.by_name:
            meanings[place] = code
    return meanings


def samples_of(rows: Sequence[Sequence[str]], place: int, *, most: int = 3) -> list[str]:
    """The first different cells of a column."""
    return list(dict.fromkeys(_cells(rows, place)))[:most]


def column_name(columns: Sequence[str], place: int) -> str:
    """What a column is called: by its heading, or as a spreadsheet calls it; nothing for the row as a whole."""
    if place < 0:
        return ""
    if place < len(columns) and columns[place]:
        return columns[place]
    letters, left = "", place + 1
    while left:
        left, rest = divmod(left - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def plain_name(name: str) -> str:
    """A column's name as it is compared: without case, width, spaces, marks and what stands in brackets."""
    shown = re.sub(r"[(（\[【].*?[)）\]】]", "", unicodedata.normalize("NFKC", name)) or name
    return "".join(character for character in shown.casefold() if character.isalnum())


def _guess(name: str, cells: Sequence[str], words: Words) -> Guess:
    plain = plain_name(name)
    named = words.by_name.get(plain) or words.by_name.get(plain.rstrip("0123456789")) or ""
    looks = {code: share_of(look, cells) for code, look in LOOKS.items() if code in words.meanings}
    seen = next((code for code, share in looks.items() if share >= _SURE), "")
    if named in looks and cells and looks[named] < 0.1 and seen and looks[seen] >= _CLEAR:
        return Guess(meaning=seen, sureness=1)  # a column called phone that is full of addresses
    if named:
        return Guess(meaning=named, sureness=3 if named == seen else 2)
    within = next((words.by_name[one] for one in words.within if not one.isascii() and one in plain), "")
    if within and (within not in looks or not seen or within == seen):
        return Guess(meaning=within, sureness=2 if within == seen else 1)
    return Guess(meaning=seen or (words.unknown if cells else IGNORE), sureness=1 if seen else 0)


def _cells(rows: Sequence[Sequence[str]], place: int) -> list[str]:
    return [row[place] for row in rows[:_LOOKED_AT] if place < len(row) and row[place]]
