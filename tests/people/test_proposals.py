"""Probable doubles of any table: ``wutong identity propose``."""

import csv
import io
import re
from itertools import combinations
from pathlib import Path

import pytest

from wutong.operations.identity import main
from wutong.people.matching.agreement import Agreement, Kind, agreement, prepared
from wutong.people.matching.columns import kind_of

CHINESE = """编号,姓名,公司,手机,邮箱,生日
1,王伟,北辰科技有限公司,13800138011,wangwei@beichen.example,1980-01-02
2,王偉,北辰科技,138 0013 8011,wang.wei@beichen.example,1980/1/2
3,王伟,华新机械有限公司,13911112222,ww@huaxin.example,1975-05-06
4,李娜,华新机械有限公司,13933334444,lina@huaxin.example,1990-03-04
5,赵敏,恒泰贸易有限公司,13766667777,zhaomin@hengtai.example,
6,陈默,恒泰贸易有限公司,13788889999,chenmo@hengtai.example,1988-08-08
7,周宁,盛达信息技术有限公司,13655556666,zn@shengda.example,1992-02-02
"""


def proposed(capsys, *files: Path) -> list[dict[str, str]]:
    assert main(["propose", *map(str, files)]) == 0
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def test_febrl_set_1_is_matched_as_it_must_be(shared_data, capsys) -> None:
    file = shared_data("febrl/dataset1.csv")
    found = {frozenset((row["id_a"], row["id_b"])) for row in proposed(capsys, file)}
    ids = [line.split(",")[0] for line in file.read_text().splitlines()[1:]]
    true = {frozenset(pair) for pair in combinations(sorted(ids, key=number), 2) if number(pair[0]) == number(pair[1])}
    assert len(true) == 500
    assert len(found & true) / len(found) >= 0.98
    assert len(found & true) / len(true) >= 0.93


def number(id: str) -> int:
    return int(re.findall(r"\d+", id)[0])


def test_a_table_of_chinese_customers_needs_no_preparation(tmp_path, capsys) -> None:
    file = tmp_path / "customers.csv"
    file.write_text(CHINESE, encoding="gb18030")
    assert [(row["id_a"], row["id_b"]) for row in proposed(capsys, file)] == [("1", "2")]


def test_two_files_are_compared_with_each_other_only(tmp_path, capsys) -> None:
    heading, first, *rest = CHINESE.splitlines(keepends=True)
    one, other = tmp_path / "a.csv", tmp_path / "b.csv"
    one.write_text(heading + first + "".join(rest[1:4]))
    other.write_text(heading.replace("编号,", "id,来源,") + "".join(row.replace(",", ",CRM,", 1) for row in rest))
    found = {(row["id_a"], row["id_b"]) for row in proposed(capsys, one, other)}
    assert ("1", "2") in found
    assert found <= {("1", "2"), ("3", "3"), ("4", "4"), ("5", "5")}


def test_a_table_without_ids_is_named_by_its_rows_and_one_without_anything_gives_nothing(tmp_path, capsys) -> None:
    file = tmp_path / "people.csv"
    file.write_text("\n".join(line.partition(",")[2] for line in CHINESE.splitlines()))
    assert [(row["id_a"], row["id_b"]) for row in proposed(capsys, file)] == [("1", "2")]
    file.write_text("id,name\n1,\n2,\n")
    assert proposed(capsys, file) == []


@pytest.mark.parametrize(
    ("kind", "one", "other", "expected"),
    [
        (Kind.NAME, "王偉", "王伟", Agreement.SAME),
        (Kind.NAME, "王伟", "汪玮", Agreement.CLOSE),
        (Kind.NAME, "katherine", "kathrine", Agreement.CLOSE),
        (Kind.NAME, "周思远", "周思", Agreement.ALIKE),
        (Kind.NAME, "周思远", "陈默", Agreement.DIFFERENT),
        (Kind.DATE, "1980-01-02", "1980年1月2日", Agreement.SAME),
        (Kind.DATE, "1980-01-02", "1980-02-01", Agreement.CLOSE),
        (Kind.DATE, "1980-01-02", "1980-01-30", Agreement.ALIKE),
        (Kind.PHONE, "+86 138 0013 8011", "13800138011", Agreement.SAME),
        (Kind.EMAIL, "zhou.s@a.example", "zhous+news@a.example", Agreement.CLOSE),
        (Kind.COMPANY, "北辰科技有限公司", "上海北辰科技股份有限公司", Agreement.CLOSE),
        (Kind.TEXT, "stanley street 8", "8 stanley street", Agreement.CLOSE),
    ],
)
def test_values_agree_as_far_as_a_person_would_say(kind: Kind, one: str, other: str, expected: Agreement) -> None:
    found = agreement(kind, prepared(kind, one), prepared(kind, other))
    assert found == expected


def test_columns_are_known_by_their_values_where_their_names_say_nothing() -> None:
    letters = "abcdefghijklmnopqrst"
    assert kind_of("c1", [f"{one}x@a.example" for one in letters]) is Kind.EMAIL
    assert kind_of("c2", [f"19{n}0101" for n in range(50, 90)]) is Kind.DATE
    assert kind_of("c3", [f"{n}{n}7" for n in range(200)]) is Kind.NUMBER
    assert kind_of("c4", ["vic", "nsw"] * 20) is Kind.CHOICE
    assert kind_of("c5", ["same"] * 20) is None
