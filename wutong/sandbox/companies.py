"""Four hundred invented companies: who buys from the demo company. The same ones each time."""

from functools import cache
from random import Random

from msgspec import Struct

SEED = 20260401
COMPANIES = 400
CITIES = (
    "苏州", "无锡", "常州", "昆山", "宁波", "嘉兴", "绍兴", "台州", "东莞", "佛山", "中山", "惠州", "珠海", "厦门",
    "泉州",
    "合肥", "芜湖", "武汉", "襄阳", "长沙", "株洲", "重庆", "成都", "绵阳", "青岛", "烟台", "潍坊", "洛阳", "西安",
    "沈阳",
)  # fmt: skip
FIRST = {
    "朝": "chao", "栖": "qi", "鸣": "ming", "引": "yin", "碧": "bi", "凌": "ling", "沐": "mu", "岚": "lan",
    "屿": "yu",
    "禾": "he", "柏": "bai", "云": "yun", "松": "song", "映": "ying", "叠": "die", "枫": "feng", "远": "yuan",
    "砺": "li",
    "星": "xing", "竹": "zhu", "丹": "dan", "澄": "cheng", "峻": "jun", "皓": "hao", "沛": "pei", "晟": "sheng",
}  # fmt: skip
SECOND = {
    "梧": "wu", "桐": "tong", "冈": "gang", "荫": "yin", "柯": "ke", "叶": "ye", "泉": "quan", "桥": "qiao",
    "川": "chuan",
    "砚": "yan", "舟": "zhou", "岫": "xiu", "涧": "jian", "翠": "cui", "岑": "cen", "石": "shi", "垣": "yuan",
    "溪": "xi",
    "穗": "sui", "钧": "jun", "衡": "heng", "朗": "lang", "恺": "kai", "骏": "jun", "屹": "yi", "铎": "duo",
}  # fmt: skip
TRADES = (
    "精密机械", "汽车零部件", "电子科技", "医疗器械", "新能源装备", "模具", "智能装备", "塑胶制品", "半导体材料",
    "自动化设备", "压铸",
    "线缆", "食品机械", "纺织机械", "光电", "轨道交通装备", "电机", "液压", "轴承", "包装材料", "新材料", "制药装备",
)  # fmt: skip
FORMS = ("有限公司", "有限公司", "有限公司", "股份有限公司", "科技有限公司", "集团有限公司")


class Company(Struct, frozen=True, kw_only=True):
    """A company that buys, or may."""

    name: str
    domain: str
    weight: float
    """How many of its people show up, against others."""


@cache
def companies() -> tuple[Company, ...]:
    """All of them, no two of one brand."""
    rng = Random(SEED)
    brands = [
        (first + second, sound_1 + sound_2)
        for first, sound_1 in FIRST.items()
        for second, sound_2 in SECOND.items()
        if sound_1 != sound_2
    ]
    rng.shuffle(brands)
    taken: set[str] = set()
    made = []
    for brand, sound in brands[:COMPANIES]:
        city, trade = rng.choice(CITIES), rng.choice(TRADES)
        domain = sound if sound not in taken else f"{sound}-group"
        while domain in taken:
            domain += "-cn"
        taken.add(domain)
        made.append(
            Company(
                name=f"{city}{brand}{trade}{rng.choice(FORMS)}",
                domain=f"{domain}.example",
                weight=1 / rng.uniform(0.15, 1.6),
            )
        )
    return tuple(made)
