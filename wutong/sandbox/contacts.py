"""Invented people at invented companies. Nobody here can be reached: see the README of this folder."""

from collections.abc import Iterator
from random import Random

from msgspec import Struct

from wutong.sandbox.companies import Company, companies

SURNAMES = {
    "王": "wang", "李": "li", "张": "zhang", "刘": "liu", "陈": "chen", "杨": "yang", "赵": "zhao", "黄": "huang",
    "周": "zhou", "吴": "wu", "徐": "xu", "孙": "sun", "胡": "hu", "朱": "zhu", "高": "gao", "林": "lin", "何": "he",
    "郭": "guo", "马": "ma", "罗": "luo", "梁": "liang", "宋": "song", "郑": "zheng", "谢": "xie", "韩": "han",
    "唐": "tang", "冯": "feng", "于": "yu", "董": "dong", "萧": "xiao", "程": "cheng", "沈": "shen", "欧阳": "ouyang",
    "曹": "cao", "袁": "yuan", "邓": "deng", "许": "xu", "傅": "fu", "曾": "zeng", "彭": "peng", "吕": "lv",
    "苏": "su",
    "卢": "lu", "蒋": "jiang", "蔡": "cai", "贾": "jia", "丁": "ding", "魏": "wei", "薛": "xue", "叶": "ye",
}  # fmt: skip
GIVEN_NAMES = {
    "思远": "siyuan", "建国": "jianguo", "晓雯": "xiaowen", "志强": "zhiqiang", "雨桐": "yutong", "海涛": "haitao",
    "静怡": "jingyi", "文博": "wenbo", "丽娟": "lijuan", "俊杰": "junjie", "梓涵": "zihan", "国栋": "guodong",
    "敏": "min", "磊": "lei", "婷": "ting", "鹏": "peng", "佳宁": "jianing", "明哲": "mingzhe", "玉兰": "yulan",
    "宏伟": "hongwei", "欣然": "xinran", "子昂": "ziang", "秋霞": "qiuxia", "永康": "yongkang", "若曦": "ruoxi",
    "振华": "zhenhua", "可欣": "kexin", "立新": "lixin", "慧": "hui", "凯": "kai", "建军": "jianjun",
    "晓东": "xiaodong",
    "卫平": "weiping", "春燕": "chunyan", "少华": "shaohua", "伟": "wei", "芳": "fang", "刚": "gang",
    "雪梅": "xuemei",
    "宇航": "yuhang", "一鸣": "yiming", "嘉豪": "jiahao", "诗雨": "shiyu", "德胜": "desheng", "勇": "yong",
    "娜": "na",
    "世杰": "shijie", "文静": "wenjing", "浩然": "haoran", "国庆": "guoqing", "小红": "xiaohong", "天宇": "tianyu",
}  # fmt: skip
TITLES = (
    "质量经理", "生产总监", "信息部经理", "厂长", "设备主管", "工艺工程师", "副总经理", "采购经理",
    "总经理", "IT 主管", "精益生产经理", "制造部部长", "质量工程师", "项目经理", "数字化负责人", "计划主管",
)  # fmt: skip
MESSAGES = (
    "想了解质量追溯怎么和现有 ERP 对接。",
    "我们有三条装配线，计划明年上 MES。",
    "客户要求批次追溯，六月前要通过审核。",
    "设备比较老，想先做联网试点。",
    "请发一份同行业案例。",
    "目前用 Excel 排产，想看看能不能替掉。",
    "主机厂要求扫码防错，预算已经批了。",
    "两个工厂要统一系统，想先谈谈思路。",
    "想知道一条线大概多少钱，多久上线。",
    "",
    "",
    "",
)
PEOPLE = 1_000_000
"""As many telephone numbers there are that reach nobody."""
_STRIDE = 611_953  # has no divisor in common with their number, so each number comes once


class Contact(Struct, frozen=True, kw_only=True):
    """Who fills in the form."""

    name: str
    phone: str
    email: str
    company: str
    title: str
    message: str

    def answers(self) -> dict[str, str]:
        """The fields of the form, without what was left empty."""
        given = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in given.items() if value}


def invent(rng: Random) -> Contact:
    """Make somebody up. The same generator in the same state makes the same person."""
    (company,) = rng.choices(companies(), [one.weight for one in companies()])
    return somebody(rng, company, number=rng.randrange(PEOPLE))


def crowd(rng: Random) -> Iterator[Contact]:
    """Make up people who are all different, each company at least once among the first."""
    houses = list(companies())
    rng.shuffle(houses)
    weights = [one.weight for one in houses]
    for index in range(PEOPLE):
        company = houses[index] if index < len(houses) else rng.choices(houses, weights)[0]
        yield somebody(rng, company, number=(index * _STRIDE + 17) % PEOPLE)


def somebody(rng: Random, company: Company, *, number: int) -> Contact:
    """Somebody of ``company``, whose telephone is the one of this number."""
    surname, surname_sound = rng.choice(_SURNAMES)
    given, given_sound = rng.choice(_GIVEN_NAMES)
    return Contact(
        name=surname + given,
        phone=f"+86 199 {number // 10_000:04d} {number % 10_000:04d}",
        email=f"{given_sound}.{surname_sound}{number % 1000}@{company.domain}",
        company=company.name,
        title=rng.choice(TITLES),
        message=rng.choice(MESSAGES),
    )


_SURNAMES = tuple(SURNAMES.items())
_GIVEN_NAMES = tuple(GIVEN_NAMES.items())
