"""Invented people at invented companies. Nobody here can be reached: see the README of this folder."""

from random import Random

from msgspec import Struct

SURNAMES = {
    "王": "wang", "李": "li", "张": "zhang", "刘": "liu", "陈": "chen", "杨": "yang", "赵": "zhao", "黄": "huang",
    "周": "zhou", "吴": "wu", "徐": "xu", "孙": "sun", "胡": "hu", "朱": "zhu", "高": "gao", "林": "lin", "何": "he",
    "郭": "guo", "马": "ma", "罗": "luo", "梁": "liang", "宋": "song", "郑": "zheng", "谢": "xie", "韩": "han",
    "唐": "tang", "冯": "feng", "于": "yu", "董": "dong", "萧": "xiao", "程": "cheng", "沈": "shen", "欧阳": "ouyang",
}  # fmt: skip
GIVEN_NAMES = {
    "思远": "siyuan", "建国": "jianguo", "晓雯": "xiaowen", "志强": "zhiqiang", "雨桐": "yutong", "海涛": "haitao",
    "静怡": "jingyi", "文博": "wenbo", "丽娟": "lijuan", "俊杰": "junjie", "梓涵": "zihan", "国栋": "guodong",
    "敏": "min", "磊": "lei", "婷": "ting", "鹏": "peng", "佳宁": "jianing", "明哲": "mingzhe", "玉兰": "yulan",
    "宏伟": "hongwei", "欣然": "xinran", "子昂": "ziang", "秋霞": "qiuxia", "永康": "yongkang", "若曦": "ruoxi",
    "振华": "zhenhua", "可欣": "kexin", "立新": "lixin", "慧": "hui", "凯": "kai",
}  # fmt: skip
CITIES = ("苏州", "无锡", "常州", "宁波", "东莞", "佛山", "厦门", "合肥", "武汉", "长沙", "重庆", "青岛")
BRANDS = {
    "朝梧": "chaowu", "栖桐": "qitong", "鸣冈": "minggang", "引凤": "yinfeng", "碧荫": "biyin", "青柯": "qingke",
    "凌枝": "lingzhi", "沐叶": "muye", "听泉": "tingquan", "岚桥": "lanqiao", "屿川": "yuchuan", "禾砚": "heyan",
    "柏舟": "baizhou", "云岫": "yunxiu", "松涧": "songjian", "映霜": "yingshuang", "知秋": "zhiqiu", "叠翠": "diecui",
    "枫眠": "fengmian", "远岑": "yuancen", "砺石": "lishi", "星垣": "xingyuan", "竹溪": "zhuxi", "丹穗": "dansui",
}  # fmt: skip
TRADES = ("精密机械", "汽车零部件", "电子科技", "医疗器械", "新能源装备", "模具", "智能装备", "塑胶制品")
TITLES = ("质量经理", "生产总监", "信息部经理", "厂长", "设备主管", "工艺工程师", "副总经理", "采购经理")
MESSAGES = (
    "想了解质量追溯怎么和现有 ERP 对接。",
    "我们有三条装配线，计划明年上 MES。",
    "客户要求批次追溯，六月前要通过审核。",
    "设备比较老，想先做联网试点。",
    "请发一份同行业案例。",
    "",
    "",
)


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
    surname, surname_sound = rng.choice(list(SURNAMES.items()))
    given, given_sound = rng.choice(list(GIVEN_NAMES.items()))
    brand, brand_sound = rng.choice(list(BRANDS.items()))
    # A brand always has the same seat and trade, so that several people come from one company.
    own = Random(brand)
    company = f"{own.choice(CITIES)}{brand}{own.choice(TRADES)}有限公司"
    number = rng.randrange(1_000_000)
    return Contact(
        name=surname + given,
        phone=f"+86 199 {number // 10_000:04d} {number % 10_000:04d}",
        email=f"{given_sound}.{surname_sound}{number % 1000}@{brand_sound}.example",
        company=company,
        title=rng.choice(TITLES),
        message=rng.choice(MESSAGES),
    )
