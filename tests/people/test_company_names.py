"""Two spellings of one company have one key; doubt is never more than a candidate."""

import csv

import pytest

from wutong.people.companies.decision import decide
from wutong.people.companies.index import MOST_COMPARED, CompanyIndex
from wutong.people.companies.names import read_name
from wutong.people.companies.places import are_compatible, place_at


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("北京甲乙科技有限公司", "北京甲乙科技有限公司"),
        ("甲乙（北京）科技有限公司", "甲乙(北京)科技有限公司"),
        ("甲乙【北京】科技有限公司", "甲乙(北京)科技有限公司"),
        (" 北京 甲乙\u3000科技有限公司 ", "北京甲乙科技有限公司"),
        ("北京甲\u200b乙科技有限公司。", "北京甲乙科技有限公司"),
        ("北京甲乙科技有限公司（盖章）。", "北京甲乙科技有限公司"),
        ("北京甲乙科技有限公司(公章)", "北京甲乙科技有限公司"),
        ("北京甲乙科技有限公司盖章", "北京甲乙科技有限公司"),
        ("廣東華爾辰電氣股份有限公司", "广东华尔辰电气股份有限公司"),
        ("ＡＢＣ电子（苏州）有限公司", "abc电子(苏州)有限公司"),
        ("Northwind  Traders Co., Ltd.", "northwind traders co., ltd"),
        ("NORTHWIND TRADERS CO., LTD", "northwind traders co., ltd"),
        ("", ""),
        ("（盖章）", ""),
        ("——", ""),
    ],
)
def test_what_spellings_of_one_name_have_in_common(text: str, key: str) -> None:
    assert read_name(text).key == key


@pytest.mark.parametrize(
    ("name", "region", "brand", "trade", "form"),
    [
        ("北京甲乙科技有限公司", "北京", "甲乙", "科技", "有限公司"),
        ("甲乙(北京)科技有限公司", "北京", "甲乙", "科技", "有限公司"),
        ("甲乙科技(北京)有限公司", "北京", "甲乙", "科技", "有限公司"),
        ("广州市天河区云帆贸易商行", "广州市天河区", "云帆", "贸易", "商行"),
        ("昆山千灯镇南野智能科技店", "昆山千灯镇", "南野", "智能科技", "店"),
        ("大庆开发区竹田复合材料有限公司", "大庆开发区", "竹田", "复合材料", "有限公司"),
        ("南山精机有限公司", "", "南山", "精机", "有限公司"),
        ("长安汽车股份有限公司", "", "长安", "汽车", "股份有限公司"),
        ("江苏国泰国际集团有限公司", "江苏", "国泰", "国际", "集团有限公司"),
        ("上海远洋实业发展(集团)有限公司", "上海", "", "远洋实业发展", "(集团)有限公司"),
        ("温岭市浙川石雕加工厂（普通合伙）", "温岭市", "浙川石雕", "加工", "厂(普通合伙)"),
        ("柳州通信服务公司", "柳州", "", "通信服务", "公司"),
        ("科丝美诗(中国)化妆品有限公司", "中国", "科丝美诗", "化妆品", "有限公司"),
        ("力赛佳管道技术上海有限公司", "上海", "力赛佳", "管道技术", "有限公司"),
        ("Northwind Traders Ltd.", "", "northwind traders", "", "ltd"),
    ],
)
def test_the_parts_of_a_name(name: str, region: str, brand: str, trade: str, form: str) -> None:
    read = read_name(name)
    assert (read.region, read.brand, read.trade, read.form) == (region, brand, trade, form)


@pytest.mark.parametrize(
    ("name", "parent", "branch", "is_whole"),
    [
        ("北京甲乙科技有限公司石家庄分公司", "北京甲乙科技有限公司", "石家庄分公司", True),
        ("中国工商银行股份有限公司内丘振兴支行", "中国工商银行股份有限公司", "内丘振兴支行", True),
        ("华辰实业发展(集团)有限公司沈阳销售分公司", "华辰实业发展(集团)有限公司", "沈阳销售分公司", True),
        ("红星机械厂门市部", "红星机械厂", "门市部", True),
        ("新月能源石家庄公司", "新月能源", "石家庄公司", False),
        ("新月能源石家庄分公司", "新月能源", "石家庄分公司", False),
        ("北京甲乙科技有限公司", "北京甲乙科技有限公司", "", False),
        ("武陟县大唛副食门市部", "武陟县大唛副食门市部", "", False),
    ],
)
def test_a_branch_is_told_from_its_parent(name: str, parent: str, branch: str, is_whole: bool) -> None:
    read = read_name(name)
    assert (read.parent, read.branch, read.is_whole_parent) == (parent, branch, is_whole)


@pytest.mark.parametrize(
    ("query", "known", "decision"),
    [
        ("北京甲乙科技有限公司（盖章）", "北京甲乙科技有限公司", "same"),
        ("北京甲乙科技有限公司上海分公司", "北京甲乙科技有限公司", "branch"),
        ("北京甲乙科技", "北京甲乙科技有限公司", "candidate"),
        ("北京甲乙科技有限责任公司", "北京甲乙科技有限公司", "candidate"),
        ("甲乙(北京)科技有限公司", "北京甲乙科技有限公司", "candidate"),
        ("甲乙科技有限公司", "北京甲乙科技有限公司", "candidate"),
        ("北京市海淀区甲乙科技有限公司", "北京甲乙科技有限公司", "candidate"),
        ("北京市海淀区甲乙科技有限公司", "海淀区甲乙科技有限公司", "candidate"),
        ("上海甲乙科技有限公司", "北京甲乙科技有限公司", "none"),
        ("北京甲丙科技有限公司", "北京甲乙科技有限公司", "none"),
        ("北京华远恒通科技有限公司", "北京华远恒达科技有限公司", "candidate"),
        ("甲乙", "甲乙", "candidate"),
        ("甲乙", "北京甲乙科技有限公司", "candidate"),
        ("金昌", "浙江金昌物业服务有限公司", "candidate"),
        ("IBM", "ibm", "candidate"),
        ("金昌物业服务有限公司", "浙江金昌物业服务有限公司", "candidate"),
        ("兴安（怀宁县）房地产开发有限公司", "怀宁县兴安房地产开发有限公司", "candidate"),
        ("花垣太丰矿山", "花垣太丰矿山有限责任公司", "candidate"),
        ("新月能源石家庄公司", "新月能源有限公司", "candidate"),
        ("Northwind Ltd", "northwind ltd.", "same"),
        ("Northwind Limited", "Northwind GmbH", "candidate"),
        ("Contoso Ltd", "Northwind Ltd", "none"),
    ],
)
def test_what_one_name_is_to_another(query: str, known: str, decision: str) -> None:
    assert decide(read_name(query), read_name(known)).decision == decision


def test_a_place_is_known_by_each_of_its_names_and_lies_where_it_lies() -> None:
    named = {
        word: place_at(word) for word in ("恩施土家族苗族自治州", "恩施州", "恩施", "内蒙古自治区", "内蒙古", "浦东")
    }
    assert [word for word, found in named.items() if found is None or found[0] != word] == []
    guangdong, shenzhen, beijing = (place_at(word)[1].codes for word in ("广东省", "深圳", "北京"))
    assert are_compatible(guangdong, shenzhen)
    assert not are_compatible(beijing, shenzhen)


@pytest.fixture
def index() -> CompanyIndex:
    index = CompanyIndex()
    for number, name in enumerate(
        [
            "北京甲乙科技有限公司",
            "上海甲乙科技有限公司",
            "北京甲丙科技有限公司",
            "祥瑞商贸有限公司",
            "祥瑞商贸有限公司",
            "北京甲乙",
        ]
    ):
        index.add(code=f"C{number}", name=name)
    return index


def codes(index: CompanyIndex, text: str) -> tuple[str, list[str]]:
    answer = index.find(text)
    return answer.decision.value, [one.code for one in answer.found]


def test_a_name_that_two_companies_have_is_neithers(index: CompanyIndex) -> None:
    assert codes(index, "祥瑞商贸有限公司") == ("candidate", ["C3", "C4"])


def test_a_name_without_its_region_may_be_either_ones(index: CompanyIndex) -> None:
    decision, found = codes(index, "甲乙科技有限公司")
    assert (decision, set(found[:2])) == ("candidate", {"C0", "C1"})


def test_equal_names_and_branches_have_one_answer(index: CompanyIndex) -> None:
    assert codes(index, "北京甲乙科技有限公司。") == ("same", ["C0"])
    assert codes(index, "北京甲乙科技有限公司天津分公司") == ("branch", ["C0"])
    assert codes(index, "完全不同的贸易行") == ("none", [])
    assert codes(index, "") == ("none", [])


def test_a_brand_that_is_a_place_is_found_by_itself() -> None:
    index = CompanyIndex()
    index.add(code="1", name="浙江金昌物业服务有限公司")
    assert codes(index, "金昌") == ("candidate", ["1"])


def test_a_brand_of_thousands_is_not_compared_with_all_of_them() -> None:
    index = CompanyIndex()
    for number in range(1_000):
        index.add(code=f"{number:04}", name=f"中国农商银行股份有限公司第{number}支行")
    answer = index.find("中国农商银行第777支行")
    assert answer.compared <= MOST_COMPARED
    assert answer.found[0].code == "0777"


def test_brands_are_found_as_people_have_marked_them(shared_data) -> None:
    with shared_data("companies/name_to_brand.csv").open(encoding="utf-8-sig") as file:
        pairs = [(row["full_name"], row["brand"]) for row in csv.DictReader(file)]
    right = sum(read_name(name).brand == brand for name, brand in pairs)
    assert right / len(pairs) >= 0.85


def test_a_register_is_found_again_and_no_stranger_is_taken_for_one_of_it(shared_data) -> None:
    from bench.companies import match_figures

    shared_data("companies/companies_cn.csv")
    figures = match_figures(queries=400, seed=3)
    assert figures["found_same"] >= 0.98
    assert figures["among_first_five"] >= 0.95
    assert figures["false_merges"] == 0
    assert figures["most_compared"] <= MOST_COMPARED


def test_merging_nothing_would_be_seen(shared_data, monkeypatch) -> None:
    from bench import companies

    shared_data("companies/companies_cn.csv")
    monkeypatch.setattr("wutong.people.companies.index.CompanyIndex.find", lambda *_: _NOTHING)
    figures = companies.match_figures(queries=40, seed=3)
    missed = companies.report("companies", figures, companies.LIMITS, command="")["missed"]
    assert missed == ["found_same", "among_first_five"]


_NOTHING = CompanyIndex().find("nothing")
